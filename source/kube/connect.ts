/** From a kubeconfig to a Cluster: which context, with which credentials, by way of which proxy. */
import type {Cluster} from './cluster.js';
import {credentialSource, hasPlugin} from './auth/credentials.js';
import {httpCluster, type HttpClusterOptions} from './http/http-cluster.js';
import {selectContext, type KubeconfigSource} from './auth/kubeconfig.js';
import {isLoopback, proxyFromEnvironment} from './http/proxy.js';

export {KubeconfigError, listContexts, type ContextInfo, type KubeconfigSource} from './auth/kubeconfig.js';

export type ConnectOptions = KubeconfigSource &
	HttpClusterOptions & {
		/** Name of a context; the current one when not given. */
		context?: string;
	};

/**
 * Whether credentials may travel to that server. kubectl sends none without TLS (client-go clientcmd, "only try to
 * read the auth information if we are secure"); here none leave the machine.
 */
function isPrivate(server: string): boolean {
	const {protocol, hostname} = new URL(server);
	return protocol === 'https:' || isLoopback(hostname);
}

/**
 * The cluster of a context. Sends nothing yet: an unreachable server shows at the first request. Throws
 * KubeconfigError, with what to do, when there is no kubeconfig, no such context, a file that cannot be read, or
 * something in it that cannot be honoured.
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
	const selected = await selectContext(options, options.context);
	const {cluster, user} = selected;
	const proxy =
		cluster['proxy-url'] || proxyFromEnvironment(new URL(cluster.server), options.env ?? process.env);
	const mayShow = isPrivate(cluster.server);
	const credentials = credentialSource(
		mayShow ? selected : {...selected, user: {}},
		proxy,
		// A token that was changed in the file is taken up without a new start.
		mayShow ? async () => (await selectContext(options, selected.name)).user : undefined,
	);
	// A missing certificate is better said now than on every request; a plugin is left to the first of them.
	if (!hasPlugin(user)) await credentials.get();
	return httpCluster(selected, credentials, options);
}
