import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, it, onTestFinished} from 'vitest';
import {reachOf} from '../../source/cli/cluster-from-flags.js';
import type {ConsoleFlags} from '../../source/cli/flags.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {installLifecycle} from '../../source/terminal/lifecycle/lifecycle.js';
import {startApiServer, type ApiServer} from '../support/kube/api-server.js';

type FlagPlace = 'a' | 'b' | 'given';

const places: readonly FlagPlace[] = ['a', 'b', 'given'];
let servers: Record<FlagPlace, ApiServer>;
let asked: string[];
let directory: string;
let kubeconfig: string;
let connected: Cluster[];

beforeEach(async () => {
	asked = [];
	connected = [];
	const [a, b, given] = await Promise.all(places.map(async () => startApiServer({protocol: 'https'})));
	servers = {a: a!, b: b!, given: given!};
	for (const place of places) {
		servers[place].always(({headers, answer}) => {
			const as = headers['impersonate-user'];
			asked.push(`${place}: ${headers.authorization}${as === undefined ? '' : ` as ${String(as)}`}`);
			answer(200, {});
		});
	}
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-flags-'));
	kubeconfig = path.join(directory, 'kubeconfig');
	writeContexts(servers.a.url);
});

afterEach(async () => {
	await Promise.all(connected.map(async cluster => cluster.close()));
	await Promise.all(places.map(async place => servers[place].close()));
	rmSync(directory, {recursive: true});
});

/** The certificates are not what this is about. */
const unchecked = {'insecure-skip-tls-verify': true};

/** Two contexts, a and b, of which a is the current one. */
function writeContexts(serverOfA: string): void {
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [
			{name: 'a', cluster: {...unchecked, server: serverOfA}},
			{name: 'b', cluster: {...unchecked, server: servers.b.url}},
		],
		users: ['a', 'b'].map(name => ({name, user: {token: `of-${name}`}})),
		contexts: ['a', 'b'].map(name => ({name, context: {cluster: name, user: name}})),
		'current-context': 'a',
	};
	writeFileSync(kubeconfig, JSON.stringify(config));
}

async function ask(cluster: Cluster): Promise<string | undefined> {
	connected.push(cluster);
	await cluster.request({method: 'GET', path: '/version'});
	return asked.at(-1);
}

/** A console with these flags; `opened` and `goTo` have its cluster asked once. */
function consoleWith(flags: Partial<ConsoleFlags>) {
	const lifecycle = installLifecycle({name: 'test'});
	const reach = reachOf({kubeconfig, ...flags}, lifecycle, {terminal: undefined});
	lifecycle.uninstall();
	return {
		opened: async () => ask(await reach.cluster()),
		goTo: async (context: string) => ask(await reach.contexts.connect(context)),
		isFirst: async (context: string) => {
			const cluster = await reach.contexts.connect(context);
			connected.push(cluster);
			return reach.contexts.isFirst(cluster);
		},
		/** The context of the cluster that was connected to last, as they are listed. */
		here: async () =>
			(await reach.contexts.list(connected.at(-1))).filter(({isHere}) => isHere).map(({name}) => name),
		listed: async () => (await reach.contexts.list()).map(({name, server}) => [name, server]),
	};
}

it('what the flags said of a cluster and a login holds again where the console comes back to it', async () => {
	const {opened, goTo, listed} = consoleWith({server: servers.given.url, token: 'flag'});
	expect(await opened()).toBe('given: Bearer flag');
	expect(await goTo('b')).toBe('b: Bearer of-b');
	expect(await listed()).toEqual([
		['a', servers.given.url],
		['b', servers.b.url],
	]);
	expect(await goTo('a')).toBe('given: Bearer flag');
});

it('whoever acts as somebody else does so in each context', async () => {
	const {opened, goTo} = consoleWith({as: 'jane'});
	expect(await opened()).toBe('a: Bearer of-a as jane');
	expect(await goTo('b')).toBe('b: Bearer of-b as jane');
	expect(await goTo('a')).toBe('a: Bearer of-a as jane');
});

it('a token of the flags goes to no other cluster that their context means by now', async () => {
	const {opened, goTo, listed} = consoleWith({token: 'flag', as: 'jane'});
	expect(await opened()).toBe('a: Bearer flag as jane');
	writeContexts(servers.given.url);
	expect(await listed()).toContainEqual(['a', servers.given.url]);
	expect(await goTo('a')).toBe('given: Bearer of-a as jane');
});

it('the first cluster is the one that its context meant then, whatever that means by now', async () => {
	const {opened, isFirst} = consoleWith({});
	await opened();
	expect(await isFirst('a')).toBe(true);
	expect(await isFirst('b')).toBe(false);
	writeContexts(servers.given.url);
	expect(await isFirst('a')).toBe(false);
	writeContexts(`${servers.a.url}/`);
	expect(await isFirst('a')).toBe(true);
});

it('the context that one is in is the one that means the cluster, however it is written', async () => {
	const plain = await startApiServer();
	onTestFinished(async () => plain.close());
	plain.always(({answer}) => answer(200, {}));
	writeContexts(plain.url.replace('http://', ''));
	const {opened, goTo, here} = consoleWith({});
	await opened();
	expect(await here()).toEqual(['a']);
	writeContexts(`${plain.url}/`);
	expect(await here()).toEqual(['a']);
	writeContexts(servers.given.url);
	expect(await here()).toEqual([]);
	await goTo('b');
	expect(await here()).toEqual(['b']);
	await goTo('a');
	expect(await here()).toEqual(['a']);
});

it('the context of the flags is the one that one is in, though they lead elsewhere than the kubeconfig', async () => {
	const {opened, here} = consoleWith({server: servers.given.url});
	await opened();
	expect(await here()).toEqual(['a']);
});
