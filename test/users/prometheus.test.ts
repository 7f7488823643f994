/** Users by Prometheus: a server that speaks its HTTP API, at a URL and behind the API server. */
import {createServer, type ServerResponse} from 'node:http';
import {once} from 'node:events';
import {describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import {createPrometheusMeter, promNames, promQueries} from '../../source/users/prometheus.js';
import {askPrometheusAt, readVector} from '../../source/users/prometheus-answer.js';
import {parsePrometheusPlace} from '../../source/users/prometheus-place.js';
import type {UsersSnapshot} from '../../source/users/users.js';
import {startApiServer} from '../support/kube/api-server.js';

const split = {
	weights: [
		{revision: 'cart-00001', percent: 80},
		{revision: 'cart-00002', percent: 20},
	],
	isSettling: false,
	pair: undefined,
};

/** What Prometheus 3 says for a counter and a histogram in the older names; it knows nothing of the newer ones. */
const older: Readonly<Record<string, readonly (readonly [Record<string, string>, string])[]>> = {
	'sum by (revision_name, response_code)': [
		[{revision_name: 'cart-00001', response_code: '200'}, '480.5'],
		[{revision_name: 'cart-00002', response_code: '200'}, '110'],
		[{revision_name: 'cart-00002', response_code: '503'}, '10'],
	],
	'sum by (revision_name, le)': [
		[{revision_name: 'cart-00001', le: '100'}, '480'],
		[{revision_name: 'cart-00001', le: '+Inf'}, '480'],
		[{revision_name: 'cart-00002', le: '100'}, '0'],
		[{revision_name: 'cart-00002', le: '200'}, '120'],
		[{revision_name: 'cart-00002', le: '+Inf'}, '120'],
	],
};

function answerTo(query: string): object {
	const [, series] = Object.entries(older).find(([start]) => query.startsWith(start)) ?? [];
	return {
		status: 'success',
		data: {
			resultType: 'vector',
			result: (series ?? []).map(([metric, value]) => ({metric, value: [1_764_000_000.123, value]})),
		},
	};
}

async function first(meter: ReturnType<typeof createPrometheusMeter>): Promise<UsersSnapshot> {
	onTestFinished(() => meter.stop());
	const {promise, resolve} = Promise.withResolvers<UsersSnapshot>();
	meter.subscribe(() => resolve(meter.snapshot()));
	meter.setSplit(split);
	meter.start();
	return promise;
}

async function apiServer() {
	const server = await startApiServer();
	onTestFinished(async () => server.close());
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	onTestFinished(async () => cluster.close());
	return {server, cluster};
}

describe('where it is', () => {
	it.each([
		['https://prom.example:9090/base', {kind: 'url', url: new URL('https://prom.example:9090/base')}],
		[
			'monitoring/prometheus-server:web',
			{kind: 'service', namespace: 'monitoring', name: 'prometheus-server', port: 'web'},
		],
		['monitoring/prometheus', {kind: 'service', namespace: 'monitoring', name: 'prometheus', port: '9090'}],
		['prometheus', {kind: 'none', sentence: expect.stringContaining('namespace/name:port')}],
		['http://', {kind: 'none', sentence: '"http://" is no URL.'}],
		['a/../b', {kind: 'none', sentence: expect.any(String)}],
	])('%s', (text, place) => {
		expect(parsePrometheusPlace(text)).toEqual(place);
	});
});

it('shows the same rows as the pods do, marked as an estimate', async () => {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
		asked.push(`${request.url?.split('?', 1)[0]} ${query}`);
		response.end(JSON.stringify(answerTo(query)));
	});
	onTestFinished(() => void server.close());
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : 0;
	const {cluster} = await apiServer();
	const ask = askPrometheusAt({kind: 'url', url: new URL(`http://127.0.0.1:${port}/base/`)}, cluster);
	const {state, view, problems} = await first(
		createPrometheusMeter({ask, namespace: 'default', service: 'cart'}),
	);
	expect(state).toBe('counting');
	expect(problems).toEqual([
		{kind: 'rates', sentence: 'by Prometheus, over 60 s: estimates, without alarms'},
	]);
	expect(view.recent).toMatchObject({seconds: 60, isExact: false, requests: 601});
	expect(view.recent.rows).toMatchObject([
		{revision: 'cart-00001', percent: 80, requests: 481, failed: 0, p95: expect.closeTo(95)},
		{revision: 'cart-00002', percent: 20, requests: 120, failed: 10, p50: expect.closeTo(150)},
	]);
	expect(view.split).toBeUndefined();
	expect(asked[0]).toMatch(/^\/base\/api\/v1\/query sum by \(kn_revision_name, http_response_status_code\)/);
});

it('asks through the API server, which leads to its Service', async () => {
	const {server, cluster} = await apiServer();
	server.always(exchange => exchange.answer(200, answerTo(exchange.query.get('query') ?? '')));
	const ask = askPrometheusAt({kind: 'service', namespace: 'monitoring', name: 'prom', port: 'web'}, cluster);
	const {view} = await first(createPrometheusMeter({ask, namespace: 'default', service: 'cart'}));
	expect(view.recent.perSecond).toBeCloseTo(10, 0);
	expect(server.log[0]).toBe('GET /api/v1/namespaces/monitoring/services/prom:web/proxy/api/v1/query');
});

it('says why it is not known', async () => {
	const {server, cluster} = await apiServer();
	const ask = askPrometheusAt(
		{kind: 'service', namespace: 'monitoring', name: 'prom', port: '9090'},
		cluster,
	);
	server.always(exchange =>
		exchange.answer(403, {
			kind: 'Status',
			status: 'Failure',
			reason: 'Forbidden',
			message: 'services "prom:9090" is forbidden',
			code: 403,
		}),
	);
	expect(await first(createPrometheusMeter({ask, namespace: 'default', service: 'cart'}))).toMatchObject({
		state: 'unknown',
		problems: [
			{kind: 'unread', sentence: 'needs the right to get services/proxy (services "prom:9090" is forbidden)'},
		],
	});
	server.always(exchange =>
		exchange.answer(404, {
			kind: 'Status',
			status: 'Failure',
			reason: 'NotFound',
			message: 'services "prom" not found',
			code: 404,
		}),
	);
	expect(
		(await first(createPrometheusMeter({ask, namespace: 'default', service: 'cart'}))).problems[0]?.sentence,
	).toBe('Service monitoring/prom:9090: services "prom" not found');
	server.always(exchange =>
		exchange.answer(200, {status: 'success', data: {resultType: 'vector', result: []}}),
	);
	expect(
		(await first(createPrometheusMeter({ask, namespace: 'default', service: 'cart'}))).problems[0]?.sentence,
	).toBe(
		'Prometheus has no requests of cart in 60 s: nobody came, or it does not scrape port 9091 of its pods',
	);
});

it('takes nothing for an answer that is none', () => {
	expect(readVector({status: 'error', errorType: 'bad_data', error: 'parse error\u001B'})).toEqual({
		ok: false,
		sentence: 'Prometheus: parse error␛',
	});
	for (const body of [undefined, 'x', {}, {status: 'success', data: {resultType: 'matrix', result: []}}]) {
		expect(readVector(body)).toMatchObject({ok: false, sentence: expect.stringContaining('no Prometheus')});
	}
});

const vector = (...result: readonly (readonly [Record<string, string>, string])[]) => ({
	status: 'success',
	data: {resultType: 'vector', result: result.map(([metric, value]) => ({metric, value: [1, value]}))},
});

it.each(['NaN', '+Inf', '-Inf', '-5', 'abc', '', '1e308'])('takes %s for no number of requests', text => {
	expect(readVector(vector([{revision_name: 'a'}, '5'], [{revision_name: 'a'}, text]))).toEqual({
		ok: false,
		sentence: `Prometheus says ${text}, which is no number of requests`,
	});
});

it('takes no more series than a service can have', () => {
	const many = Array.from({length: 5001}, (_, number) => [{revision_name: String(number)}, '1'] as const);
	expect(readVector(vector(...many))).toEqual({
		ok: false,
		sentence: 'Prometheus answers with 5001 series, more than 5000',
	});
});

/** A meter of a server at a URL that answers each question so. */
async function answering(
	respond: (response: ServerResponse, authorization: string | undefined, query: string) => void,
	login = '',
) {
	const server = createServer((request, response) => {
		const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
		respond(response, request.headers.authorization, query);
	});
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : 0;
	const {cluster} = await apiServer();
	const ask = askPrometheusAt({kind: 'url', url: new URL(`http://${login}127.0.0.1:${port}`)}, cluster);
	return createPrometheusMeter({ask, namespace: 'default', service: 'cart'});
}

it.each([
	[200, '<html>login</html>', /answers with HTTP 200, and no JSON$/],
	[401, 'Unauthorized', /answers with HTTP 401: Prometheus wants a login, such as https:\/\/USER:PASSWORD@/],
	[401, '{"message":"Unauthorized"}', /answers with HTTP 401: Prometheus wants a login/],
	[503, '{"message":"no"}', /^127\.0\.0\.1:\d+ answers with HTTP 503$/],
	[422, '{"status":"error","error":"many-to-many\\u001b"}', /^Prometheus: many-to-many␛$/],
	[200, JSON.stringify(vector()).padEnd(9_000_000), /answers with more than 8388608 bytes$/],
	[200, '['.repeat(100_000), /and no JSON$/],
])('says of HTTP %i why nothing is known', async (status, body, sentence) => {
	const {state, problems} = await first(
		await answering(response => {
			response.writeHead(status);
			response.end(body);
		}),
	);
	expect([state, problems]).toEqual([
		'unknown',
		[{kind: 'unread', sentence: expect.stringMatching(sentence)}],
	]);
});

it('says of what may be missing what Prometheus warns of', async () => {
	const {state, problems} = await first(
		await answering((response, _, query) => {
			response.end(JSON.stringify({...answerTo(query), warnings: ['store-3 failed\u001b: partial', 'slow']}));
		}),
	);
	expect([state, problems[0]]).toEqual([
		'counting',
		{kind: 'sampled', sentence: 'Prometheus warns: store-3 failed␛: partial, and 1 more'},
	]);
});

it('logs in as the URL says', async () => {
	const {state} = await first(
		await answering((response, authorization, query) => {
			const isKnown = authorization === `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
			response.writeHead(isKnown ? 200 : 401);
			response.end(JSON.stringify(answerTo(query)));
		}, 'me:p%40ss@'),
	);
	expect(state).toBe('counting');
});

it('does not take a revision for unused that it has nothing of', async () => {
	const {state, problems} = await first(
		await answering((response, _, query) => {
			const isOfCounts = query.startsWith('sum by (revision_name, response_code)');
			const only = [{revision_name: 'cart-00001', response_code: '200'}, '480'] as const;
			response.end(JSON.stringify(isOfCounts ? vector(only) : answerTo(query)));
		}),
	);
	expect([state, problems[0]?.sentence]).toEqual([
		'unknown',
		'Prometheus has no requests of cart-00002 in 60 s: nobody came, or it does not scrape port 9091 of its pods',
	]);
});

it('quotes what it asks for', () => {
	const [newer] = promNames('de"fault', 'cart');
	if (!newer) throw new Error('no names');
	expect(promQueries(newer, 30).counts).toContain('k8s_namespace_name="de\\"fault"');
});
