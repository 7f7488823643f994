import {expect, test} from 'vitest';
import {binOf, percentileOf} from '../../../source/probe/counting/latency-bins.js';
import {createSeries} from '../../../source/probe/counting/series.js';

const start = Date.UTC(2026, 10, 26, 12, 0, 0);

test('answers, failures and latencies are kept by the second', () => {
	const series = createSeries();
	series.add('a', {at: start + 100, latency: 10, failed: false});
	series.add('a', {at: start + 900, latency: 20, failed: true});
	series.add('b', {at: start + 1100, latency: 5, failed: false});
	const buckets = series.since(start);
	expect(buckets.map(({at, duration}) => ({at, duration}))).toEqual([
		{at: start, duration: 1000},
		{at: start + 1000, duration: 1000},
	]);
	expect(buckets[0]?.cells.get('a')).toMatchObject({n: 2, failed: 1});
	expect(series.since(start + 1000)).toHaveLength(1);
});

test('what was asked long ago is put down late, and what was told of that second stays as it was', () => {
	const series = createSeries();
	series.add('a', {at: start, latency: 10, failed: false});
	series.add('a', {at: start + 5000, latency: 10, failed: false});
	const [before] = series.since(start);
	series.add('a', {at: start, latency: 5000, failed: true});
	series.add('b', {at: start + 2000, latency: 3000, failed: true});
	const after = series.since(start);
	expect(before?.cells.get('a')).toMatchObject({n: 1, failed: 0});
	expect(after.map(({at}) => at - start)).toEqual([0, 2000, 5000]);
	expect(after[0]?.cells.get('a')).toMatchObject({n: 2, failed: 1});
});

test('a whole session is kept in bounded memory, and no answer is lost but by age', () => {
	const series = createSeries();
	const hours = 12;
	for (let second = 0; second < hours * 3600; second++) {
		series.add('a', {at: start + second * 1000, latency: 10, failed: second % 100 === 0});
	}
	const buckets = series.since(start);
	expect(buckets.length).toBeLessThan(600 + 720 + 2880 + 3);
	const sum = (pick: 'n' | 'failed') =>
		buckets.reduce((total, {cells}) => total + (cells.get('a')?.[pick] ?? 0), 0);
	expect(sum('n')).toBe(hours * 3600);
	expect(sum('failed')).toBe(hours * 36);
	// Oldest first, and none overlaps the next.
	const overlaps = buckets.filter(
		({at, duration}, index) => at + duration > (buckets[index + 1]?.at ?? Infinity),
	);
	expect(overlaps).toEqual([]);
});

test('keys without end make no cells without end', () => {
	const series = createSeries();
	for (let key = 0; key < 500; key++) series.add(`key ${key}`, {at: start, latency: 1, failed: false});
	const [bucket] = series.since(start);
	expect(bucket?.cells.size).toBeLessThan(30);
	expect([...(bucket?.cells.values() ?? [])].reduce((total, {n}) => total + n, 0)).toBe(500);
});

test('an answer that comes late, or after the clock was set back, goes where it belongs', () => {
	const series = createSeries();
	series.add('a', {at: start + 5000, latency: 1, failed: false});
	series.add('a', {at: start + 2000, latency: 1, failed: false});
	series.add('a', {at: start + 5000, latency: 1, failed: false});
	series.add('a', {at: start + 2999, latency: 1, failed: false});
	expect(series.since(0).map(({at, cells}) => [at - start, cells.get('a')?.n])).toEqual([
		[2000, 2],
		[5000, 2],
	]);
});

test('a percentile is where that many were as fast, and in the middle of its bin', () => {
	const bins = new Map([
		[binOf(10), 95],
		[binOf(1000), 5],
	]);
	expect(percentileOf(bins, 95)).toBeCloseTo(percentileOf(new Map([[binOf(10), 1]]), 50) ?? 0);
	expect(percentileOf(bins, 95.5)).toBeCloseTo(percentileOf(new Map([[binOf(1000), 1]]), 50) ?? 0);
});

test('percentiles of the bins are within a tenth', () => {
	for (const percentile of [50, 95]) {
		const bins = new Map<number, number>();
		for (let latency = 1; latency <= 1000; latency++) {
			bins.set(binOf(latency), (bins.get(binOf(latency)) ?? 0) + 1);
		}
		expect(percentileOf(bins, percentile)).toBeGreaterThan(percentile * 10 * 0.9);
		expect(percentileOf(bins, percentile)).toBeLessThan(percentile * 10 * 1.1);
	}
	expect(percentileOf(new Map(), 95)).toBeUndefined();
	expect(binOf(0)).toBe(0);
	expect(binOf(10_000_000)).toBe(86);
});
