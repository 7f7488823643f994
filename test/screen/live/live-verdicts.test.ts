import {expect, test} from 'vitest';
import {comparisonLine, splitLine} from '../../../source/screen/live/live-verdicts.js';
import type {Comparison, Row} from '../../../source/console/state/state.js';
import {errorBound, requestsForBound} from '../../../source/stats/error-bound.js';
import {errorVerdict} from '../../../source/stats/error-verdict.js';
import {latencyVerdict} from '../../../source/stats/latency-verdict.js';
import {splitVerdict} from '../../../source/stats/split-verdict.js';

const pair = {
	ok: true,
	sides: {
		old: {revision: 'h-00001', authority: 'stable-h.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
	},
} as const;

function comparison({asked = 120, fresh = 0, old = 0, bad = 0, cold = 0} = {}): Comparison {
	const side = {p50: 12, p95: 20, p99: 30, cold: 0, coldP50: undefined};
	const bound = errorBound(fresh, asked);
	const needed = requestsForBound(fresh, 0.01);
	return {
		old: {...side, revision: 'h-00001', asked, failed: old},
		fresh: {...side, revision: 'h-00002', asked, failed: fresh, cold, coldP50: cold > 0 ? 2500 : undefined},
		since: 0,
		pairs: asked,
		compared: asked,
		bad,
		notSent: 0,
		errors: errorVerdict({asked, failed: fresh}, {asked, failed: old}),
		latency: latencyVerdict(asked, bad),
		bound,
		boundMore: bound <= 0.01 || needed === undefined ? undefined : needed - asked,
	};
}

const lineOf = (given: Comparison | undefined, comparing = true) =>
	comparisonLine({comparing, comparison: given, settling: false}, pair);

test('not worse so far comes with the bound, and with what it takes for a lower one', () => {
	expect(lineOf(comparison())).toEqual({
		tone: 'good',
		sentence:
			'new vs old: not worse so far, 0/120 failed: below 2.5 % · need ~179 more for 1 % · old 0/120 · p50 12 ms vs 12 ms, slower in 0/120',
	});
	expect(lineOf(comparison({asked: 300})).sentence).toContain('0/300 failed: below 1.0 % · old');
	// Both fail: a low bound is out of sight.
	expect(lineOf(comparison({asked: 300, fresh: 90, old: 90})).sentence).toMatch(
		/90\/300 failed: below 3\d\.\d % · old 90\/300/,
	);
});

test('no alarm is shown as good only once the new one is known to fail seldom', () => {
	expect(lineOf(comparison({asked: 20})).tone).toBe('waiting');
	expect(lineOf(comparison({asked: 59})).tone).toBe('good');
	expect(lineOf(comparison({asked: 100, fresh: 90, old: 90})).tone).toBe('waiting');
});

test('worse, slower and both are said first, with their counts', () => {
	expect(lineOf(comparison({fresh: 8}))).toMatchObject({
		tone: 'bad',
		sentence: 'new vs old: WORSE, 8/120 failed, old 0/120 · p50 12 ms vs 12 ms, slower in 0/120',
	});
	expect(lineOf(comparison({bad: 100})).sentence).toBe(
		'new vs old: SLOWER, p50 12 ms vs 12 ms, slower in 100/120 · 0/120 failed, old 0/120',
	);
	expect(lineOf(comparison({fresh: 8, bad: 100})).sentence).toMatch(/^new vs old: WORSE, SLOWER, /);
});

test('a suspicion says about how many more pairs it takes', () => {
	expect(lineOf(comparison({fresh: 4}))).toMatchObject({
		tone: 'warning',
		sentence: expect.stringMatching(/^new vs old: maybe worse, need ~\d+ more, 4\/120 failed, old 0\/120 ·/),
	});
});

test('cold starts are told apart', () => {
	expect(lineOf(comparison({cold: 2})).sentence).toMatch(/· 2 from a cold start: p50 2\.5 s$/);
});

test('why nothing is compared is said', () => {
	expect(lineOf(undefined).sentence).toBe('new vs old: no pair answered yet');
	expect(lineOf(undefined, false).sentence).toContain('off; p asks both');
	expect(lineOf(comparison(), false).sentence).toContain('not worse so far (off)');
	const none = comparisonLine(
		{comparing: true, comparison: undefined, settling: false},
		{ok: false, reason: 'h-00001 has no tag, so it cannot be asked on its own'},
	);
	expect(none.sentence).toBe('new vs old: h-00001 has no tag, so it cannot be asked on its own');
});

const counted = (part: Partial<Row>): Row => ({
	key: 'row',
	fingerprint: 'SERVING',
	otherFingerprints: 0,
	revision: undefined,
	learned: undefined,
	attribution: 'unknown',
	candidates: [],
	configuredPercent: undefined,
	n: 40,
	errors: 0,
	observedShare: 1,
	interval: {low: 0.9, high: 1},
	recent: [],
	sample: 'SERVING',
	p50: 1,
	p95: 2,
	p99: undefined,
	...part,
});

test('revisions that answer alike are named as the reason, answers of nobody as errors', () => {
	const verdict = splitVerdict(
		[
			{key: 'h-00001', percent: 50, count: 0},
			{key: 'h-00002', percent: 50, count: 0},
		],
		40,
	);
	const alike = counted({attribution: 'indistinguishable', candidates: ['h-00001', 'h-00002']});
	expect(splitLine(verdict, {settling: false, isRefused: false, askedBy: 'http', rows: [alike]})).toEqual({
		tone: 'warning',
		sentence: 'Alike: --fingerprint or --path may tell them apart.',
		more: expect.stringMatching(/^Revisions answer alike, so the split cannot be judged\. /),
	});
	expect(
		splitLine(verdict, {settling: false, isRefused: false, askedBy: 'http', rows: [counted({})]}).sentence,
	).toMatch(/^Errors: /);
	expect(splitLine(verdict, {settling: true, isRefused: false, askedBy: 'http', rows: []}).sentence).toMatch(
		/^settling/,
	);
});

test.each([
	['health check', /^Alike: --grpc-method package\.Service\/Method tells them apart\.$/],
	['grpc method', /^Alike: other --grpc-data or --grpc-method may tell/],
	['http', /^Alike: --fingerprint/],
] as const)(
	'what tells revisions apart that answer alike is said in a line of 80 columns: %s',
	(by, words) => {
		const alike = counted({attribution: 'indistinguishable', candidates: ['h-00001', 'h-00002']});
		const verdict = splitVerdict([{key: 'h-00001', percent: 100, count: 0}], 40);
		const {sentence} = splitLine(verdict, {settling: false, isRefused: false, rows: [alike], askedBy: by});
		expect(sentence).toMatch(words);
		// Frame, mark and count of errors take the rest.
		expect(sentence.length).toBeLessThanOrEqual(80 - 4 - '✓ '.length - '  99 errors'.length);
	},
);

test('nothing is said to be settling when the route refuses the split for good', () => {
	expect(splitLine(undefined, {settling: true, isRefused: true, askedBy: 'http', rows: []})).toEqual({
		tone: 'bad',
		sentence: 'not counted: the route refuses the split, and the gateway is not switched',
	});
});
