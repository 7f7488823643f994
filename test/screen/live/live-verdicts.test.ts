import {expect, test} from 'vitest';
import {
	changeLines,
	comparisonLine,
	fittedVerdict,
	splitLine,
	verdictLines,
	type VerdictContext,
} from '../../../source/screen/live/live-verdicts.js';
import {clock} from '../../../source/screen/format.js';
import type {Comparison, LoopSnapshot, Row} from '../../../source/console/state/state.js';
import {failureBound, moreForBound} from '../../../source/stats/failure-bound.js';
import {errorVerdict} from '../../../source/stats/error-verdict.js';
import {latencyVerdict} from '../../../source/stats/latency-verdict.js';
import {splitVerdict} from '../../../source/stats/split-verdict.js';
import type {TagState} from '../../../source/probe/attribution/learning.js';

const pair = {
	ok: true,
	sides: {
		old: {revision: 'h-00001', authority: 'stable-h.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
	},
} as const;

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const context: VerdictContext = {service: 'h', isRefused: false, askedBy: 'http', pair, now: noon + 48_000};

function comparison({asked = 120, fresh = 0, old = 0, bad = 0, cold = 0, undecided = 0} = {}): Comparison {
	const side = {p50: 12, p95: 20, p99: 30, cold: 0, coldP50: undefined, undecided: 0, lastFailure: undefined};
	const boundMore = moreForBound(fresh, asked, 0.01);
	return {
		old: {...side, revision: 'h-00001', asked, failed: old},
		fresh: {
			...side,
			revision: 'h-00002',
			asked,
			failed: fresh,
			cold,
			coldP50: cold > 0 ? 2500 : undefined,
			undecided,
		},
		since: 0,
		pairs: asked + undecided,
		compared: asked,
		bad,
		notSent: 0,
		withoutGateway: 0,
		gatewaySaid: undefined,
		alikeFailures: {count: 0, text: '', isLast: false},
		errors: errorVerdict({asked, failed: fresh}, {asked, failed: old}),
		latency: latencyVerdict(asked, bad),
		worse: undefined,
		slower: undefined,
		isProven: true,
		bound: failureBound(fresh, asked),
		boundMore,
		boundWait: boundMore === undefined ? undefined : boundMore * 1000,
	};
}

const calm = {
	settling: false,
	tagDoubt: undefined,
	trouble: undefined,
	alarm: undefined,
	weights: [
		{revision: 'h-00001', percent: 90},
		{revision: 'h-00002', percent: 10},
	],
};
const lineOf = (given: Comparison | undefined, part: Partial<LoopSnapshot> = {}) =>
	comparisonLine({...calm, comparing: true, comparison: given, ...part}, pair);

test('not worse so far comes with the bound, with what it takes for a lower one, and how long that is', () => {
	expect(lineOf(comparison())).toEqual({
		tone: 'good',
		sentence:
			'canary not worse so far: 0 of 120 failed (true rate < 2.9 %) · < 1 % takes ~230 more (3m 50s) · stable 0 of 120 · p50 12 ms vs 12 ms, slower in 0 of 120',
	});
	expect(lineOf(comparison({asked: 350})).sentence).toContain('0 of 350 failed (true rate < 1 %) · stable');
	// Both fail: a low bound is out of sight.
	expect(lineOf(comparison({asked: 300, fresh: 90, old: 90})).sentence).toMatch(
		/90 of 300 failed \(true rate < [34]\d\.\d %\) · stable 90 of 300/,
	);
});

test('no alarm is shown as good only once the canary is known to fail seldom', () => {
	expect(lineOf(comparison({asked: 20})).tone).toBe('waiting');
	expect(lineOf(comparison({asked: 68})).tone).toBe('waiting');
	expect(lineOf(comparison({asked: 70})).tone).toBe('good');
	expect(lineOf(comparison({asked: 100, fresh: 90, old: 90})).tone).toBe('waiting');
});

test('nothing is good while users get failures, or while much of it is redirects', () => {
	const trouble = {kind: 'failures', count: 20, of: 200, sentence: 'users get failures'} as const;
	expect(lineOf(comparison(), {trouble}).tone).toBe('waiting');
	expect(lineOf(comparison({undecided: 40})).tone).toBe('waiting');
	expect(lineOf(comparison({asked: 0, undecided: 40}))).toEqual({
		tone: 'waiting',
		sentence: 'canary neither works nor fails: 40 answers are redirects or 4xx',
		remedy: 'choose what to send (i)',
	});
});

test('worse, slower and both are said first, with their counts and since when', () => {
	expect(lineOf(comparison({fresh: 8}))).toMatchObject({
		tone: 'bad',
		sentence: 'canary WORSE: fails 8 of 120, stable 0 of 120 · p50 12 ms vs 12 ms, slower in 0 of 120',
	});
	expect(lineOf(comparison({bad: 100})).sentence).toBe(
		'canary SLOWER: p50 12 ms vs 12 ms, slower in 100 of 120 · fails 0 of 120, stable 0 of 120',
	);
	expect(lineOf(comparison({fresh: 8, bad: 100})).sentence).toMatch(/^canary WORSE, SLOWER: /);
	const worse = {since: noon, last: noon + 40_000, isOver: false};
	expect(lineOf({...comparison({fresh: 8}), worse}).sentence).toMatch(
		new RegExp(`· since ${clock(noon)}, last ${clock(noon + 40_000)}$`),
	);
});

test('what no user gets is not rolled back but given up, unless users may get it all the same', () => {
	const weights = [
		{revision: 'h-00001', percent: 100},
		{revision: 'h-00002', percent: 0},
	];
	const bad = comparison({fresh: 8});
	expect(lineOf(bad)).toMatchObject({tone: 'bad', remedy: 'R rolls back'});
	const remedy = 'no user gets it: X abandons';
	expect(lineOf(bad, {weights})).toMatchObject({tone: 'bad', remedy});
	expect(lineOf(comparison({bad: 100}), {weights: [{revision: 'h-00001', percent: 100}]})).toMatchObject({
		sentence: expect.stringMatching(/^canary SLOWER: /),
		remedy,
	});
	const alarm = {since: noon, last: noon, isOver: false};
	for (const part of [{settling: true}, {alarm}, {weights: []}]) {
		expect(lineOf(bad, {weights, ...part}).remedy).toBe('R rolls back');
	}
	expect(lineOf(bad, {weights, alarm: {...alarm, isOver: true}}).remedy).toBe(remedy);
});

test('a suspicion says about how many more pairs it takes', () => {
	expect(lineOf(comparison({fresh: 4}))).toMatchObject({
		tone: 'warning',
		sentence: expect.stringMatching(
			/^canary possibly worse \(~\d+ more\): fails 4 of 120, stable 0 of 120 ·/,
		),
	});
});

test('cold starts are told apart', () => {
	expect(lineOf(comparison({cold: 2})).sentence).toMatch(/· 2 from a cold start: p50 2\.5 s$/);
});

test('why nothing is compared is said', () => {
	expect(lineOf(undefined).sentence).toBe('no pair answered yet');
	expect(lineOf(undefined, {comparing: false}).remedy).toContain('p compares canary and stable');
	expect(lineOf(comparison(), {comparing: false}).sentence).toContain('not worse so far (off)');
	const unable = {ok: false, reason: 'h-00001 has no tag URL', untagged: 'h-00001'} as const;
	expect(comparisonLine({...calm, comparing: true, comparison: undefined}, unable).sentence).toBe(
		'not compared: h-00001 has no tag URL; t adds one',
	);
});

test('tags that may have no rule at the gateway accuse nobody and praise nobody', () => {
	const sentence = 'the gateway may have no rule for tag hosts: both answer 404, the service itself works';
	const tagDoubt = {revisions: ['h-00001', 'h-00002'], text: '404', sentence};
	for (const given of [comparison(), comparison({fresh: 100})]) {
		expect(lineOf(given, {tagDoubt})).toEqual({tone: 'warning', sentence: `not compared: ${sentence}`});
	}
});

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
		/^Cannot be judged: 40 of 40/,
	);
});

test('a revision that could not be asked on its own is named as the reason', () => {
	const line = split({verdict: alike, rows: [row({why: 'unheard'})], unheard: ['h-00002']});
	expect(line.sentence).toBe("cannot be judged: 40 of 40 answers may be any revision's");
	expect(line.remedy).toBe('t adds a tag URL');
	expect(line.more).toContain('h-00001 or h-00002');
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
		remedy: 'Z counts anew',
	});
});

test('a change that nobody made is said since when', () => {
	const change = {
		at: noon,
		before: new Map([
			['revision h-00001', 50],
			['revision h-00002', 50],
		]),
		after: new Map([['revision h-00002', 40]]),
		logE: 9,
	};
	expect(changeLines({change, alarm: undefined}, context)).toEqual([
		{
			tone: 'warning',
			sentence: `since ${clock(noon)} all answers are …00002's: changed without a change of the split`,
		},
	]);
	const after = new Map([
		['code 500', 10],
		['revision h-00002', 30],
	]);
	expect(changeLines({change: {...change, after}, alarm: undefined}, context)[0]?.sentence).toContain(
		'…00002 75 %, 500 25 %, before …00001 50 %, …00002 50 %',
	);
	expect(changeLines({change: undefined, alarm: undefined}, context)).toEqual([]);
});

test('nothing is said to be switching when the route refuses the split for good', () => {
	expect(split({settling: true}).sentence).toBe('switching: answers not counted yet');
	expect(split({settling: true}, {isRefused: true})).toEqual({
		tone: 'bad',
		sentence: 'not counted: the route refuses the split, and the gateway is not switched',
	});
});

const snapshot = (part: Partial<LoopSnapshot>): LoopSnapshot => ({
	at: noon,
	weights: [],
	since: noon,
	sent: 0,
	notSent: 0,
	answered: 0,
	errors: 0,
	refused: 0,
	gatewayAnswers: 0,
	unreached: 0,
	unattributed: 0,
	statusCodes: {},
	rows: [],
	verdict: undefined,
	target: {
		address: {host: '127.0.0.1', port: 80},
		authority: 'h.example.com',
		path: '/',
		scheme: 'http',
		protocol: 'http1',
	},
	state: 'running',
	rate: 1,
	burstLeft: 0,
	settling: false,
	inFlight: 0,
	settlingAnswers: 0,
	last: [],
	tags: [],
	comparing: true,
	comparison: undefined,
	history: [],
	gateway: {kind: 'answers'},
	trouble: undefined,
	alarm: undefined,
	change: undefined,
	tagDoubt: undefined,
	suggestion: undefined,
	unheard: [],
	failures: [],
	timeline: [],
	atTags: new Map(),
	...part,
});

test('a gateway that is down is no matter of statistics: it is said first, with since when and how often', () => {
	const gateway = {
		kind: 'down',
		since: noon,
		requests: 12,
		sentence: 'Nothing listens at 127.0.0.1:80.',
	} as const;
	const trouble = {kind: 'down', count: 12, of: 12, sentence: gateway.sentence} as const;
	const [first] = verdictLines(snapshot({gateway, trouble}), context);
	expect(first?.tone).toBe('bad');
	expect(first?.sentence).toBe(`gateway down since ${clock(noon)} (12 requests)`);
	expect(first?.more).toContain('Nothing listens at 127.0.0.1:80.');
});

test('a gateway that answers by itself is said to, and that nobody of the service did', () => {
	const gateway = {
		kind: 'answers itself',
		since: noon,
		last: noon + 9000,
		requests: 20,
		isAll: true,
		code: '404',
		text: '404',
	} as const;
	const [first] = verdictLines(snapshot({gateway}), context);
	expect(first).toMatchObject({
		tone: 'bad',
		sentence: `the gateway itself answers 404 since ${clock(noon)} (20): no route for this host`,
	});
});

test('failures that users get are said before what the shares say', () => {
	const trouble = {
		kind: 'failures',
		count: 20,
		of: 200,
		sentence: 'users get failures: 20 of 200 (404 ×20)',
	} as const;
	const lines = verdictLines(snapshot({trouble}), context);
	expect(lines[0]).toEqual({tone: 'bad', sentence: 'users get failures: 20 of 200 (404 ×20)'});
	expect(lines.some(({tone}) => tone === 'good')).toBe(false);
});

test('a line without room loses its last pieces, whole, and never what to do', () => {
	const line = {
		sentence: 'canary WORSE: fails 18 of 81, stable 0 of 81 · p50 311 ms vs 8 ms · since 12:00:00',
		remedy: 'R rolls back',
	};
	expect(fittedVerdict(line, 120, '…')).toBe(`${line.sentence} · R rolls back`);
	expect(fittedVerdict(line, 90, '…')).toBe(
		'canary WORSE: fails 18 of 81, stable 0 of 81 · p50 311 ms vs 8 ms · R rolls back',
	);
	expect(fittedVerdict(line, 70, '…')).toBe('canary WORSE: fails 18 of 81, stable 0 of 81 · R rolls back');
	expect(fittedVerdict(line, 40, '…')).toMatch(/^canary WORSE: .*… · R rolls back$/);
});
