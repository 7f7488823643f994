import {expect, test} from 'vitest';
import {parseFingerprint} from '../../../source/probe/attribution/fingerprint.js';
import type {ReceivedResponse} from '../../../source/probe/attribution/fingerprint.js';

const response: ReceivedResponse = {
	status: 203,
	headers: {'x-version': ' v2\u0007 ', 'x-empty': ''},
	body: '\n{"build": {"commit": "abc\\u001b123", "steps": [1, 2]},\n"ok": true, "nothing": null}\n',
};

test.each([
	['first-line', '{"build": {"commit": "abc\\u001b123", "steps": [1, 2]},'],
	['status', '203'],
	['header:X-Version', 'v2␇'],
	['header:x-empty', undefined],
	['header:x-other', undefined],
	['json:build.commit', 'abc␛123'],
	['json:$.build.steps.1', '2'],
	['json:ok', 'true'],
	['json:nothing', undefined],
	['json:build', undefined],
	['json:build.__proto__', undefined],
	['json:build.steps.length', '2'],
	['json:toString', undefined],
	['/commit": "([a-z]+)/', 'abc'],
	['/STEPS/i', 'steps'],
	['/steps/g', 'steps'],
	['/nowhere/', undefined],
])('%s', (text, fingerprint) => {
	const take = parseFingerprint(text);
	expect(take(response)).toBe(fingerprint);
	// The same again: nothing is remembered between answers.
	expect(take(response)).toBe(fingerprint);
});

test('a body that is no JSON has no JSON fingerprint', () => {
	expect(parseFingerprint('json:version')({...response, body: '<html>'})).toBeUndefined();
});

test('a fingerprint is cut at 256 characters', () => {
	const take = parseFingerprint('first-line');
	expect(take({...response, body: 'x'.repeat(256)})).toBe('x'.repeat(256));
	expect(take({...response, body: 'x'.repeat(257)})).toBe(`${'x'.repeat(256)}…`);
});

test('a fingerprint is cut before an emoji of several characters, not within', () => {
	const body = `${'x'.repeat(254)}👩‍💻 and more`;
	expect(parseFingerprint('first-line')({...response, body})).toBe(`${'x'.repeat(254)}…`);
});

test.each(['', 'body', 'header:', 'header:a b', 'json:', '/(/', '/a/xyz', 'regex'])(
	'%j is no fingerprint',
	text => {
		expect(() => parseFingerprint(text)).toThrow(TypeError);
	},
);
