import {splitSeen, type World} from '../../../support/world.js';
import type {Console} from '../../../../source/console/console.js';

/** A split of cart as somebody else writes it; whole percent. */
export const stableAndCanary = (stable: number, canary: number) => [
	{revisionName: 'cart-00001', percent: stable, tag: 'stable'},
	{revisionName: 'cart-00002', percent: canary, tag: 'canary'},
];

/** What somebody else makes of the split of cart, which was 90│10. */
export const theirs = stableAndCanary(30, 70);

/** Somebody else writes it, and the console sees that. */
export async function othersSplit(
	on: {readonly console: Console; readonly world: World},
	stable: number,
	canary: number,
): Promise<void> {
	await on.world.split('cart', stableAndCanary(stable, canary));
	await splitSeen(on.console, `cart-00001=${stable} cart-00002=${canary}`);
}
