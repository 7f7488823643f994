import {expect, test} from 'vitest';
import type {Evidence} from '../../../source/probe/attribution/attribution.js';
import {learnAlone, learnFromTags, noEvidence} from '../../../source/probe/attribution/attribution.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import type {Weight} from '../../../source/probe/counting/loop-report.js';
import {attributedBy, groupBy, report} from '../../../source/probe/counting/loop-report.js';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {createTally} from '../../../source/probe/counting/tally.js';
import {shareInterval} from '../../../source/stats/share-interval.js';
import {answering, failing} from '../answers.js';

const learned = learnFromTags(noEvidence, [
	{revision: 'h-00001', answer: answering('Hello World!')},
	{revision: 'h-00002', answer: answering('Hello Knative!')},
]);

const half: Weight[] = [
	{revision: 'h-00002', percent: 50},
	{revision: 'h-00001', percent: 50},
];

function reportOn(
	answers: [Answer, number][],
	evidence: Evidence,
	weights: readonly Weight[],
	settling = false,
) {
	const tally = createTally(0);
	tally.newEpoch({settling, at: 0});
	for (const [answer, count] of answers) {
		for (let index = 0; index < count; index++) {
			tally.record(answer, gradeOf(answer.outcome), tally.sent());
		}
	}

	const attributed = attributedBy(evidence, weights);
	return report(tally.snapshot(groupBy(attributed), {worksElsewhere: true}), attributed);
}

test('a row for each revision in the order of the route, with what is configured and what is seen', () => {
	const {rows, unattributed, verdict} = reportOn(
		[
			[answering('Hello World!', {latency: 12}), 48],
			[answering('Hello Knative!', {latency: 20}), 52],
		],
		learned,
		half,
	);
	expect(rows).toMatchObject([
		{
			key: 'revision h-00002',
			fingerprint: 'Hello Knative!',
			otherFingerprints: 0,
			revision: 'h-00002',
			learned: 'tag',
			attribution: 'revision',
			candidates: ['h-00002'],
			configuredPercent: 50,
			n: 52,
			errors: 0,
			observedShare: 0.52,
			p99: undefined,
		},
		{key: 'revision h-00001', revision: 'h-00001', configuredPercent: 50, n: 48, observedShare: 0.48},
	]);
	expect(rows[0]?.interval).toEqual(shareInterval(52, 100));
	expect(rows[1]?.interval).toEqual(shareInterval(48, 100));
	expect(rows[0]?.p50).toBeCloseTo(20, 1);
	expect(unattributed).toBe(0);
	expect(verdict).toMatchObject({state: 'agrees', attributed: 100, unattributed: 0});
});

test('a configured revision that has not answered has a row, with what it is known by', () => {
	const {rows, verdict} = reportOn([[answering('Hello World!'), 20]], learned, half);
	expect(rows).toMatchObject([
		{
			fingerprint: 'Hello Knative!',
			revision: 'h-00002',
			attribution: 'silent',
			configuredPercent: 50,
			n: 0,
			observedShare: 0,
			p50: undefined,
		},
		{revision: 'h-00001', n: 20, observedShare: 1},
	]);
	expect(verdict?.state).toBe('disagrees');
});

test('before the first answer there are rows and no shares', () => {
	const {rows, verdict} = reportOn([], learned, half);
	expect(rows.map(({n, observedShare, interval}) => ({n, observedShare, interval}))).toEqual([
		{n: 0, observedShare: undefined, interval: {low: 0, high: 1}},
		{n: 0, observedShare: undefined, interval: {low: 0, high: 1}},
	]);
	expect(verdict?.state).toBe('too few');
});

test('a revision that says several things is one row', () => {
	const evidence = learnFromTags(learned, [{revision: 'h-00001', answer: answering('Bonjour !')}]);
	const {rows} = reportOn(
		[
			[answering('Hello World!'), 10],
			[answering('Bonjour !'), 15],
			[answering('Hello Knative!'), 25],
		],
		evidence,
		half,
	);
	expect(rows[1]).toMatchObject({revision: 'h-00001', fingerprint: 'Bonjour !', otherFingerprints: 1, n: 25});
});

test('what belongs to nobody has rows of its own and is counted as unattributed', () => {
	const {rows, unattributed, verdict} = reportOn(
		[
			[failing(), 5],
			[answering('maintenance'), 7],
			[answering('Hello World!'), 50],
			[answering('Hello Knative!'), 50],
		],
		learned,
		half,
	);
	expect(rows.slice(2)).toMatchObject([
		{
			fingerprint: 'maintenance',
			revision: undefined,
			attribution: 'one of',
			why: 'unknown',
			candidates: ['h-00002', 'h-00001'],
			configuredPercent: 100,
			n: 7,
		},
		{
			fingerprint: undefined,
			code: 'timeout',
			revision: undefined,
			why: 'no success',
			n: 5,
			errors: 5,
		},
	]);
	expect(unattributed).toBe(12);
	// However they are given out, it fits.
	expect(verdict).toMatchObject({state: 'agrees', unattributed: 12});
	// The column leaves room for all of them.
	expect(rows[0]?.interval.low).toBe(shareInterval(50, 112).low);
	expect(rows[0]?.interval.high).toBe(shareInterval(62, 112).high);
});

test('the gateway’s own answers and connections that never were are in no row and no count', () => {
	const {rows, unattributed} = reportOn(
		[
			[answering('no healthy upstream', {status: 503, error: true, by: 'gateway'}), 30],
			[failing('refused'), 12],
			[answering('Hello World!'), 5],
			[answering('Hello Knative!'), 5],
		],
		learned,
		half,
	);
	expect(rows.map(({revision, n}) => ({revision, n}))).toEqual([
		{revision: 'h-00002', n: 5},
		{revision: 'h-00001', n: 5},
	]);
	expect(unattributed).toBe(0);
});

test('a refusal is a failure only where the same request is known to be answered otherwise', () => {
	const tally = createTally(0);
	const answer = answering('Not found', {status: 404, code: '404'});
	for (let index = 0; index < 8; index++) tally.record(answer, gradeOf(answer.outcome), tally.sent());
	const attributed = attributedBy(learned, half);
	const groupOf = groupBy(attributed);
	expect(tally.snapshot(groupOf, {worksElsewhere: false})).toMatchObject({errors: 0, refused: 8});
	expect(tally.snapshot(groupOf, {worksElsewhere: true})).toMatchObject({errors: 8, refused: 0});
});

test('revisions that cannot be told apart share one row, with what they are configured to get together', () => {
	const evidence = learnFromTags(learned, [{revision: 'h-00002', answer: answering('Hello World!')}]);
	const {rows, unattributed, verdict} = reportOn([[answering('Hello World!'), 30]], evidence, half);
	expect(rows).toMatchObject([
		// All of those may be its own.
		{revision: 'h-00002', n: 0, attribution: 'silent', observedShare: undefined},
		{revision: 'h-00001', n: 0, attribution: 'silent', observedShare: undefined},
		{
			revision: undefined,
			attribution: 'one of',
			why: 'alike',
			candidates: ['h-00002', 'h-00001'],
			configuredPercent: 100,
			n: 30,
		},
	]);
	expect(unattributed).toBe(30);
	expect(verdict?.state).toBe('unjudgeable');
});

test('whatever the revisions say that cannot be told apart is one row', () => {
	const both = ['Hello!', 'Hi!'].map(text => answering(text));
	const evidence = learnFromTags(
		noEvidence,
		both.flatMap(answer => half.map(({revision}) => ({revision, answer}))),
	);
	const {rows} = reportOn(
		[
			[both[0]!, 10],
			[both[1]!, 20],
		],
		evidence,
		half,
	);
	expect(rows.filter(({why}) => why === 'alike')).toMatchObject([{fingerprint: 'Hi!', n: 30}]);
});

test('of the rows of nobody those that say something come first, and of two the one with more answers', () => {
	const {rows} = reportOn(
		[
			[failing(), 30],
			[answering('rare'), 2],
			[answering('frequent'), 9],
			[answering(undefined), 40],
		],
		learned,
		half,
	);
	expect(rows.slice(2).map(({fingerprint, code, n}) => [fingerprint ?? code, n])).toEqual([
		['frequent', 9],
		['rare', 2],
		[undefined, 40],
		['timeout', 30],
	]);
});

test('each row says how many of its answers came lately', () => {
	const tally = createTally(0);
	const attributed = attributedBy(learned, half);
	for (const answer of [answering('Hello World!'), failing()]) {
		tally.record(answer, gradeOf(answer.outcome), tally.sent());
	}

	const snapshot = tally.snapshot(groupBy(attributed), {worksElsewhere: true});
	const {rows} = report(snapshot, attributed, new Map([['revision h-00001', 7]]));
	expect(rows.map(({revision, lately}) => [revision, lately])).toEqual([
		['h-00002', 0],
		['h-00001', 7],
		[undefined, 0],
	]);
});

test('a revision that is configured 0 %, or not at all, must not answer', () => {
	const answers: [Answer, number][] = [
		[answering('Hello World!'), 30],
		[answering('Hello Knative!'), 1],
	];
	for (const weights of [
		[
			{revision: 'h-00001', percent: 100},
			{revision: 'h-00002', percent: 0},
		],
		[{revision: 'h-00001', percent: 100}],
	]) {
		const {rows, verdict} = reportOn(answers, learned, weights);
		expect(rows[1]).toMatchObject({revision: 'h-00002', configuredPercent: 0, n: 1});
		expect(verdict).toMatchObject({state: 'impossible', impossible: ['h-00002']});
	}
});

test('entries of one revision are one share', () => {
	const {rows, verdict} = reportOn([[answering('Hello World!'), 30]], learned, [
		{revision: 'h-00001', percent: 40},
		{revision: 'h-00001', percent: 60},
	]);
	expect(rows).toMatchObject([{revision: 'h-00001', configuredPercent: 100}]);
	expect(verdict?.state).toBe('agrees');
});

test('there is no verdict while settling, and none on a split that is not known', () => {
	expect(reportOn([[answering('Hello World!'), 30]], learned, half, true)).toMatchObject({
		verdict: undefined,
		unattributed: 0,
		rows: [{n: 0}, {n: 0}],
	});
	expect(
		reportOn([[answering('Hello World!'), 30]], learnAlone(noEvidence, 'h-00001', answering('x')), []),
	).toMatchObject({
		verdict: undefined,
		unattributed: 30,
	});
});

test('a revision with a share that was never heard is neither accused nor excused', () => {
	const weights = [
		{revision: 'h-00001', percent: 90},
		{revision: 'h-00003', percent: 10},
	];
	const {rows, verdict} = reportOn(
		[
			[answering('Hello World!'), 90],
			[answering('Hello Knative!'), 10],
		],
		learned,
		weights,
	);
	// 00002 has no share and says what the unheard 00003 may say too.
	expect(rows.find(({fingerprint, n}) => fingerprint === 'Hello Knative!' && n > 0)).toMatchObject({
		why: 'unheard',
		candidates: ['h-00002', 'h-00003'],
	});
	expect(verdict?.state).toBe('unjudgeable');
	expect(verdict?.impossible).toEqual([]);
});
