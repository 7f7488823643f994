/** From a kubeconfig to a Cluster: which context, with which credentials, by way of which proxy. */
import type {Cluster} from './cluster.js';
import {credentialSource, hasPlugin, type Standing} from './auth/credentials.js';
import {httpCluster, type HttpClusterOptions} from './http/http-cluster.js';
import {
	selectContext,
	type KubeconfigOverrides,
	type KubeconfigSource,
	type SelectedContext,
} from './auth/kubeconfig.js';
import type {TerminalLoan} from './auth/plugin-login.js';
import {isLoopback, proxyFromEnvironment} from './http/proxy.js';

export {KubeconfigError, listContexts, type ContextInfo, type KubeconfigSource} from './auth/kubeconfig.js';

export type ConnectOptions = KubeconfigSource &
	HttpClusterOptions & {
		/** Name of a context; the current one when not given. */
		context?: string | undefined;
		/** What the command line says in the stead of the kubeconfig. */
		overrides?: KubeconfigOverrides | undefined;
		/** The way to the terminal, for a credential plugin that wants it. */
		terminal?: TerminalLoan | undefined;
	};

/**
 * Whether credentials may travel to that server. kubectl sends none without TLS (client-go clientcmd, "only try to
 * read the auth information if we are secure"); here none leave the machine.
 */
function isPrivate(server: string): boolean {
	const {protocol, hostname} = new URL(server);
	return protocol === 'https:' || isLoopback(hostname);
}

/** Without who one is, where that may not travel. */
function shown(selected: SelectedContext): SelectedContext {
	return isPrivate(selected.cluster.server) ? selected : {...selected, user: {}};
}

/**
 * The cluster of a context. Sends nothing yet: an unreachable server shows at the first request. Throws
 * KubeconfigError, with what to do, when there is no kubeconfig, no such context, a file that cannot be read, or
 * something in it that cannot be honoured.
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
	const {overrides, terminal} = options;
	const selected = await selectContext(options, options.context, overrides);
	const {cluster, user} = selected;
	const proxy =
		cluster['proxy-url'] || proxyFromEnvironment(new URL(cluster.server), options.env ?? process.env);
	const listeners = new Set<(standing: Standing) => void>();
	const credentials = credentialSource(shown(selected), {
		proxy,
		terminal,
		// What was changed in the file is taken up without a new start.
		reread: async () => shown(await selectContext(options, selected.name, overrides)),
		onStanding(standing) {
			for (const listener of listeners) listener(standing);
		},
	});
	// A missing certificate is better said now than on every request; a plugin is left to the first of them.
	if (!hasPlugin(user)) await credentials.get();
	const onStanding: Cluster['onStanding'] = listener => {
		listeners.add(listener);
		return () => {
			listeners.delete(listener);
		};
	};
	return httpCluster(selected, {credentials, onStanding}, options);
}
