/** What becomes of writes of which nobody knows how they ended, and what waits meanwhile: without a console, by what it is told. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createHistory, type History} from '../../../source/console/session/change-recorder.js';
import {createConsoleStore, type ConsoleStore} from '../../../source/console/state/state.js';
import type {Attempt} from '../../../source/journal/attempt.js';
import type {Deed} from '../../../source/journal/deed.js';
import {openHistoryFile, type HistoryFile} from '../../../source/journal/journal-file.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {cluster, server, withCluster} from '../../kube/answered-cluster.js';
import {manualTimers, type ManualTimers} from '../../kube/manual-timers.js';
import {knativeService, revisionName, serviceView} from '../../knative/objects.js';
import {eventually} from '../../support/eventually.js';
import {status} from '../../support/kube/api-server.js';
import {connected} from '../../screen/parts/state.js';

withCluster();

let directory: string;
let file: HistoryFile;
let store: ConsoleStore;
let now: number;
/** By which it is looked again; the requests have a clock of their own. */
let timers: ManualTimers;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-attempts-'));
	file = openHistoryFile(path.join(directory, 'history.jsonl'));
	store = createConsoleStore({to: 'test', namespace: 'default'});
	now = 1_700_000_001_000;
	timers = manualTimers();
});

afterEach(async () => rm(directory, {recursive: true, force: true}));

const open = (on = file): History => openOn(on);
/** It lives as long as the console. */
const openInMemory = (): History => openOn(undefined);
const openOn = (on: HistoryFile | undefined): History => createHistory(store, on, {now: () => now, timers});

const traffic = (canary: number) => [
	{revisionName: revisionName(1), percent: 100 - canary},
	{revisionName: revisionName(2), percent: canary},
];

/** A service of that name at that generation, with that share for its second revision. */
const at = (generation: number, canary: number, name = 'helloworld-go'): ServiceView =>
	serviceView({
		traffic: traffic(canary),
		ready: 2,
		edit({metadata}) {
			Object.assign(metadata, {generation, name, uid: `uid-of-${name}`});
		},
	});

/** From generation 4 and 10 % to 50 %. */
function attemptOf(name = 'helloworld-go', change: Partial<Attempt> = {}): Attempt {
	return {
		id: `attempt-of-${name}`,
		at: 1_700_000_000_000,
		server: cluster.server,
		context: 'test',
		namespace: 'default',
		service: name,
		uid: `uid-of-${name}`,
		generation: 4,
		by: 'ann',
		own: true,
		reason: 'split',
		before: splitOf(at(4, 10)),
		after: splitOf(at(5, 50)),
		command: '',
		end: undefined,
		...change,
	};
}

function deletionOf(name: string): Deed {
	const {before: _before, after: _after, generation: _generation, ...common} = attemptOf(name);
	return {...common, id: `deed-of-${name}`, what: 'delete service', object: name};
}

const idsOf = (entries: readonly {id?: string | undefined}[]) => entries.map(({id}) => id);
const past = () => store.getState().past;
const changes = () => store.getState().history;

/** The next request, answered with a service as the server has it at that generation. */
async function answerService(name: string, generation: number, canary: number): Promise<void> {
	const exchange = await server.next();
	expect(`${exchange.method} ${exchange.path}`).toBe(
		`GET /apis/serving.knative.dev/v1/namespaces/default/services/${name}`,
	);
	const object = knativeService();
	Object.assign(object.metadata, {name, uid: `uid-of-${name}`, generation});
	object.spec.traffic = traffic(canary);
	exchange.answer(200, object);
}

async function answerGone(name: string): Promise<void> {
	const exchange = await server.next();
	expect(exchange.path).toMatch(new RegExp(`/services/${name}$`));
	exchange.answer(
		404,
		status(404, 'NotFound', `services.serving.knative.dev "${name}" not found`, {
			details: {name, group: 'serving.knative.dev', kind: 'services'},
		}),
	);
}

describe('an attempt of a console that is gone', () => {
	it('is a change, and no open attempt any more, when the watch tells of it; others stay', async () => {
		await file.begin(attemptOf());
		await file.begin(attemptOf('other'));
		const history = open();
		await history.load();
		expect(idsOf(past())).toEqual(['attempt-of-helloworld-go', 'attempt-of-other']);
		history.saw(at(5, 50));
		expect(idsOf(past())).toEqual(['attempt-of-other']);
		expect(changes()).toMatchObject([{id: 'attempt-of-helloworld-go', own: true, generation: 5}]);
		await history.flush();
		const kept = await file.readAll();
		expect(idsOf(kept.entries)).toEqual(['attempt-of-helloworld-go']);
		expect(idsOf(kept.attempts)).toEqual(['attempt-of-other']);
	});

	it('has an end where somebody else was first, and leaves others to become what they are', async () => {
		await file.begin(attemptOf());
		await file.begin(attemptOf('other'));
		const history = open();
		await history.load();
		history.saw(at(5, 70));
		expect(past()).toMatchObject([
			{id: 'attempt-of-helloworld-go', end: {how: 'not known'}},
			{id: 'attempt-of-other', end: undefined},
		]);
		history.saw(at(5, 50, 'other'));
		expect(changes()).toMatchObject([{id: 'attempt-of-other', own: true}]);
		await history.flush();
		expect((await file.readAll()).attempts).toMatchObject([
			{id: 'attempt-of-helloworld-go', end: {how: 'not known'}},
		]);
	});

	it('that has an end already is not asked about again', async () => {
		await file.begin(attemptOf());
		await file.end({id: 'attempt-of-helloworld-go', how: 'not made', sentence: 'It was refused.'});
		const history = open();
		await history.load();
		history.saw(at(5, 50));
		expect(changes()).toEqual([]);
		expect(past()).toMatchObject([{end: {how: 'not made', sentence: 'It was refused.'}}]);
	});
});

describe('a change that cannot be kept on disk', () => {
	it('is said of an own one, beside that the history is not kept', async () => {
		const history = open(openHistoryFile(undefined));
		await history.load();
		history.attempted(attemptOf());
		history.saw(at(5, 50));
		await history.flush();
		const text =
			'The history is kept only until you quit: there is no home directory to keep it in; set HOME or XDG_STATE_HOME.';
		expect(store.getState()).toMatchObject({historyProblem: text, notice: {tone: 'bad', text}});
	});

	it('is not said of one that others made: that was not asked for', async () => {
		const history = open(openHistoryFile(undefined));
		await history.load();
		history.saw(at(4, 10));
		history.saw(at(5, 50));
		await history.flush();
		expect(store.getState().historyProblem).toMatch(/^The history is kept only until you quit/);
		expect(store.getState().notice).toBeUndefined();
	});
});

describe('a change that others made', () => {
	it('has the cluster it was seen at, and none where there is none', () => {
		const history = openInMemory();
		history.saw(at(4, 10));
		history.saw(at(5, 50));
		expect(changes()).toMatchObject([{server: '', context: '', own: false, generation: 5, from: 4}]);
		store.setState(connected);
		history.saw(at(6, 60));
		expect(changes().at(-1)).toMatchObject({server: 'https://127.0.0.1:6443', context: 'test-context'});
	});

	it('is told of what was before, not of what the watch tells late or twice', () => {
		const history = openInMemory();
		history.saw(at(5, 50));
		history.saw(at(4, 10));
		history.saw(at(5, 50));
		expect(changes()).toEqual([]);
		history.saw(at(6, 60));
		expect(changes()).toMatchObject([
			{from: 5, before: [{percent: 50}, {percent: 50}], after: [{percent: 40}, {percent: 60}]},
		]);
	});

	it('waits for the file, which knows what was before', async () => {
		const before = open();
		await before.load();
		before.saw(at(4, 10));
		before.saw(at(5, 50));
		await before.flush();
		store = createConsoleStore({to: 'test', namespace: 'default'});
		const history = open();
		history.saw(at(6, 60));
		expect(changes()).toEqual([]);
		expect(history.reading).toBeInstanceOf(Promise);
		await history.load();
		expect(history.reading).toBeUndefined();
		expect(changes()).toMatchObject([
			{generation: 5, reason: 'not from this console'},
			{generation: 6, from: 5, reason: 'changed while no console was watching'},
		]);
	});

	it('waits while a write is under way on that service, and on no other', () => {
		const history = openInMemory();
		for (const name of ['one', 'other']) history.saw(at(4, 10, name));
		const first = history.hold('uid-of-one');
		const second = history.hold('uid-of-one');
		history.saw(at(5, 50, 'one'));
		history.saw(at(5, 50, 'other'));
		expect(changes()).toMatchObject([{service: 'other'}]);
		first();
		// Whoever lets go twice lets go of nothing else.
		first();
		expect(changes()).toHaveLength(1);
		second();
		expect(changes()).toMatchObject([{service: 'other'}, {service: 'one', own: false}]);
		history.saw(at(6, 60, 'one'));
		expect(changes()).toHaveLength(3);
	});

	it('is none where it turns out to be the write from here that was waited for', () => {
		const history = openInMemory();
		history.saw(at(4, 10));
		const letGo = history.hold('uid-of-helloworld-go');
		history.saw(at(5, 50));
		const {end: _end, ...made} = attemptOf();
		history.own({...made, generation: 5});
		letGo();
		expect(changes()).toMatchObject([{own: true, generation: 5}]);
	});
});

describe('what nobody has told of', () => {
	it('is read at the cluster that it was sent to, as long as it may still come', async () => {
		const history = openInMemory();
		history.attempted(attemptOf());
		history.attempted(attemptOf('elsewhere', {server: 'https://elsewhere.example.com'}));
		history.lookUp(cluster);
		await answerService('helloworld-go', 4, 10);
		await eventually(() => {
			timers.advance(5000);
			expect(server.log).toHaveLength(2);
		});
		await answerService('helloworld-go', 5, 50);
		await eventually(() => expect(changes()).toMatchObject([{id: 'attempt-of-helloworld-go', own: true}]));
		// Nothing is open any more that was sent there.
		timers.advance(60_000);
		expect(server.log).toHaveLength(2);
	});

	it('is read no more when it is too late for it to come', async () => {
		const history = openInMemory();
		history.lookUp(cluster);
		now = attemptOf().at + 70_000;
		history.attempted(attemptOf());
		timers.advance(60_000);
		expect(server.log).toEqual([]);
	});

	it('is read as soon as there is a cluster, and has an end where the service is gone', async () => {
		await file.begin(attemptOf());
		await file.begin(deletionOf('other'));
		const history = open();
		await history.load();
		history.lookUp(cluster);
		await answerGone('helloworld-go');
		await answerGone('other');
		await eventually(() =>
			expect(past()).toMatchObject([
				{
					id: 'attempt-of-helloworld-go',
					end: {how: 'not known', sentence: 'helloworld-go was deleted before anybody looked.'},
				},
				{id: 'deed-of-other', end: {how: 'made'}},
			]),
		);
		await history.flush();
		expect((await file.readAll()).deeds).toMatchObject([{id: 'deed-of-other', end: {how: 'made'}}]);
	});

	it('is not settled by what another cluster has, where one has gone to that meanwhile', async () => {
		const history = openInMemory();
		history.attempted(attemptOf());
		history.lookUp(cluster);
		const late = await server.next();
		history.lookUp({...cluster, server: 'https://elsewhere.example.com'});
		late.answer(404, status(404, 'NotFound', 'services.serving.knative.dev "helloworld-go" not found'));
		history.saw(at(5, 50));
		expect(changes()).toMatchObject([{id: 'attempt-of-helloworld-go', own: true}]);
	});
});
