/** For the tests of a file: a sandbox of the built program, and for each test a relay before its API server. */
import {afterAll, afterEach, beforeAll, beforeEach} from 'vitest';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {connect} from '../../../source/kube/connect.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {startApiRelay, tokenOf, type ApiRelay, type RelayRules} from '../kube/api-relay.js';
import {kubeconfigFor} from '../kube/api-server.js';
import {builtProgram} from './run-program.js';
import {startSandboxProcess, type SandboxProcess} from './sandbox-process.js';
import {openTerminal, type TestTerminal} from '../terminal/terminal.js';

export type RelayedSandbox = {
	readonly sandbox: SandboxProcess;
	/** Straight to the sandbox, as somebody else. */
	readonly cluster: Cluster;
	/** Of the test that runs, as all below. */
	readonly relay: ApiRelay;
	/** Path of a kubeconfig that leads to the relay. */
	readonly kubeconfig: string;
	/** A folder that nobody else uses; the consoles keep their state in it. */
	readonly directory: string;
	/** Opens the built program on the relay. */
	readonly open: (...args: readonly string[]) => TestTerminal;
};

/**
 * Has vitest start and stop them; what is given may be used from `prepare` on.
 * @param rules What the relay does to requests at the beginning of each test.
 * @param prepare Runs once the sandbox is there.
 */
export function useRelayedSandbox({
	cols = 80,
	rows = 24,
	rules = () => ({}),
	prepare,
}: {
	cols?: number;
	rows?: number;
	rules?: () => Partial<RelayRules>;
	prepare?: () => Promise<void>;
} = {}): RelayedSandbox {
	let sandbox: SandboxProcess;
	let cluster: Cluster;
	let relay: ApiRelay;
	let directory: string;
	let kubeconfig: string;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram, {args: ['--pace', '20']});
		cluster = await connect({kubeconfig: sandbox.kubeconfig});
		await prepare?.();
	});
	afterAll(async () => {
		await cluster.close();
		await sandbox.stop();
	});
	beforeEach(async () => {
		directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-relayed-'));
		relay = await startApiRelay(sandbox.kubeconfig, {
			rules: {token: tokenOf(sandbox.kubeconfig), ...rules()},
		});
		kubeconfig = path.join(directory, 'kubeconfig');
		const user = {token: 'any'};
		writeFileSync(kubeconfig, kubeconfigFor(relay.url, {context: {namespace: 'default'}, user}));
	});
	afterEach(async () => {
		await relay.close();
		rmSync(directory, {recursive: true});
	});

	return {
		get sandbox() {
			return sandbox;
		},
		get cluster() {
			return cluster;
		},
		get relay() {
			return relay;
		},
		get kubeconfig() {
			return kubeconfig;
		},
		get directory() {
			return directory;
		},
		open: (...args) =>
			openTerminal({
				command: process.execPath,
				args: [builtProgram, '--kubeconfig', kubeconfig, ...args],
				env: {XDG_STATE_HOME: directory},
				cols,
				rows,
			}),
	};
}
