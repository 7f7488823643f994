import {expect, test} from 'vitest';
import {nextSplitAlarm} from '../../../source/probe/judging/split-alarm.js';
import type {Alarm} from '../../../source/probe/judging/alarm.js';
import {judgeCounts, percentsOf} from '../../../source/probe/counting/loop-report.js';
import {rowOf} from '../rows.js';

const weights = [
	{revision: 'h-00001', percent: 90},
	{revision: 'h-00002', percent: 10},
];

/** Answers of a revision: all of them, and those of the last half a minute. */
type Answers = readonly [n: number, lately: number];

/** What was counted under 90/10. */
function counted(old: Answers, fresh: Answers) {
	const rows = [old, fresh].map(([n, lately], index) => {
		const revision = `h-0000${index + 1}`;
		return rowOf({revision, candidates: [revision], n, lately});
	});
	return {rows, weights, verdict: judgeCounts(rows, percentsOf(weights))};
}

const now = 1_000_000;
const at = (moment: number) => ({at: moment, before: new Map(), after: new Map(), logE: 9});
const quiet = {change: undefined, lastOf: () => now - 300, now};
const raised: Alarm = {since: 500_000, last: 600_000, isOver: false};

test('users get another split: it is raised at once, and seen whenever an answer came lately', () => {
	expect(nextSplitAlarm(undefined, counted([0, 0], [60, 30]), quiet)).toEqual({
		since: now,
		last: now - 300,
		isOver: false,
	});
	expect(nextSplitAlarm(undefined, counted([90, 9], [10, 1]), quiet)).toBeUndefined();
	// Nothing came lately: it was not seen now, and may be over or not.
	expect(nextSplitAlarm(raised, counted([0, 0], [60, 0]), {...quiet, lastOf: () => undefined})).toEqual(
		raised,
	);
});

test('of a revision that must not answer at all its own last answer tells when it was seen', () => {
	const [old, fresh] = ['h-00001', 'h-00002'].map((revision, index) =>
		rowOf({key: revision, revision, candidates: [revision], n: 60 - 57 * index, lately: 60 - 57 * index}),
	);
	const rows = [old!, fresh!];
	const all = [{revision: 'h-00001', percent: 100}];
	const impossible = {rows, weights: all, verdict: judgeCounts(rows, percentsOf(all))};
	const lastOf = (keys?: ReadonlySet<string>) => (keys === undefined ? now : now - 1000 * keys.size);
	expect(nextSplitAlarm(undefined, impossible, {...quiet, lastOf})).toMatchObject({last: now - 1000});
	expect(nextSplitAlarm(undefined, counted([0, 0], [60, 30]), {...quiet, lastOf})).toMatchObject({last: now});
});

test('it is over when what comes lately is right by itself', () => {
	expect(nextSplitAlarm(raised, counted([90, 90], [70, 10]), quiet)).toEqual({...raised, isOver: true});
	// Possibly off is not right.
	expect(nextSplitAlarm(raised, counted([90, 20], [70, 8]), quiet)).toEqual({...raised, last: now - 300});
});

test('few answers tell that it is over when none of them is wrong, and fewer tell nothing', () => {
	expect(nextSplitAlarm(raised, counted([0, 5], [60, 0]), quiet)).toEqual({...raised, isOver: true});
	expect(nextSplitAlarm(raised, counted([0, 4], [60, 0]), quiet)).toEqual(raised);
});

test('without a split that is known nothing is raised, and nothing is over', () => {
	const unknown = {...counted([0, 9], [60, 0]), weights: [], verdict: undefined};
	expect(nextSplitAlarm(undefined, unknown, quiet)).toBeUndefined();
	expect(nextSplitAlarm(raised, unknown, quiet)).toEqual(raised);
});

test('it began when what users get changed, to the second', () => {
	const wrong = counted([0, 0], [60, 30]);
	expect(nextSplitAlarm(undefined, wrong, {...quiet, change: at(990_000)})?.since).toBe(990_000);
	expect(nextSplitAlarm(raised, wrong, {...quiet, change: at(990_000)})?.since).toBe(500_000);
	const right = counted([90, 9], [10, 1]);
	expect(nextSplitAlarm(undefined, right, {...quiet, change: at(990_000)})).toBeUndefined();
});

test('what has just become wrong is raised, however many right answers it is counted with', () => {
	const long = counted([405, 0], [64, 20]);
	expect(long.verdict?.state).toBe('agrees');
	expect(nextSplitAlarm(undefined, long, {...quiet, change: at(990_000)})).toEqual({
		since: 990_000,
		last: now - 300,
		isOver: false,
	});
	// Unless it became something else it may be chance.
	expect(nextSplitAlarm(undefined, long, quiet)).toBeUndefined();
});

test('one that is back after it was over began when what users get changed again', () => {
	const wrong = counted([0, 0], [60, 30]);
	const over = {...raised, isOver: true};
	expect(nextSplitAlarm(over, wrong, {...quiet, change: at(990_000)})).toMatchObject({
		since: 990_000,
		isOver: false,
	});
	expect(nextSplitAlarm(over, wrong, quiet)).toMatchObject({since: 500_000, isOver: false});
});

test('it ended when that changed back, but not before it began', () => {
	const right = counted([90, 90], [70, 10]);
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(550_000)})).toEqual({
		since: 500_000,
		last: 550_000,
		isOver: true,
	});
	// What was last seen wrong came before the change that shows.
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(700_000)})).toEqual({...raised, isOver: true});
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(500_000)})).toEqual({...raised, isOver: true});
});
