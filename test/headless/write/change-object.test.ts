/** What becomes of the tags of a revision, by the words of the command line. */
import {beforeEach, expect, it} from 'vitest';
import {change} from './change.js';
import {openOperators, type Operators} from './operators.js';

let world: Operators;

beforeEach(async () => {
	world = await openOperators();
	await world.madeOf('cart', 2, '1=90#stable 2=10#canary');
});

const tagged = async (add: readonly string[], remove: readonly string[]) =>
	change(world.cluster, {verb: 'tag', revision: '2', add, remove});

it('a tag is removed, and no other: the share stays', async () => {
	expect(await tagged([], ['canary'])).toMatchObject({code: 0, outcome: 'done'});
	expect(await world.splitOf('cart')).toBe('1=90#stable 2=10');
});

it('one is removed and another added in the same write', async () => {
	expect(await tagged(['night'], ['canary'])).toMatchObject({code: 0, outcome: 'done'});
	expect(await world.splitOf('cart')).toBe('1=90#stable 2=10#night');
});

it('what the revision does not have is not removed from another', async () => {
	expect(await tagged([], ['stable'])).toEqual({
		code: 1,
		sentence: 'cart-00002 has no tag stable: it has canary.',
	});
	expect(await world.splitOf('cart')).toBe('1=90#stable 2=10#canary');
});
