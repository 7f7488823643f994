/** What became of a write whose sender has not lived to tell it, read from the sandbox by the name of the object. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import type {Attempt} from '../../../source/journal/attempt.js';
import type {Deed} from '../../../source/journal/deed.js';
import {openHistoryFile, type HistoryFile} from '../../../source/journal/journal-file.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {until} from '../../../source/demo/wait.js';
import {servingPath} from '../../../source/kube/paths.js';
import {lookUpDeeds, lookUpOpen, lookUpService} from '../../../source/release/outcome/look-up.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let directory: string;
let file: HistoryFile;
let opened: Console[];

beforeEach(async () => {
	world = await startWorld();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-look-up-'));
	file = openHistoryFile(path.join(directory, 'history.jsonl'));
	opened = [];
});

afterEach(async () => {
	for (const console of opened) await console.stop();
	await world.stop();
	await rm(directory, {recursive: true, force: true});
});

const common = (at = Date.now()) => ({
	at,
	server: world.other.server,
	context: 'sandbox',
	namespace: 'default',
	by: 'sandbox-admin',
	own: true,
	command: '',
	end: undefined,
});

const deletionOf = async (name: string, at?: number): Promise<Deed> => ({
	...common(at),
	id: `delete-${name}`,
	service: name,
	what: 'delete service',
	object: name,
	uid: (await world.service(name)).uid,
	reason: 'delete service',
});

const creationOf = (name: string, at?: number): Deed => ({
	...common(at),
	id: `create-${name}`,
	service: name,
	what: 'create service',
	object: name,
	uid: '',
	reason: 'create service',
});

const ends = async (...deeds: readonly Deed[]) =>
	(await lookUpDeeds(world.other, deeds, Date.now)).map(({id, how}) => `${id} ${how}`);

async function open(options: Partial<Parameters<typeof createConsole>[0]>): Promise<Console> {
	const console = createConsole({to: 'test', namespace: 'default', history: file, ...options});
	opened.push(console);
	console.connected(await world.connect());
	return console;
}

const checkout = servingPath('services', 'default', 'checkout');

describe('read by name', () => {
	it('a deletion is waited for while its object is there, and told when it is gone', async () => {
		const deletion = await deletionOf('checkout');
		expect(await ends(deletion)).toEqual([]);
		expect(await ends({...deletion, at: deletion.at - 100_000})).toEqual(['delete-checkout not made']);
		await world.delete('checkout');
		expect(await ends(deletion)).toEqual(['delete-checkout made']);
	});

	it('a creation is told by the object that is there, and not by one of before', async () => {
		await world.createAnew('basket');
		expect(await ends(creationOf('basket'), creationOf('other'))).toEqual(['create-basket made']);
		expect(await ends(creationOf('cart'))).toEqual(['create-cart not made']);
	});

	it.each([
		['a right that is missing', 403, {kind: 'Status', reason: 'Forbidden', message: 'forbidden', code: 403}],
		['a page that is not there', 404, '<html>not found</html>'],
		['somebody else who answers', 200, '<html>log in</html>'],
	])('of %s nothing is told', async (_, status, body) => {
		const deletion = await deletionOf('cart', Date.now() - 100_000);
		const cluster: Parameters<typeof lookUpDeeds>[0] = {
			request: async () => ({
				...(await world.other.request({method: 'GET', path: '/version'})),
				status,
				body,
			}),
		};
		expect(await lookUpDeeds(cluster, [deletion], Date.now)).toEqual([]);
	});

	it.each([
		['a page', () => '<html>log in</html>'],
		['nothing', () => ''],
		['another service', async () => (await world.other.request({method: 'GET', path: checkout})).body],
	])('of an attempt that %s is answered for nothing is told: its service is not gone', async (_, body) => {
		const {uid, generation} = await world.service('cart');
		const attempt: Attempt = {
			...common(Date.now() - 100_000),
			id: 'split-cart',
			service: 'cart',
			uid,
			generation,
			reason: 'split',
			before: [],
			after: [],
		};
		const cluster: Parameters<typeof lookUpOpen>[0] = {
			server: world.other.server,
			request: async () => ({status: 200, body: await body(), warnings: []}),
		};
		expect(await lookUpOpen(cluster, {entries: [], attempts: [attempt], deeds: []}, Date.now)).toEqual({
			made: [],
			ended: [],
		});
	});

	it('an attempt without an end is settled by the service as it is, those of other servers are not', async () => {
		const service = await world.service('cart');
		const split = splitOf(service);
		const attempt: Attempt = {
			...common(Date.now() - 100_000),
			id: 'split-cart',
			service: 'cart',
			uid: service.uid,
			generation: service.generation,
			reason: 'split',
			before: split,
			after: split.toReversed(),
		};
		const unfinished = [attempt, {...attempt, id: 'elsewhere', server: 'https://other.example.com'}];
		expect(
			await lookUpOpen(world.other, {entries: [], attempts: unfinished, deeds: []}, Date.now),
		).toMatchObject({
			made: [],
			ended: [{id: 'split-cart', how: 'not made'}],
		});
	});

	it('the service of an attempt is that of its uid alone', async () => {
		const {uid} = await world.service('cart');
		const cart = {namespace: 'default', service: 'cart', uid};
		expect(await lookUpService(world.other, cart)).toMatchObject({name: 'cart', uid});
		expect(await lookUpService(world.other, {...cart, uid: 'another'})).toBe('gone');
		expect(await lookUpService(world.other, {...cart, service: 'nobody'})).toBe('gone');
	});
});

describe('a console', () => {
	it.each([
		['of all namespaces', {allNamespaces: true}],
		['of other labels', {selector: 'no=where'}],
		['of another namespace', {namespace: 'kube-system'}],
	])('%s finds out what became of what was made, deleted and changed', async (_, options) => {
		const service = await world.service('cart');
		const split = splitOf(service);
		const attempt: Attempt = {
			...common(Date.now() - 100_000),
			id: 'split-cart',
			service: 'cart',
			uid: service.uid,
			generation: service.generation,
			reason: 'split',
			before: split,
			after: split.map((row, index) => ({...row, percent: index === 0 ? 100 : 0})),
		};
		await file.begin(await deletionOf('payments'));
		await file.begin(await deletionOf('checkout', Date.now() - 100_000));
		await file.begin(attempt);
		await world.delete('payments');
		await world.createAnew('basket');
		await file.begin(creationOf('basket'));

		const {store} = await open(options);
		const {past} = await until(
			store,
			'all ends',
			state => state.past.length === 4 && state.past.every(({end}) => end !== undefined) && state,
		);
		expect(Object.fromEntries(past.map(({id, end}) => [id, end?.how]))).toEqual({
			'delete-payments': 'made',
			'delete-checkout': 'not made',
			'split-cart': 'not made',
			'create-basket': 'made',
		});
		await Promise.all(opened.splice(0).map(async console => console.stop()));
		const {deeds, attempts} = await file.readAll();
		expect([...deeds, ...attempts].every(({end}) => end !== undefined)).toBe(true);
	});
});
