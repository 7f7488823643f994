/** The history, by consoles on the sandbox: own changes, other people's, and what outlives a console. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openHistoryFile} from '../../../source/journal/journal-file.js';
import {nudge} from '../../../source/console/state/draft.js';
import {notify} from '../../../source/console/state/select.js';
import {reviewOf, splitSeen, startWorld, until, type World} from '../../support/world.js';

let world: World;
let directory: string;
let file: string;

beforeEach(async () => {
	world = await startWorld();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-history-'));
	file = path.join(directory, 'history.jsonl');
});

afterEach(async () => {
	await world.stop();
	await rm(directory, {recursive: true, force: true});
});

const open = async () => world.console('cart', {history: openHistoryFile(file)});
const whole = [
	{revisionName: 'cart-00001', percent: 0, tag: 'stable'},
	{revisionName: 'cart-00002', percent: 100, tag: 'canary'},
];

describe('the history', () => {
	it('has own changes with their reason and command, and those of others with their author', async () => {
		const console = await open();
		const {store} = console;
		nudge(store, -40);
		console.reviewDraft();
		await console.confirm();
		await splitSeen(console, 'cart-00001=50 cart-00002=50');
		await world.split('cart', whole);
		await splitSeen(console, 'cart-00001=0 cart-00002=100');
		const {history} = await until(store, 'both changes', state => state.history.length === 2 && state);
		expect(history).toMatchObject([
			{
				own: true,
				by: 'sandbox-admin',
				reason: 'split',
				context: 'sandbox',
				namespace: 'default',
				service: 'cart',
				before: [
					{key: 'cart-00001', percent: 90},
					{key: 'cart-00002', percent: 10},
				],
				after: [
					{key: 'cart-00001', percent: 50},
					{key: 'cart-00002', percent: 50},
				],
			},
			{
				own: false,
				by: 'sandbox-admin',
				reason: 'not from this console',
				command: '',
				after: [{percent: 0}, {percent: 100}],
			},
		]);
		expect(history[0]?.command).toMatch(
			/^kubectl --context sandbox patch ksvc cart -n default --type=json -p='\[/,
		);
		expect(history[1]!.generation).toBe(history[0]!.generation + 1);
	});

	it('takes back what was said of a split once somebody else has changed it, but no bad news', async () => {
		const console = await open();
		const {store} = console;
		nudge(store, -40);
		console.reviewDraft();
		await console.confirm();
		await until(store, 'the good news', ({notice}) => notice?.text === 'cart is now 50│50.');
		await world.split('cart', whole);
		await until(store, 'its end', ({notice, history}) => history.length === 2 && notice === undefined);
		notify(store, {tone: 'bad', text: 'Not done.'});
		await world.split('cart', [{revisionName: 'cart-00001', percent: 100}]);
		await until(store, 'another change', ({history}) => history.length === 3);
		expect(store.getState().notice).toStrictEqual({tone: 'bad', text: 'Not done.'});
	});

	it('takes a change of status, of metadata or of the template for no change of the split', async () => {
		const console = await open();
		await world.patch('cart', {metadata: {annotations: {note: 'x'}}});
		await world.patch('cart', {spec: {template: {metadata: {annotations: {'example.com/note': 'y'}}}}});
		await world.split('cart', whole);
		await splitSeen(console, 'cart-00001=0 cart-00002=100');
		const {history} = await until(console.store, 'one change', state => state.history.length > 0 && state);
		expect(history).toHaveLength(1);
	});

	it('lets undo and the roll back go on after a restart, also over a change that no console saw', async () => {
		const first = await open();
		await first.complete();
		await first.confirm();
		await splitSeen(first, 'cart-00001=0 cart-00002=100');
		await first.stop();

		// The canary is cut off from everything that would name it: no tag, no other row.
		await world.split('cart', [{revisionName: 'cart-00002', percent: 100}]);
		const second = await open();
		const {history} = await until(second.store, 'the change in between', state =>
			state.history.length === 2 ? state : undefined,
		);
		expect(history[1]).toMatchObject({own: false, reason: 'changed while no console was watching'});
		second.rollBack();
		expect(reviewOf(second.store.getState()).plan.splits?.after).toMatchObject([
			{key: 'cart-00002', percent: 0},
			{key: 'cart-00001', percent: 100},
		]);
		second.store.setState({sheets: []});
		second.undo();
		const {plan} = reviewOf(second.store.getState());
		expect(plan.notes[0]).toMatch(/^Takes back: a change of the split at .* by sandbox-admin\.$/);
		await second.confirm();
		await splitSeen(second, 'cart-00001=0 cart-00002=100');

		// Undone, that change is none any more: the next undo takes back the one before it.
		second.undo();
		await second.confirm();
		await splitSeen(second, 'cart-00001=90 cart-00002=10');
		second.undo();
		expect(second.store.getState().notice?.text).toMatch(/^Nothing to undo/);
	});

	it('says so, once, when it cannot be kept, and goes on without the file', async () => {
		await rm(directory, {recursive: true});
		const {writeFile} = await import('node:fs/promises');
		await writeFile(directory, 'a file where the directory should be');
		const console = await open();
		await console.complete();
		await console.confirm();
		await splitSeen(console, 'cart-00001=0 cart-00002=100');
		const {historyProblem} = await until(
			console.store,
			'the problem',
			state => state.historyProblem !== undefined && state,
		);
		expect(historyProblem).toMatch(/^The history is .*ENOTDIR/);
		console.undo();
		expect(reviewOf(console.store.getState()).plan.action).toBe('undo');
	});
});

/** One that is read when the test says so, with a change of cart in it. */
async function slow() {
	const before = await open();
	nudge(before.store, -40);
	before.reviewDraft();
	await before.confirm();
	await splitSeen(before, 'cart-00001=50 cart-00002=50');
	const read = Promise.withResolvers<void>();
	const onDisk = openHistoryFile(file);
	const history = {
		...onDisk,
		async readAll() {
			await read.promise;
			return onDisk.readAll();
		},
	};
	return {console: await world.console('cart', {history}), read: read.resolve};
}

describe('undo before the history has been read', () => {
	it('is reviewed when it has been', async () => {
		const {console, read} = await slow();
		console.undo();
		expect(console.store.getState().sheets).toEqual([]);
		read();
		await until(console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
		expect(reviewOf(console.store.getState()).plan.action).toBe('undo');
	});

	it('opens over no other sheet', async () => {
		const {console, read} = await slow();
		console.undo();
		console.rollBack();
		read();
		await until(console.store, 'the history', ({history}) => history.length > 0);
		// Whoever waited for it has gone on.
		await nextTurn();
		const {sheets} = console.store.getState();
		expect(sheets).toHaveLength(1);
		expect(reviewOf(console.store.getState()).plan.action).toBe('roll back');
	});
});
