/** Whatever becomes of a write, the review ends in a true statement of whether the change was made. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import {createConsole, type Console} from '../../source/console/console.js';
import {rightsIn} from '../../source/console/session/rights.js';
import {stepBack} from '../../source/console/state/select.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import {manualTimers, type ManualTimers} from '../kube/manual-timers.js';
import {status, type Exchange} from '../support/kube/api-server.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/kube/scripted-cluster.js';
import {reviewOf, until} from '../support/world.js';

let scripted: ScriptedCluster;
let console: Console;
let timers: ManualTimers;

beforeEach(async () => {
	scripted = await startScriptedCluster();
	timers = manualTimers();
	console = createConsole({to: 'test', namespace: 'default'});
	console.connected(await connect({kubeconfigText: scripted.server.kubeconfig(), timers}));
	await until(console.store, 'the service', state => state.services.length > 0 && state.revisions.size > 0);
});

afterEach(async () => {
	await console.stop();
	await scripted.server.close();
});

/** The review of a roll back after Enter, when it has come to its end. */
async function rolledBack(): Promise<ReviewSheet['phase'] | 'done'> {
	console.rollBack();
	await console.confirm();
	const {sheets} = console.store.getState();
	return sheets.length === 0 ? 'done' : reviewOf(console.store.getState()).phase;
}

const elsewhere = (): object => ({
	...scripted.service,
	metadata: {
		...scripted.service.metadata,
		generation: 5,
		annotations: {'serving.knative.dev/lastModifier': 'alice'},
	},
	spec: {
		...scripted.service.spec,
		traffic: [{revisionName: 'helloworld-go-00002', percent: 100, latestRevision: false}],
	},
});
const answer =
	(code: number, body: unknown, headers?: Record<string, string>) =>
	(exchange: Exchange): void =>
		exchange.answer(code, body, headers);

describe('a write that is answered with', () => {
	it('200 is done, and so says the notice', async () => {
		expect(await rolledBack()).toBe('done');
		expect(console.store.getState().notice?.text).toMatch(/^Rolled back: the server took it/);
	});

	it('409 because somebody else was first is a conflict, with all three splits and who it was', async () => {
		scripted.onWrite(answer(409, status(409, 'Conflict', 'the object has been modified')));
		scripted.onRead(exchange => exchange.answer(200, elsewhere()));
		expect(await rolledBack()).toMatchObject({
			kind: 'conflict',
			sentence:
				'Not done: alice changed the split of helloworld-go since you opened this. Nothing was written.',
			by: 'alice',
			base: [{percent: 90}, {percent: 10}],
			mine: [{percent: 100}, {percent: 0}],
			theirs: [{key: 'helloworld-go-00002', percent: 100}],
		});
		await console.confirm();
		expect(scripted.writes).toHaveLength(1);
		expect(console.store.getState().notice?.text).toBe(
			'Nothing more is sent: the service was changed since you opened this. Esc goes back.',
		);
	});

	it('409 though nobody changed the spec is no conflict: it says so, and Enter sends the same again', async () => {
		scripted.onWrite(answer(409, status(409, 'Conflict', 'the object has been modified')));
		expect(await rolledBack()).toEqual({
			kind: 'open',
			after:
				'Not done: something else was written to helloworld-go at the same time, and not its spec: the split is unchanged. Nothing was written.',
		});
		// Another question than the one that was answered: its Enter has to be of somebody who has seen it.
		expect(reviewOf(console.store.getState())).toMatchObject({timesAsked: 2, typed: ''});
		scripted.onWrite(answer(200, elsewhere()));
		await console.confirm();
		expect(scripted.writes).toHaveLength(2);
	});

	it('409 of what cannot be read then is a conflict, of which no more is said than is known', async () => {
		scripted.onWrite(answer(409, status(409, 'Conflict', 'the object has been modified')));
		scripted.onRead(answer(500, status(500, 'InternalError', 'no')));
		expect(await rolledBack()).toMatchObject({
			kind: 'conflict',
			sentence: 'Not done: helloworld-go changed since you opened this. Nothing was written.',
			theirs: undefined,
		});
	});

	it('422 for the guard is a conflict too', async () => {
		scripted.onWrite(answer(422, status(422, 'Invalid', 'the server rejected our request')));
		scripted.onRead(exchange => exchange.answer(200, elsewhere()));
		expect(await rolledBack()).toMatchObject({kind: 'conflict'});
	});

	it.each([
		[
			422,
			status(422, 'Invalid', 'Service "x" is invalid: spec.traffic: Required value'),
			/^Not done\. The server refused: Service "x" is invalid/,
		],
		[
			403,
			status(403, 'Forbidden', 'User "jane" cannot patch resource "services"'),
			/^Not done\. The server refused: User "jane" cannot patch/,
		],
	])('%i is not done, in the words of the server', async (code, body, sentence) => {
		scripted.onWrite(answer(code, body));
		const phase = await rolledBack();
		expect(phase).toMatchObject({kind: 'refused'});
		expect(phase).toHaveProperty('sentence', expect.stringMatching(sentence));
		// Enter sends nothing, and says why.
		await console.confirm();
		expect(scripted.writes).toHaveLength(1);
		expect(console.store.getState().notice?.text).toBe(
			'Nothing more is sent: it was refused. Esc goes back.',
		);
	});

	it('500 of a webhook is not done, in the words of the server, and may be tried again', async () => {
		const said = 'Internal error occurred: failed calling webhook "x": refused';
		scripted.onWrite(answer(500, status(500, 'InternalError', said)));
		expect(await rolledBack()).toEqual({
			kind: 'open',
			after: `Not applied: the API server failed (500). ${said}.`,
		});
	});

	it('401 is not done, because one is not logged in; the server has not looked at the change', async () => {
		const unauthorized = answer(401, status(401, 'Unauthorized', 'Unauthorized'));
		scripted.onWrite(unauthorized);
		scripted.onDryRun(unauthorized);
		const why =
			'The API server does not accept the credentials of this context (HTTP 401). Log in again: the next try takes the new credentials.';
		console.rollBack();
		await until(
			console.store,
			'a dry run that does not know',
			state => reviewOf(state).dryRun.kind !== 'asking',
		);
		expect(reviewOf(console.store.getState()).dryRun).toEqual({kind: 'not logged in', sentence: why});
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toEqual({
			kind: 'open',
			after: `Not done: you are not logged in. ${why}`,
		});
	});

	it('429 is not done, and says when to try again', async () => {
		const busy = status(429, 'TooManyRequests', 'too many requests');
		scripted.onWrite(answer(429, busy, {'retry-after': '7'}));
		expect(await rolledBack()).toEqual({
			kind: 'open',
			after: 'Not applied: the API server is busy (429): too many requests. Try again in 7 s.',
		});
	});

	it('503 is not done, which is still said, and kept, when the review is closed', async () => {
		scripted.onWrite(answer(503, status(503, 'ServiceUnavailable', 'starting')));
		const phase = await rolledBack();
		expect(phase).toMatchObject({kind: 'open', after: expect.stringContaining('starting')});
		stepBack(console.store);
		const {sheets, notice, messages} = console.store.getState();
		expect(sheets).toEqual([]);
		expect(phase).toHaveProperty('after', notice?.text);
		expect(messages.at(-1)?.text).toBe(notice?.text);
	});

	it('503 is sent again by Enter, as often as it is agreed to', async () => {
		scripted.onWrite(answer(503, status(503, 'ServiceUnavailable', 'starting')));
		await rolledBack();
		expect(reviewOf(console.store.getState())).toMatchObject({timesAsked: 2});
		scripted.onWrite(exchange => exchange.answer(200, scripted.changed()));
		await console.confirm();
		expect(scripted.writes).toHaveLength(2);
		expect(console.store.getState().notice?.text).toMatch(/^Rolled back: /);
	});

	it('500 of which nobody knows what it did is looked for: made, it is done', async () => {
		scripted.onWrite(answer(500, status(500, 'InternalError', 'etcdserver: request timed out')));
		scripted.onRead(exchange => exchange.answer(200, scripted.changed()));
		expect(await rolledBack()).toBe('done');
	});

	it('500 of which nobody knows what it did is looked for: not made so far, it is not known', async () => {
		scripted.onWrite(answer(500, status(500, 'InternalError', 'etcdserver: request timed out')));
		const phase = await rolledBack();
		expect(phase).toMatchObject({kind: 'unknown'});
		expect(phase).toHaveProperty(
			'sentence',
			expect.stringMatching(/^Not known whether it was done: .*may still arrive$/),
		);
		await console.confirm();
		expect(scripted.writes).toHaveLength(1);
		expect(console.store.getState().notice?.text).toBe(
			'Nothing more is sent: it was sent, and may have been done. Esc goes back.',
		);
	});
});

describe('a write whose answer is lost', () => {
	it('by a cut connection, after it was made, is done', async () => {
		scripted.onWrite(exchange => exchange.cut());
		scripted.onRead(exchange => exchange.answer(200, scripted.changed()));
		expect(await rolledBack()).toBe('done');
	});

	it('by a cut connection, after somebody else was first, is a conflict', async () => {
		scripted.onWrite(exchange => exchange.cut());
		scripted.onRead(exchange => exchange.answer(200, elsewhere()));
		expect(await rolledBack()).toMatchObject({kind: 'conflict', by: 'alice'});
	});

	it('by a cut connection, and the server is away, is not known', async () => {
		scripted.onWrite(exchange => exchange.cut());
		scripted.onRead(exchange => exchange.cut());
		const phase = await rolledBack();
		expect(phase).toMatchObject({kind: 'unknown'});
		expect(phase).toHaveProperty('sentence', expect.stringMatching(/^Not known whether it was done: /));
	});

	it('by a timeout is looked for, and not sent again', async () => {
		scripted.onWrite(() => {
			// No answer comes; the time is over.
			timers.advance(15_000);
		});
		scripted.onRead(exchange => exchange.answer(200, scripted.changed()));
		expect(await rolledBack()).toBe('done');
		expect(scripted.writes).toHaveLength(1);
	});
});

it('asks again what is allowed when the server says no to what was offered', async () => {
	scripted.allow(verb => verb !== 'patch');
	scripted.onWrite(answer(403, status(403, 'Forbidden', 'User "jane" cannot patch resource "services"')));
	expect(await rolledBack()).toMatchObject({kind: 'refused'});
	const rights = await until(console.store, 'the right taken away', state => {
		const now = rightsIn(state, 'default');
		return now.patch.allowed ? undefined : now;
	});
	expect(rights.patch.reason).toBe('you may not patch services');
	expect(rights.create.allowed).toBe(true);
	console.store.setState({sheets: []});
	console.rollBack();
	expect(console.store.getState().sheets).toEqual([]);
	expect(console.store.getState().notice?.text).toBe('Not allowed here: you may not patch services.');
});

describe('a roll back', () => {
	it('waits for no dry run, and is exactly one request', async () => {
		scripted.onDryRun(() => {
			// Never answered.
		});
		expect(await rolledBack()).toBe('done');
		expect(scripted.writes.map(({method}) => method)).toEqual(['PATCH']);
	});

	it('is one request however often Enter is pressed', async () => {
		const {promise, resolve} = Promise.withResolvers<Exchange>();
		scripted.onWrite(resolve);
		console.rollBack();
		const first = console.confirm();
		const again = [console.confirm(), console.confirm()];
		await Promise.all(again);
		(await promise).answer(200, scripted.changed());
		await first;
		await console.confirm();
		expect(scripted.writes).toHaveLength(1);
	});

	it('needs no list of revisions', async () => {
		console.store.setState(({feeds}) => ({
			revisions: new Map(),
			feeds: {...feeds, revisions: {kind: 'forbidden', status: 403, why: 'no'}},
		}));
		expect(await rolledBack()).toBe('done');
		expect(scripted.writes[0]?.body).toContainEqual({
			op: 'add',
			path: '/spec/traffic',
			value: [
				{revisionName: 'helloworld-go-00001', percent: 100, tag: 'stable'},
				{revisionName: 'helloworld-go-00002', percent: 0, tag: 'canary'},
			],
		});
	});
});
