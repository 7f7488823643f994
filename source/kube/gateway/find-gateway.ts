/**
 * Where the gateway of a service is: the way of Knative's own default-domain job (knative/serving cmd/default-domain), from
 * the Ingress of its Route to the address that its Service has. Names of hosts are never made up, and an address is taken
 * when something there takes connections: many a cluster has addresses that lead nowhere from outside.
 *
 * Only what the service itself leads to is asked for: a role in one namespace allows no list of all of them, and in a cluster
 * with two kinds of gateways the one of another service would answer, and know nothing of this one.
 */
import {endpointText} from '../../knative/commands/endpoint.js';
import {printable} from '../../knative/text/printable.js';
import type {Cluster} from '../cluster.js';
import {shortClass} from './gateway-objects.js';
import {
	asFound,
	knownGateways,
	Search,
	type AskedRoute,
	type Candidate,
	type FoundGateway,
	type SearchOptions,
} from './gateway-search.js';
import {decisiveRight, type MissingRight} from './missing-right.js';
import type {DialFailure} from './reachable.js';

export type {MissingRight} from './missing-right.js';
export type {AskedRoute, FoundGateway, InsideGateway, OtherDoor, Unreached} from './gateway-search.js';

const advice = 'with --gateway host[:port]';

/**
 * Finds the gateway of `route` by its Ingress, and by the usual Service of its class where that leads nowhere: the first
 * address of those it has that something can be connected to. Where there is none, it is one that a port-forward leads to; and
 * where that cannot be, the address that cannot be reached.
 *
 * @throws What `signal` was aborted with.
 */
export async function findGateway(
	cluster: Cluster,
	route: AskedRoute,
	options: SearchOptions = {},
): Promise<FoundGateway> {
	const search = new Search(cluster, route, options);
	const found = await look(search, route, options);
	return found.kind === 'not found' || search.guess === undefined ? found : {...found, guess: search.guess};
}

async function look(search: Search, route: AskedRoute, options: SearchOptions): Promise<FoundGateway> {
	const side = route.clusterLocal ? 'inside' : 'outside';
	const ingress = await search.ownIngress();
	const other = ingress?.ingressClass === undefined ? await search.classWithoutIngress() : undefined;
	const ingressClass = ingress?.ingressClass ?? other?.ingressClass;
	const via = ingressClass === undefined ? undefined : shortClass(ingressClass);
	// What is not known of the service is said with what comes of it: the gateway of another class knows nothing of it.
	const {blind} = search;
	if (blind !== undefined && other) {
		search.guess = `This is the gateway of the class ${via}, ${other.from}, because the Ingress of the service cannot be read (${blind}).`;
	}
	if (via === 'gateway-api') {
		const found = await search.fromGatewayApi(via);
		if (found) return found;
	}
	const balancer = ingress?.[side];
	if (balancer) {
		const found = await search.fromBalancer(balancer, via ?? 'its Ingress');
		if (found) return found;
		if (balancer.hosts.length + balancer.services.length === 0) {
			const which = route.clusterLocal ? 'private' : 'public';
			search.tried.push(`Ingress ${route.namespace}/${route.name}: no ${which} load balancer in the status`);
		}
	}
	const known = knownGateways.filter(gateway => gateway.via === via);
	const candidates = ingressClass === undefined ? await search.present(side) : known;
	// Of two kinds of gateways one knows nothing of this service, and would say that there is no such thing.
	if (ingressClass === undefined && candidates.length > 1) {
		const names = candidates.map(
			gateway => `${gateway.via} at ${gateway[side].namespace}/${gateway[side].name}`,
		);
		const why = [...new Set(search.tried)].join('; ');
		const missing = decisiveRight(search.missing);
		return {
			kind: 'not found',
			...(missing ? {missing} : {isUnknown: true}),
			sentence: `the cluster has several gateways, and which one serves ${printable(route.name)} may not be read; give its address ${advice} (${names.join(', ')}; ${why})`,
		};
	}
	const [only] = candidates;
	if (blind !== undefined && !other && only) {
		search.guess = `This is the only gateway that was found (${only.via}): which one the service has cannot be read (${blind}).`;
	}
	for (const gateway of candidates) {
		const found = await search.fromService(gateway[side], gateway.via);
		if (found) return found;
	}
	if (ingressClass !== undefined && known.length === 0) {
		const from = other ? ` (${other.from})` : '';
		search.tried.push(`where the gateways of the ingress class ${ingressClass}${from} are is not known here`);
	}
	return fallback(search, options);
}

/** No address outside can be reached. */
async function fallback(search: Search, {signal}: SearchOptions): Promise<FoundGateway> {
	const inside = await search.fromInside();
	signal?.throwIfAborted();
	const failures = [...search.unreached.values()];
	const [first] = failures;
	const nowhere = `The gateway cannot be reached from here at ${failureWords(failures)}`;
	if (inside) {
		const sentence = `${nowhere}, so it is asked through a port-forward.`;
		return {
			kind: 'inside',
			...inside,
			...(first && {unreached: {address: endpointText(first.place), sentence}}),
		};
	}
	const {barred} = search;
	const bars = barred.map(({sentence}) => sentence).join('; ');
	const tried = [...new Set(search.tried)].join('; ');
	// What stands in the way comes first: of a long sentence the end may not be seen.
	if (first) {
		const why = barred.length === 0 ? 'no Service was found that a port-forward could lead to' : bars;
		const more = tried === '' ? '' : ` (${tried})`;
		const sentence = `${nowhere}, and ${why}; give an address that can be reached ${advice}${more}.`;
		return {...asFound(first.place), unreached: {address: endpointText(first.place), sentence}};
	}
	if (barred.length > 0) {
		const missing = barred.find(bar => bar.missing)?.missing;
		const sentence = `the gateway has no address outside of the cluster, and ${bars}; give its address ${advice} (${tried})`;
		return {kind: 'not found', isBarred: true, ...(missing && {missing}), sentence};
	}
	// That there is none is not known then.
	if (search.unanswered !== undefined) {
		const sentence = `the gateway cannot be looked up: ${search.unanswered}; give its address ${advice}, or wait (${tried})`;
		return {kind: 'not found', sentence, isUnknown: true};
	}
	const missing = decisiveRight(search.missing);
	if (!missing) {
		return {kind: 'not found', sentence: `no gateway found; give its address ${advice} (${tried})`};
	}
	const sentence = `the gateway is not known: it takes the right to ${rightWords(missing)}; give its address ${advice} (${tried})`;
	return {kind: 'not found', missing, sentence};
}

const rightWords = ({verb, resource, namespace}: MissingRight): string =>
	`${verb} ${resource}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`;

/** `10.0.0.4:30080, 10.0.0.5:30080 and 18 more (port of a node: no connection within 2 s)`. */
function failureWords(failures: readonly DialFailure<Candidate>[]): string {
	const alike = Map.groupBy(failures, ({place, why}) => `${place.what}: ${why}`);
	return [...alike]
		.map(([how, group]) => {
			const named = group.slice(0, 2).map(({place}) => endpointText(place));
			const more = group.length - named.length;
			return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} (${how})`;
		})
		.join(', ');
}
