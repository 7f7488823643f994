/** Times as people and Go write them. */
import {describe, expect, it} from 'vitest';
import {goDuration, parseDuration, parseTimeout} from '../../../source/knative/text/duration.js';

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

it.each([
	['5', 5000],
	['+5', 5000],
	['0', 0],
	['-0', 0],
	['00', 0],
	['.5s', 500],
	['5.s', 5000],
	['+5s', 5000],
	['1m30s', 90_000],
	['2ms', 2],
	['5us', 1],
	['5µs', 1],
	['5μs', 1],
	['1ns', 1],
	['0.0000000001s', 0],
	['-1s', 0],
	['+0', 0],
	['9223372036s', 9_223_372_036_000],
])('of the API server %j is %i ms, 0 being no limit', (text, time) => {
	expect(parseTimeout(text)).toBe(time);
});

it.each([
	'',
	' 5s',
	'1.5',
	'1e3',
	'-5',
	'5.',
	'.s',
	'1d',
	'5s1',
	'1m-1s',
	'0x10',
	'1_000',
	'99999999999999999999',
	'9223372037s',
])('of the API server %j is none', text => {
	expect(parseTimeout(text)).toBeUndefined();
});

describe('a Go duration', () => {
	it.each([
		['0', 0],
		['1h30m', 5400],
		['90s', 90],
		['1.5m', 90],
		['.5s', 0.5],
		['1.s', 1],
		['1000ms', 1],
		['1000000us', 1],
		['1000000µs', 1],
		['2000000000ns', 2],
		['1h1m1s', 3661],
	])('%s is %d s', (text, seconds) => {
		expect(goDuration(text)).toBeCloseTo(seconds, 9);
	});

	it.each(['', '1', 's', '-1s', '1h ', ' 1h', '1d', '1hx', '.s'])('%j is none', text => {
		expect(goDuration(text)).toBeUndefined();
	});
});
