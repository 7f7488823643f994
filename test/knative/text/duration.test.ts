/** Times as people and Go write them. */
import {expect, it} from 'vitest';
import {parseDuration} from '../../../source/knative/text/duration.js';

it.each([
	['30', 30_000],
	['0.5', 500],
	['0', 0],
	['5s', 5000],
	['500ms', 500],
	['1m30s', 90_000],
	['1.5h', 5_400_000],
	['2m', 120_000],
	['1h1m1s1ms', 3_661_001],
	[' 5s\n', 5000],
])('%j is %i ms', (text, time) => {
	expect(parseDuration(text)).toBe(time);
});

it.each(['', ' ', 's', '-5s', '+5', '5 s', '5d', '1h 30m', '5s!', 'x5s', '1.s', '.5', '5sx'])(
	'%j is none',
	text => {
		expect(parseDuration(text)).toBeUndefined();
	},
);
