import {expect, test} from 'vitest';
import {createLatencies} from '../../../source/probe/loop/latencies.js';
import {createTally, fingerprintLimit} from '../../../source/probe/loop/tally.js';
import {answering, failing} from '../answers.js';

test('counts answers, errors and statuses by fingerprint', () => {
	const tally = createTally(5);
	for (const answer of [
		answering('Hello World!'),
		answering('Hello Knative!'),
		answering('Hello World!', {status: 500, code: '500', error: true}),
		answering(undefined, {status: 404, code: '404'}),
		failing('reset'),
	]) {
		expect(tally.record(answer, tally.sent())).toBe(true);
	}

	tally.notSent(3);
	expect(tally.snapshot()).toMatchObject({
		since: 5,
		settling: false,
		sent: 5,
		notSent: 3,
		answered: 5,
		errors: 2,
		settlingAnswers: 0,
		statusCodes: {'200': 2, '500': 1, '404': 1, reset: 1},
		groups: [
			{fingerprints: ['Hello World!'], n: 2, errors: 1},
			{fingerprints: ['Hello Knative!'], n: 1, errors: 0},
			{fingerprints: [], n: 2, errors: 1},
		],
	});
});

test('groups that are counted as one have their latencies together', () => {
	const tally = createTally(0);
	for (let latency = 1; latency <= 100; latency++) {
		tally.record(
			answering(latency <= 60 ? 'slow' : latency <= 90 ? 'fast' : 'other', {latency}),
			tally.sent(),
		);
	}

	const {groups} = tally.snapshot(fingerprint => (fingerprint === 'other' ? 'b' : 'a'));
	expect(groups).toMatchObject([
		{fingerprints: ['slow', 'fast'], n: 90, p99: undefined},
		{fingerprints: ['other'], n: 10, p99: undefined},
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
	tally.record(answering('before'), tally.sent());
	tally.newEpoch({settling: false, at: 100});
	tally.record(answering('after'), tally.sent());
	const snapshot = tally.snapshot();
	expect(snapshot).toMatchObject({
		since: 100,
		sent: 1,
		answered: 1,
		groups: [{fingerprints: ['after'], n: 1}],
	});
	expect(snapshot.last.map(({settling}) => settling)).toEqual([false, false]);
	expect(snapshot.last).toHaveLength(2);
});

test('answers while settling are shown and not counted', () => {
	const tally = createTally(0);
	tally.newEpoch({settling: true, at: 100});
	expect(tally.record(answering('old'), tally.sent())).toBe(false);
	tally.notSent(1);
	expect(tally.snapshot()).toMatchObject({
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
	expect(tally.record(answering('old'), ticket)).toBe(false);
	expect(tally.snapshot()).toMatchObject({
		sent: 0,
		answered: 0,
		settlingAnswers: 1,
		last: [{settling: true}],
	});
});

test('keeps the last 200 answers, the newest last', () => {
	const tally = createTally(0);
	for (let latency = 0; latency < 450; latency++) {
		tally.record(answering('x', {latency}), tally.sent());
		if (latency === 99) {
			tally.snapshot();
		}
	}

	const {last} = tally.snapshot();
	expect(last.map(({latency}) => latency)).toEqual(Array.from({length: 200}, (_value, index) => 250 + index));
});

test('a snapshot does not change afterwards', () => {
	const tally = createTally(0);
	tally.record(answering('x'), tally.sent());
	const snapshot = tally.snapshot();
	const copy = structuredClone(snapshot);
	tally.record(answering('x'), tally.sent());
	tally.record(answering('y'), tally.sent());
	tally.newEpoch({settling: true, at: 1});
	expect(snapshot).toEqual(copy);
});

test('a body that differs each time does not make groups without end, and no answer is lost', () => {
	const tally = createTally(0);
	for (let index = 0; index < 1000; index++) {
		tally.record(answering(`request ${index}`), tally.sent());
	}

	const {groups, answered} = tally.snapshot();
	expect(groups.length).toBeLessThanOrEqual(fingerprintLimit + 2);
	expect(answered).toBe(1000);
	expect(groups.map(({n}) => n).reduce((sum, n) => sum + n)).toBe(1000);
	expect(groups.find(({fingerprints}) => fingerprints.length === 0)?.n).toBeGreaterThan(900);
});
