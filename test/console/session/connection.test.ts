/** Which namespaces of the cluster are shown, before it is known and after. */
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import type {Contexts} from '../../../source/console/sheets/contexts-sheet.js';
import {topSheet} from '../../../source/console/state/read.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
});

function unconnected(options: Partial<Parameters<typeof createConsole>[0]> = {}): Console {
	const console = createConsole({to: 'test', namespace: 'default', ...options});
	onTestFinished(async () => console.stop());
	return console;
}

const said = ({store}: Console) => store.getState().notice?.text;
const isOne = ({store}: Console) => store.getState().scope.kind === 'one';

/** The sandbox's cluster, as a context of this name. */
const named = async (context: string): Promise<Cluster> => ({...(await world.connect()), context});

describe('before there is a cluster', () => {
	it.each([
		['choosing a namespace', async (console: Console) => console.chooseNamespace()],
		['going to one', async (console: Console) => console.changeNamespace('other')],
		['showing all', async (console: Console) => console.showAllNamespaces()],
		['showing all or one', async (console: Console) => console.toggleAllNamespaces()],
	])('%s says that there is none, and does nothing', async (_, act) => {
		const console = unconnected();
		await act(console);
		expect(said(console)).toBe('Not connected yet.');
		expect(console.store.getState()).toMatchObject({sheets: [], namespace: 'default', scope: {kind: 'one'}});
	});

	it('why there is none is a sentence', () => {
		const console = unconnected();
		console.failed('no kubeconfig is there');
		expect(console.store.getState().connection).toEqual({
			kind: 'failed',
			sentence: 'No kubeconfig is there.',
		});
	});
});

const shown = ({store}: Console) => store.getState().services.map(({name}) => name);
const isLive = async (console: Console, condition: () => boolean) =>
	until(console.store, 'the services', ({feeds}) => feeds.services.kind === 'live' && condition());

describe('the one service that was named', () => {
	it('is the only one where the console began, and nowhere else', async () => {
		const contexts: Contexts = {
			list: async () => [],
			connect: async name => named(name),
			isFirst: async () => false,
		};
		const console = await world.console('cart', {only: 'cart', contexts});
		expect(shown(console)).toEqual(['cart']);
		console.showAllNamespaces();
		await isLive(console, () => shown(console).length === 3);
		await console.changeNamespace('kourier-system');
		await isLive(console, () => console.store.getState().namespace === 'kourier-system');
		expect(console.store.getState().only).toBeUndefined();
		await console.changeNamespace('default');
		await isLive(console, () => shown(console).length === 1);
		await console.changeContext('other');
		await isLive(console, () => shown(console).length === 3);
	});
});

describe('the namespaces of a cluster', () => {
	it('are listed to choose from', async () => {
		const console = await world.console('cart');
		await console.chooseNamespace();
		expect(topSheet(console.store.getState())).toMatchObject({
			kind: 'namespaces',
			names: expect.arrayContaining(['default', 'kourier-system']),
		});
		expect(said(console)).toBeUndefined();
	});

	it('are shown one after the other, without the filter of the one before', async () => {
		const console = await world.console('cart');
		console.store.setState({filter: 'cart', focus: 'live'});
		await console.changeNamespace('kourier-system');
		expect(console.store.getState()).toMatchObject({
			namespace: 'kourier-system',
			services: [],
			filter: '',
			focus: 'services',
		});
		await console.changeNamespace('default');
		await until(console.store, 'the services', ({services}) => services.length === 3);
	});

	it('stay as they are where the one that is shown is gone to, or one that is not there', async () => {
		const console = await world.console('cart');
		console.store.setState({filter: 'cart'});
		await console.changeNamespace('default');
		expect(said(console)).toBe('The namespace is default already.');
		expect(console.store.getState().filter).toBe('cart');
		await console.changeNamespace('nowhere');
		expect(said(console)).toBe('There is no namespace nowhere; :ns lists those there are.');
		expect(console.store.getState()).toMatchObject({namespace: 'default', filter: 'cart'});
	});

	it('are all shown, and then the one again that was shown before', async () => {
		const console = await world.console('cart');
		console.toggleAllNamespaces();
		expect(isOne(console)).toBe(false);
		console.toggleAllNamespaces();
		expect(isOne(console)).toBe(true);
		expect(console.store.getState().namespace).toBe('default');
		await until(console.store, 'the services', ({services}) => services.length === 3);
	});

	it('are that of the context where none was asked for, and all only where that was', async () => {
		const plain = unconnected({namespace: ''});
		plain.connected(await world.connect());
		expect(plain.store.getState()).toMatchObject({namespace: 'default', scope: {kind: 'one'}});
		const all = unconnected({allNamespaces: true});
		all.connected(await world.connect());
		expect(isOne(all)).toBe(false);
		const other = unconnected({namespace: 'kourier-system'});
		other.connected(await world.connect());
		expect(other.store.getState().namespace).toBe('kourier-system');
	});
});

/** How often they are read by a console in a context of this name. */
const listed = async (context: string) => {
	let times = 0;
	const contexts: Contexts = {
		async list() {
			times++;
			return [];
		},
		connect: async () => world.connect(),
		isFirst: async () => false,
	};
	const console = unconnected({contexts});
	console.connected(await named(context));
	return times;
};

describe('the names of the contexts', () => {
	it('are read only where that of this one may have to be cut', async () => {
		expect(await listed('a-context-of-16.')).toBe(0);
		expect(await listed('a-context-of-17..')).toBe(1);
	});
});
