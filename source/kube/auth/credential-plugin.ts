/**
 * Credentials that something else gives: an exec plugin, or OIDC. client-node runs them; this file adds what it leaves
 * out (measured on 2.0.1): a fresh run after a 401, KUBERNETES_EXEC_INFO, plain-http servers.
 *
 * This file and proxy-agent.ts load client-node. Import it lazily: a context with a token or a certificate never needs it.
 */
import {readFile} from 'node:fs/promises';
import type {RequestOptions} from 'node:https';
import {KubeConfig} from '@kubernetes/client-node';
import type {SelectedContext} from './kubeconfig.js';

/** What a plugin gave; it may leave out either. */
export type PluggedCredentials = {
	authorization?: string;
	/** PEM. */
	certificate?: {cert: string | Buffer; key: string | Buffer};
};

/** What a plugin is told, client.authentication.k8s.io ExecCredential spec. We own the terminal, so it may not ask. */
async function execInfo(selected: SelectedContext): Promise<string> {
	const {cluster, user} = selected;
	const exec = user.exec!;
	const ca =
		cluster['certificate-authority-data'] ??
		(cluster['certificate-authority']
			? (await readFile(cluster['certificate-authority'])).toString('base64')
			: undefined);
	const config = cluster.extensions?.find(
		({name}) => name === 'client.authentication.k8s.io/exec',
	)?.extension;
	return JSON.stringify({
		apiVersion: exec.apiVersion,
		kind: 'ExecCredential',
		spec: {
			interactive: false,
			...(exec.provideClusterInfo
				? {
						cluster: {
							server: cluster.server,
							'tls-server-name': cluster['tls-server-name'] ?? undefined,
							'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? undefined,
							'certificate-authority-data': ca,
							'proxy-url': cluster['proxy-url'] ?? undefined,
							config,
						},
					}
				: {}),
		},
	});
}

/** The selected context alone, in the form client-node reads; what it would misunderstand is left out or corrected. */
async function clientNodeConfig(selected: SelectedContext, proxy: string | undefined): Promise<KubeConfig> {
	const {cluster, user} = selected;
	const {exec} = user;
	const document = {
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
		users: [
			{
				// Named always: client-node ignores the cluster's certificate authority when a context has no user.
				name: 'user',
				user: {
					...user,
					as: undefined,
					token: user.tokenFile ? undefined : user.token,
					...(exec
						? {
								exec: {
									...exec,
									args: exec.args ?? [],
									env: [...(exec.env ?? []), {name: 'KUBERNETES_EXEC_INFO', value: await execInfo(selected)}],
								},
							}
						: {}),
				},
			},
		],
		contexts: [{name: 'context', context: {cluster: 'cluster', user: 'user'}}],
		'current-context': 'context',
	};
	const config = new KubeConfig();
	config.loadFromString(JSON.stringify(document));
	return config;
}

export type CredentialPlugin = {
	/** Runs it when what it gave before has expired. Throws what client-node throws. */
	get(): Promise<PluggedCredentials>;
};

/** The plugin of the context's user; it remembers what it gave until that expires. */
export async function credentialPlugin(
	selected: SelectedContext,
	proxy: string | undefined,
): Promise<CredentialPlugin> {
	const config = await clientNodeConfig(selected, proxy);
	return {
		async get() {
			const options: RequestOptions = {};
			await config.applyToHTTPSOptions(options);
			const {headers, cert, key} = options;
			const authorization = Object.entries(headers ?? {}).find(
				([name]) => name.toLowerCase() === 'authorization',
			)?.[1];
			return {
				...(typeof authorization === 'string' && {authorization}),
				...(isPem(cert) && isPem(key) && {certificate: {cert, key}}),
			};
		},
	};
}

function isPem(value: unknown): value is string | Buffer {
	return typeof value === 'string' || Buffer.isBuffer(value);
}
