import {expect, test} from 'vitest';
import {apportion} from '../../../source/knative/split/apportion.js';

test('whole shares come by largest remainder, ties to the upper row', () => {
	expect(apportion([1, 1, 1], 100)).toEqual([34, 33, 33]);
	expect(apportion([41, 29, 30], 10)).toEqual([4, 3, 3]);
	expect(apportion([0, 0], 5)).toEqual([3, 2]);
	expect(apportion([], 0)).toEqual([]);
});
