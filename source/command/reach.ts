/** What the commands work on: the cluster, and the history on disk. */
import {homedir} from 'node:os';
import type {Cluster} from '../cluster/cluster.js';
import {connect} from '../cluster/connect.js';
import {historyPath, openHistoryFile, type HistoryFile} from '../history/history-file.js';
import type {Lifecycle} from '../terminal/lifecycle.js';
import type {ConsoleFlags} from './flags.js';
import {sandboxOf} from './own-sandbox.js';

/** The cluster of the flags, or a sandbox that stops with the program. Throws as `connect` and `startSandbox` do. */
export async function clusterOf(flags: ConsoleFlags, lifecycle: Lifecycle): Promise<Cluster> {
	const kubeconfig = flags.sandbox ? (await sandboxOf(lifecycle, flags)).kubeconfigPath : flags.kubeconfig;
	const {namespace, context, readOnly = false} = flags;
	return connect({
		readOnly,
		...(namespace !== undefined && {namespace}),
		...(kubeconfig !== undefined && {kubeconfig}),
		...(context !== undefined && !flags.sandbox && {context}),
	});
}

/** What this machine remembers of earlier changes, kept in the home of whoever runs the program. */
export function historyOf(): HistoryFile {
	return openHistoryFile(historyPath(process.env, homedir()));
}
