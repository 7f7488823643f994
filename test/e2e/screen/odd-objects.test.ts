/** Objects that are odd, and legal: the built program shows what they say, and nothing of one takes another away. */
import {describe, expect, it} from 'vitest';
import {writeFileSync} from 'node:fs';
import {servingPath} from '../../../source/kube/paths.js';
import {at, tokenOf, type KubernetesObject} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {runProgram} from '../../support/program/run-program.js';
import {useRelayedSandbox} from '../../support/program/relayed-sandbox.js';

const world = useRelayedSandbox({cols: 80});
const {open} = world;

const arn = (name: string) => `arn:aws:eks:eu-central-1:123456789012:cluster/payments-${name}-europe`;

/** The rows of the list of services that are those of the two days. */
const rowsOf = (screen: string) => screen.split('\n').filter(line => /^│ .{4}\S*1[56]\S* /.test(line));

/** Has the service of that name, and it alone, changed on its way here. */
function change(name: string, edit: (service: KubernetesObject) => void): void {
	world.relay.rules = {
		token: tokenOf(world.sandbox.kubeconfig),
		object(object) {
			if (object['kind'] !== 'Service' || at(object, 'metadata')['name'] !== name) return;
			if (object['apiVersion'] === 'serving.knative.dev/v1') edit(object);
		},
	};
}

describe('a service', () => {
	it.each<[what: string, edit: (service: KubernetesObject) => void, shown: RegExp]>([
		[
			'of which one target of the status names no revision keeps the others',
			service => {
				const {traffic} = at(service, 'status');
				at(service, 'status')['traffic'] = [
					{percent: 0, tag: 'nowhere'},
					...(Array.isArray(traffic) ? traffic : []),
				];
			},
			/cart [█▓▒░#=. ]+90│10/,
		],
		[
			'without a status is shown with what was asked for',
			service => delete service['status'],
			/cart [█▓▒░#=. ]+90│10/,
		],
		[
			'with a status that says nothing is shown, too',
			service => Object.assign(service, {status: {}}),
			/cart [█▓▒░#=. ]+90│10/,
		],
		[
			'with annotations that are null',
			service => Object.assign(at(service, 'metadata'), {annotations: null}),
			/cart [█▓▒░#=. ]+90│10/,
		],
		[
			'with conditions that nobody knows, and a state that is none',
			service => {
				const {conditions} = at(service, 'status');
				at(service, 'status')['conditions'] = [
					{type: 'Blessed', status: 'Maybe', reason: 'Who\u001B[31mKnows'},
					...(Array.isArray(conditions) ? conditions : []),
				];
			},
			/● cart [█▓▒░#=. ]+90│10/,
		],
	])('%s', async (_, edit, shown) => {
		change('cart', edit);
		await using terminal = open();
		const screen = await terminal.until(text => shown.test(text) && /checkout [█▓▒░#=. ]+100/.test(text));
		expect(screen).not.toMatch(/cannot be read|undefined|null/);
		const {stdout, code} = await runProgram(['get', '--kubeconfig', world.kubeconfig]);
		expect(stdout.match(/^cart /gm)).toHaveLength(1);
		expect(code).toBe(0);
	});

	it.each([
		['a negative percent', {percent: -10}],
		['a percent as text', {percent: '10'}],
		['no revision', {revisionName: null}],
	])('of which a part of the split has %s is judged by nobody, and says so', async (_, part) => {
		change('cart', service => {
			const {traffic} = at(service, 'status');
			if (Array.isArray(traffic)) Object.assign(Object(traffic[1]), part);
		});
		await using terminal = open();
		const screen = await terminal.until(/The split that cart has got cannot be read/);
		expect(screen).toMatch(/● cart .*90│\? /);
		const kubeconfig = ['--kubeconfig', world.kubeconfig];
		const {code, stdout, stderr} = await runProgram(['verify', 'cart', '--requests', '20', ...kubeconfig]);
		expect(stdout + stderr).toMatch(/Cannot tell: The split that cart has got cannot be read/);
		expect(code).toBe(2);
		const listed = await runProgram(['get', ...kubeconfig]);
		expect(listed.stdout).toMatch(/^cart .* \? /m);
	});

	it.each<[what: string, traffic: unknown, said: string]>([
		[
			'adds up to more than all of it',
			[
				{revisionName: 'cart-00001', percent: 60},
				{revisionName: 'cart-00002', percent: 50},
			],
			'The split that cart has got adds up to 110 %, not to 100 % (cart-00001 60 %, cart-00002 50 %).',
		],
		[
			'has no percents',
			[
				{revisionName: 'cart-00001', percent: null},
				{revisionName: 'cart-00002', percent: null},
			],
			'The split that cart has got adds up to 0 %, not to 100 % (cart-00001 without a percent, cart-00002 without a percent).',
		],
		[
			'lacks a part',
			[{revisionName: 'cart-00001', percent: 90}],
			'The split that cart has got adds up to 90 %, not to 100 % (cart-00001 90 %).',
		],
		[
			'is empty',
			[],
			'The cluster reports no split of cart, though its route is ready: status.traffic is empty.',
		],
		[
			'is not there',
			null,
			'The cluster reports no split of cart, though its route is ready: status.traffic is empty.',
		],
	])('of which the split %s is judged by nobody, and says so', async (_, traffic, said) => {
		change('cart', service => Object.assign(at(service, 'status'), {traffic}));
		const kubeconfig = ['--kubeconfig', world.kubeconfig];
		const judged = await runProgram(['verify', 'cart', '--requests', '20', ...kubeconfig]);
		expect(judged.stdout).toBe(`? Cannot tell: ${said}\n`);
		expect(judged.code).toBe(2);
		const byUsers = await runProgram(['verify', 'cart', '--source', 'users', '--for', '3', ...kubeconfig]);
		expect(byUsers.stdout).toBe(`? Cannot tell: ${said}\n`);
		expect(byUsers.code).toBe(2);
		const {stdout} = await runProgram(['status', 'cart', ...kubeconfig]);
		expect(stdout).toContain(`Gateway  not clear: ${said}`);
		await using terminal = open();
		const screen = await terminal.until(/not clear: the cluster reports no whole split/);
		expect(screen).toMatch(/● cart .*│?\? /);
		expect(screen).not.toMatch(/in place|has been ready/);
	});

	it('without a URL, though its route is ready, is not waited for', async () => {
		change('cart', service => delete at(service, 'status')['url']);
		const kubeconfig = ['--kubeconfig', world.kubeconfig];
		const {code, output} = await runProgram(['verify', 'cart', '--requests', '20', ...kubeconfig]);
		expect(output).toContain(
			'The cluster reports no URL of cart, though its route is ready: status.url is missing.',
		);
		expect(output).not.toMatch(/wait/);
		expect(code).toBe(3);
	});

	it('that cannot be read at all takes no other away, and is named', async () => {
		change('cart', service => Object.assign(service, {spec: 'none'}));
		await using terminal = open();
		const screen = await terminal.until(/checkout [█▓▒░#=. ]+100/);
		expect(screen).not.toMatch(/▸ . cart/);
		await terminal.until(/cart cannot be read/);
	});
});

it('names that differ in the middle alone read differently at 80 columns, and so do ARNs of contexts', async () => {
	const names = ['15', '16'].map(day => `storefront-release-2026-01-${day}-eu-west-production-cluster`);
	for (const name of names) {
		const {status, body} = await world.cluster.request({
			method: 'POST',
			path: servingPath('services', 'default'),
			body: {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name, namespace: 'default'},
				spec: {template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-go:1'}]}}},
			},
		});
		expect({status, body}).toMatchObject({status: 201});
	}
	const config: unknown = JSON.parse(kubeconfigFor(world.relay.url, {user: {token: 'any'}}));
	writeFileSync(
		world.kubeconfig,
		JSON.stringify({
			...Object(config),
			contexts: ['staging', 'production'].map(name => ({
				name: arn(name),
				context: {cluster: 'test-cluster', user: 'test-user', namespace: 'default'},
			})),
			'current-context': arn('production'),
		}),
	);
	await using terminal = open();
	await terminal.until(/storef/);
	terminal.press('G');
	const screen = await terminal.until(text => rowsOf(text).length === 2);
	expect(new Set(rowsOf(screen).map(row => row.split('│')[1]?.slice(4)))).toHaveProperty('size', 2);
	const [header = ''] = screen.split('\n');
	expect(header).toContain('production');
	expect(header).toContain('/ default');
	for (const name of names) {
		await world.cluster.request({method: 'DELETE', path: servingPath('services', 'default', name)});
	}
});

it('a revision that is there twice, untagged, is put together by split', async () => {
	const target = {revisionName: 'checkout-00001', latestRevision: false};
	const {status, body} = await world.cluster.request({
		method: 'PATCH',
		path: servingPath('services', 'default', 'checkout'),
		contentType: 'application/merge-patch+json',
		body: {
			spec: {
				traffic: [
					{...target, percent: 40},
					{...target, percent: 60},
				],
			},
		},
	});
	expect({status, body}).toMatchObject({status: 200});
	const {output, code} = await runProgram(
		['split', 'checkout', 'checkout-00001=100', '--yes', '--kubeconfig', world.sandbox.kubeconfig],
		{XDG_STATE_HOME: world.directory},
	);
	expect(output).not.toMatch(/already/);
	expect(code).toBe(0);
	const after = await world.cluster.request({
		method: 'GET',
		path: servingPath('services', 'default', 'checkout'),
	});
	expect(after.body).toMatchObject({spec: {traffic: [{revisionName: 'checkout-00001', percent: 100}]}});
	expect(at(Object(after.body), 'spec')['traffic']).toHaveLength(1);
});
