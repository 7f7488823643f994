import {describe, expect, it} from 'vitest';
import {parseOrigin, parseRetryAfter, parseWarnings} from '../../source/kube/http/headers.js';
import {includes, isApplied} from '../../source/kube/write/expected-state.js';
import {servingPath} from '../../source/kube/paths.js';
import {proxyFromEnvironment} from '../../source/kube/http/proxy.js';
import {parseStatus, sentenceOf, withoutWebhookPrefix} from '../../source/kube/status.js';
import {status} from '../support/kube/api-server.js';

describe('a Status', () => {
	it('is read with all that helps, printable', () => {
		const body = status(422, 'Invalid', 'a\u009Bb\r\nc', {
			details: {name: 'x', causes: [{field: 'spec.\u0007', message: 'bad'}, {}], retryAfterSeconds: 2},
		});
		expect(parseStatus(body)).toEqual({
			reason: 'Invalid',
			about: {kind: '', name: 'x'},
			message: 'a<U+009B>b\nc',
			code: 422,
			causes: [
				{field: 'spec.␇', message: 'bad'},
				{field: '', message: ''},
			],
			retryAfter: 2,
		});
	});

	it.each([undefined, null, 'text', {kind: 'Service'}, {kind: 'Status', message: 5}])('is not %j', body => {
		expect(parseStatus(body)).toBeUndefined();
	});

	it.each([
		[500, status(500, 'InternalError', 'boom'), 'boom'],
		[
			401,
			status(401, 'Unauthorized', 'Unauthorized'),
			'the API server does not accept the credentials of this context (HTTP 401)',
		],
		[404, '404 page not found\n', 'the API server does not know this path (HTTP 404): 404 page not found'],
		[
			502,
			'<html>Bad Gateway</html>',
			'something between here and the API server answered with a web page (HTTP 502)',
		],
		[200, '', 'something between here and the API server answered with no object (HTTP 200)'],
		[302, '', 'something between here and the API server redirects this, perhaps to a login (HTTP 302)'],
		[503, 'a\u001B[2Jb', 'the API server is not available at the moment (HTTP 503): a␛[2Jb'],
	])('or anything else of %i becomes a sentence', (code, body, sentence) => {
		expect(sentenceOf({status: code, body})).toBe(sentence);
	});

	it.each([
		['admission webhook "w" denied the request: validation failed: x: y', 'x: y'],
		['admission webhook "w" denied the request: mutation failed: x', 'mutation failed: x'],
		['validation failed: x', 'validation failed: x'],
	])('loses the name of the webhook: %j', (full, sentence) => {
		expect(withoutWebhookPrefix(full)).toBe(sentence);
	});
});

describe('headers', () => {
	it('give warnings once each, unescaped, decoded and printable', () => {
		const utf8 = Buffer.from('ärger \u001B').toString('latin1');
		expect(
			parseWarnings([
				String.raw`299 - "unknown field \"spec.x\"" "Sun, 06 Nov 1994 08:49:37 GMT", 299 kube "a, b"`,
				`299 - "${utf8}"`,
				'299 kube "a, b"',
				'nonsense',
			]),
		).toEqual(['unknown field "spec.x"', 'a, b', 'ärger ␛']);
		expect(parseWarnings(undefined)).toEqual([]);
	});

	it('give where somebody is sent to, without what may be a secret in it', () => {
		expect(parseOrigin('https://u:p@sso.example.com:8443/login?token=abc')).toBe(
			'https://sso.example.com:8443',
		);
		expect(parseOrigin('/login')).toBeUndefined();
		expect(parseOrigin('\u001B[2J')).toBeUndefined();
		expect(parseOrigin(undefined)).toBeUndefined();
	});

	it('give the seconds to wait, as a number or until a date', () => {
		const now = Date.parse('2026-01-01T00:00:00Z');
		expect(parseRetryAfter('12', now)).toBe(12);
		expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5);
		expect(parseRetryAfter('Thu, 01 Jan 2015 00:00:05 GMT', now)).toBe(0);
		expect(parseRetryAfter('soon', now)).toBeUndefined();
		expect(parseRetryAfter(undefined, now)).toBeUndefined();
	});
});

describe('a path', () => {
	it('cannot be led elsewhere by a name', () => {
		expect(servingPath('services', 'a/b', '../c?d')).toBe(
			'/apis/serving.knative.dev/v1/namespaces/a%2Fb/services/..%2Fc%3Fd',
		);
		expect(servingPath('revisions')).toBe('/apis/serving.knative.dev/v1/revisions');
	});
});

describe('what a patch leaves', () => {
	const object = {
		metadata: {annotations: {'a/b': '1'}},
		spec: {traffic: [{revisionName: 'x', percent: 100, latestRevision: false}]},
	};

	it('is recognised among what the server filled in', () => {
		expect(
			isApplied(object, [{op: 'replace', path: '/spec/traffic', value: [{revisionName: 'x', percent: 100}]}]),
		).toBe(true);
		expect(isApplied(object, [{op: 'add', path: '/metadata/annotations/a~1b', value: '1'}])).toBe(true);
		expect(isApplied(object, [{op: 'remove', path: '/metadata/labels'}])).toBe(true);
	});

	it('is told from something else', () => {
		expect(
			isApplied(object, [{op: 'replace', path: '/spec/traffic', value: [{revisionName: 'x', percent: 90}]}]),
		).toBe(false);
		expect(isApplied(object, [{op: 'replace', path: '/spec/traffic', value: []}])).toBe(false);
		expect(isApplied(object, [{op: 'remove', path: '/metadata/annotations/a~1b'}])).toBe(false);
		expect(includes({a: [1]}, {a: {0: 1}})).toBe(false);
	});

	it('cannot be told of elements of lists', () => {
		expect(isApplied(object, [{op: 'add', path: '/spec/traffic/-', value: {}}])).toBeUndefined();
		expect(isApplied(object, [{op: 'remove', path: '/spec/traffic/0'}])).toBeUndefined();
	});
});

describe('the proxy of the environment', () => {
	const secure = new URL('https://api.prod.example:6443');

	it('is chosen by the scheme of the server, in capitals or not', () => {
		const env = {HTTPS_PROXY: 'http://s:1', http_proxy: 'p:2'};
		expect(proxyFromEnvironment(secure, env)).toBe('http://s:1');
		expect(proxyFromEnvironment(new URL('http://api'), env)).toBe('http://p:2');
		expect(proxyFromEnvironment(secure, {})).toBeUndefined();
	});

	it.each([
		'*',
		'example',
		'.example',
		'*.prod.example',
		'api.prod.example',
		'API.prod.example:6443',
		'x, prod.example',
	])('is not used when NO_PROXY is %j', exceptions => {
		expect(proxyFromEnvironment(secure, {HTTPS_PROXY: 'http://s:1', NO_PROXY: exceptions})).toBeUndefined();
	});

	it.each([
		'',
		'prod',
		'.api.prod.example',
		'rod.example',
		'api.prod.example:443',
		'10.0.0.0/8',
		'example/8',
	])('is used when NO_PROXY is %j', exceptions => {
		expect(proxyFromEnvironment(secure, {HTTPS_PROXY: 'http://s:1', NO_PROXY: exceptions})).toBe(
			'http://s:1',
		);
	});

	it.each([
		['https://10.1.2.3:6443', '10.0.0.0/8'],
		['https://10.1.2.3', '10.1.2.3'],
		['https://[fd00::5]:6443', 'fd00::/8'],
		['https://[fd00::5]:6443', '[fd00::5]:6443'],
		['https://127.0.0.7', ''],
		['https://localhost:6443', ''],
		['https://[::1]', ''],
	])('is not used for %s when NO_PROXY is %j', (server, exceptions) => {
		expect(
			proxyFromEnvironment(new URL(server), {HTTPS_PROXY: 'http://s:1', NO_PROXY: exceptions}),
		).toBeUndefined();
	});
});
