/** Services of several namespaces in one console, as the built program shows and writes them. */
import {expect, it} from 'vitest';
import {writeFileSync} from 'node:fs';
import {servingPath} from '../../../source/kube/paths.js';
import {everything} from '../../../source/sandbox/api/access/rbac.js';
import {at, tokenOf, type KubernetesObject} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';
import {editorIn, withRights} from '../../support/kube/rights.js';
import {runProgram} from '../../support/program/run-program.js';
import {useRelayedSandbox} from '../../support/program/relayed-sandbox.js';

const world = useRelayedSandbox({
	cols: 100,
	rows: 40,
	rules: () => withRights(everything),
	async prepare() {
		for (const namespace of ['shop', 'bank']) {
			await create('/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}});
			await create(servingPath('services', namespace), {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name: 'cart', namespace, labels: {app: namespace}},
				spec: {
					template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-go:1'}]}},
				},
			});
		}
		await eventually(async () => {
			const ready = at(Object(await cart('shop')), 'status')['latestReadyRevisionName'];
			if (ready !== 'cart-00001') throw new Error('not ready yet');
		});
	},
});
const {open} = world;

async function create(where: string, body: object): Promise<void> {
	const {status, body: said} = await world.cluster.request({method: 'POST', path: where, body});
	if (status !== 201) throw new Error(JSON.stringify(said));
}

async function cart(namespace: string): Promise<unknown> {
	return (await world.cluster.request({method: 'GET', path: servingPath('services', namespace, 'cart')}))
		.body;
}

/** Lists and watches of services over all namespaces that were sent. */
const clusterWide = () => world.relay.seen.filter(({path: asked}) => asked === servingPath('services'));

const getAll = async (...args: string[]) =>
	runProgram(['get', '-A', '--kubeconfig', world.kubeconfig, ...args]);

const contextIn = (namespace: string): KubernetesObject => ({
	name: namespace,
	context: {cluster: 'test-cluster', user: 'test-user', namespace},
});

const limited = (...namespaces: string[]) => {
	world.relay.rules = {token: tokenOf(world.sandbox.kubeconfig), ...withRights(editorIn(...namespaces))};
};

it('shows each service with its namespace, and acts on the one that is selected, not on its namesake', async () => {
	await using terminal = open('-A');
	await terminal.until(screen => /bank +cart/.test(screen) && /shop +cart/.test(screen));
	expect(terminal.screen()).toContain('test / all namespaces');
	terminal.press('G');
	await terminal.until(/▸ . shop +cart/);
	await terminal.until(/Revisions of shop\/cart/);
	terminal.press('C');
	terminal.press('D');
	const review = await terminal.until(/Equivalent command/);
	expect(review).toContain('test / shop');
	expect(review.replaceAll(/[\s│]+/g, ' ')).toContain('delete ksvc cart -n shop');
	terminal.type('cart');
	await terminal.until(/Type cart: cart/);
	terminal.press('enter');
	await eventually(async () => {
		expect(
			(await world.cluster.request({method: 'GET', path: servingPath('services', 'shop', 'cart')})).status,
		).toBe(404);
	});
	expect(at(Object(await cart('bank')), 'metadata')['deletionTimestamp']).toBeUndefined();
	const deletes = world.relay.seen.filter(
		({method, body}) => method === 'DELETE' && !body.includes('"dryRun":["All"]'),
	);
	expect(deletes.map(({path: asked}) => asked)).toEqual([servingPath('services', 'shop', 'cart')]);
});

it('goes to all namespaces and back by 0, :ns all and the list, and keeps what is selected', async () => {
	await using terminal = open();
	await terminal.until(/▸ . cart/);
	terminal.press('down');
	await terminal.until(/▸ . checkout/);
	terminal.press('0');
	await terminal.until(screen => /bank +cart/.test(screen) && /▸ . default +checkout/.test(screen));
	expect(terminal.screen()).toContain('test / all namespaces');
	terminal.press('0');
	await terminal.until(screen => /test \/ default/.test(screen) && /▸ . checkout/.test(screen));
	terminal.type(':ns all');
	terminal.press('enter');
	await terminal.until(/bank +cart/);
	terminal.type('/bank');
	await terminal.until(/\/bank /);
	expect(terminal.screen()).toMatch(/▸ . bank +cart/);
	terminal.press('esc');
	await terminal.until(text => !text.includes('/bank '));
	terminal.type(':ns bank');
	terminal.press('enter');
	await terminal.until(screen => /test \/ bank/.test(screen) && /▸ . cart/.test(screen));
	terminal.type(':ns');
	terminal.press('enter');
	await terminal.until(/▸ bank/);
	terminal.press('up');
	await terminal.until(/▸ all namespaces/);
	terminal.press('enter');
	await terminal.until(/default +checkout/);
});

it('lists each namespace that may be seen by itself where there is no right to all, and says which', async () => {
	limited('bank', 'default');
	world.relay.rules = {
		...world.relay.rules,
		answer(request) {
			// The names of the namespaces may be listed, which is a right of its own.
			if (request.method === 'GET' && request.path === '/api/v1/namespaces') return undefined;
			return withRights(editorIn('bank', 'default')).answer(request);
		},
	};
	await using terminal = open('-A');
	const screen = await terminal.until(text => /bank +cart/.test(text) && /default +checkout/.test(text));
	expect(screen).toContain('test / 2 namespaces');
	expect(screen).toContain('You may not list the services of all namespaces. Shown: bank, default');
	expect(screen).not.toMatch(/not allowed/);
	expect(clusterWide()).toEqual([]);
});

it('lists by get -A what may be seen, each namespace by itself, and says that it is not all', async () => {
	limited('bank', 'default');
	const {code, stdout, stderr} = await getAll('-n', 'bank');
	expect(stdout).toMatch(/^bank +cart /m);
	expect(stderr).toMatch(
		/^You may list neither .* Shown: bank, default, as in your kubeconfig\. -n NAMESPACE lists/,
	);
	expect(code).toBe(0);
	const json = await getAll('-o', 'json');
	expect(JSON.parse(json.stdout).items.length).toBeGreaterThan(0);
	expect(clusterWide()).toEqual([]);
	limited();
	const nothing = await getAll();
	expect(nothing.output).toMatch(
		/You may list neither .*, and not the services of any of those of your kubeconfig\./,
	);
	expect(nothing.code).toBe(1);
});

it('shows the namespaces that the kubeconfig speaks of where not even their names may be had', async () => {
	limited('bank', 'default');
	const config: unknown = JSON.parse(kubeconfigFor(world.relay.url, {user: {token: 'any'}}));
	writeFileSync(
		world.kubeconfig,
		JSON.stringify({
			...Object(config),
			contexts: ['default', 'bank', 'shop'].map(contextIn),
			'current-context': 'default',
		}),
	);
	await using terminal = open('-A');
	const screen = await terminal.until(text => /bank +cart/.test(text) && /default +checkout/.test(text));
	expect(screen).toContain('You may list neither the services of all namespaces nor the namespaces');
	expect(clusterWide()).toEqual([]);
});

it('shows only services with the labels of -l, and says what an empty list means', async () => {
	await using terminal = open('-A', '-l', 'app=bank');
	await terminal.until(/bank +cart/);
	expect(terminal.screen()).not.toContain('checkout');
});

it('refuses -A where one service is meant', async () => {
	const {code, stderr} = await runProgram(['verify', 'cart', '-A', '--kubeconfig', world.kubeconfig]);
	expect(stderr).toContain('verify is of one service: give its namespace with -n instead of -A');
	expect(code).toBe(2);
});
