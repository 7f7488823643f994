import {expect, test} from 'vitest';
import {measuredShares, setAndGot, verdictOf} from '../../../source/console/live/verdicts.js';
import {createLoop, type LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {targetAt} from '../../probe/servers.js';
import {comparisonOf, rowOf} from '../../screen/live/snapshot.js';

/** As a loop is that was not started, with what is given. */
function snapshot(part: Partial<LoopSnapshot>): LoopSnapshot {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	return {...loop.snapshot(), gateway: {kind: 'answers'}, ...part};
}

const agreeing = {
	state: 'agrees',
	attributed: 50,
	unattributed: 0,
	minimum: 7,
	more: undefined,
	logE: -1,
	impossible: [],
	sentence: '',
} as const;
const ongoing = {since: 1, last: 2, isOver: false};

test.each([
	['nothing yet', {}, 'waiting', ''],
	['in agreement', {verdict: agreeing}, 'good', 'fine'],
	[
		'a gateway that is down, whatever the counts say',
		{verdict: agreeing, gateway: {kind: 'down', since: 1, requests: 12, sentence: ''}},
		'bad',
		'down',
	],
	['another split than the one that is set', {verdict: agreeing, alarm: ongoing}, 'bad', 'wrong'],
	[
		'a gateway that answers all itself, whatever was wrong before',
		{
			alarm: ongoing,
			silentSince: 1,
			gateway: {kind: 'answers itself', since: 1, last: 2, requests: 9, isAll: true, code: '503', text: ''},
			trouble: {kind: 'gateway', count: 9, of: 50, sentence: ''},
		},
		'bad',
		'failing',
	],
	['a wrong split that is over', {verdict: agreeing, alarm: {...ongoing, isOver: true}}, 'warning', 'unsure'],
	[
		'failures of users in a split that agrees',
		{verdict: agreeing, trouble: {kind: 'failures', count: 9, of: 50, sentence: ''}},
		'bad',
		'failing',
	],
	[
		'failures of users that are over',
		{verdict: agreeing, trouble: {kind: 'failures', count: 9, of: 50, sentence: '', isOver: true}},
		'warning',
		'unsure',
	],
	[
		'tags that may have no rule',
		{verdict: agreeing, tagDoubt: {revisions: [], text: '404', sentence: 'both tags answer 404'}},
		'warning',
		'unsure',
	],
] as const)('%s is one word', (_, part, tone, word) => {
	expect(verdictOf('uid', snapshot(part))).toMatchObject({uid: 'uid', tone, word});
});

const weights = (percent: number) => [
	{revision: 'h-00001', percent: 100 - percent},
	{revision: 'h-00002', percent},
];

const withCanaryAt = (percent: number, part: Partial<LoopSnapshot> = {}) =>
	verdictOf(
		'uid',
		snapshot({
			comparison: comparisonOf('h-00001', 'h-00002', {failed: 20}),
			weights: weights(percent),
			...part,
		}),
	);

test('a canary that is worse is no alarm once no user gets it, and what users get goes before it', () => {
	expect(withCanaryAt(10)).toMatchObject({tone: 'bad', word: 'worse', isCanaryUnused: false});
	expect(withCanaryAt(0)).toMatchObject({tone: 'warning', word: 'worse', isCanaryUnused: true});
	expect(withCanaryAt(0, {settling: true})).toMatchObject({
		tone: 'bad',
		word: 'worse',
		isCanaryUnused: false,
	});
	expect(withCanaryAt(0, {alarm: ongoing})).toMatchObject({tone: 'bad', word: 'worse'});
	const trouble = {kind: 'failures', count: 9, of: 50, sentence: ''} as const;
	expect(withCanaryAt(0, {trouble})).toMatchObject({tone: 'bad', word: 'failing', isCanaryUnused: true});
});

test('that no user gets a canary is shown by answers that are known to be of others alone', () => {
	const got = {...rowOf('h-00001', 50, 100), candidates: ['h-00001']};
	const shownBy = (rows: LoopSnapshot['rows']) => withCanaryAt(0, {rows}).isCanaryUnusedShown;
	expect(shownBy([got])).toBe(true);
	expect(shownBy([])).toBe(false);
	expect(shownBy([{...got, revision: undefined, candidates: ['h-00001', 'h-00002']}])).toBe(false);
	expect(withCanaryAt(10, {rows: [got]}).isCanaryUnusedShown).toBe(false);
});

const share = (revision: string, set: number, got: number | undefined) => ({revision, set, got});

test('what is set and what users get is said of the last answers, and not before any came', () => {
	expect(setAndGot([share('h-00001', 90, 50.4), share('h-00002', 10, 49.6)])).toBe(
		'set 90│10, users get 50│50',
	);
	expect(setAndGot([share('h-00001', 90, undefined)])).toBeUndefined();
});

test('the share of a revision is open while it was not heard and answers may be its', () => {
	const row = rowOf('h-00001', 0, 90);
	const silent = {...rowOf('h-00002', 0, 10), lately: 0};
	const rows = [{...row, lately: 30}, silent];
	const open = {...silent, revision: undefined, lately: 3};
	expect(measuredShares({rows})).toEqual([
		{revision: 'h-00001', set: 90, got: 100},
		{revision: 'h-00002', set: 10, got: 0},
	]);
	expect(measuredShares({rows: [...rows, open]})).toMatchObject([{set: 90}, {got: 0, isOpen: true}]);
});
