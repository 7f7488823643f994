/** A load balancer that has a rule for the service's own host alone: tags are asked by header, where the cluster has that on. */
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import type {IncomingMessage} from 'node:http';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {connect} from '../../../source/kube/connect.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {corePath, ingressPath} from '../../../source/kube/paths.js';
import {at, startApiRelay, tokenOf, type KubernetesObject} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {createAuthority, hasOpenssl} from '../../support/kube/authority.js';
import {eventually} from '../../support/eventually.js';
import {startTestGateway, type TestGateway} from '../../support/gateway/gateways.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let cluster: Cluster;
let directory: string;
let balancer: TestGateway;
/** Hosts and the tags that were chosen at them by header. */
let asked: {host: string; tag: string | undefined}[];
/** Takes the header off, as some balancers do with what they do not know. */
let isDropping = false;

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram, {args: ['--pace', '20']});
	cluster = await connect({kubeconfig: sandbox.kubeconfig});
});

afterAll(async () => {
	await cluster.close();
	await sandbox.stop();
});

beforeEach(async () => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-tags-'));
	asked = [];
	isDropping = false;
	balancer = await startTestGateway({
		to: sandbox.gateway,
		answer({headers}: IncomingMessage) {
			const tag = headers['knative-serving-tag'];
			asked.push({host: headers.host ?? '', tag: typeof tag === 'string' ? tag : undefined});
			if (isDropping) delete headers['knative-serving-tag'];
			if (headers.host === 'cart.default.example.com') return undefined;
			return {status: 404, headers: {server: 'ALB'}, body: '<title>404 Not Found</title>\n'};
		},
	});
});

afterEach(async () => {
	await balancer.close();
	rmSync(directory, {recursive: true});
});

const gateway = () => ['--gateway', `127.0.0.1:${balancer.port}`];

/** Switches the feature and waits until the Ingress of the service has, or has not, rules for it. */
async function switchFeature(setting: 'enabled' | 'disabled'): Promise<void> {
	const answer = await cluster.request({
		method: 'PATCH',
		path: corePath('configmaps', 'knative-serving', 'config-features'),
		contentType: 'application/merge-patch+json',
		body: {data: {'tag-header-based-routing': setting}},
	});
	if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
	await eventually(async () => {
		const {body} = await cluster.request({method: 'GET', path: ingressPath('default', 'cart')});
		const rules = JSON.stringify(body).includes('"Knative-Serving-Tag":{"exact"');
		if (rules !== (setting === 'enabled')) throw new Error('not programmed yet');
	});
}

const openConsole = () =>
	openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', sandbox.kubeconfig, '--rate', '10', ...gateway()],
		env: {XDG_STATE_HOME: directory},
		cols: 160,
	});

const verify = async () =>
	runProgram(
		['verify', 'cart', '--n', '40', '--rate', '50', '--kubeconfig', sandbox.kubeconfig, ...gateway()],
		{
			XDG_STATE_HOME: directory,
		},
	);

it('learns by header what each revision says, and says so', async () => {
	await switchFeature('enabled');
	const {output} = await verify();
	expect(output.replaceAll(/\s+/g, ' ')).toContain(
		'The hosts of tags lead nowhere: stable, canary asked with the header Knative-Serving-Tag instead.',
	);
	expect(output).not.toContain('teaches nothing');
	expect(asked.some(({host, tag}) => host === 'cart.default.example.com' && tag === 'canary')).toBe(true);
});

it('compares canary and stable in pairs by header in the console', async () => {
	await switchFeature('enabled');
	await using terminal = openConsole();
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('space');
	await terminal.until(/tags are asked with the header Knative-Serving-Tag/);
	await terminal.until(/canary not worse so far: 0 of \d+ failed/);
	expect(terminal.screen()).not.toContain('no rule for tag hosts');
	const tags = new Set(asked.map(({tag}) => tag));
	expect(tags).toEqual(new Set([undefined, 'canary', 'stable']));
});

it('asks one revision by header in the console, where its tag host leads nowhere, and says so', async () => {
	await switchFeature('enabled');
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', sandbox.kubeconfig, ...gateway()],
		env: {XDG_STATE_HOME: directory},
		cols: 160,
	});
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	await terminal.until(/[▸›] .*00002 .*canary/);
	terminal.press('V');
	await terminal.until(/Answered by cart-00002, if the header arrives; without it the split decides\./);
	const screen = terminal.screen();
	expect(screen).toContain('Test request: canary of cart');
	expect(screen).toContain(
		'The host of the tag canary leads nowhere: the gateway itself answers 404. Asked with the header Knative-Serving-Tag instead.',
	);
	expect(screen).toContain('Hello Cart v2!');
	expect(screen).toContain("curl -H 'Knative-Serving-Tag: canary' -H 'Host: cart.default.example.com'");
	await switchFeature('disabled');
	terminal.press('V');
	await terminal.until(/No tag can be chosen by header: tag-header-based-routing is off/);
	expect(terminal.screen()).toContain('404 from the gateway itself: no route for this host.');
});

it('asks one revision by header without a screen, too', async () => {
	await switchFeature('enabled');
	const args = ['--kubeconfig', sandbox.kubeconfig, ...gateway(), '-o', 'json'];
	const one = await runProgram(['verify', 'ksvc/cart', '--revision', '@canary', ...args], {
		XDG_STATE_HOME: directory,
	});
	expect({...one, said: JSON.parse(one.stdout)}).toMatchObject({
		code: 0,
		said: {
			result: 'answers',
			revision: 'cart-00002',
			byHeader: true,
			url: 'http://cart.default.example.com',
			body: 'Hello Cart v2!\n',
			sentence: expect.stringMatching(/if the header arrives.*leads nowhere.*Knative-Serving-Tag instead/),
		},
	});
	await switchFeature('disabled');
	const off = await runProgram(['verify', 'cart', '--revision', '2', ...args.slice(0, -2)], {
		XDG_STATE_HOME: directory,
	});
	expect(off.code).toBe(3);
	expect(off.stdout).toMatch(/404 from the gateway itself.*No tag can be chosen by header/);
});

it('asks no tag by header where the cluster has it off, and says that nothing is compared', async () => {
	await switchFeature('disabled');
	const {output} = await verify();
	expect(output).toContain('the gateway may have no rule for tag hosts');
	expect(asked.filter(({tag}) => tag !== undefined)).toEqual([]);
});

it('says of no answer whose it is, and calls no canary good, by a header that does not arrive', async () => {
	await switchFeature('enabled');
	isDropping = true;
	const {output} = await verify();
	expect(output).toContain(
		'The tag canary teaches nothing: the header Knative-Serving-Tag may not arrive: it is answered as the other tags are',
	);
	expect(output).toMatch(/cart-00002 .* n 0 /);
	expect(output).toContain('Cannot tell');
	expect(asked.filter(({tag}) => tag === 'canary').length).toBeGreaterThanOrEqual(8);
	await using terminal = openConsole();
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('space');
	await terminal.until(/tags are asked with the header Knative-Serving-Tag/);
	// Longer than answers of pairs wait before they would teach.
	await terminal.until(/if it was asked: the tags' answers do not differ[^]*…00002 .* 0\/\d{3} /, {
		within: 60_000,
	});
	expect(terminal.screen()).toMatch(/\(no answers\) +(?:▓ )?…00002/);
	expect(terminal.screen()).toContain('Split cannot be judged');
});

function secure(holder: KubernetesObject): void {
	const {url} = holder;
	if (typeof url === 'string') holder['url'] = url.replace(/^http:/, 'https:');
}

/** URLs of the service and of its tags as behind external-domain-tls. */
function overTls(object: KubernetesObject): void {
	if (object['apiVersion'] !== 'serving.knative.dev/v1') return;
	const status = at(object, 'status');
	secure(status);
	const {traffic} = status;
	for (const entry of Array.isArray(traffic) ? traffic : []) secure(Object(entry));
}

it.skipIf(!hasOpenssl)(
	'asks by header where the certificate is for the host of the service alone',
	async () => {
		await switchFeature('enabled');
		const authority = createAuthority();
		const behindTls = await startTestGateway({
			to: sandbox.gateway,
			tls: authority.issue('cart', ['DNS:cart.default.example.com']),
		});
		const relay = await startApiRelay(sandbox.kubeconfig, {
			rules: {token: tokenOf(sandbox.kubeconfig), object: overTls},
		});
		try {
			const kubeconfig = path.join(directory, 'kubeconfig');
			writeFileSync(kubeconfig, kubeconfigFor(relay.url, {user: {token: 'any'}}));
			const flags = ['--kubeconfig', kubeconfig, '--cacert', authority.file];
			const args = [...flags, '--gateway', `127.0.0.1:${behindTls.port}`];
			const {output} = await runProgram(['verify', 'cart', '--n', '40', '--rate', '50', ...args], {
				XDG_STATE_HOME: directory,
			});
			expect(output.replaceAll(/\s+/g, ' ')).toContain(
				'The hosts of tags lead nowhere: stable, canary asked with the header Knative-Serving-Tag instead.',
			);
			await using terminal = openTerminal({
				command: process.execPath,
				args: [builtProgram, '--rate', '10', ...args],
				env: {XDG_STATE_HOME: directory},
				cols: 160,
			});
			await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
			terminal.press('space');
			await terminal.until(/tags are asked with the header Knative-Serving-Tag/);
			await terminal.until(/canary not worse so far: 0 of \d+ failed/);
			expect(behindTls.seen.every(({host}) => host === 'cart.default.example.com')).toBe(true);
			const compared = await runProgram(['complete', 'cart', '--dry-run', '--yes', ...args], {
				XDG_STATE_HOME: directory,
			});
			expect(compared.output).not.toMatch(/could not be compared|not compared/);
		} finally {
			await relay.close();
			await behindTls.close();
			authority.remove();
		}
	},
);
