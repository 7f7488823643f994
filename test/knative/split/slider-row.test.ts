import {describe, expect, it} from 'vitest';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {firstRowOf, selectedIn, type FirstRow} from '../../../source/knative/split/slider-row.js';
import {latestKey, type Split, type SplitRow} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';

const row = (key: string, percent: number, revision = key): SplitRow => ({
	key,
	revision,
	latest: key === latestKey,
	percent,
	tags: [],
	locked: false,
});

const first = (key: string, revision?: string): FirstRow => ({uid: 'u', key, revision});
const key = (...of: Parameters<typeof selectedIn>) => selectedIn(...of)?.key;

describe('the selected row of a slider', () => {
	const split: Split = [row('b', 10), row('a', 90)];

	it('is the one that was chosen, and none when that is gone', () => {
		expect(key(split, 'a', first('b'))).toBe('a');
		expect(key(split, 'c', first('b'))).toBeUndefined();
	});

	it('is the one that was first, wherever it is by now, and none when that is gone', () => {
		expect(key(split, undefined, first('a'))).toBe('a');
		expect(key(split, undefined, first('c'))).toBeUndefined();
		expect(key(split, undefined, undefined)).toBe('b');
	});

	it('goes with the revision that followed the latest when that is pinned, else with the latest', () => {
		const pinned: Split = [row(latestKey, 0, 'b'), row('a', 100)];
		expect(key(pinned, undefined, first(latestKey, 'a'))).toBe('a');
		expect(key([row(latestKey, 100, 'b')], undefined, first(latestKey, 'a'))).toBe(latestKey);
		expect(key(pinned, undefined, first(latestKey))).toBe(latestKey);
	});
});

const firstOf = (traffic: readonly TrafficTarget[]) =>
	firstRowOf(serviceView({ready: 2, traffic: [...traffic]}));

describe('the first row of a slider', () => {
	it('is the upper one, and none of a split without rows', () => {
		const rows = [
			{revisionName: 'helloworld-go-00001', percent: 60},
			{latestRevision: true, percent: 40},
		];
		expect(firstOf(rows)).toMatchObject({key: 'helloworld-go-00001', revision: undefined});
		expect(firstRowOf({...serviceView(), specTraffic: []})).toBeUndefined();
	});

	it('knows what the latest meant, unless another row leads there as well', () => {
		const latest = {latestRevision: true, percent: 40};
		const other = {revisionName: 'helloworld-go-00001', percent: 60};
		expect(firstOf([latest, other])).toMatchObject({key: latestKey, revision: 'helloworld-go-00002'});
		const same = {revisionName: 'helloworld-go-00002', percent: 60};
		expect(firstOf([latest, same])).toMatchObject({key: latestKey, revision: undefined});
	});
});
