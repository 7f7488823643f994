/**
 * Who we are to the API server, and how TLS to it is to be spoken. Tokens, passwords and certificates are read here, by
 * kubectl's rules (kubernetes/client-go tools/clientcmd/api types.go); exec plugins and OIDC are client-node's, which is
 * loaded for them alone: it takes longer to load than the console takes to draw itself.
 */
import {readFile} from 'node:fs/promises';
import type {CredentialPlugin, PluggedCredentials} from './credential-plugin.js';
import {KubeconfigError, type KubeconfigUser, type SelectedContext} from './kubeconfig.js';
import {printable, printableLines} from '../../knative/text/printable.js';

/** How to get to the API server. */
export type ServerConnection = {
	/** Only what is set, so that Node's own defaults stay. */
	tls: {
		ca?: Buffer;
		cert?: string | Buffer;
		key?: string | Buffer;
		rejectUnauthorized?: boolean;
		servername?: string;
	};
	/** URL of the proxy to go through: http:, https: or socks5:. */
	proxy?: string;
};

export type Credentials = {
	/** To be sent with every request. */
	headers: Record<string, string | string[]>;
	connection: ServerConnection;
	/** False when a header must be repeated, which undici joins into one on HTTP/2. */
	allowHttp2: boolean;
	/** Counts the refusals so far: of several requests refused together only the first runs the plugin again. */
	epoch: number;
};

export type CredentialSource = {
	/** Throws an Error with a sentence when a file is unreadable or a plugin fails. */
	get(): Promise<Credentials>;
	/**
	 * The server did not accept these. Returns whether asking again may give others: an exec plugin is run again, a
	 * kubeconfig that says something else by now is taken, the files it names are read every time anyway.
	 */
	rejected(used: Credentials): Promise<boolean>;
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

/** Whether credentials come from something that has to be run or asked. */
export function hasPlugin(user: KubeconfigUser): boolean {
	return Boolean(user.exec ?? user['auth-provider']);
}

/** What stands in the kubeconfig as base64 comes before the file that it names as well. */
async function dataOrFile(
	data: string | null | undefined,
	file: string | null | undefined,
): Promise<Buffer | undefined> {
	if (data) return Buffer.from(data, 'base64');
	return file ? readFile(file) : undefined;
}

async function authorizationOf(user: KubeconfigUser): Promise<string | undefined> {
	// Read each time: it is replaced while the program runs.
	const token = user.tokenFile ? (await readFile(user.tokenFile, 'utf8')).trim() : user.token;
	if (token) return `Bearer ${token}`;
	if (!user.username) return undefined;
	return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

async function certificateOf(user: KubeconfigUser): Promise<PluggedCredentials['certificate']> {
	const cert = await dataOrFile(user['client-certificate-data'], user['client-certificate']);
	const key = await dataOrFile(user['client-key-data'], user['client-key']);
	if (cert === undefined && key === undefined) return undefined;
	if (cert === undefined || key === undefined) {
		throw new KubeconfigError(
			cert === undefined
				? 'there is a client-key and no client-certificate'
				: 'there is a client-certificate and no client-key',
		);
	}
	return {cert, key};
}

/** Which server is believed to be the one that is meant. */
async function trustOf({cluster}: SelectedContext): Promise<ServerConnection['tls']> {
	const ca = await dataOrFile(cluster['certificate-authority-data'], cluster['certificate-authority']);
	return {
		...(ca !== undefined && {ca}),
		...(cluster['insecure-skip-tls-verify'] && {rejectUnauthorized: false}),
		...(cluster['tls-server-name'] && {servername: cluster['tls-server-name']}),
	};
}

function lines(text: string): string {
	return printableLines(text.trim()).join('\n');
}

/** A failure to read a file or of a plugin, in words that name the file or the command. */
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
 * The credentials of a context. `proxy` is the URL of the proxy to go through, if any; `reread` gives the user of the
 * context as the kubeconfig has it now. Throws KubeconfigError for what cannot be honoured: a plugin that insists on a
 * terminal, impersonation without a user.
 */
export function credentialSource(
	selected: SelectedContext,
	proxy: string | undefined,
	reread: () => Promise<KubeconfigUser> = async () => selected.user,
): CredentialSource {
	const {userName} = selected;
	let {user} = selected;
	if (user.exec?.interactiveMode === 'Always') {
		throw new KubeconfigError(
			`the credential plugin "${printable(user.exec.command)}" of user "${printable(userName)}" wants the terminal ` +
				'(interactiveMode: Always), which the console occupies; log in first and use a context with its result',
		);
	}
	const impersonated = impersonation(user, userName);
	const repeated = Object.values(impersonated).some(value => Array.isArray(value) && value.length > 1);
	let plugin: Promise<CredentialPlugin> | undefined;
	let running: Promise<Credentials> | undefined;
	let epoch = 0;

	const plugged = async (): Promise<PluggedCredentials> => {
		plugin ??= import('./credential-plugin.js').then(async ({credentialPlugin}) =>
			credentialPlugin(selected, proxy),
		);
		return (await plugin).get();
	};

	const compute = async (): Promise<Credentials> => {
		const startedIn = epoch;
		try {
			const {authorization, certificate} = hasPlugin(user)
				? await plugged()
				: {authorization: await authorizationOf(user), certificate: await certificateOf(user)};
			return {
				headers: {...(authorization !== undefined && {Authorization: authorization}), ...impersonated},
				connection: {
					tls: {...(await trustOf(selected)), ...certificate},
					...(proxy !== undefined && {proxy}),
				},
				allowHttp2: !repeated,
				epoch: startedIn,
			};
		} catch (error) {
			plugin = undefined;
			throw explained(error, selected);
		}
	};

	/** Undefined when it cannot be read, as while somebody writes it. */
	const rereadUser = async (): Promise<KubeconfigUser | undefined> => {
		try {
			return await reread();
		} catch {
			return undefined;
		}
	};

	return {
		async get() {
			running ??= compute().finally(() => {
				running = undefined;
			});
			return running;
		},
		async rejected(used) {
			if (used.epoch !== epoch) return true;
			if (!hasPlugin(user)) {
				const now = await rereadUser();
				// Another refusal may have been quicker.
				if (used.epoch !== epoch) return true;
				// A plugin in its stead, or another one to act as, is for a new start.
				if (now?.token === user.token || hasPlugin(now ?? {})) return false;
				user = {...user, token: now?.token};
				epoch++;
				return true;
			}
			epoch++;
			// It keeps what the plugin said; a new one asks it again.
			plugin = undefined;
			return true;
		},
	};
}
