import {expect, test} from 'vitest';
import {nextSplitAlarm} from '../../../source/probe/judging/split-alarm.js';
import type {Alarm} from '../../../source/probe/judging/alarm.js';
import {judgeCounts, percentsOf} from '../../../source/probe/counting/loop-report.js';
import {startOf} from '../../../source/probe/loop/findings.js';
import {lastChangePoint, type Bucket, type LastChange} from '../../../source/stats/change-point.js';
import {seeded} from '../../stats/parts/random.js';
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
		return rowOf({key: revision, revision, candidates: [revision], n, lately});
	});
	return {rows, weights, verdict: judgeCounts(rows, percentsOf(weights))};
}

const now = 1_000_000;
const at = (moment: number) => ({at: moment, before: new Map(), after: new Map(), logE: 9});
const quiet = {
	change: undefined,
	lastOf: () => now - 300,
	countSince: (): ReadonlyMap<string, number> => new Map(),
	now,
};
const raised: Alarm = {since: 500_000, last: 600_000, isOver: false};
const over = {isOver: true, overSince: now};

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
	expect(nextSplitAlarm(raised, counted([90, 90], [70, 10]), quiet)).toEqual({...raised, ...over});
	// Possibly off is not right.
	expect(nextSplitAlarm(raised, counted([90, 20], [70, 8]), quiet)).toEqual({...raised, last: now - 300});
});

test('few answers tell that it is over when none of them is wrong, and fewer tell nothing', () => {
	expect(nextSplitAlarm(raised, counted([0, 5], [60, 0]), quiet)).toEqual({...raised, ...over});
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

test('one that is over is back by what came since then, as one is raised', () => {
	const ended: Alarm = {...raised, isOver: true, overSince: 700_000};
	const wrong = counted([0, 0], [60, 30]);
	const right = counted([90, 9], [70, 1]);
	const since = (fresh: number) => ({
		...quiet,
		countSince: (from: number) => new Map(from === 700_000 ? [['h-00002', fresh]] : []),
	});
	expect(nextSplitAlarm(ended, wrong, {...quiet, change: at(990_000)})).toMatchObject({
		since: 990_000,
		last: now - 300,
		isOver: false,
	});
	expect(nextSplitAlarm(ended, right, since(40))).toMatchObject({since: now, isOver: false});
	// By few answers, by half a minute alone and by what changed before it was over it is not.
	expect(nextSplitAlarm(ended, wrong, since(1))).toEqual(ended);
	expect(nextSplitAlarm(ended, wrong, {...quiet, change: at(650_000)})).toEqual(ended);
	// What changed before that does not date it either.
	const back = {...raised, since: 800_000, overSince: 700_000};
	const kept = nextSplitAlarm(back, wrong, {...quiet, change: at(650_000)});
	expect(kept).toMatchObject({since: 800_000});
	// Nor at the reading after the next.
	expect(nextSplitAlarm(kept, wrong, {...quiet, change: at(650_000)})).toMatchObject({since: 800_000});
});

test('it ended when that changed back, but not before it began', () => {
	const right = counted([90, 90], [70, 10]);
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(550_000)})).toEqual({
		since: 500_000,
		last: 550_000,
		...over,
	});
	// What was last seen wrong came before the change that shows.
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(700_000)})).toEqual({...raised, ...over});
	expect(nextSplitAlarm(raised, right, {...quiet, change: at(500_000)})).toEqual({...raised, ...over});
});

/** A second: so many answers a second, all of the new revision while the gateway lies, else one in ten. */
function watched({
	seed,
	rate,
	seconds,
	lies,
	isDated = false,
}: {
	seed: number;
	rate: number;
	seconds: number;
	lies: (second: number) => boolean;
	isDated?: boolean;
}) {
	const random = seeded(1000 + seed);
	const buckets: Bucket[] = [];
	let change: LastChange | undefined;
	let alarm: Alarm | undefined;
	const times: {second: number; since: number}[] = [];
	const countSince = (from: number) => {
		const counts = new Map<string, number>();
		for (const bucket of buckets.filter(({at: began}) => began >= from)) {
			for (const [key, n] of bucket.counts) counts.set(key, (counts.get(key) ?? 0) + n);
		}
		return counts;
	};
	for (let second = 0; second < seconds; second++) {
		const counts = new Map<string, number>();
		for (let answer = 0; answer < rate; answer++) {
			const key = lies(second) || random() < 0.1 ? 'h-00002' : 'h-00001';
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		buckets.push({at: second * 1000, counts});
		const moment = (second + 1) * 1000;
		// It is most of the work.
		if (isDated) change = lastChangePoint(buckets, change);
		const [all, lately] = [0, Math.max(0, startOf(change, moment), moment - 30_000)].map(countSince);
		const rows = weights.map(({revision}) =>
			rowOf({
				key: revision,
				revision,
				candidates: [revision],
				n: all?.get(revision) ?? 0,
				lately: lately?.get(revision) ?? 0,
			}),
		);
		const before = alarm;
		alarm = nextSplitAlarm(
			alarm,
			{rows, weights, verdict: judgeCounts(rows, percentsOf(weights))},
			{change, lastOf: () => moment, countSince, now: moment},
		);
		if (alarm?.isOver === false && before?.isOver !== false) times.push({second, since: alarm.since});
	}
	return {times, alarm};
}

test.each([1, 5])('one that is over is seldom raised again by chance, at %i answers a second', rate => {
	const runs = Array.from({length: 40}, (_, seed) =>
		watched({seed, rate, seconds: 400, lies: second => second >= 40 && second < 100}),
	);
	expect(runs.every(({times, alarm}) => times.length > 0 && alarm?.isOver === true)).toBe(true);
	expect(runs.filter(({times}) => times.length > 1).length).toBeLessThanOrEqual(2);
});

const liesTwice = (second: number) => (second >= 40 && second < 71) || second >= 200;

test('one that is back is raised within seconds, and began then', () => {
	for (let seed = 0; seed < 10; seed++) {
		const {times} = watched({seed, rate: 5, seconds: 215, lies: liesTwice, isDated: true});
		expect(times.at(-1)?.second).toBeGreaterThanOrEqual(200);
		expect(times.at(-1)?.second).toBeLessThan(212);
		expect(Math.abs((times.at(-1)?.since ?? 0) - 200_000)).toBeLessThanOrEqual(3000);
	}
});
