import {expect, onTestFinished, test} from 'vitest';
import {createHttpProbe} from '../../../source/probe/transport/http/http.js';
import {
	parseExpectedStatus,
	plainRequest,
	requestContent,
	type ValueSources,
} from '../../../source/probe/transport/request-content.js';
import {responseOf, serveHttp, targetAt} from '../servers.js';

const sources: ValueSources = {
	environment: {TOKEN: 'letmein', SESSION: 'abc', EMPTY: ''},
	readFile(file) {
		if (file === 'token.txt' || file === 'a=b.txt') return 's3cret\n';
		if (file === 'body.json') return '{"id": 1}';
		throw new Error('ENOENT: no such file');
	},
};
const headersOf = (...headers: string[]) => requestContent({...plainRequest, headers}, sources)?.headers;

test('a plain GET needs nothing said', () => {
	expect(requestContent(plainRequest, sources)).toBeUndefined();
});

test.each([
	['X-Who: me', 'X-Who', 'me'],
	['X-Who:me', 'X-Who', 'me'],
	['X-Empty:', 'X-Empty', ''],
	['X-Time: 12:03:11', 'X-Time', '12:03:11'],
	['Authorization: Bearer $TOKEN', 'Authorization', 'Bearer letmein'],
	['Authorization: ${TOKEN}', 'Authorization', 'letmein'],
	['Authorization: @token.txt', 'Authorization', 's3cret'],
	['Authorization: Bearer @token.txt', 'Authorization', 'Bearer s3cret'],
	['Cookie: a=1; session=$SESSION', 'Cookie', 'a=1; session=abc'],
	['Cookie: a=1; session=@token.txt; b=$SESSION', 'Cookie', 'a=1; session=s3cret; b=abc'],
	['Cookie: @token.txt', 'Cookie', 's3cret'],
	['Cookie: @a=b.txt', 'Cookie', 's3cret'],
	['Cookie: mail=me@example.com', 'Cookie', 'mail=me@example.com'],
	['X-Price: 5$', 'X-Price', '5$'],
	['X-Mail: me@example.com', 'X-Mail', 'me@example.com'],
])('the header %j', (line, name, value) => {
	expect(headersOf(line)).toEqual([{name, value}]);
});

test.each([
	['no colon', /^A header is not "Name: value"/],
	[': value', /^A header is not "Name: value"/],
	['Bad Name: x', /"Bad Name" is not "Name: value"/],
	['Host: other.example.com', /Host is set by kn-canary itself/],
	['Content-Length: 5', /Content-Length is set by kn-canary itself/],
	['X-A: $MISSING', /\$MISSING is not set: export it/],
	['X-A: $EMPTY', /\$EMPTY is not set/],
	['Cookie: a=1; b=@nowhere', /The file nowhere cannot be read: ENOENT/],
	['X-A: @nowhere', /The file nowhere cannot be read: ENOENT/],
	['X-A: a\r\nX-B: c', /must not contain line breaks/],
])('the header %j is refused in words', (line, words) => {
	expect(() => headersOf(line)).toThrow(words);
});

test('no refusal repeats a secret', () => {
	const leaky: ValueSources = {environment: {TOKEN: 'hush\nhush'}, readFile: () => 'hush\u0000'};
	for (const line of ['Authorization: $TOKEN', 'Authorization: @file', 'Cookie: a=@file']) {
		expect(() => requestContent({...plainRequest, headers: [line]}, leaky)).toThrow(
			/^(?!.*hush).*line breaks/,
		);
	}
});

test('a body is a text or a file, and the method what was said', () => {
	expect(requestContent({...plainRequest, method: 'post', body: '@body.json'}, sources)).toEqual({
		method: 'POST',
		headers: [],
		body: '{"id": 1}',
	});
	expect(() => requestContent({...plainRequest, method: 'GET IT'}, sources)).toThrow(/is not an HTTP method/);
});

test.each([
	['200', [200], [201, 404]],
	['200,404', [200, 404], [403]],
	['200-299', [200, 250, 299], [300]],
	['2xx, 418', [204, 418], [302]],
])('%j expects', (text, fine, bad) => {
	const isExpected = parseExpectedStatus(text);
	expect(fine.every(status => isExpected(status))).toBe(true);
	expect(bad.some(status => isExpected(status))).toBe(false);
});

test.each(['', 'ok', '2', '200-', '700'])('%j expects nothing that is a status', text => {
	expect(() => parseExpectedStatus(text)).toThrow(/The expected status/);
});

test('what was said is sent, and nothing twice', async () => {
	const seen: unknown[] = [];
	const {port} = await serveHttp((request, response) => {
		let body = '';
		request.setEncoding('utf8');
		request.on('data', (chunk: string) => {
			body += chunk;
		});
		request.on('end', () => {
			const {headers, rawHeaders, method} = request;
			seen.push({
				method,
				body,
				authorization: headers.authorization,
				accept: rawHeaders.filter((_, index) => /^accept$/i.test(rawHeaders[index - 1] ?? '')),
				several: rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'X-Several'),
			});
			response.end('ok');
		});
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	const headers = [
		'Authorization: Bearer $TOKEN',
		'Accept: application/json',
		'X-Several: 1',
		'X-Several: 2',
	];
	const request = requestContent({...plainRequest, method: 'PUT', body: 'hello', headers}, sources);
	await probe.ask(targetAt(port, {request}));
	expect(seen).toEqual([
		{
			method: 'PUT',
			body: 'hello',
			authorization: 'Bearer letmein',
			accept: ['application/json'],
			several: ['1', '2'],
		},
	]);
});

test('a redirect is shown with where it leads, and is not followed', async () => {
	const paths: (string | undefined)[] = [];
	const {port} = await serveHttp((request, response) => {
		paths.push(request.url);
		response.writeHead(302, {location: '/dex/auth?client_id=x'});
		response.end('<a href="/dex/auth">Found</a>.\n');
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	expect(responseOf(await probe.ask(targetAt(port)))).toMatchObject({
		status: 302,
		error: false,
		location: '/dex/auth?client_id=x',
	});
	expect(paths).toEqual(['/']);
});
