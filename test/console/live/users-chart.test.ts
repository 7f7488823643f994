import {expect, test} from 'vitest';
import {usersChartOf} from '../../../source/console/live/users-chart.js';
import type {LedgerStretch} from '../../../source/users/users.js';

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const old = 'shop-00001';
const fresh = 'shop-00002';

/** Two seconds, so many after noon, in which so many came to each; the slower half of the new one's takes 250 to 500 ms. */
function stretch(
	second: number,
	[ofOld, ofFresh]: readonly [number, number],
	{failed = 0, isExact = true} = {},
): LedgerStretch {
	const part = (requests: number, ofThem: number, buckets: readonly (readonly [number, number])[]) => ({
		perSecond: requests / 2,
		balance: requests / 2,
		ownPerSecond: 0,
		isExact,
		requests: isExact ? requests : 0,
		failed: isExact ? ofThem : 0,
		rejected: 0,
		buckets: new Map(isExact ? buckets : []),
		isCut: false,
		everTook: undefined,
		isServing: true,
		concurrency: undefined,
		pods: {all: 1, read: 1},
	});
	return {
		from: noon + second * 1000,
		to: noon + (second + 2) * 1000,
		earliest: noon + second * 1000,
		isSettling: false,
		byRevision: new Map([
			[
				old,
				part(ofOld, 0, [
					[0.01, ofOld],
					[Infinity, ofOld],
				]),
			],
			[
				fresh,
				part(ofFresh, failed, [
					[0.25, ofFresh / 2],
					[0.5, ofFresh],
					[Infinity, ofFresh],
				]),
			],
		]),
	};
}

const revisions = [fresh, old];

test('draws share, errors and latencies of each revision, a column for each round', () => {
	const chart = usersChartOf([stretch(0, [80, 20]), stretch(2, [60, 40], {failed: 10})], [], {
		columns: 60,
		revisions,
	});
	expect(chart).toMatchObject({start: noon, duration: 2000, errors: [0, 0.1], marks: []});
	expect(chart?.revisions).toEqual([
		{revision: fresh, share: [0.2, 0.4], errors: [0, 0.25], p95: [475, 475]},
		{revision: old, share: [0.8, 0.6], errors: [0, 0], p95: [9.5, 9.5]},
	]);
});

test('rates are drawn as shares, and nothing is drawn of what they do not tell', () => {
	const chart = usersChartOf([stretch(0, [80, 20], {isExact: false})], [], {columns: 60, revisions});
	expect(chart?.errors).toEqual([undefined]);
	expect(chart?.revisions[0]).toEqual({
		revision: fresh,
		share: [0.2],
		errors: [undefined],
		p95: [undefined],
	});
});

test('a change of the split is marked, and what came before it is in no column after it', () => {
	const chart = usersChartOf(
		[stretch(0, [10, 0]), stretch(2, [0, 10])],
		[{at: noon + 2000, before: [100, 0], after: [0, 100]}],
		{columns: 60, revisions},
	);
	expect(chart?.marks).toEqual([{at: noon + 2000, column: 1, before: [100, 0], after: [0, 100]}]);
	expect(chart?.revisions[0]?.share).toEqual([0, 1]);
});

test('where there is no more room two columns become one, and a round that came late leaves no gap', () => {
	const many = Array.from({length: 30}, (_, index) => stretch(index * 2, [80, 20]));
	const chart = usersChartOf(many, [], {columns: 20, revisions});
	expect(chart).toMatchObject({duration: 4000, errors: {length: 15}});
	const late = usersChartOf([stretch(0, [80, 20]), stretch(2.3, [80, 20]), stretch(4.6, [80, 20])], [], {
		columns: 60,
		revisions,
	});
	expect(late?.revisions[0]?.share.slice(0, 3)).toEqual([0.2, 0.2, 0.2]);
	expect(usersChartOf([], [], {columns: 20, revisions})).toBeUndefined();
});

test('a change of the split of which nothing has come yet is marked, too, at the end', () => {
	const changed = {at: noon + 4500, before: [100, 0], after: [0, 100]};
	const chart = usersChartOf([stretch(0, [10, 0]), stretch(2, [10, 0])], [changed], {columns: 60, revisions});
	expect(chart?.marks).toEqual([{...changed, column: 2}]);
	expect(chart?.revisions[0]?.share).toEqual([0, 0, undefined]);
});

test('no share is drawn that would be a guess, nor one as of now while it cannot be told', () => {
	const few = stretch(0, [2, 1], {isExact: false});
	expect(usersChartOf([few], [], {columns: 60, revisions})?.revisions[0]?.share).toEqual([undefined]);
	const options = {columns: 60, revisions, isShareTold: false};
	expect(usersChartOf([stretch(0, [80, 20])], [], options)).toMatchObject({
		isShareOpen: true,
		revisions: [{share: [0.2]}, {}],
	});
});
