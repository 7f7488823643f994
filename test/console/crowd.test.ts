/** A namespace of hundreds of services: what is asked for, what is kept, and what an event costs. Counts, never times. */
import {inspect} from 'node:util';
import {afterEach, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {startSession, type Session} from '../../source/console/session/session.js';
import {createConsoleStore, type ConsoleState, type ConsoleStore} from '../../source/console/state/state.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {
	ballast,
	crowdName,
	startCrowdedCluster,
	type CrowdedCluster,
} from '../support/kube/crowded-cluster.js';
import {until} from '../support/world.js';

const size = {services: 300, revisions: 4};
const crowdKey = (number: number) => `default/${crowdName(number)}`;
let crowd: CrowdedCluster;
let cluster: Cluster;
let session: Session | undefined;

async function follow({
	onService,
	...counts
}: {
	onService?: (service: ServiceView) => void;
	services?: number;
	revisions?: number;
} = {}): Promise<ConsoleStore> {
	crowd = await startCrowdedCluster({...size, ...counts});
	cluster = await connect({kubeconfigText: crowd.server.kubeconfig()});
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const gateway = {host: '127.0.0.1', port: 80, tls: false, via: 'test'};
	session = startSession(store, {
		cluster,
		namespace: 'default',
		gateway,
		interval: () => 100,
		...(onService && {onService}),
	});
	return store;
}

const isLive = ({feeds}: {feeds: {services: {kind: string}; revisions: {kind: string}}}) =>
	feeds.services.kind === 'live' && feeds.revisions.kind === 'live';

afterEach(async () => {
	session?.stop();
	await cluster.close();
	await crowd.server.close();
});

it('asks for the first services first, for everything in pages, once, and watches each kind once', async () => {
	const store = await follow();
	await until(store, 'everything', isLive);
	expect(crowd.asked[0]).toBe('services from 0 limit 50');
	expect(crowd.asked.toSorted()).toEqual(
		[
			'services from 0 limit 50',
			'services from 50 limit 250',
			'revisions of crowd-0001 from 0 limit 250',
			...[0, 250, 500, 750, 1000].map(from => `revisions from ${from} limit 250`),
			'watch revisions',
			'watch services',
		].toSorted(),
	);
	// Beside those: four access reviews and the look for the namespace.
	expect(crowd.server.log).toHaveLength(crowd.asked.length + 5);
});

it('asks for nothing twice where one page tells of all revisions', async () => {
	const store = await follow({services: 50, revisions: 5});
	await until(store, 'everything', isLive);
	expect(crowd.asked.toSorted()).toEqual(
		[
			'services from 0 limit 50',
			'revisions from 0 limit 250',
			'watch revisions',
			'watch services',
		].toSorted(),
	);
});

it('asks for those of the selected service as soon as few services turn out to have many revisions', async () => {
	const store = await follow({services: 50, revisions: 6});
	await until(store, 'everything', isLive);
	expect(crowd.asked.filter(what => what.startsWith('revisions'))).toEqual([
		'revisions from 0 limit 250',
		expect.stringMatching(/^revisions (of crowd-0001 from 0|from 250) limit 250$/),
		expect.stringMatching(/^revisions (of crowd-0001 from 0|from 250) limit 250$/),
	]);
	expect(crowd.asked).toContain('revisions of crowd-0001 from 0 limit 250');
});

it('shows the first services before the rest are known, and revisions of a service only when all of them are', async () => {
	const store = await follow();
	const counts: {services: number; revisions: number}[] = [];
	store.subscribe(({services, revisions}) =>
		counts.push({services: services.length, revisions: revisions.size}),
	);
	await until(store, 'everything', isLive);
	expect(counts.find(({services}) => services > 0)).toEqual({services: 50, revisions: 0});
	// None, those of the selected service, those of all.
	expect([...new Set(counts.map(({revisions}) => revisions))]).toEqual([0, 1, size.services]);
	expect(store.getState().services).toHaveLength(size.services);
	expect(
		store
			.getState()
			.revisions.get(crowdKey(300))
			?.map(({generation}) => generation),
	).toEqual([4, 3, 2, 1]);
});

it('keeps of each object what is shown, and not what else it carries', async () => {
	const store = await follow();
	await until(store, 'everything', isLive);
	const {services, revisions} = store.getState();
	const kept = inspect([services, revisions], {depth: null, maxArrayLength: null, maxStringLength: null});
	expect(kept).toContain(crowdName(300));
	expect(kept).not.toContain(ballast);
});

it('loses no event of a storm, tells of every one in order, and publishes at most ten times a second', async () => {
	const storm = 10_000;
	const told: number[] = [];
	const store = await follow({onService: ({generation}) => told.push(generation)});
	await until(store, 'everything', isLive);
	told.length = 0;
	let publications = 0;
	const unsubscribe = store.subscribe((state, before) => {
		if (state.services !== before.services) publications++;
	});
	const begun = performance.now();
	const sent: number[] = [];
	for (let event = 0; event < storm; event++) {
		if (event % 2 === 0) sent.push(crowd.change((event / 2) % size.services));
		else crowd.scale(event % (size.services * size.revisions), event);
		// Let them arrive in between, as they do in life.
		if (event % 500 === 0) await new Promise(resolve => setImmediate(resolve));
	}
	const last = crowd.change(0);
	crowd.scale(0, storm);
	await until(
		store,
		'the last event of both kinds',
		({services, revisions}) =>
			services[0]?.generation === last && revisions.get(crowdKey(1))?.at(-1)?.actualReplicas === storm,
	);
	unsubscribe();
	expect(told).toEqual([...sent, last]);
	expect(publications).toBeLessThanOrEqual((performance.now() - begun) / 100 + 2);
	// And every object is what it was last said to be.
	const pods = store
		.getState()
		.revisions.get(crowdKey(150))
		?.map(({actualReplicas}) => actualReplicas);
	const indexes = [599, 598, 597, 596];
	const lastOf = (index: number) => {
		const all = size.services * size.revisions;
		const latest = storm - 1 - ((((storm - 1 - index) % all) + all) % all);
		return latest % 2 === 1 ? latest : 1;
	};
	expect(pods).toEqual(indexes.map(lastOf));
});

it('leaves alone what an event does not concern', async () => {
	const store = await follow();
	const before = await until(store, 'everything', state => isLive(state) && state);
	crowd.scale(0, 42);
	const after = await until(
		store,
		'the change',
		state => state.revisions.get(crowdKey(1))?.at(-1)?.actualReplicas === 42 && state,
	);
	const changed = [...after.revisions].filter(([name, group]) => group !== before.revisions.get(name));
	expect(changed.map(([name]) => name)).toEqual([crowdKey(1)]);
	expect(after.services).toBe(before.services);
});

/** The state in which the oldest revision of the first service has that many. */
const pods = (wanted: number) => (state: ConsoleState) =>
	state.revisions.get(crowdKey(1))?.at(-1)?.actualReplicas === wanted && state;

it('publishes nothing for events that change nothing of what is shown', async () => {
	const told: number[] = [];
	const store = await follow({onService: ({generation}) => told.push(generation)});
	await until(store, 'everything', isLive);
	// The watch of the revisions has taken over from what was asked for before.
	crowd.scale(0, 41);
	const before = await until(store, 'a change that is shown', pods(41));
	told.length = 0;
	let publications = 0;
	const unsubscribe = store.subscribe(() => publications++);
	for (let event = 0; event < 500; event++) {
		crowd.touch('services', event % size.services);
		crowd.touch('revisions', event);
	}
	while (told.length < 500) await new Promise(resolve => setImmediate(resolve));
	// What comes last in either watch is there when the events before it are.
	crowd.scale(0, 42);
	const after = await until(store, 'a change that is shown', pods(42));
	unsubscribe();
	expect(publications).toBe(1);
	expect(after.services).toBe(before.services);
	expect(after.unreadable).toBe(before.unreadable);
});
