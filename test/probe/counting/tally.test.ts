import {expect, test} from 'vitest';
import {createLatencies} from '../../../source/probe/counting/latencies.js';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {createTally, fingerprintLimit, type Said, type Tally} from '../../../source/probe/counting/tally.js';
import {answering, failing} from '../answers.js';

/** Puts an answer down as what it is; returns whether it is counted. */
const record = (tally: Tally, answer: Answer, ticket = tally.sent()) =>
	tally.record(answer, gradeOf(answer.outcome), ticket) !== undefined;
const snapshotOf = (tally: Tally, groupOf = ({key}: Said) => key) =>
	tally.snapshot(groupOf, {worksElsewhere: true});

test('counts answers, errors and statuses by fingerprint', () => {
	const tally = createTally(5);
	for (const answer of [
		answering('Hello World!'),
		answering('Hello Knative!'),
		answering('Hello World!', {status: 500, code: '500', error: true}),
		answering(undefined, {status: 404, code: '404'}),
		failing('reset'),
	]) {
		expect(record(tally, answer)).toBe(true);
	}

	tally.notSent(3);
	expect(snapshotOf(tally)).toMatchObject({
		since: 5,
		settling: false,
		sent: 5,
		notSent: 3,
		answered: 5,
		errors: 3,
		settlingAnswers: 0,
		statusCodes: {'200': 2, '500': 1, '404': 1, reset: 1},
		groups: [
			{said: [{fingerprint: 'Hello World!'}], n: 1, failed: 0},
			{said: [{fingerprint: 'Hello Knative!'}], n: 1, failed: 0},
			// What is no success is told apart by its status, not by its words.
			{said: [{fingerprint: undefined, code: '500', text: 'Hello World!'}], n: 1, failed: 1},
			{said: [{code: '404'}], n: 1, failed: 1},
			{said: [{code: 'reset'}], n: 1, failed: 1},
		],
	});
});

test('the gateway’s own answers and connections that never were are shown, counted apart, and in no group', () => {
	const tally = createTally(0);
	expect(record(tally, answering('', {status: 404, code: '404', by: 'gateway'}))).toBe(false);
	expect(record(tally, failing('refused'))).toBe(false);
	expect(record(tally, failing('unreachable'))).toBe(false);
	expect(snapshotOf(tally)).toMatchObject({
		sent: 3,
		answered: 0,
		errors: 0,
		gatewayAnswers: 1,
		unreached: 2,
		statusCodes: {},
		groups: [],
		last: [{grade: 'gateway'}, {grade: 'unreached'}, {grade: 'unreached'}],
	});
});

test('groups that are counted as one have their latencies together', () => {
	const tally = createTally(0);
	for (let latency = 1; latency <= 100; latency++) {
		record(tally, answering(latency <= 60 ? 'slow' : latency <= 90 ? 'fast' : 'other', {latency}));
	}

	const {groups} = snapshotOf(tally, ({fingerprint}) => (fingerprint === 'other' ? 'b' : 'a'));
	expect(groups).toMatchObject([
		{said: [{fingerprint: 'slow'}, {fingerprint: 'fast'}], n: 90, p99: undefined},
		{said: [{fingerprint: 'other'}], n: 10, p99: undefined},
	]);
	expect(groups[0]?.p50).toBeCloseTo(45, 1);
	expect(groups[1]?.p50).toBeCloseTo(95, 1);
});

test('percentiles are those of the latencies, to three digits', () => {
	const latencies = createLatencies();
	for (let latency = 1; latency <= 1000; latency++) {
		latencies.record(latency / 4);
	}

	const {p50, p95, p99} = latencies.percentiles();
	for (const [measured, exact] of [
		[p50, 125],
		[p95, 237.5],
		[p99, 247.5],
	] as const) {
		expect(Math.abs((measured ?? Number.NaN) / exact - 1)).toBeLessThan(0.001);
	}
});

test('p99 is there from 100 samples on, nothing without any', () => {
	const latencies = createLatencies();
	expect(latencies.percentiles()).toEqual({p50: undefined, p95: undefined, p99: undefined});
	for (let count = 0; count < 99; count++) {
		latencies.record(7);
	}

	expect(latencies.percentiles().p99).toBeUndefined();
	latencies.record(7);
	expect(latencies.percentiles().p99).toBeCloseTo(7, 1);
});

test('latencies merge across very different sizes, and the longest are cut instead of refused', () => {
	const short = createLatencies();
	const long = createLatencies();
	short.record(0.002);
	short.record(0);
	long.record(3_600_000);
	const merged = createLatencies([short, long]).percentiles();
	expect(merged.p50).toBeCloseTo(0.002, 3);
	expect((merged.p95 ?? 0) / 600_000).toBeCloseTo(1, 2);
	expect(createLatencies([long, short]).percentiles()).toEqual(merged);
});

test('a new epoch counts from 0 and keeps the last answers', () => {
	const tally = createTally(0);
	record(tally, answering('before'));
	tally.newEpoch({settling: false, at: 100});
	record(tally, answering('after'));
	const snapshot = snapshotOf(tally);
	expect(snapshot).toMatchObject({
		since: 100,
		sent: 1,
		answered: 1,
		groups: [{said: [{fingerprint: 'after'}], n: 1}],
	});
	expect(snapshot.last.map(({settling}) => settling)).toEqual([false, false]);
	expect(snapshot.last).toHaveLength(2);
});

test('answers while settling are shown and not counted', () => {
	const tally = createTally(0);
	tally.newEpoch({settling: true, at: 100});
	expect(record(tally, answering('old'))).toBe(false);
	tally.notSent(1);
	expect(snapshotOf(tally)).toMatchObject({
		settling: true,
		sent: 0,
		notSent: 0,
		answered: 0,
		settlingAnswers: 1,
		groups: [],
		statusCodes: {},
		last: [{settling: true}],
	});
});

test('an answer to a request of an epoch before is shown and not counted', () => {
	const tally = createTally(0);
	const ticket = tally.sent();
	tally.newEpoch({settling: false, at: 100});
	expect(record(tally, answering('old'), ticket)).toBe(false);
	expect(snapshotOf(tally)).toMatchObject({
		sent: 0,
		answered: 0,
		settlingAnswers: 1,
		last: [{settling: true}],
	});
});

test('keeps the last 200 answers, the newest last', () => {
	const tally = createTally(0);
	for (let latency = 0; latency < 450; latency++) {
		record(tally, answering('x', {latency}));
		if (latency === 99) {
			snapshotOf(tally);
		}
	}

	const {last} = snapshotOf(tally);
	expect(last.map(({latency}) => latency)).toEqual(Array.from({length: 200}, (_value, index) => 250 + index));
});

test('a snapshot does not change afterwards', () => {
	const tally = createTally(0);
	record(tally, answering('x'));
	const snapshot = snapshotOf(tally);
	const copy = structuredClone(snapshot);
	record(tally, answering('x'));
	record(tally, answering('y'));
	tally.newEpoch({settling: true, at: 1});
	expect(snapshot).toEqual(copy);
});

test('a body that differs each time does not make groups without end, and no answer is lost', () => {
	const tally = createTally(0);
	for (let index = 0; index < 1000; index++) {
		record(tally, answering(`request ${index}`));
	}

	const {groups, answered} = snapshotOf(tally);
	expect(groups.length).toBeLessThanOrEqual(fingerprintLimit + 2);
	expect(answered).toBe(1000);
	expect(groups.map(({n}) => n).reduce((sum, n) => sum + n)).toBe(1000);
	expect(groups.find(({said}) => said[0]?.fingerprint === undefined)?.n).toBeGreaterThan(900);
});
