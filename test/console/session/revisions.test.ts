/** The revisions of the selected service while the list of all revisions is under way. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {createConsole} from '../../../source/console/console.js';
import {addRevision} from '../../../source/console/state/draft.js';
import {knownRevisions} from '../../../source/console/state/read.js';
import {selectNamed} from '../../support/select.js';
import {startSession, type Session} from '../../../source/console/session/session.js';
import {
	createConsoleStore,
	type ConsoleState,
	type ConsoleStore,
} from '../../../source/console/state/state.js';
import {manualTimers, type ManualTimers} from '../../kube/manual-timers.js';
import type {Exchange} from '../../support/kube/api-server.js';
import {status} from '../../support/kube/api-server.js';
import {crowdName, startCrowdedCluster, type CrowdedCluster} from '../../support/kube/crowded-cluster.js';
import {until} from '../../support/world.js';

const size = {services: 100, revisions: 4};
const first = crowdName(1);
const hundredth = crowdName(100);
let crowd: CrowdedCluster;
let cluster: Cluster;
/** Whose revisions were asked for, in order: of a service, or `all`. */
let sent: string[];
let timers: ManualTimers;
let store: ConsoleStore;
const sessions: Session[] = [];

beforeEach(async () => {
	crowd = await startCrowdedCluster(size);
	const connected = await connect({kubeconfigText: crowd.server.kubeconfig()});
	sent = [];
	cluster = {
		...connected,
		async request(request) {
			const selector = request.query?.['labelSelector'];
			if (request.path.endsWith('/revisions')) {
				sent.push(selector?.replace('serving.knative.dev/service=', '') ?? 'all');
			}
			return connected.request(request);
		},
	};
	timers = manualTimers();
	store = createConsoleStore({to: 'test', namespace: 'default'});
});

afterEach(async () => {
	for (const session of sessions.splice(0)) session.stop();
	await cluster.close();
	await crowd.server.close();
});

function follow(namespace = 'default'): void {
	const gateway = {host: '127.0.0.1', port: 80, tls: false, via: 'test'};
	sessions.push(startSession(store, {cluster, namespace, gateway, interval: () => 0, timers}));
}

const isLive = ({feeds}: ConsoleState) => feeds.services.kind === 'live' && feeds.revisions.kind === 'live';
const generations = (service: string) => (state: ConsoleState) =>
	knownRevisions(state, {namespace: 'default', name: service})?.map(({generation}) => generation);
const isKnown = (service: string) => (state: ConsoleState) =>
	knownRevisions(state, {namespace: 'default', name: service}) !== undefined;

/** Follows, with the list of all held back after its first page, until those of the first service are known. */
async function followSlowly(): Promise<{finish: () => void}> {
	const second = arrival(/^revisions from 250/);
	follow();
	const {goOn} = await second;
	await until(store, 'all services', ({services}) => services.length === size.services);
	await until(store, 'those of the first', isKnown(first));
	return {finish: goOn};
}

/** Resolves when a page like this is asked for, which then waits for the test. */
function arrival(what: RegExp): Promise<{exchange: Exchange; goOn: () => void}> {
	const arrived = Promise.withResolvers<{exchange: Exchange; goOn: () => void}>();
	crowd.take(what, (exchange, goOn) => arrived.resolve({exchange, goOn}));
	return arrived.promise;
}

it('shows all of the selected service before the list of all is complete, and claims to know of no other', async () => {
	const {finish} = await followSlowly();
	const early = store.getState();
	expect(generations(first)(early)).toEqual([4, 3, 2, 1]);
	expect(early.revisions.size).toBe(1);
	expect(generations(hundredth)(early)).toBeUndefined();
	expect(early.feeds.revisions).toEqual({kind: 'connecting'});
	finish();
	const late = await until(store, 'everything', state => isLive(state) && state);
	expect(late.revisions.size).toBe(size.services);
	expect(generations(first)(late)).toEqual([4, 3, 2, 1]);
});

it('says of no service that it has half of its revisions', async () => {
	const seen = new Set<number>();
	store.subscribe(({revisions}) => {
		for (const group of revisions.values()) seen.add(group.length);
	});
	follow();
	await until(store, 'everything', isLive);
	expect([...seen]).toEqual([size.revisions]);
});

it('asks for those of the service that the selection comes to rest on, and of none that it runs over', async () => {
	const {finish} = await followSlowly();
	for (let number = 2; number <= 100; number++) {
		selectNamed(store, crowdName(number));
		timers.advance(100);
	}
	timers.advance(20);
	await until(store, 'those of the last', isKnown(hundredth));
	expect(generations(hundredth)(store.getState())).toEqual([4, 3, 2, 1]);
	expect(sent).toEqual([first, 'all', 'all', hundredth]);
	finish();
	await until(store, 'everything', isLive);
});

it('a revision of a service that nobody has told of yet cannot be added to its split, and that is what is said', async () => {
	const {finish} = await followSlowly();
	selectNamed(store, hundredth);
	addRevision(store);
	expect(store.getState().notice?.text).toBe(`The revisions of ${hundredth} are not known yet.`);
	selectNamed(store, first);
	addRevision(store);
	expect([...store.getState().drafts.values()].map(({split}) => split.at(-1)?.key)).toEqual([
		`${first}-00004`,
	]);
	finish();
	await until(store, 'everything', isLive);
});

it('asks for nothing that it knows already, nor for anything when the list is complete', async () => {
	const {finish} = await followSlowly();
	selectNamed(store, hundredth);
	timers.advance(120);
	await until(store, 'those of the last', isKnown(hundredth));
	selectNamed(store, first);
	timers.advance(120);
	selectNamed(store, crowdName(50));
	finish();
	await until(store, 'everything', isLive);
	timers.advance(120);
	selectNamed(store, crowdName(51));
	timers.advance(120);
	expect(sent).toEqual([first, 'all', 'all', hundredth]);
});

it('calls off what is no longer wanted', async () => {
	const held = arrival(/^revisions of crowd-0001 /);
	const second = arrival(/^revisions from 250/);
	follow();
	const {exchange} = await held;
	selectNamed(store, crowdName(2));
	await exchange.closed;
	timers.advance(120);
	const {goOn} = await second;
	await until(store, 'those of the second', isKnown(crowdName(2)));
	expect(sent.filter(what => what !== 'all')).toEqual([first, crowdName(2)]);
	goOn();
	await until(store, 'everything', isLive);
});

it('asks again when the service was changed meanwhile, for that may have been a new revision', async () => {
	const {finish} = await followSlowly();
	await until(store, 'the watch of the services', ({feeds}) => feeds.services.kind === 'live');
	crowd.add(1, 5);
	const generation = crowd.change(0);
	await until(store, 'the change', ({services}) => services[0]?.generation === generation);
	timers.advance(120);
	await until(store, 'the new one', state => generations(first)(state)?.length === 5);
	expect(generations(first)(store.getState())).toEqual([5, 4, 3, 2, 1]);
	finish();
	await until(store, 'everything', isLive);
});

it('knows of a service without revisions that it has none', async () => {
	crowd.take(/^revisions of crowd-0001 /, ({answer}) =>
		answer(200, {kind: 'List', metadata: {resourceVersion: '100'}, items: null}),
	);
	const {finish} = await followSlowly();
	expect(generations(first)(store.getState())).toEqual([]);
	finish();
	await until(store, 'everything', isLive);
});

it('reads one that has many in pages, and shows all of them at once', async () => {
	crowd.take(/^revisions of crowd-0001 from 0 /, ({answer}) => {
		const items = crowd.revisionsOf(first);
		answer(200, {kind: 'List', metadata: {resourceVersion: '100', continue: '2'}, items: items.slice(0, 2)});
	});
	const rest = arrival(/^revisions of crowd-0001 from 2 /);
	follow();
	const {goOn} = await rest;
	expect(store.getState().revisions.size).toBe(0);
	const second = arrival(/^revisions from 250/);
	goOn();
	const {goOn: finish} = await second;
	expect(generations(first)(store.getState())).toEqual([4, 3, 2, 1]);
	finish();
	await until(store, 'everything', isLive);
});

it.each<[string, (exchange: Exchange) => void]>([
	['refused', ({answer}) => answer(403, status(403, 'Forbidden', 'you may not'))],
	['broken off', ({cut}) => cut()],
	['answered with something else', ({answer}) => answer(200, 'a page of a proxy')],
	[
		'answered with those of others',
		({answer}) =>
			answer(200, {kind: 'List', metadata: {resourceVersion: '100'}, items: crowd.revisionsOf(hundredth)}),
	],
])('says nothing when that is %s, and shows what the list of all says', async (_, reply) => {
	crowd.take(/^revisions of /, reply);
	const states: ConsoleState[] = [];
	store.subscribe(state => states.push(state));
	follow();
	await until(store, 'everything', isLive);
	expect(generations(first)(store.getState())).toEqual([4, 3, 2, 1]);
	expect(new Set(states.map(({feeds}) => feeds.revisions.kind))).toEqual(new Set(['connecting', 'live']));
	expect(
		states.flatMap(({unreadable, notice}) => [...unreadable.revisions, ...(notice ? [notice] : [])]),
	).toEqual([]);
	expect(new Set(states.map(({revisions}) => revisions.size))).toEqual(new Set([0, size.services]));
});

it('shows none of them where one cannot be read, and the list of all says which, once', async () => {
	const broken = crowd.revisionsOf(first)[0]!;
	Reflect.deleteProperty(broken, 'spec');
	const second = arrival(/^revisions from 250/);
	follow();
	const {goOn} = await second;
	expect(sent).toContain(first);
	expect(store.getState().revisions.size).toBe(0);
	goOn();
	const state = await until(store, 'everything', now => isLive(now) && now);
	expect(state.unreadable.revisions).toHaveLength(1);
	expect(generations(first)(state)).toEqual([4, 3, 2]);
});

it('says what is wrong once, where the list of all is refused too', async () => {
	crowd.take(/^revisions /, ({answer}) => answer(403, status(403, 'Forbidden', 'you may not')));
	const told: string[] = [];
	store.subscribe(({feeds}, before) => {
		const {kind} = feeds.revisions;
		if (feeds.revisions !== before.feeds.revisions && kind !== 'connecting') told.push(kind);
	});
	follow();
	await until(store, 'the refusal', ({feeds}) => feeds.revisions.kind === 'forbidden');
	expect(told).toEqual(['forbidden']);
	expect(isKnown(first)(store.getState())).toBe(false);
});

it('keeps what is known of the selected service, and claims no more, when the list of all breaks off', async () => {
	crowd.take(/^revisions from 250/, ({cut}) => cut());
	follow();
	const state = await until(store, 'the break', now => now.feeds.revisions.kind === 'offline' && now);
	expect(generations(first)(state)).toEqual([4, 3, 2, 1]);
	expect(isKnown(hundredth)(state)).toBe(false);
});

it('forgets what was asked for when there is another namespace', async () => {
	const held = arrival(/^revisions of crowd-0001 /);
	follow();
	const {exchange, goOn} = await held;
	sessions[0]?.stop();
	follow('other');
	goOn();
	await exchange.closed;
	// There is nothing of Knative in it.
	await until(store, 'the other', ({feeds}) => feeds.revisions.kind === 'missing');
	timers.advance(120);
	expect(store.getState().revisions.size).toBe(0);
});

it('forgets it, too, when there is another context', async () => {
	const other = await startCrowdedCluster({services: 60, revisions: 5});
	const console = createConsole({
		to: 'test',
		namespace: 'default',
		gateway: {host: '127.0.0.1', port: 80, tls: false},
		contexts: {
			list: async () => [],
			connect: async () => connect({kubeconfigText: other.server.kubeconfig()}),
			isFirst: async () => false,
		},
	});
	try {
		const held = arrival(/^revisions of crowd-0001 /);
		console.connected(cluster);
		const {goOn} = await held;
		const counts = new Set<number>();
		console.store.subscribe(({revisions}) => {
			for (const group of revisions.values()) counts.add(group.length);
		});
		await console.changeContext('other');
		goOn();
		await until(console.store, 'everything', isLive);
		expect([...counts]).toEqual([5]);
	} finally {
		await console.stop();
		await other.server.close();
	}
});

it('gives up an answer that an open watch does not come to', async () => {
	const {finish} = await followSlowly();
	crowd.take(/^revisions of crowd-0100 /, ({answer}) => {
		const [oldest] = crowd.revisionsOf(hundredth);
		const item = {...oldest, metadata: {...oldest?.metadata, resourceVersion: 'of no history'}};
		answer(200, {kind: 'List', metadata: {resourceVersion: '100'}, items: [item]});
	});
	selectNamed(store, hundredth);
	timers.advance(120);
	await until(store, 'that answer', isKnown(hundredth));
	finish();
	await until(store, 'everything', isLive);
	expect(generations(hundredth)(store.getState())).toEqual([1]);
	timers.advance(10_000);
	expect(generations(hundredth)(store.getState())).toEqual([4, 3, 2, 1]);
});
