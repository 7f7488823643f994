/** Objects that are odd, and legal: the built program shows what they say, and nothing of one takes another away. */
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {connect} from '../../source/kube/connect.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {servingPath} from '../../source/kube/paths.js';
import {at, startApiRelay, tokenOf, type ApiRelay, type KubernetesObject} from '../support/api-relay.js';
import {kubeconfigFor} from '../support/api-server.js';
import {builtProgram, runProgram} from '../support/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../support/sandbox-process.js';
import {openTerminal, type TestTerminal} from '../support/terminal.js';

let sandbox: SandboxProcess;
let cluster: Cluster;
let directory: string;
let relay: ApiRelay;
let kubeconfig: string;

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram, {args: ['--pace', '20']});
	cluster = await connect({kubeconfig: sandbox.kubeconfig});
});

afterAll(async () => {
	await cluster.close();
	await sandbox.stop();
});

beforeEach(async () => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-odd-'));
	relay = await startApiRelay(sandbox.kubeconfig, {rules: {token: tokenOf(sandbox.kubeconfig)}});
	kubeconfig = path.join(directory, 'kubeconfig');
	writeFileSync(
		kubeconfig,
		kubeconfigFor(relay.url, {context: {namespace: 'default'}, user: {token: 'any'}}),
	);
});

afterEach(async () => {
	await relay.close();
	rmSync(directory, {recursive: true});
});

const open = (...args: string[]): TestTerminal =>
	openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', kubeconfig, ...args],
		env: {XDG_STATE_HOME: directory},
		cols: 80,
		rows: 24,
	});

const arn = (name: string) => `arn:aws:eks:eu-central-1:123456789012:cluster/payments-${name}-europe`;

/** The rows of the list of services that are those of the two days. */
const rowsOf = (screen: string) => screen.split('\n').filter(line => /^│ .{4}\S*1[56]\S* /.test(line));

/** Has the service of that name, and it alone, changed on its way here. */
function change(name: string, edit: (service: KubernetesObject) => void): void {
	relay.rules = {
		token: tokenOf(sandbox.kubeconfig),
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
			/cart +90│10/,
		],
		['without a status is shown with what was asked for', service => delete service['status'], /cart +90│10/],
		[
			'with a status that says nothing is shown, too',
			service => Object.assign(service, {status: {}}),
			/cart +90│10/,
		],
		[
			'with annotations that are null',
			service => Object.assign(at(service, 'metadata'), {annotations: null}),
			/cart +90│10/,
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
			/● cart +90│10/,
		],
	])('%s', async (_, edit, shown) => {
		change('cart', edit);
		await using terminal = open();
		const screen = await terminal.until(text => shown.test(text) && /checkout +100/.test(text));
		expect(screen).not.toMatch(/cannot be read|undefined|null/);
		const {stdout, code} = await runProgram(['get', '--kubeconfig', kubeconfig]);
		expect(stdout.match(/^cart /gm)).toHaveLength(1);
		expect(code).toBe(0);
	});

	it('that cannot be read at all takes no other away, and is named', async () => {
		change('cart', service => Object.assign(service, {spec: 'none'}));
		await using terminal = open();
		const screen = await terminal.until(/checkout +100/);
		expect(screen).not.toMatch(/▸ . cart/);
		await terminal.until(/cart cannot be read/);
	});
});

it('names that differ in the middle alone read differently at 80 columns, and so do ARNs of contexts', async () => {
	const names = ['15', '16'].map(day => `storefront-release-2026-01-${day}-eu-west-production-cluster`);
	for (const name of names) {
		const {status, body} = await cluster.request({
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
	const config: unknown = JSON.parse(kubeconfigFor(relay.url, {user: {token: 'any'}}));
	writeFileSync(
		kubeconfig,
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
		await cluster.request({method: 'DELETE', path: servingPath('services', 'default', name)});
	}
});

it('a revision that is there twice, untagged, is put together by split', async () => {
	const target = {revisionName: 'checkout-00001', latestRevision: false};
	const {status, body} = await cluster.request({
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
		['split', 'checkout', 'checkout-00001=100', '--yes', '--kubeconfig', sandbox.kubeconfig],
		{XDG_STATE_HOME: directory},
	);
	expect(output).not.toMatch(/already/);
	expect(code).toBe(0);
	const after = await cluster.request({method: 'GET', path: servingPath('services', 'default', 'checkout')});
	expect(after.body).toMatchObject({spec: {traffic: [{revisionName: 'checkout-00001', percent: 100}]}});
	expect(at(Object(after.body), 'spec')['traffic']).toHaveLength(1);
});
