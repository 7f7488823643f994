/** Worlds that evidence is looked for in, by `verify` and by the panel alike: cart at 90 and 10, and what a split can hide. */
import {seeded} from '../../stats/parts/random.js';
import type {FrontAnswer} from '../../support/gateway/front-gateway.js';
import {greeter, openSandbox, patchSpec, trafficOf, type SandboxWorld} from '../sandbox.js';

export async function openWorld(): Promise<SandboxWorld> {
	const world = await openSandbox({random: seeded(12)});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 90, 2: 10})});
	return world;
}

export const isNew = ({body}: FrontAnswer) => String(body).includes('v2');

/** The third revision has a share and no tag; the second has a tag and no share, and says what the third says. */
export async function openUnheard(): Promise<SandboxWorld> {
	const world = await openWithThird('Cart v2');
	await patchSpec(world.cluster, 'cart', {
		traffic: [
			{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
			{revisionName: 'cart-00003', percent: 10},
		],
	});
	return world;
}

/** The first and the third revision share the traffic, and say the same. */
export async function openAlike(): Promise<SandboxWorld> {
	const world = await openWithThird('Cart');
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 90, 3: 10})});
	return world;
}

async function openWithThird(target: string): Promise<SandboxWorld> {
	const world = await openWorld();
	await patchSpec(world.cluster, 'cart', {
		template: {spec: {containers: [{...greeter(target), args: ['again']}]}},
		traffic: trafficOf('cart', {1: 100, 2: 0}),
	});
	return world;
}
