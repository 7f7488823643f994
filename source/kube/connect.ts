/** From a kubeconfig to a Cluster: which context, with which credentials, by way of which proxy. */
import {printable} from '../knative/text/printable.js';
import type {Cluster} from './cluster.js';
import {credentialSource, hasPlugin, type Standing} from './auth/credentials.js';
import {copiedFlags} from './auth/copied-flags.js';
import {httpCluster, type HttpClusterOptions} from './http/http-cluster.js';
import {
	selectContext,
	type KubeconfigOverrides,
	type KubeconfigSource,
	type SelectedContext,
} from './auth/kubeconfig.js';
import {KubeconfigError, kubeconfigStamp, namedKubeconfigs} from './auth/kubeconfig-files.js';
import type {TerminalLoan} from './auth/plugin-login.js';
import {movedTo} from './auth/same-cluster.js';
import {withoutAnyLogin} from '../knative/text/user-info.js';
import {proxyAddress, proxyFault, proxyFromEnvironment} from './http/proxy.js';

export {
	KubeconfigError,
	listContexts,
	type ContextInfo,
	type KubeconfigOverrides,
	type KubeconfigSource,
} from './auth/kubeconfig.js';
export type {TerminalLoan} from './auth/plugin-login.js';

export type ConnectOptions = KubeconfigSource &
	HttpClusterOptions & {
		/** Name of a context; the current one when not given. */
		context?: string | undefined;
		/** What the command line says instead of the kubeconfig. */
		overrides?: KubeconfigOverrides | undefined;
		/** The way to the terminal, for a credential plugin that wants it. */
		terminal?: TerminalLoan | undefined;
	};

/**
 * Without who one is where there is no TLS, also on this machine, as kubectl does (client-go clientcmd, "only try to read the
 * auth information if we are secure"); whom to act as is said in any case.
 */
function shown(selected: SelectedContext): SelectedContext {
	const {cluster, user} = selected;
	if (new URL(cluster.server).protocol === 'https:') return selected;
	const {as, 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra} = user;
	return {...selected, user: {as, 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra}};
}

/** Milliseconds between two looks at the times of the files. */
const lookEvery = 5000;

/** Calls `onWritten` after a file of the kubeconfig was written, until what is returned is called. */
function whenWritten(source: KubeconfigSource, onWritten: () => Promise<void>): () => void {
	let before: string | undefined;
	const look = async () => {
		const now = await kubeconfigStamp(source);
		if (before !== undefined && now !== before) await onWritten();
		before = now;
	};
	const timer = setInterval(() => void look(), lookEvery);
	timer.unref();
	void look();
	return () => clearInterval(timer);
}

/** What cannot be part of a path (k8s.io/apimachinery: IsValidPathSegmentName) would ask for something else. */
function refuseNamespace(namespace: string): void {
	if (!/[/%]/.test(namespace) && namespace !== '.' && namespace !== '..') return;
	throw new KubeconfigError(`there can be no namespace "${printable(namespace)}": it may not contain / or %`);
}

/** That of the kubeconfig was looked at with the rest of it. */
function proxyOfEnvironment(server: string, env: Readonly<Record<string, string | undefined>>) {
	const url = new URL(server);
	const proxy = proxyFromEnvironment(url, env);
	const fault = proxy === undefined ? undefined : proxyFault(proxy);
	if (proxy === undefined || fault === undefined) return proxy;
	const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
	throw new KubeconfigError(`${name} is "${printable(withoutAnyLogin(proxy))}", which ${fault}`);
}

/**
 * The cluster of a context. Sends nothing yet: an unreachable server shows at the first request. Throws
 * KubeconfigError, with what to do, when there is no kubeconfig, no such context, a file that cannot be read, or
 * something in it that cannot be honoured.
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
	const {overrides, terminal} = options;
	const selected = shown(await selectContext(options, options.context, overrides));
	refuseNamespace(options.namespace ?? selected.namespace);
	const {user} = selected;
	const {server, 'proxy-url': ownProxy} = selected.cluster;
	const given = ownProxy || proxyOfEnvironment(server, options.env ?? process.env);
	const proxy = given ? proxyAddress(given) : undefined;
	const listeners = new Set<(standing: Standing) => void>();
	const credentials = credentialSource(selected, {
		proxy,
		terminal,
		// What was changed in the file is taken up without a new start.
		reread: async () => shown(await selectContext(options, selected.name, overrides)),
		onStanding(standing) {
			for (const listener of listeners) listener(standing);
		},
	});
	// A missing certificate is better said now than on every request; a plugin is left to the first of them.
	if (!hasPlugin(user)) await credentials.get();
	const onStanding: Cluster['onStanding'] = listener => {
		listeners.add(listener);
		return () => {
			listeners.delete(listener);
		};
	};
	const flags = copiedFlags(
		selected.isMadeUp ? undefined : selected.name,
		await namedKubeconfigs(options),
		overrides,
	);
	const cluster = httpCluster(selected, {credentials, proxy, onStanding, flags}, options);
	selectedFor.set(cluster, selected);
	if (!terminal?.isDrawnOn) return cluster;
	// Somebody looks at it for hours, and tools rewrite the file meanwhile.
	const stopLooking = whenWritten(options, async () => credentials.check());
	const watched: Cluster = {
		...cluster,
		get standing() {
			return credentials.standing;
		},
		async close() {
			stopLooking();
			await cluster.close();
		},
	};
	selectedFor.set(watched, selected);
	return watched;
}

/** What each was connected to by. */
const selectedFor = new WeakMap<Cluster, SelectedContext>();

/** Whether both were the same cluster when they were connected to. */
export async function areSame(one: Cluster, other: Cluster): Promise<boolean> {
	const [before, after] = [selectedFor.get(one), selectedFor.get(other)];
	return before !== undefined && after !== undefined && (await movedTo(before, after)) === undefined;
}

/** Whether these options lead to the cluster that this one was when it was connected to. */
export async function leadsTo(
	cluster: Cluster,
	options: KubeconfigSource & Pick<ConnectOptions, 'context' | 'overrides'>,
): Promise<boolean> {
	const opened = selectedFor.get(cluster);
	if (opened === undefined) return false;
	try {
		const now = await selectContext(options, options.context, options.overrides);
		return (await movedTo(opened, now)) === undefined;
	} catch {
		// They lead nowhere.
		return false;
	}
}
