import {describe, expect, it} from 'vitest';
import type {RevisionPart, LedgerStretch} from '../../../source/users/counting/ledger.js';
import {usersView} from '../../../source/users/counting/users-view.js';

function part(
	requests: number,
	{failed = 0, isExact = true, isCut = false, buckets = {}, pods = {all: 1, read: 1}} = {},
): RevisionPart {
	return {
		perSecond: requests / 2,
		balance: requests / 2,
		ownPerSecond: 0,
		isExact,
		isCut,
		requests: isExact ? requests : 0,
		failed,
		rejected: 0,
		buckets: new Map(Object.entries(buckets).map(([bound, count]) => [Number(bound), Number(count)])),
		everTook: 4,
		isServing: true,
		concurrency: undefined,
		pods,
	};
}

function stretches(
	number: number,
	of: (index: number) => Readonly<Record<string, RevisionPart>>,
): LedgerStretch[] {
	return Array.from({length: number}, (_, index) => ({
		from: index * 2000,
		to: (index + 1) * 2000,
		earliest: index * 2000,
		isSettling: false,
		byRevision: new Map(Object.entries(of(index))),
	}));
}

const weights = [
	{revision: 'old', percent: 80},
	{revision: 'new', percent: 20},
];
const pair = {fresh: 'new', old: 'old'};

it('shows the last half minute beside all that came since the split', () => {
	const view = usersView(
		stretches(40, index => ({old: part(80), new: part(index < 20 ? 20 : 40, {failed: index < 20 ? 0 : 4})})),
		{weights, since: -1000, pair},
	);
	expect(view.recent).toMatchObject({seconds: 30, perSecond: 60, requests: 1800, isExact: true});
	expect(
		view.recent.rows.map(({revision, percent, share, failed}) => [revision, percent, share, failed]),
	).toEqual([
		['old', 80, 80 / 120, 0],
		['new', 20, 40 / 120, 60],
	]);
	expect(view.sinceSplit).toMatchObject({seconds: 80, requests: 4400});
	expect(view.errors).toMatchObject({state: 'worse', fresh: 'new', by: '5xx'});
});

const errorsWithOpen = (old: number, open: {old: number; new: number}) =>
	usersView(
		stretches(40, () => ({
			old: {...part(80, {failed: old}), open: {failed: open.old, rejected: 0}},
			new: {...part(20, {failed: 1}), open: {failed: open.new, rejected: 0}},
		})),
		{weights, since: -1000, pair},
	).errors?.state;

it('calls no canary worse for failures that may be those of the console, nor the old one better', () => {
	expect(errorsWithOpen(0, {old: 0, new: 0})).toBe('worse');
	expect(errorsWithOpen(0, {old: 4, new: 0})).toBe('not worse');
});

const viewOfGrpc = (failed: number) =>
	usersView(
		stretches(40, () => ({old: part(80), new: part(20, {failed})})),
		{weights, since: -1000, pair, isGrpc: true},
	);

it('does not take no failed status for no error where gRPC sends its own with 200', () => {
	expect(viewOfGrpc(0)).toMatchObject({
		errors: undefined,
		recent: {hasStatuses: false},
		split: {state: 'agrees'},
	});
	expect(viewOfGrpc(2).errors).toMatchObject({state: 'worse'});
});

it('counts for the verdict only what came under this split, and after the gateway was switched', () => {
	const all = stretches(20, () => ({old: part(80), new: part(20)}));
	const view = usersView(
		all.map((stretch, index) => ({...stretch, isSettling: index === 11})),
		{weights, since: 19_500, pair},
	);
	expect(view.split).toMatchObject({requests: [720, 180], state: 'agrees'});
});

it('leaves stretches that are estimates out of the verdict, and says that they are', () => {
	const view = usersView(
		stretches(20, index => ({old: part(80), new: part(20, {isExact: index !== 7})})),
		{weights, since: -1000, pair},
	);
	expect([view.split?.requests, view.sinceSplit.isExact]).toEqual([[1520, 380], false]);
	const none = usersView(
		stretches(20, () => ({old: part(80), new: part(20, {isExact: false})})),
		{weights, since: -1000, pair},
	);
	expect([none.split, none.errors]).toEqual([undefined, undefined]);
});

it('shows a revision that users reach and that is not in the split', () => {
	const view = usersView(
		stretches(10, () => ({old: part(80), new: part(20), other: taking(0.01, 4)})),
		{weights, since: -1000, pair},
	);
	expect(view.recent.rows.map(({revision, percent}) => [revision, percent])).toEqual([
		['old', 80],
		['new', 20],
		['other', undefined],
	]);
	expect(view.split?.state).toBe('impossible');
});

it('counts for the verdict nothing that may have come before the split, however late its pod was asked', () => {
	const all = stretches(20, () => ({old: part(80), new: part(20)}));
	const view = usersView(
		all.map((stretch, index) => (index === 10 ? {...stretch, earliest: stretch.from - 1500} : stretch)),
		{weights, since: 19_500, pair},
	);
	expect(view.split?.requests).toEqual([720, 180]);
	expect(view.sinceSplit.seconds).toBe(18);
});

const unread = part(0, {isExact: false, pods: {all: 2, read: 0}});

it('takes no revision for unused whose pods do not answer, and draws nothing of that time', () => {
	const view = usersView(
		stretches(10, index => ({old: index < 6 ? part(80) : unread, new: part(20)})),
		{weights, since: -1000, pair},
	);
	expect(view.recent).toMatchObject({seconds: 12, perSecond: 50, isExact: true});
	expect(view.recent.rows.map(({share}) => share)).toEqual([0.8, 0.2]);
	expect(view.sinceSplit.seconds).toBe(12);
	expect([view.history.length, view.isCurrent]).toEqual([6, true]);
});

it('is not current once nothing is known of a revision for a while', () => {
	const view = usersView(
		stretches(12, index => ({old: index < 6 ? part(80) : unread, new: part(20)})),
		{weights, since: -1000, pair},
	);
	expect(view.isCurrent).toBe(false);
	expect(view.known?.until).toBe(12_000);
	expect(view.known?.window.rows.map(({share}) => share)).toEqual([0.8, 0.2]);
	const never = usersView(
		stretches(12, () => ({old: unread, new: part(20)})),
		{weights, since: -1000, pair},
	);
	expect([never.recent.seconds, never.isCurrent, never.known]).toEqual([0, false, undefined]);
});

it('leaves what may be asked at a tag out of the shares, at 0 % and not above', () => {
	const view = usersView(
		stretches(10, () => ({old: part(80), new: part(20), tagged: taking(0.01, 40)})),
		{
			weights: [...weights, {revision: 'tagged', percent: 0}],
			tagged: ['old', 'new', 'tagged'],
			since: -1000,
			pair,
		},
	);
	expect(view.recent.rows.map(({share}) => share)).toEqual([0.8, 0.2, undefined]);
	expect(view.recent.perSecond).toBe(70);
	expect(view.split?.state).toBe('at tags');
});

it('does without a revision that is to get nothing, and with one that has no pods', () => {
	const view = usersView(
		stretches(10, () => ({old: part(80), new: part(0, {pods: {all: 0, read: 0}}), tagged: unread})),
		{weights: [...weights, {revision: 'tagged', percent: 0}], since: -1000, pair},
	);
	expect(view.recent.rows.map(({share}) => share)).toEqual([1, 0, 0]);
	expect(view.isCurrent).toBe(true);
});

/** As `part`, of requests that take so many seconds. */
const taking = (seconds: number, requests: number): RevisionPart => ({
	...part(requests, {buckets: {[seconds]: requests, Infinity: requests}}),
	everTook: seconds * 1000,
});
const silent: RevisionPart = {...part(0), everTook: undefined};
const cold: RevisionPart = {...silent, isServing: false};
const half = [
	{revision: 'old', percent: 50},
	{revision: 'new', percent: 50},
];
const halves = (fresh: (index: number) => RevisionPart, number = 20) =>
	usersView(
		stretches(number, index => ({old: taking(0.01, 100), new: fresh(index)})),
		{weights: half, since: -1000, pair},
	);

// Eight seconds each: none has ended before.
const slow = (index: number) => (index < 3 ? silent : taking(8, 100));

it('blames no split for requests of a slow revision that are still under way', () => {
	expect(halves(slow, 3)).toMatchObject({split: undefined, untested: {kind: 'silent', revision: 'new'}});
	expect(halves(slow, 4)).toMatchObject({split: undefined, untested: {kind: 'slow'}});
	expect(halves(slow).split).toMatchObject({state: 'agrees', requests: [1600, 1600]});
	// Known of it from before, for its pods have told of others.
	const known = halves(() => ({...part(0), everTook: 6000}), 2);
	expect(known.untested).toEqual({kind: 'slow', seconds: 6});
});

it('sees a revision that gets nothing, once what it may have got would have ended', () => {
	expect(halves(() => part(0), 8).split?.state).toBe('disagrees');
	expect(halves(() => silent, 5).split).toBeUndefined();
	expect(halves(() => silent, 13).split?.state).toBe('disagrees');
});

const waking = (index: number) => (index < 4 ? cold : index === 4 ? {...cold, requests: 400} : part(100));

it('blames no split for requests that wait for the first pod, nor for all of them together when it is there', () => {
	expect(halves(waking, 4)).toMatchObject({split: undefined, untested: {kind: 'starting', revision: 'new'}});
	const view = halves(waking);
	expect(view.split).toMatchObject({state: 'agrees', requests: [1400, 1400]});
	// It sleeps again because nobody comes: that says something.
	expect(halves(index => (index < 10 ? taking(0.01, 100) : cold)).split?.requests).toEqual([2000, 1000]);
});

it('waits a minute for the first pod', () => {
	expect(halves(() => cold, 29).split).toBeUndefined();
	expect(halves(() => cold, 40).split?.state).toBe('disagrees');
});

const left = (kept: RevisionPart) =>
	usersView(
		stretches(5, index => ({old: taking(0.01, 100), new: index < 3 ? kept : part(0)})),
		{
			weights: [
				{revision: 'old', percent: 100},
				{revision: 'new', percent: 0},
			],
			since: -1000,
			pair,
		},
	).split;

it('takes requests that end at 0 % for what began before, unless they took less than that is ago', () => {
	expect(left(taking(10, 5))).toMatchObject({requests: [500, 0]});
	expect(left(taking(10, 5))?.state).not.toBe('impossible');
	expect(left(taking(0.5, 5))).toMatchObject({state: 'impossible', requests: [500, 15]});
	// From the third stretch on, which begins five seconds after the split.
	expect(left(taking(5, 5))).toMatchObject({state: 'impossible', requests: [500, 5]});
	// Without a histogram nobody knows.
	expect(left(part(5))?.state).not.toBe('impossible');
});

it('says that there is no verdict where not all pods are read', () => {
	const sampled = {...part(80, {pods: {all: 25, read: 20}}), isExact: false};
	const view = usersView(
		stretches(10, () => ({old: sampled, new: part(20)})),
		{weights, since: -1000, pair},
	);
	expect([view.split, view.untested]).toEqual([undefined, {kind: 'part', all: 25, read: 20}]);
});

const cutIn = (isCut: (index: number) => boolean) =>
	usersView(
		stretches(10, index => ({old: part(80), new: part(isCut(index) ? 3 : 20, {isCut: isCut(index)})})),
		{weights, since: -1000, pair},
	);

it('has no stretch in a verdict in which a pod ended, and says so where there is no other', () => {
	expect(cutIn(index => index % 3 === 1).split?.requests).toEqual([560, 140]);
	expect(cutIn(() => false).recent.isExact).toBe(true);
	// What a pod counted last went with it.
	expect(cutIn(index => index === 8).recent.isExact).toBe(false);
	const always = cutIn(() => true);
	expect(always).toMatchObject({split: undefined, untested: {kind: 'cut', revision: 'new'}});
	expect(always.recent.isExact).toBe(false);
});

describe('the split that was just changed', () => {
	const rolledBack = [
		{revision: 'old', percent: 100},
		{revision: 'new', percent: 0},
	];
	const promoted = [
		{revision: 'old', percent: 0},
		{revision: 'new', percent: 100},
	];
	/** Rolled back after 20 s, from the split that is given; `then` is what comes in two seconds since. */
	const since = 20_000;
	type Pair = [old: number, fresh: number];
	type Then = (index: number) => Pair;
	type Came = [string, typeof weights, Pair, Then, number];
	const rollBack = (was: typeof weights, [old, fresh]: Pair, then: Then, number = 15) =>
		usersView(
			stretches(10 + number, index => {
				const [first, second] = index < 10 ? [old, fresh] : then(index - 10);
				return {old: taking(0.01, first), new: taking(0.01, second)};
			}),
			{
				weights: rolledBack,
				tagged: ['new'],
				since,
				changed: since,
				earlier: {weights: was, until: since},
				pair: undefined,
			},
		);

	it('is the beginning of what is recent: what came before is of another one', () => {
		const view = rollBack(promoted, [0, 100], () => [100, 0], 3);
		expect(view.recent).toMatchObject({seconds: 6, requests: 300});
		expect(view.recent.rows.map(({share}) => share)).toEqual([1, 0]);
	});

	it('shows what comes while the gateway is being switched, however long that takes', () => {
		const all = stretches(20, index => ({old: part(80), new: part(index < 10 ? 0 : 20)}));
		const view = usersView(
			all.map((stretch, index) => ({...stretch, isSettling: index >= 10})),
			{weights, since: 39_000, changed: since, pair: undefined},
		);
		expect([view.recent.seconds, view.recent.rows.map(({share}) => share)]).toEqual([20, [0.8, 0.2]]);
	});

	it.each([
		['everything', promoted, [0, 100], () => [0, 100], 8],
		['its old share', weights, [80, 20], index => [78 + (index % 4), 19 + (index % 3)], 15],
	] satisfies Came[])(
		'is known not to be what users get, where what was rolled back gets %s',
		(_, was, before, then, number) => {
			const view = rollBack(was, before, then, number);
			expect(view.kept).toMatchObject({revision: 'new'});
			expect(view.recent.rows.map(({share}) => share)).not.toContain(undefined);
		},
	);

	it.each([
		['those who ask it at its tag from then on', [80, 20], () => [100, 40]],
		['those who have always asked it there', [80, 60], () => [100, 40]],
		['few, of whom most are gone', [80, 20], () => [92, 1]],
		['some that did not come before', [0, 0], () => [0, 40]],
	] satisfies [string, Pair, Then][])('is not contradicted by %s', (_, before, then) => {
		const view = rollBack(weights, before, then);
		expect(view.kept).toBeUndefined();
		expect(view.recent.rows[1]?.share).toBeUndefined();
	});

	it('is contradicted no longer once they go where they should', () => {
		expect(
			rollBack(promoted, [0, 100], index => (index < 15 ? [0, 100] : [100, 0]), 30).kept,
		).toBeUndefined();
	});
});

/** Of the only one. */
const failingAlone = (failed: (index: number) => number, number = 15) =>
	usersView(
		stretches(number, index => ({only: part(20, {failed: failed(index)})})),
		{weights: [{revision: 'only', percent: 100}], since: -1000, pair: undefined},
	).failing;

describe('a revision that fails its users', () => {
	it('is told of though there is no other, with what was counted', () => {
		expect(failingAlone(index => 5 + (index % 4))).toEqual({
			revision: 'only',
			failed: 96,
			requests: 300,
			limit: 0.05,
			isOld: false,
		});
	});

	it('is none where chance alone may have it seem so, or it fails no longer', () => {
		expect(failingAlone(index => (index % 2 === 0 ? 1 : 2), 8)).toBeUndefined();
		expect(failingAlone(() => 1, 100)).toBeUndefined();
		expect(failingAlone(index => (index < 15 ? 7 : 0), 32)).toBeUndefined();
	});

	it('is found after an hour without an error', () => {
		expect(failingAlone(index => (index < 600 ? 0 : 6), 615)).toMatchObject({revision: 'only'});
	});

	it('is the one that has been there, where that fails and not the new one', () => {
		const view = usersView(
			stretches(15, () => ({old: part(80, {failed: 24}), new: part(20)})),
			{weights, since: -1000, pair},
		);
		expect(view.failing).toMatchObject({revision: 'old', isOld: true});
	});
});
