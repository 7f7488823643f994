import {expect, test} from 'vitest';
import type {Comparison, LoopSnapshot} from '../../../../source/console/state/state.js';
import {clock} from '../../../../source/screen/format.js';
import {fittedVerdict} from '../../../../source/screen/live/live-verdicts.js';
import {comparisonLine} from '../../../../source/screen/live/verdicts/comparison-line.js';
import {errorVerdict} from '../../../../source/stats/error-verdict.js';
import {failureBound, moreForBound} from '../../../../source/stats/failure-bound.js';
import {latencyVerdict} from '../../../../source/stats/latency-verdict.js';
import {rowOf} from '../snapshot.js';
import {noon, pair} from './context.js';

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
	rows: [rowOf('h-00001', 50, 90), rowOf('h-00002', 5, 10)],
	weights: [
		{revision: 'h-00001', percent: 90},
		{revision: 'h-00002', percent: 10},
	],
};
const lineOf = (
	given: Comparison | undefined,
	part: Partial<Pick<LoopSnapshot, keyof typeof calm | 'comparing'>> = {},
) => comparisonLine({...calm, comparing: true, comparison: given, ...part}, pair);

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

test('of tags that prove nothing it is said why', () => {
	const unproven = {...comparison(), isProven: false, bound: 1};
	expect(lineOf(unproven)).toMatchObject({
		tone: 'waiting',
		sentence:
			"canary not worse so far, if it was asked: the tags' answers do not differ · 0 of 120 failed, stable 0 of 120",
		remedy: 'choose what to compare (i)',
	});
	const failing = {...unproven, old: {...unproven.old, failed: unproven.old.asked}};
	const ofFailing = lineOf(failing);
	expect(ofFailing.sentence).toBe(
		'canary not worse so far, if it was asked: stable has only failed · 0 of 120 failed, stable 120 of 120',
	);
	expect(ofFailing.remedy).toBeUndefined();
	expect(lineOf({...unproven, isOpen: true})).toMatchObject({
		tone: 'waiting',
		sentence:
			'canary not worse so far, if it was asked: any host may be answered so · 0 of 120 failed, stable 0 of 120',
	});
});

test('nothing is good while users get failures, or while much of it is redirects', () => {
	const trouble = {kind: 'failures', count: 20, of: 200, sentence: 'users get failures'} as const;
	expect(lineOf(comparison(), {trouble}).tone).toBe('waiting');
	expect(lineOf(comparison({undecided: 40})).tone).toBe('waiting');
	expect(lineOf(comparison({asked: 0, undecided: 40}))).toMatchObject({
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
	const present = lineOf({...comparison({fresh: 8}), worse});
	const when = `since ${clock(noon)}, last ${clock(noon + 40_000)}`;
	expect(present.sentence).toBe(
		`canary WORSE ${when}: fails 8 of 120, stable 0 of 120 · p50 12 ms vs 12 ms, slower in 0 of 120`,
	);
	// What has no room at 80 columns is first when it was so last, and never what it is so by.
	const begun = `since ${clock(noon)}`;
	expect(fittedVerdict(present, 110, '…')).toBe(
		`canary WORSE ${when}: fails 8 of 120, stable 0 of 120 · R rolls back`,
	);
	expect(fittedVerdict(present, 76, '…')).toBe(
		`canary WORSE ${begun}: fails 8 of 120, stable 0 of 120 · R rolls back`,
	);
	expect(fittedVerdict(present, 74, '…')).toBe(
		`canary WORSE ${begun}: fails 6.7 %, stable 0 % · R rolls back`,
	);
	expect(lineOf({...comparison({fresh: 8}), worse: {...worse, isOver: true}}).sentence).toBe(
		`canary WORSE ${clock(noon)}–${clock(noon + 40_000)}: fails 8 of 120, stable 0 of 120 · p50 12 ms vs 12 ms, slower in 0 of 120`,
	);
});

test('what is slower and fails nothing says in few words how slow it is, and nothing of failures', () => {
	const slower = {since: noon, last: noon + 40_000, isOver: false};
	const given = comparison({bad: 100});
	const said = lineOf({...given, fresh: {...given.fresh, p50: 311}, slower});
	const when = `since ${clock(noon)}, last ${clock(noon + 40_000)}`;
	const evidence = 'p50 311 ms vs 12 ms · R rolls back';
	expect(fittedVerdict(said, 110, '…')).toBe(
		`canary SLOWER ${when}: p50 311 ms vs 12 ms, slower in 100 of 120 · R rolls back`,
	);
	expect(fittedVerdict(said, 80, '…')).toBe(`canary SLOWER since ${clock(noon)}: ${evidence}`);
	expect(fittedVerdict(said, 74, '…')).toBe(`canary SLOWER since ${clock(noon)}: ${evidence}`);
	const both = lineOf({...comparison({fresh: 8, bad: 100}), worse: slower, slower});
	expect(fittedVerdict(both, 76, '…')).toBe(
		`canary WORSE, SLOWER since ${clock(noon)}: fails 6.7 %, stable 0 % · R rolls back`,
	);
});

test('what is slower and perhaps fails more says first how slow it is', () => {
	const said = lineOf({
		...comparison({bad: 100, fresh: 3}),
		errors: {...errorVerdict({asked: 120, failed: 3}, {asked: 120, failed: 0}), state: 'suspicious'},
	});
	expect(said.sentence).toMatch(/^canary SLOWER: p50 12 ms vs 12 ms, slower in 100 of 120 · fails 3 of 120/);
});

test('what no user gets is not rolled back but given up, unless users may get it all the same', () => {
	const weights = [
		{revision: 'h-00001', percent: 100},
		{revision: 'h-00002', percent: 0},
	];
	const bad = comparison({fresh: 8});
	expect(lineOf(bad)).toMatchObject({tone: 'bad', remedy: 'R rolls back'});
	const remedy = 'no user gets it: X abandons';
	const alike = {...rowOf('h-00001', 50, 100), revision: undefined, why: 'alike'} as const;
	expect(lineOf(bad, {weights, rows: [alike]}).remedy).toBe('set to 0 %: X abandons');
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
		'not compared: h-00001 has no tag URL',
	);
});

test('tags that may have no rule at the gateway accuse nobody and praise nobody', () => {
	const sentence = 'the gateway may have no rule for tag hosts: both answer 404, the service itself works';
	const tagDoubt = {revisions: ['h-00001', 'h-00002'], text: '404', sentence};
	for (const given of [comparison(), comparison({fresh: 100})]) {
		expect(lineOf(given, {tagDoubt})).toMatchObject({tone: 'warning', sentence: `not compared: ${sentence}`});
	}
});

test('in 80 columns counts give way to shares, not to an ellipsis', () => {
	const found = lineOf(comparison({asked: 40_000, fresh: 12_300, old: 40, bad: 30_000}));
	expect(found.sentence).toMatch(/^canary WORSE, SLOWER: fails 12300 of 40000, stable 40 of 40000/);
	expect(fittedVerdict(found, 74, '…')).toBe(
		'canary WORSE, SLOWER: fails 30.8 %, stable 0.1 % · R rolls back',
	);
});

test('after a promotion the two are what they are then', () => {
	const called = {fresh: 'stable', old: 'previous'};
	const promoted = pair.ok ? {...pair, called} : pair;
	const lineThen = (fresh: number) =>
		comparisonLine({...calm, comparing: true, comparison: comparison({fresh})}, promoted).sentence;
	expect(lineThen(0)).toMatch(/^stable not worse so far: .* · previous 0 of 120/);
	expect(lineThen(60)).toMatch(/^stable WORSE: fails 60 of 120, previous 0 of 120/);
});
