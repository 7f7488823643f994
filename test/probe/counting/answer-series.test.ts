import {expect, test} from 'vitest';
import {learnFromTags, noEvidence} from '../../../source/probe/attribution/attribution.js';
import {createAnswerSeries, type AnswerSeries} from '../../../source/probe/counting/answer-series.js';
import {attributedBy} from '../../../source/probe/counting/loop-report.js';
import type {Said} from '../../../source/probe/counting/tally.js';
import {answering} from '../answers.js';

const start = Date.UTC(2026, 10, 26, 12, 0, 0);
const weights = [
	{revision: 'h-00001', percent: 50},
	{revision: 'h-00002', percent: 50},
];
const learned = learnFromTags(noEvidence, [
	{revision: 'h-00001', answer: answering('one')},
	{revision: 'h-00002', answer: answering('two')},
]);
const known = attributedBy(learned, weights);

const success = (fingerprint: string): Said => ({
	isToAny: false,
	key: `=${fingerprint}`,
	grade: 'success',
	fingerprint,
	code: '200',
	text: fingerprint,
});

/** Answers of the service, one at each of these seconds. */
function put(series: AnswerSeries, fingerprint: string, ...seconds: readonly number[]): void {
	for (const second of seconds) {
		series.addOfService(success(fingerprint), {at: start + second * 1000, latency: 10, failed: false});
	}
}

test('counts what came since then, by whole seconds, and not what came at tags', () => {
	const series = createAnswerSeries();
	put(series, 'one', 0, 1, 2, 2);
	put(series, 'two', 2);
	series.addOfTag('h-00002', {at: start + 2000, latency: 10, failed: false});
	expect(series.countSince(known, start + 1000)).toEqual(
		new Map([
			['revision h-00001', 3],
			['revision h-00002', 1],
		]),
	);
	// The second that had begun by then may have answers of another split.
	expect(series.countSince(known, start + 1001)).toEqual(
		new Map([
			['revision h-00001', 2],
			['revision h-00002', 1],
		]),
	);
	series.clear();
	expect(series.countSince(known, 0)).toEqual(new Map());
});

test('says when the last answer came, to the second, of any or of some', () => {
	const series = createAnswerSeries();
	expect(series.lastSince(known, 0)).toBeUndefined();
	put(series, 'one', 3, 1);
	put(series, 'two', 2);
	series.addOfTag('h-00002', {at: start + 3000, latency: 10, failed: false});
	expect(series.lastSince(known, start)).toBe(start + 3000);
	expect(series.lastSince(known, start, new Set(['revision h-00002']))).toBe(start + 2000);
	expect(series.lastSince(known, start, new Set(['revision h-00003']))).toBeUndefined();
	expect(series.lastSince(known, start + 4000)).toBeUndefined();
});

const seconds = (from: number, to: number) => Array.from({length: to - from}, (_, index) => from + index);

test('finds a change once a second, and again for another epoch', () => {
	const series = createAnswerSeries();
	put(series, 'one', ...seconds(0, 30));
	const options = {since: start, now: start + 60_000};
	expect(series.findChange(known, options)).toBeUndefined();
	put(series, 'two', ...seconds(30, 60));
	// It goes through all of them: once a second is enough.
	expect(series.findChange(known, {...options, now: options.now + 999})).toBeUndefined();
	expect(series.findChange(known, {...options, now: options.now + 1000})?.at).toBe(start + 30_000);
	// Of another split what came before is no evidence.
	series.newEpoch();
	expect(series.findChange(known, {since: start + 40_000, now: options.now + 1000})).toBeUndefined();
	series.clear();
	expect(series.findChange(known, {...options, now: options.now + 1001})).toBeUndefined();
});

const users = (timeline: ReturnType<AnswerSeries['timeline']>) => timeline.map(bucket => [...bucket.users]);

test('shows the last hour by revision, whenever it was learned whose the answers are', () => {
	const series = createAnswerSeries();
	put(series, 'one', 0, 0, 1);
	series.addOfTag('h-00002', {at: start + 1000, latency: 20, failed: true});
	const now = start + 2000;
	const unknown = attributedBy(noEvidence, weights);
	expect(users(series.timeline(unknown, now))).toEqual([[[undefined, 2]], [[undefined, 1]]]);
	const timeline = series.timeline(known, now);
	expect(users(timeline)).toEqual([[['h-00001', 2]], [['h-00001', 1]]]);
	expect(timeline[1]?.revisions.get('h-00002')).toMatchObject({asked: 1, failed: 1});
	expect(timeline[1]?.failed).toBe(0);
	expect(series.timeline(known, start + 3_601_000)).toHaveLength(1);
	expect(series.timeline(known, start + 3_600_999)).toHaveLength(2);
	expect(series.timeline(known, start + 3_602_000)).toHaveLength(0);
});

test('a stretch that is over is drawn as it was, and the one that goes on is drawn again', () => {
	const series = createAnswerSeries();
	put(series, 'one', 0, 1);
	const first = series.timeline(known, start + 1000);
	put(series, 'one', 1);
	const second = series.timeline(known, start + 1000);
	expect(second[0]).toBe(first[0]);
	expect(second[1]?.users.get('h-00001')).toBe(2);
	// Other shares of the split may make another one's answers of the same words.
	const others = attributedBy(learned, [...weights]);
	expect(series.timeline(others, start + 1000)[0]).not.toBe(first[0]);
	const other = attributedBy(new Map(learned), others.weights);
	const third = series.timeline(other, start + 1000);
	series.clear();
	put(series, 'one', 0, 1);
	expect(series.timeline(other, start + 1000)[0]).not.toBe(third[0]);
});
