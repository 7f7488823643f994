import {expect, onTestFinished, test} from 'vitest';
import {createGatewayKnowledge} from '../../../source/probe/attribution/gateway-knowledge.js';
import {createHttpProbe} from '../../../source/probe/transport/http/http.js';
import {responseOf, serveHttp, targetAt} from '../servers.js';

const own = 'helloworld-go.default.example.com';

type KnownGateway = (
	host: string,
	url: string,
) => {status: number; body: string; headers?: Record<string, string>};

/** What is known of a gateway that answers so; `ask` is the service's host unless said otherwise. */
async function setUp(gateway: KnownGateway, path = '/') {
	const hosts: string[] = [];
	const sent: string[] = [];
	const {port} = await serveHttp((request, response) => {
		const host = request.headers.host ?? '';
		hosts.push(host);
		const {url = ''} = request;
		if (host !== own) sent.push(`${url} ${request.rawHeaders.join(' ')}`);
		const {status, body, headers = {}} = gateway(host, url);
		response.writeHead(status, {'content-type': 'text/plain', ...headers});
		response.end(body);
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	const knowledge = createGatewayKnowledge({probe, timeout: 2000});
	return {
		hosts,
		/** Request line and headers of what hosts that cannot exist were asked. */
		sent,
		knowledge,
		ask: async (authority = own) => {
			const target = targetAt(port, {
				authority,
				path,
				request: {method: 'GET', headers: [{name: 'X-Token', value: 'HUSH'}]},
			});
			return responseOf(await knowledge.judge(target, await probe.ask(target)));
		},
	};
}

const traefik = {status: 404, body: '404 page not found\n', headers: {'x-content-type-options': 'nosniff'}};
const alb = {
	status: 404,
	body: '<html>\n<head><title>404 Not Found</title></head></html>\n',
	headers: {server: 'ALB'},
};

test.each([
	['a load balancer', alb],
	['another ingress controller', traefik],
	['an Envoy that hides its headers', {status: 404, body: ''}],
	['a CDN with an id in its page', undefined],
	['a server with the time in its page', 'time'],
])('%s that answers every host the same is known by a host that cannot exist', async (_, answer) => {
	let asked = 0;
	const {ask, hosts} = await setUp(() => {
		if (typeof answer === 'object') return answer;
		const id = Math.random()
			.toString(answer === 'time' ? 36 : 16)
			.slice(2)
			.padEnd(22, '0');
		const at = answer === 'time' ? ` at ${new Date(7_000_000 * ++asked).toISOString()}` : '';
		return {status: 404, body: `Not found. Request ${id}${at}\n`};
	});
	expect((await ask()).by).toBe('gateway');
	expect((await ask()).by).toBe('gateway');
	// Asked once, not for each answer.
	expect(hosts.filter(host => host !== own)).toHaveLength(6);
	expect(hosts.some(host => host.endsWith(`-${own}`))).toBe(true);
	expect(hosts.some(host => host.endsWith('.invalid'))).toBe(true);
});

test('a page with the host in it, or a redirect to it, is the same for every host', async () => {
	const {ask} = await setUp(host => ({
		status: 301,
		body: `Moved to https://${host}/\n`,
		headers: {location: `https://${host}/`},
	}));
	expect(await ask()).toMatchObject({by: 'gateway', location: `https://${own}/`});
});

test('nothing secret is sent to hosts that cannot exist, and a redirect to the same path is the same for every host', async () => {
	const {ask, sent} = await setUp(
		(host, url) => ({status: 301, body: '', headers: {location: `https://${host}${url}`}}),
		'/orders?page=2&api_key=HUSH',
	);
	expect((await ask()).by).toBe('gateway');
	expect(sent).toHaveLength(6);
	expect(sent.join('\n')).toMatch(/^\/orders\?page=2&/);
	expect(sent.join('\n')).not.toContain('HUSH');
});

test('a service that says no is not taken for the gateway, which says it otherwise', async () => {
	const {ask} = await setUp(host => (host === own ? {status: 404, body: 'Cannot GET /\n'} : traefik));
	expect((await ask()).by).toBeUndefined();
});

test('what an Envoy says to have from behind it is the service’s, and nobody else is asked', async () => {
	const {ask, hosts} = await setUp(() => ({
		status: 404,
		body: 'Cannot GET /\n',
		headers: {server: 'envoy', 'x-envoy-upstream-service-time': '3'},
	}));
	expect(await ask()).toMatchObject({status: 404, isFromUpstream: true});
	expect((await ask()).by).toBeUndefined();
	expect(hosts).toEqual([own, own]);
});

test('where good answers come through an Envoy, what does not is said by somebody in front of it', async () => {
	let isGood = true;
	const {ask, hosts} = await setUp(host =>
		host === own && isGood
			? {status: 200, body: 'Hello\n', headers: {server: 'envoy', 'x-envoy-upstream-service-time': '3'}}
			: {...alb, body: `page for ${host.split('-')[0]}\n`},
	);
	expect((await ask()).by).toBeUndefined();
	isGood = false;
	expect((await ask(`canary-${own}`)).by).toBe('gateway');
	expect(hosts).toHaveLength(2);
});

test('a gateway that leads every host to the service has no answer of its own', async () => {
	let turn = 0;
	const {ask} = await setUp(() =>
		turn++ % 2 === 0 ? {status: 500, body: 'Internal Server Error\n'} : {status: 200, body: 'Hello\n'},
	);
	expect(await ask()).toMatchObject({status: 500});
	expect((await ask()).by).toBeUndefined();
});

test('a good answer is the service’s, also where every host gets it', async () => {
	const {ask, hosts} = await setUp(() => ({status: 200, body: 'Welcome\n'}));
	expect((await ask()).by).toBeUndefined();
	expect(hosts).toEqual([own]);
});

test('another gateway at the same address is asked again', async () => {
	const {ask, hosts, knowledge} = await setUp(() => traefik);
	await ask();
	knowledge.forget();
	await ask();
	expect(hosts.filter(host => host !== own)).toHaveLength(12);
});
