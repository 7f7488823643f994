import {expect, onTestFinished, test, vi} from 'vitest';
import {createAnyHost} from '../../../source/probe/attribution/any-host.js';
import {createGatewayKnowledge} from '../../../source/probe/attribution/gateway-knowledge.js';
import {createHttpProbe} from '../../../source/probe/transport/http/http.js';
import {responseOf, serveHttp, targetAt} from '../servers.js';

const service = 'shop.example.com';

/** What a gateway answers to each host; asked at the tags, and at the service's own host. */
async function heardAt(answer: (host: string) => string | undefined, hosts: readonly string[]) {
	const {port} = await serveHttp(({headers: {host = ''}}, response) => {
		const body = answer(host);
		if (body === undefined) response.writeHead(404).end();
		else response.end(body);
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	const {saidToAll} = createGatewayKnowledge({probe, timeout: 60_000});
	const anyHost = createAnyHost({saidToAll, onChange() {}});
	for (const host of hosts) {
		const target = targetAt(port, {authority: host});
		const outcome = responseOf(await probe.ask(target));
		const isSuccess = !outcome.error && outcome.status < 300;
		if (host !== service) anyHost.noteTag(host, target, outcome);
		else for (let time = 0; time < 10; time++) anyHost.noteService(target, outcome, {isSuccess});
	}
	await vi.waitUntil(() => hosts.every(host => !anyHost.isOpen(host) && !anyHost.isUsersOpen), {
		timeout: 30_000,
	});
	return anyHost;
}

const [stable, canary] = [`stable-${service}`, `canary-${service}`];
const hosts = [stable, canary, service];

test('what a default backend says to a tag without a rule is no answer of its revision', async () => {
	const anyHost = await heardAt(host => ({[stable]: 'v1', [service]: 'v1'})[host] ?? 'welcome', hosts);
	expect(hosts.map(host => anyHost.saidToAll(host))).toEqual([
		undefined,
		{text: 'welcome', isUsers: false},
		undefined,
	]);
	anyHost.clear();
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});

test('a default backend that says each host its name says the same to all', async () => {
	const anyHost = await heardAt(host => (host === service ? 'v1' : `welcome to ${host}`), hosts);
	expect(anyHost.saidToAll(canary)).toEqual({text: `welcome to ${canary}`, isUsers: false});
});

test('tags whose answers differ in the names of their hosts alone are alike, whoever else gets the same', async () => {
	const echoed = await heardAt(host => `welcome to ${host}`, hosts);
	expect(echoed.saidToAll(canary)).toMatchObject({isUsers: true});
	expect(echoed.areAlike(stable, canary)).toBe(true);
	const told = await heardAt(host => `v${host === canary ? 2 : 1} at ${host}`, hosts);
	expect(told.areAlike(stable, canary)).toBe(false);
	expect(told.areAlike(stable, 'never heard')).toBe(false);
});

test('a default page with another id in it each time is what any host gets', async () => {
	let count = 0xa1b2_c3d4;
	const page = () => `welcome, request ${(count++).toString(16)}`;
	const anyHost = await heardAt(
		host => (host === service ? 'v1' : host === stable ? 'v1' : page()),
		[canary, canary, stable, service],
	);
	expect(anyHost.saidToAll(canary)?.text).toContain('welcome, request');
	expect(anyHost.isDoubtful(canary)).toBe(true);
	expect(anyHost.isDoubtful(stable)).toBe(false);
});

/** A default page for all but users of the service. */
const saidBut = async (users: string, asked: readonly string[]) =>
	heardAt(host => (host === service ? users : 'welcome'), asked);

test('a tag that is answered as any host is doubtful from the first answer on, also where users get the same', async () => {
	expect((await saidBut('v1', [canary])).isDoubtful(canary)).toBe(true);
	expect((await saidBut('v1', hosts)).isDoubtful(canary)).toBe(true);
	expect((await saidBut('welcome', hosts)).isDoubtful(canary)).toBe(true);
});

test('where users get the same, the service may be what every host leads to, or have no rule itself', async () => {
	const anyHost = await heardAt(() => 'v1', hosts);
	expect(anyHost.saidToAll(canary)).toEqual({text: 'v1', isUsers: true});
	expect(anyHost.isToUsers({fingerprint: 'v1', firstLine: 'v1'})).toBe(true);
	expect(anyHost.isToUsers({fingerprint: undefined, firstLine: 'v1'})).toBe(false);
	anyHost.clear();
	expect(anyHost.isToUsers({fingerprint: 'v1', firstLine: 'v1'})).toBe(false);
});

test('an empty page to any host is what users get from it', async () => {
	const anyHost = await heardAt(() => '', [service]);
	expect(anyHost.isToUsers({fingerprint: undefined, firstLine: ''})).toBe(true);
	const named = await heardAt(host => `no shop at ${host}, request ${(seq++).toString(16)}`, [service]);
	expect(named.isToUsers({fingerprint: `no shop at ${service}, request a1b2c3ff`, firstLine: ''})).toBe(true);
});

let seq = 0xa1b2_c3d4;

test('a gateway that refuses hosts it has no rule for leaves the tags in peace', async () => {
	const known: Record<string, string> = {[stable]: 'one', [canary]: 'two', [service]: 'one'};
	const anyHost = await heardAt(host => known[host], hosts);
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});

test('one answer drawn from a split is not what any host gets, though a host that does not exist got it each time', async () => {
	let turn = 0;
	const anyHost = await heardAt(
		host =>
			host === service || host === canary || host.endsWith('.invalid') || turn++ % 2 === 0 ? 'one' : 'two',
		[canary, service],
	);
	expect(anyHost.isToUsers({fingerprint: 'one', firstLine: 'one'})).toBe(false);
});

test('a backend that says something new each time says that to all', async () => {
	let count = 0;
	const anyHost = await heardAt(() => `request ${count++}`, hosts);
	expect(anyHost.saidToAll(canary)).toMatchObject({isUsers: true});
});

test('a default page at a tag is none of the service’s where users get no success at all', async () => {
	const anyHost = await heardAt(host => (host === service ? undefined : 'welcome'), hosts);
	expect(anyHost.saidToAll(canary)).toEqual({text: 'welcome', isUsers: false});
	expect(anyHost.isUsersOpen).toBe(false);
});
