import {expect, test} from 'vitest';
import {distinguishingTrait, traitsOf} from '../../../source/probe/attribution/traits.js';

const response = (headers: Record<string, string>, body = 'ok') => ({status: 200, headers, body});

test('an answer has its status, its lasting headers and the values of its JSON as traits', () => {
	const traits = traitsOf(
		response(
			{
				'x-version': '2',
				date: 'Thu, 26 Nov 2026 12:00:00 GMT',
				'x-request-id': '7',
				'x-envoy-upstream-service-time': '3',
			},
			'{"build": {"commit": "abc", "ok": true}, "items": [1, 2]}',
		),
	);
	expect(Object.fromEntries(traits)).toEqual({
		status: '200',
		'header:x-version': '2',
		'json:build.commit': 'abc',
		'json:build.ok': 'true',
		'json:items.0': '1',
		'json:items.1': '2',
	});
});

test('what is no JSON has no JSON traits, and an endless one not endlessly many', () => {
	expect([...traitsOf(response({}, '{"a": ')).keys()]).toEqual(['status']);
	const long = JSON.stringify(Array.from({length: 5000}, (_, index) => index));
	expect(traitsOf(response({}, long)).size).toBeLessThan(200);
});

const said = (...answers: Record<string, string>[]) => answers.map(answer => new Map(Object.entries(answer)));

test('tells by what revisions can be told apart, a version before anything else', () => {
	expect(
		distinguishingTrait(
			new Map([
				[
					'a',
					said(
						{status: '200', 'header:x-pod': 'p', 'header:x-version': '1'},
						{status: '200', 'header:x-pod': 'p', 'header:x-version': '1'},
					),
				],
				[
					'b',
					said(
						{status: '200', 'header:x-pod': 'q', 'header:x-version': '2'},
						{status: '200', 'header:x-pod': 'q', 'header:x-version': '2'},
					),
				],
			]),
		),
	).toBe('header:x-version');
});

test.each([
	[
		'one differs from answer to answer',
		said({'header:id': '1'}, {'header:id': '2'}),
		said({'header:id': '3'}, {'header:id': '4'}),
	],
	['both say the same', said({status: '200'}, {status: '200'}), said({status: '200'}, {status: '200'})],
	['one was heard once only', said({'header:v': '1'}), said({'header:v': '2'}, {'header:v': '2'})],
	['one does not say it', said({'header:v': '1'}, {'header:v': '1'}), said({status: '200'}, {status: '200'})],
])('nothing tells them apart when %s', (_, one, other) => {
	expect(
		distinguishingTrait(
			new Map([
				['a', one],
				['b', other],
			]),
		),
	).toBeUndefined();
});

test('one revision is told apart from none', () => {
	expect(distinguishingTrait(new Map([['a', said({'header:v': '1'}, {'header:v': '1'})]]))).toBeUndefined();
	expect(distinguishingTrait(new Map())).toBeUndefined();
});
