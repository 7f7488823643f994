/**
 * Who we are to the API server, and how TLS to it is to be spoken. Tokens, passwords and certificates are read here, by
 * kubectl's rules (kubernetes/client-go tools/clientcmd/api types.go); plugins are run by plugin-login.ts, and OIDC is
 * client-node's, each loaded for those alone.
 */
import {readGiven} from '../../files/given-file.js';
import {describeFault} from '../../knative/text/fault.js';
import {printable} from '../../knative/text/printable.js';
import {basicOf} from '../http/headers.js';
import {dataOrFile, KubeconfigError, type KubeconfigUser, type SelectedContext} from './kubeconfig.js';
import type {OidcLogin} from './oidc.js';
import type {PluginLogin, PluginRun, TerminalLoan} from './plugin-login.js';
import {movedTo} from './same-cluster.js';
import {mayBeToken} from './kubeconfig-entries.js';
import {readPair, type CertificatePair} from './trust/certificates.js';
import {trustOf, type Trust} from './trust/trust.js';

/** How to get to the API server. */
export type ServerConnection = {
	tls: Trust & {cert?: string | Buffer; key?: string | Buffer};
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

/** What stands between the operator and the cluster, whatever the server says. */
export type Standing = {
	/** The credential plugin that runs at the moment. */
	plugin?: PluginRun | undefined;
	/** A plugin gets no further before the operator hands the terminal over, with ctrl-r. */
	needsTerminal?: boolean;
	/** The server has refused the login there is, and accepted none since: a watch that is open may go on for a while. */
	isRefused?: boolean;
	/** That the context means another cluster by now, as a sentence without its end. */
	movedTo?: string | undefined;
};

export type CredentialSource = {
	readonly standing: Standing;
	/** Throws an Error with a sentence when a file is unreadable or a plugin fails. */
	get(): Promise<Credentials>;
	/**
	 * The server did not accept these. Returns whether asking again may give others: an exec plugin is run again, a
	 * kubeconfig that says something else by now is taken, the files it names are read every time anyway.
	 */
	rejected(used: Credentials): Promise<boolean>;
	/** The server knows them. */
	accepted(): void;
	/** It does not, and there are no others. */
	refused(): void;
	/** Reads the kubeconfig again, and says in `standing` whether the context means the same cluster. */
	check(): Promise<void>;
	/** The operator wants to know now, whatever was to be waited for. */
	wanted(): void;
	/** Ends a plugin that runs. */
	close(): void;
};

/** As UTF-8, a character for each of its bytes: so Go sends and reads what stands in a header. */
function inHeader(name: string): string {
	const bytes = Buffer.from(name).toString('latin1');
	if (mayBeToken(bytes)) return bytes;
	throw new KubeconfigError(`whom to act as, "${printable(name)}", has characters that no header may have`);
}

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
		'Impersonate-User': inHeader(user.as),
		...(groups.length > 0 ? {'Impersonate-Group': groups.map(inHeader)} : {}),
		...(uid ? {'Impersonate-Uid': inHeader(uid)} : {}),
		...Object.fromEntries(
			extra.map(([key, list]) => [
				`Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`,
				list.map(inHeader),
			]),
		),
	};
}

/** Whether credentials come from something that has to be run or asked. */
export function hasPlugin(user: KubeconfigUser): boolean {
	return Boolean(user.exec ?? user['auth-provider']);
}

async function authorizationOf(user: KubeconfigUser): Promise<string | undefined> {
	const token = (await fileToken(user)) || user.token;
	if (token) {
		if (!mayBeToken(token)) throw new KubeconfigError('the token has characters that no header may have');
		return `Bearer ${token}`;
	}
	if (!user.username) return undefined;
	return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

/** Read each time: it is replaced while the program runs. A token beside it stands in for a file that cannot be read. */
async function fileToken({tokenFile, token}: KubeconfigUser): Promise<string | undefined> {
	if (!tokenFile) return undefined;
	try {
		const read = (await readGiven(tokenFile)).toString('utf8').trim();
		// Without it the server would be asked as nobody, and would tell of rights that are missing.
		if (read === '' && !token) {
			throw new KubeconfigError(`the file with the token of the user is empty: ${printable(tokenFile)}`);
		}
		return read;
	} catch (error) {
		if (token) return undefined;
		throw error;
	}
}

async function certificateOf(user: KubeconfigUser): Promise<CertificatePair | undefined> {
	const cert = await dataOrFile(user['client-certificate-data'], user['client-certificate']);
	// A key alone is not looked at, as by kubectl.
	if (cert === undefined) return undefined;
	const key = await dataOrFile(user['client-key-data'], user['client-key']);
	if (key === undefined) throw new KubeconfigError('there is a client-certificate and no client-key');
	const pair = readPair({cert, key});
	if ('fault' in pair) {
		throw new KubeconfigError(pair.fault.replaceAll(/\bthe (?=certificate|key)/g, 'the client-'));
	}
	return pair;
}

/** A failure to read a file, in words that name the user. */
function explained(error: unknown, {userName}: SelectedContext): Error {
	if (error instanceof KubeconfigError) return error;
	return new KubeconfigError(
		`the credentials of user "${printable(userName)}" cannot be used: ${describeFault(error)}`,
		{cause: error},
	);
}

/** Whether it is another login than that one. */
function isAnother(
	{headers, connection: {tls}}: Credentials,
	{authorization, certificate}: {authorization: string | undefined; certificate: CertificatePair | undefined},
): boolean {
	return (
		headers['Authorization'] !== authorization ||
		String(tls.cert) !== String(certificate?.cert) ||
		String(tls.key) !== String(certificate?.key)
	);
}

/**
 * The credentials of a context. `proxy` is the URL of the proxy to go through, if any; `reread` gives the context as the
 * kubeconfig has it now. Throws KubeconfigError for impersonation without a user.
 */
export function credentialSource(
	opened: SelectedContext,
	{
		proxy,
		reread = async () => opened,
		terminal,
		onStanding = () => {},
	}: {
		proxy?: string | undefined;
		reread?: () => Promise<SelectedContext>;
		terminal?: TerminalLoan | undefined;
		/** Told of each change of `standing`. */
		onStanding?: (standing: Standing) => void;
	} = {},
): CredentialSource {
	let selected = opened;
	let plugin: Promise<PluginLogin> | undefined;
	let oidc: Promise<OidcLogin> | undefined;
	let running: Promise<Credentials> | undefined;
	let epoch = 0;
	/** What the server was sent last; all that it gets while the context means another cluster. */
	let last: Credentials | undefined;
	let standing: Standing = {};
	let isClosed = false;
	impersonation(opened.user, opened.userName);

	const put = (more: Standing) => {
		standing = {...standing, ...more};
		if (!isClosed) onStanding(standing);
	};

	/** Another plugin is another login. */
	const switchTo = (now: SelectedContext) => {
		selected = now;
		void plugin?.then(login => login.close());
		if (standing.needsTerminal) put({needsTerminal: false});
		plugin = undefined;
		oidc = undefined;
	};

	const pluginLogin = async (): Promise<PluginLogin> => {
		plugin ??= import('./plugin-login.js').then(({createPluginLogin}) =>
			createPluginLogin(selected, {
				terminal,
				onRun: run => put({plugin: run}),
				onNeed(needsTerminal) {
					if (needsTerminal !== Boolean(standing.needsTerminal)) put({needsTerminal});
				},
			}),
		);
		return plugin;
	};

	const logIn = async (): Promise<{
		authorization: string | undefined;
		certificate: CertificatePair | undefined;
	}> => {
		const {user} = selected;
		const own = {authorization: await authorizationOf(user), certificate: await certificateOf(user)};
		// What stands in the file itself comes first (client-go: the plugin adds what is not there).
		if (own.authorization !== undefined || !hasPlugin(user)) return own;
		if (user.exec) {
			const {token, certificate} = await (await pluginLogin()).get();
			return {authorization: token && `Bearer ${token}`, certificate: own.certificate ?? certificate};
		}
		oidc ??= import('./oidc.js').then(async ({oidcLogin}) => oidcLogin(selected, proxy));
		return {authorization: await (await oidc).get(), certificate: own.certificate};
	};

	const compute = async (): Promise<Credentials> => {
		const startedIn = epoch;
		try {
			const {authorization: own, certificate} = await logIn();
			// As Go has it: a login in the URL comes before any other, as for a proxy in front of the server.
			const authorization = basicOf(new URL(opened.cluster.server)) ?? own;
			const impersonated = impersonation(selected.user, selected.userName);
			// Whoever gave the context to another cluster may have put its token into the same file.
			if (last && isAnother(last, {authorization, certificate})) {
				const now = await readAgain();
				// While nobody knows which cluster is meant, what stands in a file may be for another. A plugin is run as it was.
				if (standing.movedTo !== undefined || (!now && !hasPlugin(selected.user))) return last;
			}
			last = {
				headers: {...(authorization !== undefined && {Authorization: authorization}), ...impersonated},
				connection: {
					tls: {...(await trustOf(opened)), ...certificate},
					...(proxy !== undefined && {proxy}),
				},
				allowHttp2: !Object.values(impersonated).some(value => Array.isArray(value) && value.length > 1),
				epoch: startedIn,
			};
			return last;
		} catch (error) {
			oidc = undefined;
			throw explained(error, selected);
		}
	};

	/** What the file says of the same cluster; undefined when it cannot be read, as while somebody writes it. */
	const readAgain = async (): Promise<SelectedContext | undefined> => {
		let now: SelectedContext;
		try {
			now = await reread();
		} catch {
			return undefined;
		}
		const moved = await movedTo(opened, now);
		if (moved !== standing.movedTo) put({movedTo: moved});
		return moved === undefined ? now : undefined;
	};

	return {
		get standing() {
			return standing;
		},
		async get() {
			if (last && standing.movedTo !== undefined) return last;
			running ??= compute().finally(() => {
				running = undefined;
			});
			return running;
		},
		async rejected(used) {
			if (standing.movedTo === undefined && used.epoch !== epoch) return true;
			const now = await readAgain();
			// Nothing is read or run again: what there is now is for the other cluster.
			if (standing.movedTo !== undefined) return false;
			// Another refusal may have been quicker.
			if (used.epoch !== epoch) return true;
			if (now && JSON.stringify(now.user) !== JSON.stringify(selected.user)) {
				switchTo(now);
				epoch++;
				return true;
			}
			if (!hasPlugin(selected.user)) return false;
			if (plugin && !(await plugin).rejected()) return false;
			// It keeps what it was given; a new one asks again.
			oidc = undefined;
			epoch++;
			return true;
		},
		accepted() {
			if (standing.isRefused) put({isRefused: false});
			void plugin?.then(login => login.accepted());
		},
		refused() {
			if (!standing.isRefused) put({isRefused: true});
		},
		async check() {
			await readAgain();
		},
		wanted() {
			void plugin?.then(login => login.wanted());
		},
		close() {
			isClosed = true;
			void plugin?.then(login => login.close());
		},
	};
}
