/** What the commands run in: the way out, the cluster, the sandbox, the history on disk. */
import type {Cluster} from '../cluster/cluster.js';
import type {HistoryFile} from '../history/history-file.js';
import type {Sandbox} from '../sandbox/sandbox.js';
import {installLifecycle, type Lifecycle} from '../terminal/lifecycle.js';
import type {ConsoleFlags, PaceFlags, SandboxFlags} from './flags.js';

/** @param assurance Said after the last words of the console: what its end means for the cluster. */
export function install({assurance}: {assurance?: string} = {}): Lifecycle {
	return installLifecycle({
		name: 'kn-canary',
		isTracing: process.env['KN_CANARY_TRACE'] === '1',
		...(assurance !== undefined && {assurance}),
	});
}

/** The cluster of the flags, or a sandbox that stops with the program. Throws as `connect` and `startSandbox` do. */
export async function clusterOf(flags: ConsoleFlags, lifecycle: Lifecycle): Promise<Cluster> {
	const kubeconfig = flags.sandbox ? (await sandboxOf(lifecycle, flags)).kubeconfigPath : flags.kubeconfig;
	const {connect} = await import('../cluster/connect.js');
	const {namespace, context, readOnly = false} = flags;
	return connect({
		readOnly,
		...(namespace !== undefined && {namespace}),
		...(kubeconfig !== undefined && {kubeconfig}),
		...(context !== undefined && !flags.sandbox && {context}),
	});
}

/** A sandbox that stops with the program. */
export async function sandboxOf(
	lifecycle: Lifecycle,
	{
		apiPort = 0,
		gatewayPort = 0,
		switchPort = 0,
		pace = 1,
		seed,
		services,
		revisions = 1,
	}: Partial<SandboxFlags> & PaceFlags,
): Promise<Sandbox> {
	const [{startSandbox}, {seededRandom}] = await Promise.all([
		import('../sandbox/sandbox.js'),
		import('../sandbox/seeded-random.js'),
	]);
	const sandbox = await startSandbox({
		apiPort,
		gatewayPort,
		switchPort,
		pace,
		...(seed !== undefined && {random: seededRandom(seed)}),
		...(services !== undefined && {crowd: {services, revisions}}),
	});
	lifecycle.onLeave(async () => sandbox.stop());
	return sandbox;
}

export async function historyOf(): Promise<HistoryFile> {
	const [{historyPath, openHistoryFile}, {homedir}] = await Promise.all([
		import('../history/history-file.js'),
		import('node:os'),
	]);
	return openHistoryFile(historyPath(process.env, homedir()));
}
