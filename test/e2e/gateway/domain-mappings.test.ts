/** Hosts of one's own that lead to a service: the built program shows them, and asks for the one that is chosen. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {connect} from '../../../source/kube/connect.js';
import {domainMappingsPath} from '../../../source/kube/paths.js';
import {startTestGateway, type TestGateway} from '../../support/gateway/gateways.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';
import {writeFileSync} from 'node:fs';

let sandbox: SandboxProcess;
let directory: string;
let gateway: TestGateway;
let relay: ApiRelay;
let kubeconfig: string;

const mapping = (host: string, name: string, ready: boolean) => ({
	apiVersion: 'serving.knative.dev/v1beta1',
	kind: 'DomainMapping',
	metadata: {name: host, namespace: 'default', uid: host, resourceVersion: '1'},
	spec: {ref: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name}},
	status: {
		url: `http://${host}`,
		conditions: [{type: 'Ready', status: ready ? 'True' : 'Unknown', reason: 'CertificateNotReady'}],
	},
});

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-domains-'));
	// What the domain mapping controller programs: the host, rewritten to that of the service.
	gateway = await startTestGateway({
		to: sandbox.gateway,
		answer: ({headers}) =>
			headers.host === 'shop.example.org' ? {status: 200, body: 'mapped\n'} : undefined,
	});
	relay = await startApiRelay(sandbox.kubeconfig, {
		rules: {
			token: tokenOf(sandbox.kubeconfig),
			answer: ({method, path: asked}) =>
				method === 'GET' && asked === domainMappingsPath('default')
					? {
							status: 200,
							body: {
								apiVersion: 'serving.knative.dev/v1beta1',
								kind: 'DomainMappingList',
								metadata: {resourceVersion: '7'},
								items: [
									mapping('shop.example.org', 'cart', true),
									mapping('new.example.org', 'cart', false),
									mapping('other.example.org', 'checkout', true),
								],
							},
						}
					: undefined,
		},
	});
	kubeconfig = path.join(directory, 'kubeconfig');
	writeFileSync(
		kubeconfig,
		kubeconfigFor(relay.url, {context: {namespace: 'default'}, user: {token: 'any'}}),
	);
});

afterAll(async () => {
	await relay.close();
	await gateway.close();
	await sandbox.stop();
	rmSync(directory, {recursive: true});
});

it('stand beside the URL of the service, and in what may be chosen to ask for', async () => {
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', kubeconfig, '--gateway', `127.0.0.1:${gateway.port}`],
		env: {XDG_STATE_HOME: directory},
		cols: 220,
	});
	await terminal.until(
		/http:\/\/cart\.default\.example\.com, shop\.example\.org, new\.example\.org \(not ready\)/,
	);
	// Of those that have no room it is said how many there are.
	terminal.resize(190, 40);
	await terminal.until(/http:\/\/cart\.default\.example\.com, shop\.example\.org, 1 more ─/);
	terminal.press('i');
	await terminal.until(/Host/);
	// Past what is sent.
	terminal.press(...Array.from({length: 9}, () => 'tab'));
	await terminal.until(/DomainMappings lead here from shop\.example\.org, new\.example\.org/);
	terminal.type('shop.example.org');
	await terminal.until(/Host +shop\.example\.org/);
	terminal.press('tab', 'enter');
	await terminal.until(/Requests to cart are sent as chosen/);
	terminal.press('v');
	await terminal.until(/mapped/);
	expect(gateway.seen.map(({host}) => host)).toContain('shop.example.org');
});

it('are not the hosts of tags, which lead to one revision whatever the split: nothing is judged by those', async () => {
	const before = gateway.seen.length;
	const args = ['--kubeconfig', kubeconfig, '--gateway', `127.0.0.1:${gateway.port}`];
	const host = ['--host', 'Canary-cart.default.example.com'];
	const {code, stderr} = await runProgram(['verify', 'cart', '--requests', '60', ...args, ...host]);
	expect(code).toBe(2);
	expect(stderr).toContain(
		'is the host of the tag canary of cart: it leads to cart-00002 whatever the split.',
	);
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, ...args, ...host],
		env: {XDG_STATE_HOME: directory},
	});
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('space');
	await terminal.until(/is the host of the tag canary of cart/);
	expect(gateway.seen.slice(before)).toEqual([]);
});

it('are a column of the wide table, in one namespace and in all', async () => {
	const one = await runProgram(['get', '-o', 'wide', '--kubeconfig', kubeconfig]);
	expect(one.stdout).toMatch(/^cart .* shop\.example\.org,new\.example\.org\(NotReady\) /m);
	expect(one.stdout).toMatch(/^payments .* <none> /m);
});

it('are read from a real list: the API of the sandbox has none', async () => {
	const cluster = await connect({kubeconfig: sandbox.kubeconfig});
	const {status, body} = await cluster.request({method: 'GET', path: domainMappingsPath('default')});
	await cluster.close();
	expect({status, body}).toMatchObject({status: 200, body: {kind: 'DomainMappingList', items: []}});
});
