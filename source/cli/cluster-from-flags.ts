/** What the commands work on: the cluster, and the history on disk. */
import {homeOf, ownEnvironment} from '../bootstrap/home.js';
import type {Cluster} from '../kube/cluster.js';
import {connect, listContexts} from '../kube/connect.js';
import {historyPath, openHistoryFile, type HistoryFile} from '../journal/journal-file.js';
import type {Contexts} from '../console/sheets/contexts-sheet.js';
import type {Lifecycle} from '../terminal/lifecycle/lifecycle.js';
import type {ConsoleFlags} from './flags.js';
import {sandboxOf} from './own-sandbox.js';

/** What the flags lead to: a kubeconfig, or a sandbox that is started when it is needed and stops with the program. */
export function reachOf(
	flags: ConsoleFlags,
	lifecycle: Lifecycle,
): {cluster: () => Promise<Cluster>; contexts: Contexts} {
	const {namespace, context, readOnly = false} = flags;
	let path: Promise<string | undefined> | undefined;
	const kubeconfig = async () => {
		path ??= flags.sandbox
			? sandboxOf(lifecycle, flags).then(({kubeconfigPath}) => kubeconfigPath)
			: Promise.resolve(flags.kubeconfig);
		const file = await path;
		return file === undefined ? {} : {kubeconfig: file};
	};
	return {
		/** Throws as `connect` and `startSandbox` do. */
		cluster: async () =>
			connect({
				readOnly,
				...(namespace !== undefined && {namespace}),
				...(await kubeconfig()),
				...(context !== undefined && !flags.sandbox && {context}),
			}),
		contexts: {
			list: async () => listContexts(await kubeconfig()),
			// The namespace that was given is one of the first context.
			connect: async name => connect({readOnly, ...(await kubeconfig()), context: name}),
		},
	};
}

/** The cluster of the flags alone. Throws as `connect` and `startSandbox` do. */
export async function clusterOf(flags: ConsoleFlags, lifecycle: Lifecycle): Promise<Cluster> {
	return reachOf(flags, lifecycle).cluster();
}

/** What this machine remembers of earlier changes, kept in the home of whoever runs the program. */
export function historyOf(): HistoryFile {
	return openHistoryFile(historyPath(ownEnvironment(), homeOf()));
}
