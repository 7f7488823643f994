/** What `verify` says of a host that is not that of the service's URL: whose it is decides what its answers prove. */
import {expect, test} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {corePath, domainMappingsPath, ingressPath} from '../../../source/kube/paths.js';
import {openMapped} from '../../console/selected/mapped-host.js';
import {inFrontOf} from '../../support/gateway/front-gateway.js';
import {patchSpec, trafficOf} from '../sandbox.js';
import {requestOptions, verify} from './verified.js';
import {openWorld} from './worlds.js';

const host = 'shop.example.org';
const asking = (asked: string) => ({n: 40, requestOptions: {...requestOptions, host: asked}});

/** One revision has all of the traffic, with a tag or without, and the host gets that answer. */
async function openAt(answer: string | undefined, {isTagged = false} = {}) {
	const world = await openWorld();
	const traffic = isTagged ? trafficOf('cart', {1: 100}) : [{revisionName: 'cart-00001', percent: 100}];
	await patchSpec(world.cluster, 'cart', {traffic});
	const hosts: string[] = [];
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host: asked = ''}}) => {
		hosts.push(asked);
		return asked === host && answer !== undefined ? {status: 200, headers: {}, body: answer} : undefined;
	});
	/** With objects that the API of the sandbox has none of. */
	const having = (objects: Readonly<Record<string, object>>): Cluster => ({
		...world.cluster,
		async request(request) {
			const body = request.method === 'GET' ? objects[request.path] : undefined;
			return body ? {status: 200, body, warnings: []} : world.cluster.request(request);
		},
	});
	return {world, gateway, hosts, having};
}

const mappingTo = (name: string, {kind = 'Service', status = {}} = {}) => ({
	[domainMappingsPath('default', host)]: {
		metadata: {name: host, namespace: 'default', uid: 'd-1'},
		spec: {ref: {kind, name}},
		status: {url: `http://${host}`, ...status},
	},
});

const notReady = {type: 'Ready', status: 'False'};
const ofAnotherNamespace = {
	url: undefined,
	conditions: [{type: 'DomainClaimed', status: 'False', reason: 'DomainAlreadyClaimed'}, notReady],
};

test.each(['checkout.default.example.com', 'Checkout.default.example.com:80'])(
	'that of another service, %s, is not asked: it says whose it is',
	async asked => {
		const {world, gateway, hosts} = await openAt(undefined);
		const {code, said} = await verify(world, {gateway, ...asking(asked)});
		expect(code).toBe(2);
		expect(said).toBe(
			`${asked} is the host of the service checkout, and says nothing of cart. Leave that host out (--host, or i in the console).`,
		);
		expect(hosts).toEqual([]);
	},
);

test.each([
	[mappingTo('checkout'), 'a DomainMapping that leads to the service checkout'],
	[mappingTo('broker', {kind: 'Broker'}), 'a DomainMapping that does not lead to a service'],
	[mappingTo('cart', {status: ofAnotherNamespace}), 'of a DomainMapping that does not hold it'],
])('that of a DomainMapping of something else, or that lost it, is not asked: %#', async (objects, whose) => {
	const {world, gateway, hosts, having} = await openAt('Hello!\n');
	const {code, said} = await verify({...world, cluster: having(objects)}, {gateway, ...asking(host)});
	expect(code).toBe(2);
	expect(said).toContain(`${host} is ${whose}`);
	expect(said).toContain(', and says nothing of cart.');
	expect(hosts).toEqual([]);
});

test.each([
	['a DomainMapping of the service', mappingTo('cart')],
	[
		'a DomainMapping of the service that is not ready',
		mappingTo('cart', {status: {conditions: [{type: 'DomainClaimed', status: 'True'}, notReady]}}),
	],
	['a DomainMapping of its Route', mappingTo('cart', {kind: 'Route'})],
	[
		'a rule of its Ingress',
		{[ingressPath('default', 'cart')]: {metadata: {}, spec: {rules: [{hosts: [host]}]}}},
	],
])('%s makes a host its own: who has all of the traffic answers there', async (_, objects) => {
	const {world, gateway, having} = await openAt('mapped\n');
	const {code, said} = await verify({...world, cluster: having(objects)}, {gateway, ...asking(host)});
	expect(said).toMatch(/✓ Agrees/);
	expect(code).toBe(0);
});

test('one that nothing tells of proves nothing by what it answers, though one revision has all of the traffic', async () => {
	const {world, gateway} = await openAt('another service\n');
	const {code, said} = await verify(world, {gateway, ...asking(host)});
	expect(code).toBe(2);
	expect(said).toContain(
		`? Cannot tell: nothing says that ${host} leads to the service, and no tag says what 40 of 40 answers say: they may be another one's.`,
	);
	expect(said).toContain(`Nothing that may be read here says that ${host} leads to cart`);
	expect(said).not.toContain('✓');
});

test('one that nothing tells of is known by its answers where a tag says the same', async () => {
	const {world, gateway} = await openAt('Hello Cart!\n', {isTagged: true});
	const {code, said} = await verify(world, {gateway, ...asking(host)});
	expect(said).toMatch(/✓ Agrees/);
	expect(said).toContain(`Nothing that may be read here says that ${host} leads to cart`);
	expect(code).toBe(0);
});

test('where the gateway of the service itself is not found, its tags are asked at no other', async () => {
	const {world, cluster, hosts, objects} = await openMapped();
	objects[corePath('services', 'kourier-system', 'kourier')] = {spec: {type: 'ClusterIP', ports: []}};
	const {said} = await verify({sandbox: world.sandbox, cluster}, asking(host));
	expect(said).toMatch(/No tag can be asked: no gateway found; give its address with --gateway/);
	expect(hosts).toContain(host);
	expect(hosts.filter(asked => asked?.startsWith('canary-cart.'))).toEqual([]);
});
