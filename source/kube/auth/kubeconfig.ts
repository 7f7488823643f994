/** A context of the kubeconfig with its cluster and user, checked; only the one that is used. */
import {withoutAnyLogin} from '../../knative/text/user-info.js';
import path from 'node:path';
import * as v from 'valibot';
import {readGiven} from '../../files/given-file.js';
import {loginFault, placeFault} from '../http/proxy.js';
import {printable} from '../../knative/text/printable.js';
import {
	explain,
	KubeconfigError,
	loadKubeconfig,
	type KubeconfigEntry,
	type Kubeconfig,
	type KubeconfigSource,
} from './kubeconfig-files.js';

import {
	clusterSchema,
	contextSchema,
	userSchema,
	type KubeconfigContext,
	type KubeconfigUser,
	type SelectedContext,
} from './kubeconfig-entries.js';
import {hasOwnUser, overrideCluster, overrideUser, type KubeconfigOverrides} from './kubeconfig-overrides.js';
import {podNamespace} from './in-cluster.js';
import {refuseAsKubectl} from './kubeconfig-rules.js';

export {KubeconfigError, type KubeconfigSource} from './kubeconfig-files.js';
export type {KubeconfigUser, SelectedContext} from './kubeconfig-entries.js';
export type {KubeconfigOverrides} from './kubeconfig-overrides.js';

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
 * The context that `--context` names, or the current one, with its cluster and user; what the command line says of them comes
 * first (clientcmd: ConfigOverrides). Throws KubeconfigError with what there is to choose from, or with what is wrong with
 * the entry, or is refused by kubectl.
 */
export async function selectContext(
	source: KubeconfigSource,
	wanted?: string,
	overrides: KubeconfigOverrides = {},
): Promise<SelectedContext> {
	const config = await loadKubeconfig(source, {isOptional: overrides.server !== undefined});
	const {name, context, isMadeUp} = contextOf(config, wanted, overrides);
	const clusterName = overrides.cluster ?? context.cluster ?? '';
	const clusterEntry = config.clusters.get(clusterName);
	const by = overrides.cluster === undefined ? `context "${printable(name)}"` : '--cluster';
	if (!clusterEntry && (overrides.cluster !== undefined || overrides.server === undefined)) {
		throw new KubeconfigError(
			`${by} names the cluster "${printable(clusterName)}", which is not in the kubeconfig`,
		);
	}
	const written = clusterEntry
		? check(clusterSchema, clusterEntry, `cluster "${printable(clusterName)}"`)
		: {};
	const cluster = overrideCluster(
		{
			...written,
			'certificate-authority': absolute(clusterEntry?.directory ?? '.', written['certificate-authority']),
		},
		overrides,
	);
	const server = checkServer(cluster.server, clusterName);
	const userName = overrides.user ?? context.user ?? '';
	const userEntry = config.users.get(userName);
	if (!userEntry && (overrides.user !== undefined || (userName !== '' && !hasOwnUser(overrides)))) {
		throw new KubeconfigError(
			overrides.user === undefined
				? `context "${printable(name)}" names the user "${printable(userName)}", who is not in the kubeconfig`
				: `--user names "${printable(userName)}", who is not in the kubeconfig`,
		);
	}
	const selected: SelectedContext = {
		name,
		...((isMadeUp || config.isOfPod) && {isMadeUp: true}),
		namespace: context.namespace || (await podNamespace(source)) || 'default',
		clusterName,
		userName,
		cluster: {...cluster, server},
		user: overrideUser(userEntry ? checkUser(userEntry, userName) : {}, overrides),
	};
	refuseAsKubectl(selected);
	return selected;
}

/** With a server of the command line no kubeconfig is needed. */
function contextOf(
	config: Kubeconfig,
	wanted: string | undefined,
	overrides: KubeconfigOverrides,
): {name: string; context: KubeconfigContext; isMadeUp?: true} {
	const name = wanted ?? config.currentContext;
	const standsAlone = overrides.server !== undefined || overrides.cluster !== undefined;
	if (name === undefined && standsAlone) {
		return {name: overrides.server ?? overrides.cluster ?? '', context: {}, isMadeUp: true};
	}
	if (config.contexts.size === 0) throw new KubeconfigError(withoutContexts(config));
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
	return {name, context: check(contextSchema, contextEntry, `context "${printable(name)}"`)};
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

/**
 * `host:port` is what kubectl makes of it, whatever is said of TLS beside it: http, over which no credential is
 * sent. `kubectl proxy` is reached so.
 */
function checkServer(server: string | null | undefined, cluster: string): string {
	const given = server ?? '';
	const isBare = given !== '' && !/^[a-z][a-z\d+.-]*:\/\//i.test(given);
	// What only looks like a scheme is none, and what follows it no host: a password in it would be shown as a path.
	const whole = isBare && !given.includes('://') ? `http://${given}` : given;
	const url = URL.canParse(whole) ? new URL(whole) : undefined;
	const isKnown = url?.protocol === 'https:' || url?.protocol === 'http:';
	const ofLogin = isKnown ? loginFault(url) : undefined;
	// A URL of a browser's has none around it, one of Go's is refused for them.
	const ofBlanks = isKnown && given !== given.trim() ? 'has blanks around it' : undefined;
	if (isKnown && ofLogin === undefined && ofBlanks === undefined) return whole;
	const fault =
		ofLogin ??
		ofBlanks ??
		((/^https?:/i.test(whole) && placeFault(whole)) || 'is no http:// or https:// URL');
	throw new KubeconfigError(
		`cluster "${printable(cluster)}" has the server "${printable(withoutAnyLogin(given))}", which ${fault}`,
	);
}

/** What stands in the kubeconfig as base64 comes before the file that it names as well. */
export async function dataOrFile(
	data: string | null | undefined,
	file: string | null | undefined,
): Promise<Buffer | undefined> {
	if (data) return Buffer.from(data, 'base64');
	return file ? readGiven(file) : undefined;
}
