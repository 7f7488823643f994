/**
 * The hosts of a Route.
 *
 * Source: knative/serving pkg/reconciler/route/config/domain.go, domains/domains.go, visibility/visibility.go.
 */
import {loadAll} from 'js-yaml';
import {configmaps, coreServices} from '../../resources.js';
import {networkSettings, systemNamespace} from '../../cluster-settings.js';
import type {ObjectStore} from '../../shared-store.js';
import type {StoredRoute} from '../objects.js';

const clusterDomain = 'svc.cluster.local';
export const visibilityLabel = 'networking.knative.dev/visibility';

export type Hosts = {
	/** The host to show to the world, or the local one when the route is cluster-local. */
	host: string;
	clusterLocal: boolean;
	/** The ways to say it inside the cluster, shortest first. */
	local: string[];
};

/** The hosts of a route, or of one of its tags, by the templates of config-network. */
export function hostsOf(store: ObjectStore, route: StoredRoute, tag: string): Hosts {
	const {name, namespace = '', labels = {}, annotations = {}} = route.metadata;
	const {domainTemplate} = networkSettings(store);
	const first = serviceName(store, name, tag);
	const local = [
		`${first}.${namespace}`,
		`${first}.${namespace}.svc`,
		`${first}.${namespace}.${clusterDomain}`,
	];
	const domain = domainFor(store, labels);
	const placeholder = store.get(coreServices, namespace, first)?.metadata.labels ?? {};
	const clusterLocal =
		labels[visibilityLabel] === 'cluster-local' ||
		domain === clusterDomain ||
		// On the Service of a tag it hides that tag alone, whatever it says.
		(placeholder[visibilityLabel] ?? '') !== '';
	return {
		host: clusterLocal
			? `${first}.${namespace}.${clusterDomain}`
			: expand(domainTemplate, {Name: first, Namespace: namespace, Domain: domain}, {annotations, labels}),
		clusterLocal,
		local,
	};
}

/** The name of a route, or of one of its tags, as the first part of a host and as a Service inside the cluster. */
export function serviceName(store: ObjectStore, route: string, tag: string): string {
	return tag === '' ? route : expand(networkSettings(store).tagTemplate, {Name: route, Tag: tag});
}

/**
 * Fills in a Go template as far as the ones for hosts go: `{{.Name}}`, `{{index .Labels "key"}}`. Everything else is
 * left as it stands, which `hostProblem` then refuses.
 */
function expand(
	template: string,
	fields: Readonly<Record<string, string>>,
	{
		annotations = {},
		labels = {},
	}: {annotations?: Record<string, string>; labels?: Record<string, string>} = {},
): string {
	return template
		.replaceAll(/\{\{-?\s*\.(\w+)\s*-?\}\}/g, (action, field: string) => fields[field] ?? action)
		.replaceAll(
			/\{\{-?\s*index\s+\.(Annotations|Labels)\s+"([^"]*)"\s*-?\}\}/g,
			(_action, map: string, key: string) => (map === 'Labels' ? labels : annotations)[key] ?? '',
		);
}

/** Why a host cannot be, as Route's ErrorConfig says it; undefined when it can. */
export function hostProblem(host: string): string | undefined {
	const label = host.split('.').find(part => part.length > 63);
	if (label !== undefined) {
		return `domain name error: url: Invalid value: "${host}": must be no more than 63 characters in the label "${label}"`;
	}

	return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host)
		? undefined
		: `domain name error: invalid domain name "${host}": url: Invalid value: "${host}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
}

/** The domain whose selector fits the labels best; of equals the first in the alphabet. */
function domainFor(store: ObjectStore, labels: Readonly<Record<string, string>>): string {
	const data = store.get(configmaps, systemNamespace, 'config-domain')?.['data'];
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

	const [parsed = {}] = loadAll(text);
	const selector: unknown =
		typeof parsed === 'object' && parsed !== null && 'selector' in parsed ? parsed.selector : {};
	return typeof selector === 'object' && selector !== null ? Object.entries(selector) : [];
}
