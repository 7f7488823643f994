/** In which namespaces the operator may list services: in all at once, or in which. */
import {mayI} from './auth/access.js';
import type {ContextInfo} from './auth/kubeconfig.js';
import {withoutUserInfo} from '../knative/text/user-info.js';
import {TransportError, type Cluster} from './cluster.js';
import {listNamespaces} from './namespaces.js';
import {servingGroup, servingPath} from './paths.js';

export type VisibleNamespaces =
	/** One list shows them all. */
	| {kind: 'all'}
	/** Each has to be listed by itself. Sorted by code units, and maybe none; `sentence` says why, and which. */
	| {kind: 'some'; names: readonly string[]; sentence: string};

/** Namespaces that the contexts of a kubeconfig are in, of those that lead to a server; that without user and password. */
export const namespacesAt = (server: string, contexts: readonly ContextInfo[]): string[] =>
	contexts.flatMap(({server: its, namespace}) =>
		its !== undefined && withoutUserInfo(its) === server ? [namespace] : [],
	);

/** Each is two watches, and over HTTP/1.1 two connections. */
const mostNamespaces = 30;

/** Questions that are open at the same time. */
const mostAtOnce = 8;

/**
 * Lists nothing cluster-wide unless a review says that it may be done, or none can be had.
 *
 * @param known Namespaces that the kubeconfig speaks of, for an operator who may not list those there are.
 */
export async function findVisibleNamespaces(
	cluster: Cluster,
	known: readonly string[],
): Promise<VisibleNamespaces> {
	if (await mayList(cluster, undefined)) return {kind: 'all'};
	const listed = await listNamespaces(cluster);
	const candidates = listed.kind === 'listed' ? listed.names : [...new Set([...listed.names, ...known])];
	const isVisible = new Map<string, boolean>();
	const waiting = candidates.values();
	const worker = async () => {
		for (const name of waiting) isVisible.set(name, await mayList(cluster, name));
	};
	await Promise.all(Array.from({length: mostAtOnce}, worker));
	const visible = candidates.filter(name => isVisible.get(name)).toSorted(byCodeUnits);
	const names = visible.slice(0, mostNamespaces);
	const sentence = sentenceFor({
		shown: names,
		visible: visible.length,
		...(listed.kind === 'listed' && {total: candidates.length}),
	});
	return {kind: 'some', names, sentence};
}

const byCodeUnits = (one: string, other: string): number => (one < other ? -1 : 1);

/** In words: which are shown, and of how many. `total` is undefined where the namespaces may not be listed. */
function sentenceFor({
	shown,
	visible,
	total,
}: {
	shown: readonly string[];
	visible: number;
	total?: number;
}): string {
	const refused =
		total === undefined
			? 'You may list neither the services of all namespaces nor the namespaces'
			: 'You may not list the services of all namespaces';
	if (shown.length === 0) {
		const tried = total === undefined ? 'those of your kubeconfig' : `the ${total} there are`;
		return `${refused}, and not the services of any of ${tried}.`;
	}
	const many = shown.length < visible ? `, the first ${shown.length} of ${visible} that you may see` : '';
	const which = `${shown.join(', ')}${many}`;
	return total === undefined
		? `${refused}. Shown: ${which}, as in your kubeconfig.`
		: `${refused}. Shown: ${which}; ${total} namespaces in all.`;
}

/** A review says it; who may not even ask for one finds out with a list of one. */
async function mayList(cluster: Cluster, namespace: string | undefined): Promise<boolean> {
	const action = {verb: 'list', group: servingGroup, resource: 'services'};
	const [access] = await mayI(cluster, namespace, [action]);
	if (access && access.kind !== 'unknown') return access.kind === 'allowed';
	try {
		const path = servingPath('services', namespace);
		const {status} = await cluster.request({method: 'GET', path, query: {limit: '1'}});
		return status === 200;
	} catch (error) {
		// Who watches it will say what is the matter with the server.
		if (error instanceof TransportError) return true;
		throw error;
	}
}
