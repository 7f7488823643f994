/**
 * Kubeconfig files by kubectl's rules, which client-node does not follow: several files in $KUBECONFIG are merged and the first
 * that says something wins, missing files are ignored, and relative paths are relative to the file they stand in.
 * Source: kubernetes/client-go tools/clientcmd (loader.go, client_config.go).
 */
import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import {parse as parseYaml} from 'yaml';
import {printable} from '../traffic/printable.js';

/** The kubeconfig, or what it says, is no way to a cluster. The message tells the operator what to do. */
export class KubeconfigError extends Error {
	override name = 'KubeconfigError';
}

export type KubeconfigSource = {
	/** Path of one file, as `--kubeconfig` gives it. */
	kubeconfig?: string;
	/** The text itself, instead of any file. */
	kubeconfigText?: string;
	/** For tests: the environment, the home directory and where a pod finds its service account. */
	env?: Record<string, string | undefined>;
	home?: string;
	serviceAccount?: string;
};

const text = v.optional(v.nullable(v.string('must be text (put it in quotes)')));
const flag = v.optional(v.nullable(v.boolean()));

const clusterSchema = v.looseObject({
	server: text,
	'certificate-authority': text,
	'certificate-authority-data': text,
	'insecure-skip-tls-verify': flag,
	'tls-server-name': text,
	'proxy-url': text,
	extensions: v.optional(v.nullable(v.array(v.looseObject({name: v.string(), extension: v.unknown()})))),
});

const execSchema = v.looseObject({
	apiVersion: v.string('must be given'),
	command: v.string('must be given'),
	args: v.optional(v.nullable(v.array(v.string()))),
	env: v.optional(v.nullable(v.array(v.object({name: v.string(), value: v.string()})))),
	installHint: text,
	provideClusterInfo: flag,
	interactiveMode: text,
});

const userSchema = v.looseObject({
	token: text,
	tokenFile: text,
	username: text,
	password: text,
	'client-certificate': text,
	'client-certificate-data': text,
	'client-key': text,
	'client-key-data': text,
	as: text,
	'as-uid': text,
	'as-groups': v.optional(v.nullable(v.array(v.string()))),
	'as-user-extra': v.optional(v.nullable(v.record(v.string(), v.array(v.string())))),
	exec: v.optional(v.nullable(execSchema)),
	'auth-provider': v.optional(v.nullable(v.looseObject({name: v.string()}))),
});

const contextSchema = v.looseObject({cluster: text, user: text, namespace: text});

export type KubeconfigCluster = v.InferOutput<typeof clusterSchema>;
export type KubeconfigUser = v.InferOutput<typeof userSchema>;
type KubeconfigContext = v.InferOutput<typeof contextSchema>;

const entries = v.optional(v.nullable(v.array(v.looseObject({name: v.string()}))));

const fileSchema = v.looseObject({
	'current-context': text,
	contexts: entries,
	clusters: entries,
	users: entries,
});

/** An entry as it stands in a file; only the one that is used is checked, so that another one's fault does not matter. */
type Entry = {value: unknown; file: string; directory: string};

type Kubeconfig = {
	/** What was read, for messages. */
	files: string[];
	currentContext: string | undefined;
	contexts: Map<string, Entry>;
	clusters: Map<string, Entry>;
	users: Map<string, Entry>;
};

/** A context with what it refers to; paths are absolute. */
export type SelectedContext = {
	name: string;
	namespace: string;
	clusterName: string;
	userName: string;
	cluster: KubeconfigCluster & {server: string};
	user: KubeconfigUser;
};

export type ContextInfo = {
	name: string;
	/** Names of the entries it refers to. */
	cluster: string;
	user: string;
	/** URL of the API server, when its cluster is in the kubeconfig. */
	server?: string;
	namespace: string;
	current: boolean;
};

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function readKubeconfig(file: string, missingIsFine: boolean): Promise<string | undefined> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const code = codeOf(error);
		if (code === 'ENOENT' && missingIsFine) return undefined;
		const why =
			{ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a directory'}[
				code ?? ''
			] ?? (error instanceof Error ? error.message : String(error));
		throw new KubeconfigError(`cannot read the kubeconfig ${printable(file)}: ${why}`, {cause: error});
	}
}

function explain(issues: readonly v.BaseIssue<unknown>[]): string {
	const [issue] = issues;
	const where = issue === undefined ? null : v.getDotPath(issue);
	return `${where ?? 'it'}: ${printable(issue?.message ?? 'is not valid')}`;
}

function parseFile(content: string, file: string) {
	let raw: unknown;
	try {
		raw = parseYaml(content, {logLevel: 'error'}) ?? {};
	} catch (error) {
		const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
		throw new KubeconfigError(`the kubeconfig ${file} is not valid YAML: ${printable(line!)}`, {
			cause: error,
		});
	}
	const parsed = v.safeParse(fileSchema, raw);
	if (!parsed.success) throw new KubeconfigError(`${file} is no kubeconfig: ${explain(parsed.issues)}`);
	return parsed.output;
}

function merge(files: {file: string; directory: string; content: string}[]): Kubeconfig {
	const merged: Kubeconfig = {
		files: files.map(({file}) => file),
		currentContext: undefined,
		contexts: new Map(),
		clusters: new Map(),
		users: new Map(),
	};
	for (const {file, directory, content} of files) {
		const parsed = parseFile(content, file);
		merged.currentContext ??= parsed['current-context'] || undefined;
		for (const [list, key, into] of [
			[parsed.contexts, 'context', merged.contexts],
			[parsed.clusters, 'cluster', merged.clusters],
			[parsed.users, 'user', merged.users],
		] as const) {
			for (const entry of list ?? []) {
				if (!into.has(entry.name)) into.set(entry.name, {value: entry[key] ?? {}, file, directory});
			}
		}
	}
	return merged;
}

/** A pod's own way to the API server: kubernetes/client-go rest.InClusterConfig. */
async function inCluster(
	root: string,
	env: Record<string, string | undefined>,
): Promise<Kubeconfig | undefined> {
	const {KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port} = env;
	if (!host || !port) return undefined;
	const tokenFile = path.join(root, 'token');
	if ((await readKubeconfig(tokenFile, true)) === undefined) return undefined;
	const namespace = (await readKubeconfig(path.join(root, 'namespace'), true))?.trim();
	const entry = (value: unknown): Entry => ({value, file: 'the service account', directory: root});
	return {
		files: ['the service account'],
		currentContext: 'in-cluster',
		contexts: new Map([['in-cluster', entry({cluster: 'in-cluster', user: 'service account', namespace})]]),
		clusters: new Map([
			[
				'in-cluster',
				entry({
					server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
					'certificate-authority': 'ca.crt',
				}),
			],
		]),
		users: new Map([['service account', entry({tokenFile: 'token'})]]),
	};
}

async function load(source: KubeconfigSource): Promise<Kubeconfig> {
	if (source.kubeconfigText !== undefined) {
		return merge([{file: 'given as text', directory: process.cwd(), content: source.kubeconfigText}]);
	}
	const env = source.env ?? process.env;
	const explicit = source.kubeconfig !== undefined;
	const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter(Boolean);
	const standard = path.join(source.home ?? homedir(), '.kube', 'config');
	const wanted = explicit ? [source.kubeconfig!] : listed.length > 0 ? listed : [standard];
	const found: {file: string; directory: string; content: string}[] = [];
	for (const file of wanted.map(name => path.resolve(name))) {
		const content = await readKubeconfig(file, !explicit);
		if (content !== undefined) found.push({file, directory: path.dirname(file), content});
	}
	const merged = merge(found);
	if (explicit || merged.contexts.size > 0) return merged;
	const own = await inCluster(source.serviceAccount ?? '/var/run/secrets/kubernetes.io/serviceaccount', env);
	if (own) return own;
	if (found.length > 0) return merged;
	throw new KubeconfigError(
		`there is no kubeconfig: ${wanted.map(file => printable(file)).join(', ')} ${wanted.length > 1 ? 'do' : 'does'} not exist; ` +
			'set KUBECONFIG, give --kubeconfig, or start with --sandbox',
	);
}

function check<T>(schema: v.GenericSchema<unknown, T>, entry: Entry, what: string): T {
	const parsed = v.safeParse(schema, entry.value);
	if (parsed.success) return parsed.output;
	throw new KubeconfigError(`${what} in ${entry.file} is not valid: ${explain(parsed.issues)}`);
}

function named(names: Iterable<string>): string {
	const all = [...names].map(name => printable(name));
	return all.length === 0 ? 'there is none' : `there are: ${all.join(', ')}`;
}

/** A path relative to the file it stands in, made absolute; nothing stays nothing. */
function absolute(directory: string, file: string | null | undefined): string | undefined {
	return file ? path.resolve(directory, file) : undefined;
}

/** All contexts, in the order of the files. Throws KubeconfigError when there is no kubeconfig or none can be read. */
export async function listContexts(source: KubeconfigSource = {}): Promise<ContextInfo[]> {
	const config = await load(source);
	return [...config.contexts].map(([name, entry]) => {
		const context = v.safeParse(contextSchema, entry.value);
		const {cluster, user, namespace}: KubeconfigContext = context.success ? context.output : {};
		const target = v.safeParse(clusterSchema, config.clusters.get(cluster ?? '')?.value);
		const server = target.success ? target.output.server : undefined;
		return {
			name,
			cluster: cluster ?? '',
			user: user ?? '',
			namespace: namespace || 'default',
			current: name === config.currentContext,
			...(server ? {server} : {}),
		};
	});
}

/**
 * The context that `--context` names, or the current one, with its cluster and user. Throws KubeconfigError with what
 * there is to choose from, or with what is wrong with the entry.
 */
export async function selectContext(source: KubeconfigSource, wanted?: string): Promise<SelectedContext> {
	const config = await load(source);
	const name = wanted ?? config.currentContext;
	if (name === undefined) {
		throw new KubeconfigError(
			`no context is current; choose one with --context (${named(config.contexts.keys())})`,
		);
	}
	const contextEntry = config.contexts.get(name);
	if (!contextEntry) {
		throw new KubeconfigError(
			`there is no context "${printable(name)}" in ${config.files.join(', ')} (${named(config.contexts.keys())})`,
		);
	}
	const shown = printable(name);
	const context = check(contextSchema, contextEntry, `context "${shown}"`);
	const clusterEntry = config.clusters.get(context.cluster ?? '');
	if (!clusterEntry) {
		throw new KubeconfigError(
			`context "${shown}" names the cluster "${printable(context.cluster ?? '')}", which is not in the kubeconfig`,
		);
	}
	const clusterName = context.cluster!;
	const cluster = check(clusterSchema, clusterEntry, `cluster "${printable(clusterName)}"`);
	const server = checkServer(cluster.server, clusterName);
	const userName = context.user ?? '';
	const userEntry = config.users.get(userName);
	if (userName !== '' && !userEntry) {
		throw new KubeconfigError(
			`context "${shown}" names the user "${printable(userName)}", who is not in the kubeconfig`,
		);
	}
	return {
		name,
		namespace: context.namespace || 'default',
		clusterName,
		userName,
		cluster: {
			...cluster,
			server,
			'certificate-authority': absolute(clusterEntry.directory, cluster['certificate-authority']),
		},
		user: userEntry ? checkUser(userEntry, userName) : {},
	};
}

function checkUser(entry: Entry, name: string): KubeconfigUser {
	const user = check(userSchema, entry, `user "${printable(name)}"`);
	const {directory} = entry;
	const {exec} = user;
	return {
		...user,
		'client-certificate': absolute(directory, user['client-certificate']),
		'client-key': absolute(directory, user['client-key']),
		tokenFile: absolute(directory, user.tokenFile),
		// A command with a separator is a path, relative to the file; one without is looked up in $PATH.
		...(exec?.command.includes(path.sep)
			? {exec: {...exec, command: path.resolve(directory, exec.command)}}
			: {}),
	};
}

function checkServer(server: string | null | undefined, cluster: string): string {
	const given = server ?? '';
	// kubectl takes `host:port` without a scheme for http; a credential must not travel in the clear by a slip.
	const url = URL.canParse(given) ? new URL(given) : undefined;
	if (url?.protocol === 'https:' || url?.protocol === 'http:') return given;
	throw new KubeconfigError(
		`cluster "${printable(cluster)}" has the server "${printable(given)}", which is no http:// or https:// URL`,
	);
}
