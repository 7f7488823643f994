import {describe, expect, it} from 'vitest';
import {selectedIn, type FirstRow} from '../../../source/knative/split/slider-row.js';
import {latestKey, type Split, type SplitRow} from '../../../source/knative/split/split.js';

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
