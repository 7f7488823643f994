import {expect, test} from 'vitest';
import {
	requestOptionsOf,
	defaultRequestOptions,
	probeOptionsOf,
} from '../../../source/probe/transport/request-options.js';

test('without flags it is the usual: the root, once a second, connections kept, ten seconds', () => {
	expect(requestOptionsOf({}, {rate: 1})).toEqual(defaultRequestOptions);
	expect(requestOptionsOf({}, {rate: 20}).rate).toBe(20);
	expect(requestOptionsOf({maxRate: '5'}, {rate: 20}).rate).toBe(5);
});

test('flags are taken as they are typed', () => {
	expect(
		requestOptionsOf(
			{
				path: '/a?b=1',
				timeout: '0.5',
				keepalive: false,
				fingerprint: 'header:x-v',
				rate: '80',
				maxRate: '100',
			},
			{rate: 1},
		),
	).toEqual({
		path: '/a?b=1',
		timeout: 500,
		keepAlive: false,
		fingerprint: 'header:x-v',
		rate: 80,
		maxRate: 100,
		request: {method: 'GET', headers: [], body: undefined, expectStatus: undefined},
		content: undefined,
	});
});

test.each([
	[{path: 'a'}, '--path "a" must start with "/"'],
	[{path: '/ä'}, 'percent-encoded'],
	[{timeout: '0'}, '--timeout "0": give a time above 0 and up to 1h'],
	[{timeout: '2h'}, 'give a time above 0 and up to 1h'],
	[{timeout: '5 s'}, 'such as 5, 5s or 500ms'],
	[{rate: ''}, '--rate "" is no number of requests a second above 0'],
	[{rate: 'Infinity'}, '--rate "Infinity" is no number'],
	[{rate: '60'}, '--rate 60 is above the cap of 50 requests a second: raise it with --max-rate'],
	[{grpcMethod: 'SayHello'}, '--grpc-method "SayHello": give package.Service/Method'],
	[{grpcMethod: 'a.B/C', grpcData: '{'}, '--grpc-data is no JSON'],
	[{grpcMethod: 'a.B/C', grpcData: '[]'}, '--grpc-data must be a JSON object'],
	[{fingerprint: 'colour'}, 'use first-line, status, header:NAME, json:PATH or /REGEXP/'],
	[{fingerprint: '/(/'}, 'is no regular expression'],
])('%o is refused with a sentence', (flags, sentence) => {
	expect(() => requestOptionsOf(flags, {rate: 1})).toThrow(sentence);
});

test('a probe gets the fingerprint that was asked for', () => {
	const {fingerprint, keepAlive, version} = probeOptionsOf(
		{...defaultRequestOptions, fingerprint: 'status', keepAlive: false},
		'1.2.3',
	);
	expect({keepAlive, version}).toEqual({keepAlive: false, version: '1.2.3'});
	expect(fingerprint?.({status: 418, headers: {}, body: 'teapot'})).toBe('418');
});

test('headers, cookies and a body are taken together, and posted when nothing else is said', () => {
	const {request, content} = requestOptionsOf(
		{header: ['X-Who: me'], cookie: ['a=1', 'b=2'], data: 'hello', expectStatus: '2xx'},
		{rate: 1},
	);
	expect(request).toEqual({
		method: 'POST',
		headers: ['X-Who: me', 'Cookie: a=1; b=2'],
		body: 'hello',
		expectStatus: '2xx',
	});
	expect(content).toEqual({
		method: 'POST',
		headers: [
			{name: 'X-Who', value: 'me'},
			{name: 'Cookie', value: 'a=1; b=2'},
		],
		body: 'hello',
	});
	expect(() => requestOptionsOf({cookie: ['s3cret']}, {rate: 1})).toThrow(
		/^A --cookie is not name=value, such as session=\$SESSION or session=@file\.$/,
	);
	expect(() => requestOptionsOf({expectStatus: 'fine'}, {rate: 1})).toThrow(/The expected status "fine"/);
	expect(() => requestOptionsOf({header: ['X-A: $NOT_SET_ANYWHERE']}, {rate: 1})).toThrow(/is not set/);
});
