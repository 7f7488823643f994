/** A sandbox whose API server says what a test wants of its gateways, and gateways of the test's own. */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, afterEach, beforeAll} from 'vitest';
import {startTestGateway, type TestGateway} from '../../../support/gateway/gateways.js';
import {
	at,
	startApiRelay,
	tokenOf,
	type ApiRelay,
	type KubernetesObject,
	type RelayRules,
} from '../../../support/kube/api-relay.js';
import {createAuthority, type Authority} from '../../../support/kube/authority.js';
import {builtProgram, runProgram} from '../../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../../support/program/sandbox-process.js';

/** Whether an object is of this kind, and has this name. */
export const named = (object: KubernetesObject, kind: string, name?: string): boolean =>
	object['kind'] === kind && (name === undefined || at(object, 'metadata')['name'] === name);

/** Of the objects as the sandbox has them: URLs with https, as with external-domain-tls. */
export function withHttps(object: KubernetesObject): void {
	if (object['apiVersion'] !== 'serving.knative.dev/v1') return;
	const status = at(object, 'status');
	if (typeof status['url'] !== 'string') return;
	Object.assign(status, JSON.parse(JSON.stringify(status).replaceAll('http://', 'https://')));
}

/** The gateway's Service with these ports, at 127.0.0.1. */
export const kourierWith =
	(ports: object[], more: (object: KubernetesObject) => void = () => {}) =>
	(object: KubernetesObject): void => {
		more(object);
		if (!named(object, 'Service', 'kourier')) return;
		Object.assign(at(object, 'spec'), {ports});
		Object.assign(object, {status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}}});
	};

/** To be called at the top of a file. */
export function onGateways() {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay | undefined;
	let gateways: TestGateway[] = [];

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
	});

	afterAll(async () => {
		authority.remove();
		await sandbox.stop();
	});

	afterEach(async () => {
		await relay?.close();
		relay = undefined;
		await Promise.all(gateways.map(async each => each.close()));
		gateways = [];
	});

	/** A gateway before that of the sandbox; it goes with the test. */
	async function gateway(
		options: Partial<Parameters<typeof startTestGateway>[0]> = {},
	): Promise<TestGateway> {
		const made = await startTestGateway({to: sandbox.gateway, ...options});
		gateways.push(made);
		return made;
	}

	/** Of the hosts of the sandbox. */
	const certificate = () => authority.issue('gateway', ['DNS:*.default.example.com']);

	/** A kubeconfig of the sandbox's API server, with other objects or other answers. */
	async function kubeconfig(rules: RelayRules): Promise<string> {
		relay = await startApiRelay(sandbox.kubeconfig, {
			rules: {token: tokenOf(sandbox.kubeconfig), ...rules},
		});
		const file = path.join(authority.directory, 'kubeconfig');
		const {url: server} = relay;
		writeFileSync(
			file,
			JSON.stringify({
				apiVersion: 'v1',
				kind: 'Config',
				clusters: [{name: 'c', cluster: {server}}],
				users: [{name: 'u', user: {token: 'any'}}],
				contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
				'current-context': 'c',
			}),
		);
		return file;
	}

	const verify = async (file: string, ...args: string[]) =>
		runProgram(['verify', 'checkout', '--requests', '8', '--rate', '50', '--kubeconfig', file, ...args], {
			XDG_STATE_HOME: authority.directory,
		});

	return {
		gateway,
		certificate,
		kubeconfig,
		verify,
		get sandbox() {
			return sandbox;
		},
		get authority() {
			return authority;
		},
		/** What the last kubeconfig leads to. */
		get relay() {
			return relay;
		},
	};
}
