/**
 * The hosts of a Route.
 *
 * Source: knative/serving pkg/reconciler/route/config/domain.go, domains/domains.go, visibility/visibility.go.
 */
import {parse} from 'yaml';
import {configmaps} from '../resources.js';
import type {ObjectStore} from '../state.js';
import type {StoredRoute} from './objects.js';

export const clusterDomain = 'svc.cluster.local';

export type Hosts = {
	/** The host to show to the world, or the local one when the route is cluster-local. */
	host: string;
	clusterLocal: boolean;
	/** The ways to say it inside the cluster, shortest first. */
	local: string[];
};

/** The hosts of a route, or of one of its tags. */
export function hostsOf(store: ObjectStore, route: StoredRoute, tag: string): Hosts {
	const {name, namespace = '', labels = {}} = route.metadata;
	const first = tag === '' ? name : `${tag}-${name}`;
	const local = [
		`${first}.${namespace}`,
		`${first}.${namespace}.svc`,
		`${first}.${namespace}.${clusterDomain}`,
	];
	const domain = domainFor(store, labels);
	const clusterLocal =
		labels['networking.knative.dev/visibility'] === 'cluster-local' || domain === clusterDomain;
	return {
		host: `${first}.${namespace}.${clusterLocal ? clusterDomain : domain}`,
		clusterLocal,
		local,
	};
}

/** Why a host cannot be, as Route's ErrorConfig says it; undefined when it can. */
export function hostProblem(host: string): string | undefined {
	const label = host.split('.').find(part => part.length > 63);
	return label === undefined
		? undefined
		: `domain name error: url: Invalid value: "${host}": must be no more than 63 characters in the label "${label}"`;
}

/** The domain whose selector fits the labels best; of equals the first in the alphabet. */
function domainFor(store: ObjectStore, labels: Readonly<Record<string, string>>): string {
	const data = store.get(configmaps, 'knative-serving', 'config-domain')?.['data'];
	let best = {domain: clusterDomain, specificity: -1};
	const entries = Object.entries(typeof data === 'object' && data !== null ? data : {}).toSorted(
		([left], [right]) => (left < right ? -1 : 1),
	);
	for (const [domain, text] of entries) {
		const selector = domain.startsWith('_') ? undefined : selectorOf(text);
		const fits = selector?.every(([label, value]) => labels[label] === value) ?? false;
		if (selector && fits && selector.length > best.specificity) {
			best = {domain, specificity: selector.length};
		}
	}

	return best.domain;
}

function selectorOf(text: unknown): [string, unknown][] | undefined {
	if (typeof text !== 'string') {
		return undefined;
	}

	const parsed: unknown = text.trim() === '' ? {} : parse(text);
	const selector: unknown =
		typeof parsed === 'object' && parsed !== null && 'selector' in parsed ? parsed.selector : {};
	return typeof selector === 'object' && selector !== null ? Object.entries(selector) : [];
}
