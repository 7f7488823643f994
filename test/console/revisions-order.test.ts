/**
 * What a service has while the list of all revisions, which is of the moment of its first page, gives way to what was asked
 * for later and takes over again: never anything older than what was shown. On a real history, the sandbox's.
 */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {servingPath} from '../../source/kube/paths.js';
import type {ApiAnswer, Cluster} from '../../source/kube/cluster.js';
import type {Timers} from '../../source/kube/timers.js';
import {createConsole} from '../../source/console/console.js';
import {revisionsOf} from '../../source/console/state/read.js';
import {closeSheet} from '../../source/console/state/select.js';
import {selectNamed} from '../support/select.js';
import {startSession, type Session} from '../../source/console/session/session.js';
import {createConsoleStore, type ConsoleState, type ConsoleStore} from '../../source/console/state/state.js';
import {keyOf} from '../../source/console/tables/object-name.js';
import {manualTimers} from '../kube/manual-timers.js';
import {reviewOf, startWorld, until, type World} from '../support/world.js';

const atFirst = 'cart';
const later = 'crowd-0055';
let world: World;
let store: ConsoleStore;
let slow: Cluster;
let session: Session | undefined;
/** The second page of the list of all has been asked for; it, and the watch, wait until they are let go. */
let underWay: Promise<unknown>;
let letPages: () => void;
let letWatch: () => void;
/** Called for the first page of the list of `all`, and for each list of a service; sends it when it likes. */
let onFirst: (of: string, send: () => Promise<ApiAnswer>) => Promise<ApiAnswer>;
/** The names of the revisions of the chosen service, each time they changed. */
let shown: string[][];

const isOfRevisions = (path: string) => path === servingPath('revisions', 'default');

beforeEach(async () => {
	world = await startWorld({crowd: {services: 60, revisions: 5}});
	const connected = await world.connect();
	const asked = Promise.withResolvers<void>();
	const pages = Promise.withResolvers<void>();
	const watch = Promise.withResolvers<void>();
	underWay = asked.promise;
	letPages = pages.resolve;
	letWatch = watch.resolve;
	onFirst = async (_, send) => send();
	slow = {
		...connected,
		async request(request) {
			const send = async () => connected.request(request);
			if (!isOfRevisions(request.path)) return send();
			const {labelSelector, continue: token} = request.query ?? {};
			if (token === undefined) return onFirst(labelSelector?.split('=')[1] ?? 'all', send);
			asked.resolve();
			await pages.promise;
			return send();
		},
		async watch(path, ...rest) {
			if (isOfRevisions(path)) await watch.promise;
			return connected.watch(path, ...rest);
		},
	};
	store = createConsoleStore({to: 'test', namespace: 'default'});
});

afterEach(async () => {
	letPages();
	letWatch();
	session?.stop();
	session = undefined;
	await world.stop();
});

const named = (name: string) => ({namespace: 'default', name});

/** `00005`, newest first. */
const names = (state: ConsoleState, chosen = later) =>
	revisionsOf(state, named(chosen)).map(({name}) => name.slice(`${chosen}-`.length));
const five = ['00005', '00004', '00003', '00002', '00001'];

function start(chosen: string, timers?: Pick<Timers, 'after'>): void {
	shown = [];
	store.subscribe((state, before) => {
		const now = revisionsOf(state, named(chosen));
		if (now !== revisionsOf(before, named(chosen))) shown.push(names(state, chosen));
	});
	const gateway = {host: '127.0.0.1', port: 80, tls: false, via: 'test'};
	session = startSession(store, {
		cluster: slow,
		namespace: 'default',
		gateway,
		interval: () => 0,
		...(timers && {timers}),
	});
}

async function choose(): Promise<void> {
	await underWay;
	await until(store, 'the service', ({services}) => services.some(({name}) => name === later));
	selectNamed(store, later);
}
const listed = async () => until(store, 'all revisions', ({revisions}) => revisions.size > 60);
const live = async () => until(store, 'the watch', ({feeds}) => feeds.revisions.kind === 'live');

const inOrder = (numbers: readonly number[]) => numbers.toSorted((one, other) => one - other);

/** A change of the template, as of somebody else. */
async function revise(stamp: string, chosen = later): Promise<void> {
	await world.patch(chosen, {spec: {template: {metadata: {annotations: {stamp}}}}});
}

it('a revision that was made since the list began stays when the list is complete, and the watch goes on from there', async () => {
	start(later);
	await choose();
	await until(store, 'five', state => names(state).length === 5);
	await revise('one');
	await until(store, 'the sixth', state => names(state).length === 6);
	letPages();
	await listed();
	expect(store.getState().feeds.revisions.kind).toBe('connecting');
	expect(names(store.getState())).toEqual(['00006', ...five]);
	letWatch();
	await live();
	await revise('two');
	await until(store, 'the seventh', state => names(state).length === 7);
	const counts = shown.map(({length}) => length);
	expect(counts).toEqual(inOrder(counts));
	expect(names(store.getState())).toEqual(['00007', '00006', ...five]);
});

it('a revision that was deleted since the list began does not come back', async () => {
	start(later);
	await underWay;
	const path = servingPath('revisions', 'default', `${later}-00001`);
	await world.other.request({method: 'DELETE', path});
	await choose();
	await until(store, 'four', state => names(state).length === 4);
	letPages();
	await listed();
	letWatch();
	await live();
	await revise('one');
	await until(store, 'the sixth', state => names(state)[0] === '00006');
	expect(shown.flat()).not.toContain('00001');
	expect(names(store.getState())).toEqual(['00006', ...five.slice(0, 4)]);
});

it('what the watch tells after the list wins over what was asked for before it', async () => {
	start(later);
	await choose();
	await until(store, 'five', state => names(state).length === 5);
	selectNamed(store, 'crowd-0001');
	await revise('one');
	letPages();
	await listed();
	letWatch();
	await until(store, 'the sixth', state => names(state).length === 6);
	expect(names(store.getState())).toEqual(['00006', ...five]);
});

it('the list takes over at once where it says what was asked for beside it', async () => {
	start(atFirst);
	await underWay;
	const early = await until(store, 'cart', state => state.revisions.get(keyOf(named(atFirst))));
	letPages();
	await listed();
	const late = revisionsOf(store.getState(), named(atFirst));
	expect(late).not.toBe(early);
	expect(late).toEqual(early);
	letWatch();
	await live();
});

it('what was changed between the list and what was asked for beside it stays', async () => {
	const changed = Promise.withResolvers<void>();
	onFirst = async (of, send) => {
		if (of === atFirst) await changed.promise;
		const answer = await send();
		if (of === 'all') {
			// The service itself does not change with it.
			await mark('between');
			changed.resolve();
			await until(store, 'the mark', state => markOf(state) === 'between');
		}
		return answer;
	};
	start(atFirst, manualTimers());
	const marks = new Set<string | undefined>();
	await underWay;
	store.subscribe(state => marks.add(markOf(state)));
	letPages();
	await listed();
	letWatch();
	await live();
	await mark('after');
	await until(store, 'the next mark', state => markOf(state) === 'after');
	expect([...marks]).toEqual(['between', 'after']);
});

it.each([
	['selected', atFirst],
	['not selected any more', later],
])('what is newer in the list than beside it is shown when that is complete: %s', async (_, selected) => {
	const changed = Promise.withResolvers<void>();
	onFirst = async (of, send) => {
		if (of === 'all') await changed.promise;
		const answer = await send();
		if (of !== 'all' && shown.length === 0) {
			await reviseAndSee('between');
			changed.resolve();
		}
		return answer;
	};
	start(atFirst, manualTimers());
	await underWay;
	await until(store, 'two', state => names(state, atFirst).length === 2);
	await until(store, 'the other', ({services}) => services.some(({name}) => name === later));
	selectNamed(store, selected);
	letPages();
	// The watch waits still.
	await until(store, 'the third', state => names(state, atFirst)[0] === '00003');
	letWatch();
	await live();
	await revise('after', atFirst);
	await until(store, 'the fourth', state => names(state, atFirst)[0] === '00004');
	const counts = shown.map(({length}) => length);
	expect(counts).toEqual(inOrder(counts));
});

/** Somebody writes something into the newest revision of the service that is selected at first. */
async function mark(text: string): Promise<void> {
	const answer = await world.other.request({
		method: 'PATCH',
		path: servingPath('revisions', 'default', `${atFirst}-00002`),
		body: {metadata: {annotations: {'autoscaling.knative.dev/mark': text}}},
		contentType: 'application/merge-patch+json',
	});
	expect(answer.status).toBe(200);
}
const markOf = (state: ConsoleState) => revisionsOf(state, named(atFirst))[0]?.autoscaling.get('mark');

/** Another revision of the service that is selected at first; resolves when the service says that it is ready. */
async function reviseAndSee(stamp: string): Promise<void> {
	await revise(stamp, atFirst);
	await until(store, 'the new revision', ({services}) =>
		services.some(({name, latestReady}) => name === atFirst && latestReady === `${atFirst}-00003`),
	);
}

/** But for when it was made, which it writes down. */
const timeless = (plan: unknown): unknown =>
	JSON.parse(JSON.stringify(plan).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'));

it('a roll back is planned on what was asked for as on the list', async () => {
	const console = createConsole({
		to: 'test',
		namespace: 'default',
		gateway: {host: '127.0.0.1', port: 80, tls: false},
	});
	store = console.store;
	try {
		console.connected(slow);
		await underWay;
		await until(store, 'those of cart', state => names(state, atFirst).length === 2);
		console.rollBack();
		const {plan: early} = reviewOf(store.getState());
		closeSheet(store);
		letPages();
		letWatch();
		await live();
		console.rollBack();
		expect(timeless(early)).toEqual(timeless(reviewOf(store.getState()).plan));
		expect(early.notes).toEqual(['Back to cart-00001: tagged stable, and has traffic.']);
		expect(early.warnings).toEqual([]);
	} finally {
		await console.stop();
	}
});
