/** One request to one revision, in front of gateways that answer more than they know. */
import {expect, test} from 'vitest';
import {runVerifyRevision} from '../../../source/headless/evidence/verify-revision.js';
import type {GivenGateway} from '../../../source/kube/gateway/gateway-address.js';
import type {RequestOptions} from '../../../source/probe/transport/request-options.js';
import {inFrontOf, page} from '../../support/gateway/front-gateway.js';
import {settled, trafficOf, type SandboxWorld} from '../sandbox.js';
import {requestOptions} from './verified.js';
import {openWorld} from './worlds.js';

type Front = Parameters<typeof inFrontOf>[1];

async function verifyRevision(
	front: Front,
	options: Partial<RequestOptions> = {},
): Promise<{code: number; said: string}> {
	const world = await openWorld();
	await settled(world.cluster, 'cart');
	return verifyIn(world, {gateway: await inFrontOf(world.sandbox, front)}, options);
}

async function verifyIn(
	world: SandboxWorld,
	{gateway, settleTimeout}: {gateway?: GivenGateway | undefined; settleTimeout?: number},
	options: Partial<RequestOptions> = {},
): Promise<{code: number; said: string}> {
	let said = '';
	const stream = {
		write(text: string) {
			said += text;
		},
	};
	const code = await runVerifyRevision(
		world.cluster,
		{
			service: 'cart',
			namespace: 'default',
			revision: '2',
			gateway,
			requestOptions: {...requestOptions, ...options},
			output: 'text',
			...(settleTimeout !== undefined && {settleTimeout}),
		},
		{stdout: stream, stderr: stream},
	);
	return {code, said};
}

test('a revision that answers at its tag has answered', async () => {
	const {code, said} = await verifyRevision(async () => undefined);
	expect(said).toMatch(
		/✓ 200 .*[^]*Hello Cart v2!\nAnswered by cart-00002 \(tag URLs ignore the split\)\.\n/,
	);
	expect(code).toBe(0);
});

test.each([
	['that is the same for all', () => 'It works!\n'],
	['with the name of the host', (asked: string) => `Welcome to ${asked}\n`],
	['with an id each time', () => `Welcome, request ${Math.random().toString(16).slice(2, 10)}\n`],
	['that is empty', () => ''],
])('a default page %s at a tag is no answer of its revision', async (_, body) => {
	const {code, said} = await verifyRevision(async ({headers: {host: asked = ''}}) => ({
		status: 200,
		headers: {},
		body: body(asked),
	}));
	expect(said).toMatch(/^\? 200 /m);
	expect(said).toContain('Any host gets this answer here: nothing shows that cart-00002 answered.');
	expect(said).toContain('The host of the tag r2 leads nowhere: any host gets what it answers.');
	expect(said).not.toContain('Answered by');
	expect(code).toBe(2);
});

test('an unknown host that gets no answer keeps nobody from having answered', async () => {
	const {code, said} = await verifyRevision(async ({headers: {host: asked = ''}}) =>
		asked.startsWith('kn-canary-') ? new Promise(() => {}) : undefined,
	);
	expect(said).toContain('Answered by cart-00002');
	expect(code).toBe(0);
});

/** Where the host of the tag alone is answered so. */
const atTag =
	(answer: {status: number; location?: string}): Front =>
	async ({headers: {host: asked = ''}}) =>
		asked.startsWith('r2-')
			? {status: answer.status, headers: answer.location ? {location: answer.location} : {}, body: 'not here'}
			: undefined;

const login = 'https://login.example/?next=a';

test('a redirect of the revision is no proof that it works, and it is said where to', async () => {
	const {code, said} = await verifyRevision(atTag({status: 302, location: login}));
	expect(said).toMatch(/^\? 302 /m);
	expect(said).toContain(
		`302, a redirect to ${login} that is not followed: nothing shows that cart-00002 works; choose what to send`,
	);
	expect(said).not.toContain('Answered by');
	expect(code).toBe(2);
});

test('a redirect of the gateway itself is no answer of the revision, and it may want a login', async () => {
	const {code, said} = await verifyRevision(async () => ({
		status: 302,
		headers: {location: login},
		body: '',
	}));
	expect(said).toMatch(/^✗ 302 /m);
	expect(said).toContain(
		`302 from the gateway itself, a redirect to ${login} that is not followed: no revision answered. If it wants a login, give it with --header or --cookie.`,
	);
	expect(code).toBe(3);
});

test.each([404, 401, 403])(
	'a %i of the revision is no proof that it works, unless it is expected',
	async status => {
		const refused = await verifyRevision(atTag({status}));
		expect(refused.said).toMatch(new RegExp(`^\\? ${status} `, 'm'));
		expect(refused.said).toContain(`${status}: nothing shows that cart-00002 works`);
		expect(refused.said).not.toContain('Answered by');
		expect(refused.code).toBe(2);
		const request = {...requestOptions.request, expectStatus: String(status)};
		const expected = await verifyRevision(atTag({status}), {request});
		expect(expected).toMatchObject({code: 0, said: expect.stringContaining('Answered by cart-00002')});
	},
);

test('a redirect that is expected is an answer, and a success that is not expected a failure', async () => {
	const request = {...requestOptions.request, expectStatus: '302'};
	const expected = await verifyRevision(atTag({status: 302, location: login}), {request});
	expect(expected).toMatchObject({code: 0, said: expect.stringContaining('Answered by cart-00002')});
	const other = await verifyRevision(async () => undefined, {request});
	expect(other).toMatchObject({code: 1, said: expect.stringMatching(/^✗ 200 /m)});
});

test('before the route has what was asked for, nothing shows whose the answer of a tag is', async () => {
	const world = await openWorld();
	await settled(world.cluster, 'cart');
	const {status} = await world.cluster.request({
		method: 'PATCH',
		path: '/apis/serving.knative.dev/v1/namespaces/default/services/cart',
		contentType: 'application/merge-patch+json',
		body: {spec: {traffic: trafficOf('cart', {1: 40, 2: 50, 9: 10})}},
	});
	expect(status).toBe(200);
	const {code, said} = await verifyIn(world, {
		gateway: await inFrontOf(world.sandbox, async () => undefined),
		settleTimeout: 1,
	});
	expect(said).toMatch(/^\? 200 /m);
	expect(said).toContain(
		'The route has not settled on its split: a revision other than cart-00002 may have answered.',
	);
	expect(code).toBe(2);
});

test('what the gateway says itself, or nothing at all, is not heard of the revision: as verify ends', async () => {
	const own = await verifyRevision(async () => page(404, 'nginx'));
	expect(own.said).toMatch(/^✗ 404 /m);
	expect(own.said).toContain('404 from the gateway itself: no revision answered.');
	expect(own.code).toBe(3);
	const silent = await verifyRevision(async () => new Promise(() => {}), {timeout: 300});
	expect(silent).toMatchObject({code: 3, said: expect.stringContaining('No complete answer from')});
});

test('a host of one’s own is not asked, and that is said', async () => {
	const {code, said} = await verifyRevision(async () => undefined, {host: 'shop.example'});
	expect(said).toContain('Answered by cart-00002');
	expect(said).toContain('shop.example (--host) was not asked: that of the tag was.');
	expect(code).toBe(0);
});

test('a port-forward that is closed by then is said with what opens its port again', async () => {
	const world = await openWorld();
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	const {code, said} = await verifyIn(world, {});
	expect(code).toBe(0);
	const [, port = ''] = /curl -H 'Host: \S+' http:\/\/127\.0\.0\.1:(\d+)\//.exec(said) ?? [];
	expect(said).toContain(
		`That port was open for this request alone; this opens it again:\nkubectl --context sandbox`,
	);
	expect(said).toMatch(new RegExp(`port-forward -n kourier-system service/kourier ${port}:80\n`));
});
