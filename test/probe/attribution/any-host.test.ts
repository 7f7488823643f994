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
	const {isSaidToAll} = createGatewayKnowledge({probe, timeout: 60_000});
	const anyHost = createAnyHost({isSaidToAll, onChange() {}});
	for (const host of hosts) {
		const target = targetAt(port, {authority: host});
		const outcome = responseOf(await probe.ask(target));
		if (host === service) for (let time = 0; time < 10; time++) anyHost.noteService(target, outcome);
		else anyHost.noteTag(host, target, outcome);
	}
	await vi.waitUntil(() => hosts.every(host => !anyHost.isOpen(host)), {timeout: 30_000});
	return anyHost;
}

const [stable, canary] = [`stable-${service}`, `canary-${service}`];
const hosts = [stable, canary, service];

test('what a default backend says to a tag without a rule is no answer of its revision', async () => {
	const anyHost = await heardAt(host => ({[stable]: 'v1', [service]: 'v1'})[host] ?? 'welcome', hosts);
	expect(hosts.map(host => anyHost.saidToAll(host))).toEqual([undefined, 'welcome', undefined]);
	anyHost.clear();
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});

test('a default backend that says each host its name says the same to all', async () => {
	const anyHost = await heardAt(host => (host === service ? 'v1' : `welcome to ${host}`), hosts);
	expect(anyHost.saidToAll(canary)).toBe(`welcome to ${canary}`);
});

test('tags whose answers differ in the names of their hosts alone are alike, whoever else gets the same', async () => {
	const echoed = await heardAt(host => `welcome to ${host}`, hosts);
	expect(echoed.saidToAll(canary)).toBeUndefined();
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
	expect(anyHost.saidToAll(canary)).toContain('welcome, request');
	expect(anyHost.isDoubtful(canary)).toBe(true);
	expect(anyHost.isDoubtful(stable)).toBe(false);
});

/** A default page for all but users of the service. */
const saidBut = async (users: string, asked: readonly string[]) =>
	heardAt(host => (host === service ? users : 'welcome'), asked);

test('a tag that is answered as any host is doubtful from the first answer on, until users get the same', async () => {
	expect((await saidBut('v1', [canary])).isDoubtful(canary)).toBe(true);
	expect((await saidBut('v1', hosts)).isDoubtful(canary)).toBe(true);
	expect((await saidBut('welcome', hosts)).isDoubtful(canary)).toBe(false);
});

test('where users get the same, the gateway leads every host to the service', async () => {
	const anyHost = await heardAt(() => 'v1', hosts);
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});

test('a gateway that refuses hosts it has no rule for leaves the tags in peace', async () => {
	const known: Record<string, string> = {[stable]: 'v1', [canary]: 'v2', [service]: 'v1'};
	const anyHost = await heardAt(host => known[host], hosts);
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});

test('a backend that says something new each time says nothing to all', async () => {
	let count = 0;
	const anyHost = await heardAt(() => `request ${count++}`, hosts);
	expect(anyHost.saidToAll(canary)).toBeUndefined();
});
