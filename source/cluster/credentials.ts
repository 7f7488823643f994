/**
 * Who we are to the API server, and how TLS to it is to be spoken. client-node does what it does well (certificates,
 * exec plugins, OIDC); this file adds what it leaves out (stack research, measured on 2.0.1): one run of a plugin for
 * many requests, a fresh one after a 401, `tokenFile`, impersonated groups, KUBERNETES_EXEC_INFO, plain-http servers.
 */
import {readFile} from 'node:fs/promises';
import type {RequestOptions} from 'node:https';
import {KubeConfig, type DispatcherOptions} from '@kubernetes/client-node';
import {KubeconfigError, type KubeconfigUser, type SelectedContext} from './kubeconfig.js';
import {printable, printableLines} from '../traffic/printable.js';

export type Credentials = {
	/** To be sent with every request. */
	headers: Record<string, string | string[]>;
	/** For the dispatcher: TLS, proxy. */
	connection: DispatcherOptions;
	/** False when a header must be repeated, which undici joins into one on HTTP/2. */
	allowHttp2: boolean;
	/** Counts the refusals so far: of several requests refused together only the first runs the plugin again. */
	epoch: number;
};

export type CredentialSource = {
	/** Throws an Error with a sentence when a file is unreadable or a plugin fails. */
	get(): Promise<Credentials>;
	/**
	 * The server did not accept these. Returns whether asking again may give others: an exec plugin is run again, files
	 * are read every time anyway.
	 */
	rejected(used: Credentials): boolean;
};

/** Impersonation as client-go sends it (transport/round_trippers.go): a group or extra value per header. */
function impersonation(user: KubeconfigUser, name: string): Record<string, string | string[]> {
	const groups = user['as-groups'] ?? [];
	const extra = Object.entries(user['as-user-extra'] ?? {});
	const uid = user['as-uid'];
	if (!user.as) {
		if (groups.length === 0 && extra.length === 0 && !uid) return {};
		throw new KubeconfigError(
			`user "${printable(name)}" has as-groups, as-uid or as-user-extra without "as"; add the user to act as`,
		);
	}
	return {
		'Impersonate-User': user.as,
		...(groups.length > 0 ? {'Impersonate-Group': groups} : {}),
		...(uid ? {'Impersonate-Uid': uid} : {}),
		...Object.fromEntries(
			extra.map(([key, list]) => [`Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`, list]),
		),
	};
}

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

function lines(text: string): string {
	return printableLines(text.trim()).join('\n');
}

/** A failure of client-node or of a plugin, in words that name the file or the command. */
function explained(error: unknown, selected: SelectedContext): Error {
	if (error instanceof KubeconfigError) return error;
	const message = error instanceof Error ? error.message : String(error);
	const path = error instanceof Error && 'path' in error ? String(error.path) : undefined;
	const {exec} = selected.user;
	const user = printable(selected.userName);
	if (exec && (path === undefined || path === exec.command)) {
		const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
		const hint = missing && exec.installHint ? ` ${lines(exec.installHint)}` : '';
		const why = missing ? 'it is not installed' : lines(message) || 'it failed without a word';
		return new KubeconfigError(
			`the credential plugin "${printable(exec.command)}" of user "${user}" gave none: ${why}${hint}`,
			{cause: error},
		);
	}
	return new KubeconfigError(`the credentials of user "${user}" cannot be used: ${printable(message)}`, {
		cause: error,
	});
}

/**
 * The credentials of a context. `proxy` is the URL of the proxy to go through, if any. Throws KubeconfigError for what
 * cannot be honoured: a plugin that insists on a terminal, impersonation without a user.
 */
export function credentialSource(selected: SelectedContext, proxy: string | undefined): CredentialSource {
	const {user, userName} = selected;
	if (user.exec?.interactiveMode === 'Always') {
		throw new KubeconfigError(
			`the credential plugin "${printable(user.exec.command)}" of user "${printable(userName)}" wants the terminal ` +
				'(interactiveMode: Always), which the console occupies; log in first and use a context with its result',
		);
	}
	const impersonated = impersonation(user, userName);
	const repeated = Object.values(impersonated).some(value => Array.isArray(value) && value.length > 1);
	let config: Promise<KubeConfig> | undefined;
	let running: Promise<Credentials> | undefined;
	let epoch = 0;

	const compute = async (): Promise<Credentials> => {
		const startedIn = epoch;
		try {
			config ??= clientNodeConfig(selected, proxy);
			const loaded = await config;
			const options: RequestOptions = {};
			await loaded.applyToHTTPSOptions(options);
			const headers: Credentials['headers'] = {};
			for (const [key, value] of Object.entries(options.headers ?? {})) {
				if (typeof value === 'string') headers[key] = value;
			}
			if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
			if (user.tokenFile) {
				headers['Authorization'] = `Bearer ${(await readFile(user.tokenFile, 'utf8')).trim()}`;
			}
			return {
				headers: {...headers, ...impersonated},
				connection: loaded.createDispatcherOptions(loaded.getCurrentCluster(), {
					ca: options.ca,
					cert: options.cert,
					key: options.key,
					rejectUnauthorized: options.rejectUnauthorized,
					servername: options.servername,
				}),
				allowHttp2: !repeated,
				epoch: startedIn,
			};
		} catch (error) {
			config = undefined;
			throw explained(error, selected);
		}
	};

	return {
		async get() {
			running ??= compute().finally(() => {
				running = undefined;
			});
			return running;
		},
		rejected(used) {
			if (!user.exec && !user['auth-provider']) return false;
			if (used.epoch !== epoch) return true;
			epoch++;
			// client-node keeps what the plugin said inside its authenticators; new ones ask it again.
			config = undefined;
			return true;
		},
	};
}
