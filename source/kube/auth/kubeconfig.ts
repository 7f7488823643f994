/** A context of the kubeconfig with its cluster and user, checked; only the one that is used. */
import path from 'node:path';
import * as v from 'valibot';
import {printable} from '../../knative/text/printable.js';
import {
	explain,
	KubeconfigError,
	loadKubeconfig,
	type KubeconfigEntry,
	type Kubeconfig,
	type KubeconfigSource,
} from './kubeconfig-files.js';

export {KubeconfigError, type KubeconfigSource} from './kubeconfig-files.js';

const text = v.optional(v.nullable(v.string('must be text (put it in quotes)')));
const flag = v.optional(v.nullable(v.boolean()));

const clusterSchema = v.looseObject({
	server: text,
	'certificate-authority': text,
	'certificate-authority-data': text,
	'insecure-skip-tls-verify': flag,
	'disable-compression': flag,
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

function check<T>(schema: v.GenericSchema<unknown, T>, entry: KubeconfigEntry, what: string): T {
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
	const config = await loadKubeconfig(source);
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
	const config = await loadKubeconfig(source);
	if (config.contexts.size === 0) throw new KubeconfigError(withoutContexts(config));
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

/** There is nothing to choose from: the wrong file, most likely, or one that was never filled. */
function withoutContexts({files, contexts, clusters, users, currentContext}: Kubeconfig): string {
	const isEmpty = contexts.size + clusters.size + users.size === 0 && currentContext === undefined;
	const what = files.map(file => printable(file)).join(', ');
	const be = files.length > 1 ? 'are' : 'is';
	const have = files.length > 1 ? 'list' : 'lists';
	return (
		`the kubeconfig ${what} ${isEmpty ? `${be} empty` : `${have} no context`}; ` +
		'set KUBECONFIG, give --kubeconfig, or start with --sandbox'
	);
}

function checkUser(entry: KubeconfigEntry, name: string): KubeconfigUser {
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
