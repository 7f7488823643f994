import {expect, test} from 'vitest';
import {backgroundLoops, budgetSpent, crowdedOut} from '../../../../source/console/live/loops/background.js';
import {sentOf, type LoopEntry} from '../../../../source/console/live/loops/loop-entry.js';
import {createLoop, type LoopSnapshot} from '../../../../source/probe/loop/loop.js';
import {defaultRequestOptions} from '../../../../source/probe/transport/request-options.js';
import {createFakeClock} from '../../../probe/fake-clock.js';
import {targetAt} from '../../../probe/servers.js';

/** A loop that says these things of itself. */
function entryOf(
	counts: Partial<LoopSnapshot>,
	{leftAs = 0, leftAt, wanted = true}: Partial<Pick<LoopEntry, 'leftAs' | 'leftAt' | 'wanted'>> = {},
): LoopEntry {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	const snapshot = {...loop.snapshot(), ...counts};
	return {
		of: {namespace: 'default', name: 'cart'},
		loop: {...loop, snapshot: () => snapshot},
		requestOptions: defaultRequestOptions,
		wanted,
		told: {authority: '', tags: ''},
		leftAt,
		leftAs,
		unsubscribe() {},
		byHeader: undefined,
	};
}

const entriesOf = (count: number, rate: number) =>
	new Map(
		Array.from({length: count}, (_, index) => [
			`uid-${index}`,
			entryOf({rate}, {leftAs: count - index, leftAt: 0}),
		]),
	);

test('in the background is what sends and is not shown, the one that was left longest ago first', () => {
	const entries = new Map([
		['shown', entryOf({})],
		['late', entryOf({}, {leftAs: 2})],
		['paused', entryOf({}, {leftAs: 0, wanted: false})],
		['early', entryOf({}, {leftAs: 1})],
	]);
	expect(backgroundLoops(entries, 'shown').map(([uid]) => uid)).toEqual(['early', 'late']);
	expect(backgroundLoops(entries, undefined).map(([uid]) => uid)).toEqual(['shown', 'early', 'late']);
});

test('what a loop has sent is what it sent under all splits, and both requests of each pair', () => {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	const past = {...loop.snapshot(), until: 0, sent: 30};
	expect(sentOf(entryOf({sent: 7}))).toBe(7);
	expect(sentOf(entryOf({sent: 7, history: [past, past]}))).toBe(67);
});

test('the budget is spent by 1000 requests since the service was left', () => {
	expect(budgetSpent(entryOf({sent: 1499}, {leftAt: 500}))).toBeUndefined();
	expect(budgetSpent(entryOf({sent: 1500}, {leftAt: 500}))).toBe('sent 1000 requests in the background');
	// While it is shown, and where it is paused already, it has none.
	expect(budgetSpent(entryOf({sent: 5000}))).toBeUndefined();
	expect(budgetSpent(entryOf({sent: 5000}, {leftAt: 0, wanted: false}))).toBeUndefined();
});

test('of six loops in the background the oldest gives way, and of those that send more than is allowed', () => {
	expect(crowdedOut(new Map(), undefined, 50)).toBeUndefined();
	expect(crowdedOut(entriesOf(5, 10), undefined, 50)).toBeUndefined();
	expect(crowdedOut(entriesOf(6, 1), undefined, 50)).toMatchObject({
		uid: 'uid-5',
		why: 'at most 5 loops go on in the background',
	});
	expect(crowdedOut(entriesOf(6, 1), 'uid-5', 50)).toBeUndefined();
	expect(crowdedOut(entriesOf(3, 20), undefined, 50)).toMatchObject({
		uid: 'uid-2',
		why: 'loops in the background send at most 50 requests a second',
	});
});
