import {expect, test} from 'vitest';
import type {LoopSnapshot, Row} from '../../../../source/console/state/state.js';
import type {TagState} from '../../../../source/probe/attribution/learning.js';
import {clock} from '../../../../source/screen/format.js';
import {splitLine} from '../../../../source/screen/live/verdicts/split-line.js';
import type {VerdictContext} from '../../../../source/screen/live/verdicts/verdict-line.js';
import {splitVerdict} from '../../../../source/stats/split-verdict.js';
import {answerOf} from '../snapshot.js';
import {context, noon} from './context.js';

const row = (part: Partial<Row>): Row => ({
	key: 'row',
	fingerprint: 'SERVING',
	otherFingerprints: 0,
	code: undefined,
	text: '',
	revision: undefined,
	learned: undefined,
	attribution: 'one of',
	why: 'unknown',
	candidates: ['h-00001', 'h-00002'],
	configuredPercent: undefined,
	n: 40,
	errors: 0,
	observedShare: 1,
	interval: {low: 0.9, high: 1},
	lately: 0,
	recent: [],
	sample: 'SERVING',
	p50: 1,
	p95: 2,
	p99: undefined,
	...part,
});

const own = (revision: string, configuredPercent: number, lately: number) =>
	row({key: revision, revision, attribution: 'revision', why: undefined, configuredPercent, lately});

const split = (part: Partial<LoopSnapshot>, given: Partial<VerdictContext> = {}) =>
	splitLine(
		{
			verdict: undefined,
			settling: false,
			rows: [],
			alarm: undefined,
			trouble: undefined,
			suggestion: undefined,
			answered: 40,
			rate: 2,
			unheard: [],
			tags: [],
			state: 'running',
			burstLeft: 0,
			last: [],
			silentSince: undefined,
			...part,
		},
		{...context, ...given},
	);

const half = [
	{key: 'h-00001', percent: 50, count: 0},
	{key: 'h-00002', percent: 50, count: 0},
];
const alike = splitVerdict(half, [{candidates: ['h-00001', 'h-00002'], count: 40}]);

test('revisions that answer identically are named as the reason, with what tells them apart', () => {
	const rows = [row({why: 'alike'})];
	expect(split({verdict: alike, rows})).toEqual({
		tone: 'warning',
		sentence: 'Revisions answer identically',
		remedy: 'choose what to compare (i)',
		more: expect.stringMatching(
			/^Revisions answer identically, so the split cannot be judged\. Another part/,
		),
	});
	expect(split({verdict: alike, rows, suggestion: 'header:x-version'})).toMatchObject({
		remedy: 'i compares header:x-version',
		more: expect.stringContaining('--fingerprint header:x-version'),
	});
	expect(split({verdict: alike, rows}, {askedBy: 'health check'}).more).toContain('--grpc-method');
	expect(split({verdict: alike, rows: [row({why: 'unknown'})]}).sentence).toMatch(
		/^Split cannot be judged: 40 of 40/,
	);
});

test('a revision that could not be asked on its own is named as the reason', () => {
	const line = split({verdict: alike, rows: [row({why: 'unheard'})], unheard: ['h-00002']});
	expect(line.sentence).toBe('split cannot be judged: 40 of 40 answers unattributed');
	expect(line.remedy).toBe('t adds a tag URL');
	expect(line.more).toContain('h-00001 or h-00002');
});

test('where no tag may be asked that is the reason, and no tag is advised', () => {
	const line = split(
		{verdict: alike, rows: [row({why: 'unheard'})], unheard: ['h-00002']},
		{tagsMissing: 'No tag can be asked: its gateway is not found'},
	);
	expect(line).not.toHaveProperty('remedy');
	expect(line.more).toMatch(/, because no tag can be asked: its gateway is not found\.$/);
});

test('a revision whose tag fails is not told to get one', () => {
	const canary = {authority: 'canary-h.example.com', tag: 'canary', revision: 'h-00002'};
	const unheard = (tag: Partial<TagState>, revisions = ['h-00002']) =>
		split({
			verdict: alike,
			rows: [row({why: 'unheard'})],
			unheard: revisions,
			tags: [{...canary, state: 'failed', problem: 'it answers 404', fault: 'fails', ...tag}],
		});
	const line = unheard({});
	expect(line.remedy).toBe("tag canary fails: check the gateway's rule");
	expect(line.more).toContain(
		'the tag canary of h-00002 tells nothing of it: it answers 404. Check the gateway',
	);
	expect(line.more).not.toContain('adds a tag');
	expect(unheard({byHeader: 'canary'}).remedy).toBe('tag canary fails: check its header');
	expect(unheard({fault: 'nothing to compare'}).remedy).toMatch(
		/says nothing to compare: choose what \(i\)$/,
	);
	const waiting = unheard({state: 'waiting', problem: undefined, fault: undefined});
	expect(waiting.remedy).toBeUndefined();
	expect(waiting.more).toContain('have been asked on their own yet');
	// Another one has no tag: that one gets it.
	expect(unheard({}, ['h-00001', 'h-00002']).remedy).toBe('t adds a tag URL');
});

test('a split in agreement is claimed no further than it is proven, and not as good beside failures', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 50, count: 20},
		{key: 'h-00002', percent: 50, count: 20},
	]);
	expect(split({verdict})).toEqual({tone: 'good', sentence: 'No contradiction with the split so far.'});
	const trouble = {kind: 'failures', count: 4, of: 40, sentence: 'users get failures'} as const;
	expect(split({verdict, trouble}).tone).toBe('warning');
});

test('what is not looked at any more is said of the time when it was', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 50, count: 20},
		{key: 'h-00002', percent: 50, count: 20},
	]);
	const last = [answerOf('Hello!', {at: noon}), answerOf('Slow!', {at: noon - 5000})];
	expect(split({verdict, last, state: 'paused'}).sentence).toBe(
		`No contradiction with the split so far · asked until ${clock(noon)}`,
	);
	expect(split({verdict, last, state: 'paused', burstLeft: 3}).sentence).toBe(
		'No contradiction with the split so far.',
	);
});

test('what is needed to tell more is said with how long that takes at this pace', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 90, count: 9},
		{key: 'h-00002', percent: 10, count: 1},
	]);
	expect(split({verdict})).toEqual({
		tone: 'waiting',
		sentence: 'Too few answers to tell, ~34 more needed (17 s).',
	});
});

test('an alarm says what users get, since when, when last, and what to do', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 50, count: 40},
		{key: 'h-00002', percent: 50, count: 0},
	]);
	const rows = [own('h-00001', 100, 0), own('h-00002', 0, 30)];
	const alarm = {since: noon, last: noon + 47_000, isOver: false};
	const line = split({verdict, rows, alarm});
	expect(line.tone).toBe('bad');
	expect(line.sentence).toBe(
		`wrong split: set 100│0, users get 0│100 for 48 s · since ${clock(noon)}, last ${clock(noon + 47_000)}`,
	);
	expect(line.more).toMatch(
		/S sends the split again; else look at the KIngress and the gateway's pods \(e\)\.$/,
	);

	const over = split({verdict, rows, alarm: {...alarm, isOver: true}});
	expect(over).toEqual({
		tone: 'warning',
		sentence: `split was wrong ${clock(noon)}–${clock(noon + 47_000)}, now set 100│0, users get 0│100`,
		shorter: [
			`split was wrong ${clock(noon)}–${clock(noon + 47_000)}, now users get 0│100`,
			`split was wrong ${clock(noon)}–${clock(noon + 47_000)}`,
		],
		remedy: 'Z resets counts',
	});
});

test('while the gateway answers nothing no split is said to be got now', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 50, count: 40},
		{key: 'h-00002', percent: 50, count: 0},
	]);
	const rows = [own('h-00001', 90, 8), own('h-00002', 10, 1)];
	const alarm = {since: noon, last: noon + 20_000, isOver: true};
	const silentSince = noon + 30_000;
	expect(split({verdict, rows, alarm, silentSince})).toEqual({
		tone: 'warning',
		sentence: `split was wrong ${clock(noon)}–${clock(noon + 20_000)}`,
		remedy: 'Z resets counts',
	});
	// Whether it lasts is not known either.
	expect(split({verdict, rows, alarm: {...alarm, isOver: false}, silentSince}).sentence).toContain(
		' for 20 s ',
	);
	expect(split({verdict, rows, alarm}).sentence).toContain('now set 90│10, users get ');
});

test('nobody waits for answers of a gateway that gives none', () => {
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 50, count: 2},
		{key: 'h-00002', percent: 50, count: 1},
	]);
	expect(split({verdict, state: 'running'}).sentence).toMatch(/ \(\d+ s\)\.$/);
	expect(split({verdict, state: 'running', silentSince: noon}).sentence).toBe(verdict?.sentence);
});

test('nothing is said to be switching when the route refuses the split for good', () => {
	expect(split({settling: true}).sentence).toBe('switching: answers not counted yet');
	expect(split({settling: true}, {isRefused: true})).toEqual({
		tone: 'bad',
		sentence: 'not counted: the route refuses the split, and the gateway is not switched',
	});
});

test('nothing is said to be switching where what is reported is no whole split', () => {
	const splitDoubt = 'The split that h has got: percent is -10';
	const line = split({settling: true}, {splitDoubt});
	expect(line.tone).toBe('warning');
	expect(line.sentence).toBe('not counted: the cluster reports no whole split');
	expect(line.more).toBe(
		'The split that h has got: percent is -10. Nothing can be compared with that; y shows the object.',
	);
});
