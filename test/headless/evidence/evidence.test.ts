/**
 * What `verify` says in front of gateways and revisions that are not as they should be: each was called good, or called bad,
 * and was not. The gateways stand before the sandbox's and change what it says.
 */
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {requestOptionsOf} from '../../../source/probe/transport/request-options.js';
import {serveRaw} from '../../probe/servers.js';
import {inFrontOf, page} from '../../support/gateway/front-gateway.js';
import {patchSpec, trafficOf} from '../sandbox.js';
import {requestOptions, verify} from './verified.js';
import {isNew, openAlike, openUnheard, openWorld} from './worlds.js';

test.each([404, 401])(
	'a new revision that answers %i where the old one answers 200 is no agreement',
	async status => {
		const world = await openWorld();
		const gateway = await inFrontOf(world.sandbox, async (_, ask) => {
			const answer = await ask();
			return isNew(answer) ? {...answer, status, body: 'Cannot GET /\n'} : answer;
		});
		const {code, report, said} = await verify(world, {gateway});
		expect(code).toBe(2);
		expect(report?.requests.errors).toBeGreaterThan(0);
		expect(report?.verdict.sentence).toMatch(
			new RegExp(`test requests fail: \\d+ of 100 \\(${status} ×\\d+\\)`),
		);
		expect(said).toContain('cart-00002 fails at its own tag where another revision answers');
		expect(said).not.toContain('✓');
	},
);

test.each([
	['a load balancer', page(404, 'ALB')],
	['another ingress controller', {status: 404, headers: {}, body: '404 page not found\n'}],
	['an Envoy that hides its headers', {status: 404, headers: {}, body: ''}],
	['a maintenance page', page(503, 'CDN')],
])('%s that answers every host by itself is no service', async (_, answer) => {
	const world = await openWorld();
	const {code, said} = await verify(world, {gateway: await inFrontOf(world.sandbox, async () => answer)});
	expect(code).toBe(3);
	expect(said).toMatch(/^100 of 100 answers are the gateway's own \(\d+.*no revision answered\. Check that/);
});

test.each([
	['that is the same for all', () => 'It works!\n'],
	['with the name of the host', (asked: string) => `Welcome to ${asked}\n`],
	['with an id each time', () => `Welcome, request ${Math.random().toString(16).slice(2, 10)}\n`],
	['that is empty', () => ''],
])('a default page %s is no proof that the service answers, also at 100 %%', async (_, body) => {
	const world = await openWorld();
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 100, 2: 0})});
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host: asked = ''}}) => ({
		status: 200,
		headers: {},
		body: body(asked),
	}));
	const {code, said} = await verify(world, {gateway});
	expect(code).toBe(2);
	expect(said).toMatch(
		/\? Cannot tell: any host gets 100 of 100 answers.*nothing shows that the service answers; ask a/,
	);
	expect(said).not.toMatch(/[✓✗]/);
});

test('a default page that comes in between at the service’s own host and at a tag accuses nobody', async () => {
	const world = await openWorld();
	let turn = 0;
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host: asked = ''}}) =>
		/^(?:kn-canary-|r1-)/.test(asked) || (asked.startsWith('cart.') && turn++ % 2 === 0)
			? {status: 200, headers: {}, body: 'It works!\n'}
			: undefined,
	);
	const {code, said} = await verify(world, {gateway});
	expect(code).toBe(2);
	expect(said).toContain('any host gets 50 of 100 answers (It works!)');
	expect(said).not.toMatch(/[✓✗]/);
});

test.each([
	[302, {location: '/dex/auth'}, /302 to \/dex\/auth/],
	[401, {'www-authenticate': 'Bearer'}, /\(401 Found\)/],
])(
	'a gateway that wants a login by %i is said to, and is asked with what it wants',
	async (status, headers, words) => {
		const world = await openWorld();
		const gateway = await inFrontOf(world.sandbox, async request =>
			request.headers.authorization === 'Bearer letmein' && request.headers.cookie === 'session=1'
				? undefined
				: {status, headers: {server: 'istio-envoy', ...headers}, body: 'Found\n'},
		);
		const without = await verify(world, {gateway});
		expect(without.code).toBe(3);
		expect(without.said).toMatch(words);
		expect(without.said).toMatch(/give it with --header or --cookie/);
		const given = requestOptionsOf(
			{header: ['Authorization: Bearer letmein'], cookie: ['session=1'], rate: '200', maxRate: '200'},
			{rate: 20},
		);
		expect((await verify(world, {gateway, requestOptions: given})).code).toBe(0);
	},
);

test('a load balancer that has a rule for the main host only leaves the split unjudged, and says why', async () => {
	const world = await openWorld();
	const gateway = await inFrontOf(world.sandbox, async request =>
		/^r\d-/.test(request.headers.host ?? '') ? page(404, 'ALB') : undefined,
	);
	const {code, said} = await verify(world, {gateway});
	expect(code).toBe(2);
	expect(said).toContain('the gateway may have no rule for tag hosts');
	expect(said).not.toMatch(/[✓✗]/);
});

test('a revision with a share that was never heard is not accused of what another says', async () => {
	const world = await openUnheard();
	const {code, report, said} = await verify(world, {});
	expect(code).toBe(2);
	expect(report?.rows.find(({why}) => why === 'unheard')?.candidates).toContain('cart-00003');
	expect(said).not.toMatch(/[✓✗]/);
	expect(said).toContain('cart-00003 has no tag URL');
});

test('a healthy split of two that say the same is not called wrong', async () => {
	const world = await openAlike();
	const {code, report} = await verify(world, {});
	expect(code).toBe(2);
	expect(report?.verdict.state).toBe('cannot tell');
	expect(report?.notes.join(' ')).toContain('cart-00001 and cart-00003 answer identically');
});

test('bodies that come compressed unasked are read, and are not a row each', async () => {
	const world = await openWorld();
	const gateway = await inFrontOf(world.sandbox, async (_, ask) => {
		const {status, headers, body} = await ask();
		const packed = gzipSync(`${String(body)}request ${Math.random()}\n`);
		return {status, headers: {...headers, 'content-encoding': 'gzip'}, body: packed};
	});
	const {code, report} = await verify(world, {gateway});
	expect(code).toBe(0);
	expect(report?.rows.map(({fingerprint}) => fingerprint)).toEqual(['Hello Cart!', 'Hello Cart v2!']);
});

test('a new revision that drops every other request is seen to, and its share is not taken for too small', async () => {
	const world = await openWorld();
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 70, 2: 30})});
	let turn = 0;
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host}}, ask) => {
		const answer = await ask();
		if (host === 'cart.default.example.com' && isNew(answer) && turn++ % 2 === 0) throw new Error('dropped');
		return answer;
	});
	// By chance it gets few answers with this seed, which is not what this is about.
	const {code, report} = await verify(world, {gateway, n: 200, alpha: 0.001});
	expect(report?.verdict.sentence).toMatch(/^Cannot tell: test requests fail: \d+ of 200 \(reset ×\d+\)\.$/);
	expect(report?.requests.errors).toBeGreaterThan(0.08 * 200);
	expect(code).toBe(2);
});

test('a gateway that dies on the way is down since then, and in no count', async () => {
	const world = await openWorld();
	let answered = 0;
	const dying = await inFrontOf(world.sandbox, async () => {
		answered++;
		return undefined;
	});
	// A way to it that can be cut, so that nothing listens there any more.
	const {connect} = await import('node:net');
	const way = await serveRaw(socket => socket.destroy());
	way.server.removeAllListeners('connection');
	way.server.on('connection', socket => {
		const out = connect(dying.port, '127.0.0.1');
		socket.on('error', () => out.destroy());
		out.on('error', () => socket.destroy());
		socket.pipe(out).pipe(socket);
		if (answered > 40) {
			way.server.close();
			socket.destroy();
			out.destroy();
		}
	});
	const {code, report} = await verify(world, {
		gateway: {host: '127.0.0.1', port: way.port, tls: false},
		requestOptions: {...requestOptions, keepAlive: false},
	});
	expect(code).toBe(2);
	expect(report?.requests.unreached).toBeGreaterThan(0);
	expect(report?.series.reduce((sum, {n}) => sum + n, 0)).toBe(report?.requests.answered);
	expect(report?.series.filter(({n}) => n === 0)).toEqual([]);
	expect(report?.verdict.sentence).toMatch(
		/gateway down since \d\d:\d\d:\d\d \(\d+ requests?\): Nothing listens at/,
	);
	expect(report?.requests.statusCodes['refused']).toBeUndefined();
});

test('where each answer says something new, that is said once', async () => {
	const world = await openWorld();
	let turn = 0;
	const gateway = await inFrontOf(world.sandbox, async (_, ask) => {
		const answer = await ask();
		return {...answer, body: `${String(answer.body).trim()} ${++turn}\n`};
	});
	const {code, report, said} = await verify(world, {gateway});
	expect(code).toBe(2);
	expect(report?.rows.length).toBeGreaterThan(10);
	expect(said.match(/unknown body/g)).toHaveLength(5);
	expect(said).toMatch(/\n {2}and \d+ more bodies that no tag says {2}n \d+\n/);
	expect(report?.notes.filter(note => note.includes('say what no tag says'))).toEqual([
		expect.stringMatching(/^100 answers say what no tag says\./),
	]);
});

test('a revision that answers well without a body is not said to fail, and the gateway not to lack a rule', async () => {
	const world = await openWorld();
	const gateway = await inFrontOf(world.sandbox, async () => ({status: 204, headers: {}, body: ''}));
	const {code, said} = await verify(world, {gateway});
	expect(code).toBe(2);
	expect(said).toContain('it answers 204, without what is compared');
	expect(said).not.toMatch(/fails at its own tag|no rule for tag hosts|[✓✗]/);
});

test('the interval beside the verdict is that of the same test at the same alpha', async () => {
	const {report, said} = await verify(await openWorld(), {alpha: 0.05});
	for (const {interval, expectedPercent} of report?.rows ?? []) {
		expect((expectedPercent ?? 0) / 100).toBeGreaterThanOrEqual(interval.low);
		expect((expectedPercent ?? 0) / 100).toBeLessThanOrEqual(interval.high);
	}
	expect(said).toMatch(/got [\d.]+ % \[[\d.]+–[\d.]+ at 95 %\]/);
});
