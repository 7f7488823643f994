/**
 * The way through a proxy for what is no plain request: client-node's own agents for the proxies of a kubeconfig (http, https,
 * socks), with our TLS to the API server behind them. Import it lazily, as credential-plugin.ts.
 */
import type {Agent} from 'node:http';
import type {RequestOptions} from 'node:https';
import {KubeConfig} from '@kubernetes/client-node';

/**
 * @param server URL of the API server.
 * @param proxy URL of the proxy.
 * @throws Error when client-node knows no such proxy.
 */
export async function proxyAgent(
	server: URL,
	proxy: string,
	tls: Pick<
		RequestOptions,
		| 'ca'
		| 'cert'
		| 'key'
		| 'rejectUnauthorized'
		| 'allowPartialTrustChain'
		| 'servername'
		| 'checkServerIdentity'
	>,
): Promise<Agent> {
	const config = new KubeConfig();
	config.loadFromOptions({
		// That the proxy resolves the name is what `socks5` means to kubectl, and to undici; to these agents it is socks5h.
		clusters: [{name: 'cluster', server: server.href, proxyUrl: proxy.replace(/^socks5:/, 'socks5h:')}],
		users: [{name: 'user'}],
		contexts: [{name: 'context', cluster: 'cluster', user: 'user'}],
		currentContext: 'context',
	});
	const options: RequestOptions = {...tls};
	await config.applyToHTTPSOptions(options);
	if (typeof options.agent !== 'object') throw new Error(`there is no way through the proxy ${proxy}`);
	return options.agent;
}
