/**
 * OIDC as a kubeconfig of kubectl's has it (auth-provider: oidc), by client-node: the token of the file, and another one from
 * the provider when that has expired.
 *
 * This file and proxy-agent.ts load client-node. Import it lazily: few contexts need it, and it takes longer to load than the
 * console takes to draw itself.
 */
import type {RequestOptions} from 'node:https';
import {KubeConfig} from '@kubernetes/client-node';
import type {SelectedContext} from './kubeconfig.js';

export type OidcLogin = {
	/** The header to send; it remembers the token until that expires. Throws when there is none, and what client-node throws. */
	get(): Promise<string>;
};

/** The login of the context's user, in the form client-node reads. */
export async function oidcLogin(
	{cluster, user}: SelectedContext,
	proxy: string | undefined,
): Promise<OidcLogin> {
	const config = new KubeConfig();
	config.loadFromString(
		JSON.stringify({
			clusters: [
				{
					name: 'cluster',
					cluster: {
						...cluster,
						'proxy-url': proxy,
						// client-node refuses plain http unless this is set; on http there is no TLS that it could make laxer.
						...(cluster.server.startsWith('http:') ? {'insecure-skip-tls-verify': true} : {}),
					},
				},
			],
			users: [{name: 'user', user: {'auth-provider': user['auth-provider']}}],
			contexts: [{name: 'context', context: {cluster: 'cluster', user: 'user'}}],
			'current-context': 'context',
		}),
	);
	return {
		async get() {
			const options: RequestOptions = {};
			await config.applyToHTTPSOptions(options);
			const authorization = Object.entries(options.headers ?? {}).find(
				([name]) => name.toLowerCase() === 'authorization',
			)?.[1];
			if (typeof authorization === 'string') return authorization;
			// client-node goes on without; the server would see somebody else, whom it does not know.
			throw new Error('its id-token has expired, and there is no refresh-token to get another; log in again');
		},
	};
}
