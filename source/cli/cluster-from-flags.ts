/** What the commands work on: the cluster, and the history on disk. */
import {dirname, join} from 'node:path';
import {homeOf, ownEnvironment} from '../bootstrap/home.js';
import type {Cluster} from '../kube/cluster.js';
import {
	areSame,
	connect,
	leadsTo,
	listContexts,
	type KubeconfigOverrides,
	type TerminalLoan,
} from '../kube/connect.js';
import {historyPath, openHistoryFile, type HistoryFile} from '../journal/journal-file.js';
import {openRequestMemory, type RequestMemory} from '../journal/request-memory.js';
import type {Contexts} from '../console/sheets/contexts-sheet.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {Lifecycle} from '../terminal/lifecycle/lifecycle.js';
import type {ConsoleFlags} from './flags.js';
import type {KubeFlags} from './kube-flags.js';
import {sandboxOf} from './run/own-sandbox.js';

/** What the flags say instead of the kubeconfig. */
function overridesOf(flags: KubeFlags): KubeconfigOverrides {
	return {
		cluster: flags.cluster,
		user: flags.user,
		server: flags.server,
		insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
		certificateAuthority: flags.certificateAuthority,
		tlsServerName: flags.tlsServerName,
		token: flags.token,
		clientCertificate: flags.clientCertificate,
		clientKey: flags.clientKey,
		as: flags.as,
		asGroup: flags.asGroup,
		asUid: flags.asUid,
	};
}

/** Of which the console lends its own (`terminal`); a command without a screen shares the one it was started on. */
const sharedTerminal: TerminalLoan = {isDrawnOn: false, lend: async use => use()};

/** What is laid down for another context: see `settleFor`. */
export type OfContext = (
	name: string,
) => Promise<
	{flags: ConsoleFlags; ofContext: ReadonlySet<string>; requestOptions: RequestOptions} | undefined
>;

/**
 * What the flags lead to: a kubeconfig, or a sandbox that is started when it is needed and stops with the program.
 *
 * @param terminal Where a credential plugin may ask its user something; by default where the program was started, if that is a
 * terminal.
 */
export function reachOf(
	flags: ConsoleFlags,
	lifecycle: Lifecycle,
	{
		terminal = process.stdin.isTTY ? sharedTerminal : undefined,
		ofContext,
	}: {terminal?: TerminalLoan | undefined; ofContext?: OfContext | undefined} = {},
): {cluster: () => Promise<Cluster>; contexts: Contexts} {
	const {namespace, context, readOnly = false, requestTimeout, fieldManager} = flags;
	const common = {readOnly, requestTimeout, fieldManager, terminal};
	let path: Promise<string | undefined> | undefined;
	const kubeconfig = async () => {
		path ??= flags.sandbox
			? sandboxOf(lifecycle, flags).then(({kubeconfigPath}) => kubeconfigPath)
			: Promise.resolve(flags.kubeconfig);
		const file = await path;
		return file === undefined ? {} : {kubeconfig: file};
	};
	const overrides = flags.sandbox ? {} : overridesOf(flags);
	/** The one that the flags were given for. */
	let first: Cluster | undefined;

	/** The first cluster, where that is what its context leads to with the flags. */
	async function firstIfThere(): Promise<Cluster | undefined> {
		if (!first) return undefined;
		const way = {...(await kubeconfig()), context: first.context, overrides};
		return (await leadsTo(first, way)) ? first : undefined;
	}

	/**
	 * What was said of the way to a cluster and of a login to it is of the first one, and holds again where the console comes back
	 * to that. Whom to act as is of the operator: who gave it goes nowhere with their own rights.
	 */
	async function overridesIn(name: string): Promise<KubeconfigOverrides> {
		const {as, asGroup, asUid} = overrides;
		const isBack = (await firstIfThere())?.context === name;
		return isBack ? overrides : {as, asGroup, asUid};
	}

	/** What its context leads to by now is that cluster, however the kubeconfig has it written. */
	async function isStill(cluster: Cluster): Promise<boolean> {
		const {context: name} = cluster;
		return leadsTo(cluster, {...(await kubeconfig()), context: name, overrides: await overridesIn(name)});
	}

	return {
		/** Throws as `connect` and `startSandbox` do. */
		async cluster() {
			first = await connect({
				...common,
				...(namespace !== undefined && {namespace}),
				...(await kubeconfig()),
				...(!flags.sandbox && {context}),
				overrides,
			});
			return first;
		},
		contexts: {
			/** With the servers that they lead to. */
			async list(connected) {
				const listed = await listContexts(await kubeconfig());
				const back = await firstIfThere();
				const here = connected && (await isStill(connected)) ? connected.context : undefined;
				return listed.map(each => ({
					...each,
					...(each.name === back?.context && {server: back.server}),
					isHere: each.name === here,
				}));
			},
			// The namespace that was given is one of the first context.
			async connect(name) {
				const said = (await ofContext?.(name))?.flags ?? flags;
				const own = {
					readOnly: said.readOnly ?? false,
					requestTimeout: said.requestTimeout,
					fieldManager: said.fieldManager,
				};
				return connect({
					...common,
					...own,
					...(await kubeconfig()),
					context: name,
					overrides: await overridesIn(name),
				});
			},
			isFirst: async cluster => first !== undefined && areSame(first, cluster),
			async settings(name) {
				const said = await ofContext?.(name);
				if (!said) return undefined;
				const {flags: own, ofContext: keys, requestOptions} = said;
				return {
					gateway: keys.has('gateway') ? own.gateway : undefined,
					prometheus: keys.has('prometheus') ? own.prometheus : undefined,
					requestOptions,
				};
			},
		},
	};
}

/** The cluster of the flags alone; what a login to it says goes to standard error. Throws as `connect` and `startSandbox` do. */
export async function clusterOf(flags: ConsoleFlags, lifecycle: Lifecycle): Promise<Cluster> {
	const cluster = await reachOf(flags, lifecycle).cluster();
	const {tellLogin} = await import('./run/login-words.js');
	tellLogin(cluster, line => void process.stderr.write(`${line}\n`));
	return cluster;
}

/** What this machine remembers of earlier changes, kept in the home of whoever runs the program. */
export function historyOf(): HistoryFile {
	return openHistoryFile(historyPath(ownEnvironment(), homeOf()));
}

/** How services are asked, kept beside the history. */
export function requestMemoryOf(): RequestMemory {
	const history = historyPath(ownEnvironment(), homeOf());
	return openRequestMemory(history && join(dirname(history), 'requests.json'));
}
