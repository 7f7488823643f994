/** From one context of the kubeconfig to another: nothing of the old one stays, and nothing unsent is lost unasked. */
import {afterEach, beforeEach, expect, onTestFinished, test} from 'vitest';
import {connect, listContexts} from '../../../source/kube/connect.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import type {Contexts} from '../../../source/console/sheets/contexts-sheet.js';
import {rightsIn} from '../../../source/console/session/rights.js';
import {beginConsole} from '../../../source/console/begin.js';
import type {Console} from '../../../source/console/console.js';
import {nudge} from '../../../source/console/state/draft.js';
import {closeSheet, toggleUncovered} from '../../../source/console/state/select.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;
let connected: Cluster[];
/** Those that were closed. */
let closed: Set<Cluster>;

beforeEach(async () => {
	world = await startWorld();
	connected = [];
	closed = new Set();
});

afterEach(async () => {
	await world.stop();
});

function contexts(): Contexts {
	const kubeconfigText = world.sandbox.kubeconfig;
	return {
		async list(here) {
			const listed = await listContexts({kubeconfigText});
			return listed.map(each => ({...each, isHere: each.name === here?.context}));
		},
		async connect(context) {
			const cluster = await connect({kubeconfigText, context});
			const observed: Cluster = {
				...cluster,
				async close() {
					closed.add(observed);
					await cluster.close();
				},
			};
			connected.push(observed);
			return observed;
		},
		isFirst: async ({context}) => context === 'sandbox',
	};
}

const contextOf = ({store}: Console) => {
	const {connection} = store.getState();
	return connection.kind === 'connected' ? connection.context : connection.kind;
};

async function isWatching({store}: Console): Promise<void> {
	await until(
		store,
		'the watches',
		({feeds, services}) =>
			feeds.services.kind === 'live' && feeds.revisions.kind === 'live' && services.length === 3,
	);
}

test('the contexts of the kubeconfig are listed, with the present one and those of production marked', async () => {
	const console = await world.console('cart', {contexts: contexts(), production: /operator/});
	await console.chooseContext();
	const sheet = console.store.getState().sheets.at(-1);
	expect(sheet?.kind === 'contexts' && sheet.rows).toEqual(
		['sandbox', 'sandbox-operator', 'sandbox-viewer'].map(name => ({
			name,
			shown: name,
			server: expect.stringMatching(/^https:/),
			isHere: name === 'sandbox',
			isProduction: name === 'sandbox-operator',
		})),
	);
});

test('the other context has its own services, rights and mark of production, and the old connection is closed', async () => {
	const console = await world.console('cart', {contexts: contexts(), production: /viewer/});
	await console.changeContext('sandbox-operator');
	await isWatching(console);
	const [operator] = connected;
	await console.changeContext('sandbox-viewer');
	expect(operator && closed.has(operator)).toBe(true);
	expect(contextOf(console)).toBe('sandbox-viewer');
	expect(console.store.getState().connection).toMatchObject({production: true, user: 'sandbox-viewer'});
	await isWatching(console);
	const {patch} = await until(console.store, 'the rights', state => {
		const rights = rightsIn(state, 'default');
		return !rights.patch.allowed && rights;
	});
	expect(patch.reason).toContain('patch');
	await console.changeContext('-');
	expect(contextOf(console)).toBe('sandbox-operator');
	await isWatching(console);
	await until(console.store, 'the rights', state => {
		const {patch: now, create} = rightsIn(state, 'default');
		return now.allowed && !create.allowed;
	});
});

test('values that were uncovered in the old context are covered in the other one', async () => {
	const console = await world.console('cart', {contexts: contexts()});
	toggleUncovered(console.store);
	await console.changeContext('sandbox-viewer');
	await isWatching(console);
	expect(console.store.getState().isUncovered).toBe(false);
	await console.changeContext('-');
	expect(console.store.getState().isUncovered).toBe(false);
});

test('the loop of the old context ends, and what it counted is gone', async () => {
	const console = await world.console('cart', {contexts: contexts()});
	await until(console.store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	await console.live.toggle();
	await until(console.store, 'answers', ({live}) => live !== undefined && live.snapshot.rows.length > 0);
	await console.changeContext('sandbox-viewer');
	expect(console.store.getState().live).toBeUndefined();
	await isWatching(console);
	expect(console.store.getState().live).toBeUndefined();
});

test('the gateway that was given is not that of another cluster which the context means by now, until that means the first again', async () => {
	let isMoved = true;
	const console = await world.console('cart', {
		contexts: {...contexts(), isFirst: async () => !isMoved},
		gateway: {host: '127.0.0.1', port: 1, tls: false},
	});
	const {store} = console;
	await until(store, 'the gateway', ({gateway}) => gateway.kind === 'found' && gateway.port === 1);
	store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
	await console.changeContext('sandbox');
	await until(store, 'its own gateway', ({gateway}) => gateway.kind === 'found' && gateway.port !== 1);
	expect(contextOf(console)).toBe('sandbox');
	isMoved = false;
	store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
	await console.changeContext('sandbox');
	await until(store, 'the one given', ({gateway}) => gateway.kind === 'found' && gateway.port === 1);
});

test('where the users are counted holds for the cluster that is left, until that is left', async () => {
	const prometheus = {kind: 'url', url: new URL('http://127.0.0.1:1')} as const;
	const {connection, onLeave, stop} = beginConsole({to: 'test', contexts: contexts(), prometheus});
	onTestFinished(stop);
	connection.connected(await world.connect());
	const places: unknown[] = [];
	onLeave(async () => void places.push(connection.prometheus()));
	await connection.changeContext('sandbox-viewer');
	expect(connection.prometheus()).toBeUndefined();
	await connection.changeContext('sandbox');
	expect(connection.prometheus()).toBe(prometheus);
	expect(places).toEqual([prometheus, undefined]);
});

test('a cluster of which nobody can say whether it is the first is not gone to, and its connection is closed', async () => {
	const console = await world.console('cart', {
		contexts: {
			...contexts(),
			async isFirst() {
				throw new Error('the kubeconfig cannot be read');
			},
		},
	});
	await console.changeContext('sandbox-viewer');
	expect(console.store.getState().notice?.text).toBe(
		'Not switched to sandbox-viewer: the kubeconfig cannot be read.',
	);
	expect(contextOf(console)).toBe('sandbox');
	expect(connected.map(cluster => closed.has(cluster))).toEqual([true]);
});

test('a context that means another cluster by now has none of what was said of the first, on whatever way one comes', async () => {
	let isMoved = false;
	const own = contexts();
	const console = await world.console('cart', {
		contexts: {
			...own,
			async list(connectedTo) {
				const listed = await own.list(connectedTo);
				return listed.map(each => (isMoved && each.name === 'sandbox' ? {...each, isHere: false} : each));
			},
			isFirst: async ({context}) => context === 'sandbox' && !isMoved,
		},
		gateway: {host: '127.0.0.1', port: 1, tls: false},
	});
	const {store} = console;
	const gatewayOf = async (isGiven: boolean) => {
		const here = contextOf(console);
		await isWatching(console);
		await until(
			store,
			`the gateway in ${here}`,
			({gateway}) => gateway.kind === 'found' && (gateway.port === 1) === isGiven,
		);
	};
	const here = async () => {
		await console.chooseContext();
		const sheet = store.getState().sheets.at(-1);
		closeSheet(store);
		return sheet?.kind === 'contexts' ? sheet.rows?.find(({isHere}) => isHere)?.name : undefined;
	};
	await gatewayOf(true);
	expect(await here()).toBe('sandbox');
	isMoved = true;
	expect(await here()).toBeUndefined();
	await console.changeContext('sandbox-viewer');
	await gatewayOf(false);
	await console.changeContext('sandbox');
	await gatewayOf(false);
	isMoved = false;
	await console.changeContext('sandbox-viewer');
	await console.changeContext('sandbox');
	await gatewayOf(true);
});

test('a draft is asked about before it is lost; whoever stays keeps it', async () => {
	const console = await world.console('cart', {contexts: contexts()});
	console.store.setState({focus: 'traffic'});
	nudge(console.store, 5);
	await console.changeContext('sandbox-viewer');
	expect(console.store.getState().sheets.at(-1)).toMatchObject({
		kind: 'leave context',
		to: 'sandbox-viewer',
		lost: ['the draft of a split of cart'],
	});
	expect(contextOf(console)).toBe('sandbox');
	closeSheet(console.store);
	expect(console.store.getState().drafts.size).toBe(1);
	await console.changeContext('sandbox-viewer', {mayLose: true});
	expect(contextOf(console)).toBe('sandbox-viewer');
	expect(console.store.getState().drafts.size).toBe(0);
});

test('a context that there is none of is said to be none, and nothing else changes', async () => {
	const console = await world.console('cart', {contexts: contexts()});
	const before = console.store.getState();
	await console.changeContext('nowhere');
	const after = console.store.getState();
	expect(after.notice).toMatchObject({
		tone: 'bad',
		text: expect.stringMatching(
			/^Not switched to nowhere: there is no context "nowhere" .*sandbox-viewer\)\.$/,
		),
	});
	expect(after.connection).toBe(before.connection);
	expect(after.services).toBe(before.services);
	await console.changeContext('sandbox');
	expect(console.store.getState().notice?.text).toBe('This is the context sandbox.');
	await console.changeContext('-');
	expect(console.store.getState().notice?.text).toMatch(/^There is no context before this one/);
});

test('a context whose server is away says so, and one can go back', async () => {
	const own = contexts();
	const dead = JSON.stringify({
		clusters: [{name: 'dead', cluster: {server: 'http://127.0.0.1:1'}}],
		users: [{name: 'dead', user: {}}],
		contexts: [{name: 'dead', context: {cluster: 'dead', user: 'dead'}}],
		'current-context': 'dead',
	});
	const console = await world.console('cart', {
		contexts: {
			...own,
			connect: async name => (name === 'dead' ? connect({kubeconfigText: dead}) : own.connect(name)),
		},
	});
	await console.changeContext('dead');
	const why = await until(console.store, 'that nobody is there', ({feeds}) =>
		feeds.services.kind === 'offline' ? feeds.services.why : undefined,
	);
	expect(why).toContain('refused the connection');
	expect(console.store.getState().services).toEqual([]);
	await console.changeContext('-');
	expect(contextOf(console)).toBe('sandbox');
	await isWatching(console);
});
