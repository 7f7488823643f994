/**
 * Where the gateway is: the way of Knative's own default-domain job (knative/serving cmd/default-domain), from the
 * Ingress of a Route to the address that its Service has. Names of hosts are never made up, and an address is taken when
 * something there takes connections: many a cluster has addresses that lead nowhere from outside.
 */
import {endpointText} from '../../knative/commands/endpoint.js';
import {printable} from '../../knative/text/printable.js';
import {mayI} from '../auth/access.js';
import {TransportError, type Cluster} from '../cluster.js';
import {findTarget, type ServicePortName} from '../port-forward/forward-target.js';
import type {GatewayAddress} from './gateway-address.js';
import {readGatewayService, readIngress, readNodeHosts, type GatewayService} from './gateway-objects.js';
import {parseList} from '../objects.js';
import {corePath, ingressPath} from '../paths.js';
import {firstReachable, type Dial, type DialFailure} from './reachable.js';
import {sentenceOf} from '../status.js';

export type FoundGateway =
	/**
	 * `via`: what the address was learned from, such as `kourier`. `unreached`: nothing there takes connections from here,
	 * and there is no other way.
	 */
	| ({kind: 'found'; via: string; unreached?: Unreached} & GatewayAddress)
	/**
	 * A port-forward to its Service leads there: it has no address outside of the cluster, or none that can be reached
	 * (`unreached`).
	 */
	| ({kind: 'inside'; via: string; unreached?: Unreached} & InsideGateway)
	/** `sentence`: what was tried and what to do. */
	| {kind: 'not found'; sentence: string};

/** The Service in front of a gateway, at its port for HTTP, and whether TLS is to be spoken there. */
export type InsideGateway = {service: ServicePortName; tls: boolean};

/** That the gateway's own address cannot be reached from here. */
export type Unreached = {
	/** The first of those it has, `host:port`. */
	address: string;
	/** All of them, why not, and what is done instead or is to be done. */
	sentence: string;
};

export type RouteName = {namespace: string; name: string};

export type SearchOptions = {
	/** Calls the search off: it then throws what this was aborted with. */
	signal?: AbortSignal | undefined;
	/** How it is tried whether anything takes connections at an address; by TCP when not given. */
	dial?: Dial;
};

/** The gateways of the ingress classes that Knative's documentation names, as installed by default. */
const knownGateways = [
	{via: 'kourier', namespace: 'kourier-system', name: 'kourier'},
	{via: 'istio', namespace: 'istio-system', name: 'istio-ingressgateway'},
	{via: 'contour', namespace: 'contour-external', name: 'envoy'},
] as const;

/** Addresses that are tried of one kind: more than twenty nodes have. */
const mostCandidates = 40;

/** An address as it was found; `what` it is: a load balancer, the port of a node. */
type Candidate = GatewayAddress & {via: string; what: string};

const advice = 'with --gateway host[:port]';

/** One search: what was tried is kept for the sentence at its end. */
class Search {
	readonly tried: string[] = [];
	/** Why there is no port-forward to those inside. */
	readonly barred: string[] = [];
	/** Addresses that nothing could be connected to, in the order they were found. */
	readonly unreached = new Map<string, DialFailure<Candidate>>();
	/** Short names of the ingress classes that the Ingresses are of. */
	readonly classes = new Set<string>();
	/** Services of gateways, in the order they were found: where all else fails, a port-forward leads there. */
	private readonly inside = new Map<string, InsideGateway & {via: string}>();
	private readonly looked = new Set<string>();
	private nodeHosts: Promise<string[]> | undefined;

	constructor(
		private readonly cluster: Cluster,
		private readonly options: SearchOptions,
	) {}

	/** The body of a GET, or undefined with a note of why not. */
	private async get(path: string, what: string, query: Record<string, string> = {}): Promise<unknown> {
		this.options.signal?.throwIfAborted();
		try {
			const answer = await this.cluster.request({method: 'GET', path, query});
			if (answer.status === 200) return answer.body;
			this.tried.push(`${what}: ${sentenceOf(answer)}`);
		} catch (error) {
			if (!(error instanceof TransportError)) throw error;
			this.tried.push(`${what}: ${error.message}`);
		}
		return undefined;
	}

	/** The first of the addresses that can be connected to; none is tried twice. */
	private async reach(candidates: readonly Candidate[]): Promise<FoundGateway | undefined> {
		const untried = new Map(
			candidates
				.map(candidate => [endpointText(candidate), candidate] as const)
				.filter(([text]) => !this.unreached.has(text)),
		);
		const reached = await firstReachable([...untried.values()].slice(0, mostCandidates), this.options);
		if (reached.kind === 'reached') return asFound(reached.place);
		for (const failure of reached.failures) this.unreached.set(endpointText(failure.place), failure);
		return undefined;
	}

	/** From the Ingress of a route, or of any route when none is named. */
	async fromIngress(route: RouteName | undefined): Promise<FoundGateway | undefined> {
		const what = route ? `Ingress ${route.namespace}/${route.name}` : 'the Ingresses of all namespaces';
		const body = route
			? await this.get(ingressPath(route.namespace, route.name), what)
			: await this.get(ingressPath(), what, {limit: '50'});
		if (body === undefined) return undefined;
		const ingresses = (route ? [body] : (parseList(body)?.items ?? [])).flatMap(
			candidate => readIngress(candidate) ?? [],
		);
		for (const {via} of ingresses) if (via !== undefined) this.classes.add(via);
		const candidates = ingresses.flatMap(({hosts, via = what}) =>
			hosts.map(host => ({host, port: 80, tls: false, via, what: 'load balancer'})),
		);
		const services = ingresses.flatMap(({services: names, via}) => names.map(name => ({...name, via})));
		if (candidates.length + services.length === 0) {
			this.tried.push(`${what}: no public load balancer in the status`);
		}
		const found = await this.reach(candidates);
		if (found) return found;
		for (const {via, ...service} of services) {
			const behind = await this.fromService(service, via ?? printable(service.name));
			if (behind) return behind;
		}
		return undefined;
	}

	/** From the Service in front of a gateway: load balancer, external address, port of a node. */
	async fromService({namespace, name}: RouteName, via: string): Promise<FoundGateway | undefined> {
		const what = `Service ${printable(namespace)}/${printable(name)}`;
		// Each of many Ingresses names the same one.
		if (this.looked.has(what)) return undefined;
		this.looked.add(what);
		const body = await this.get(corePath('services', namespace, name), what);
		if (body === undefined) return undefined;
		const service = readGatewayService(body);
		if (!service) {
			this.tried.push(`${what}: it has no port for HTTP`);
			return undefined;
		}
		const {port, tls} = service;
		this.inside.set(what, {service: {namespace, name, port}, tls, via});
		const outside = [
			...service.balancers.map(host => ({host, what: 'load balancer'})),
			...service.external.map(host => ({host, what: 'external address'})),
		].map(place => ({...place, port, tls, via}));
		const found = await this.reach(outside);
		if (found) return found;
		if (outside.length === 0) {
			this.tried.push(
				service.nodePort === undefined
					? `${what}: it has no external address (type ${printable(service.type)})`
					: `${what}: its load balancer has no address (yet)`,
			);
		}
		return this.fromNodes(service, via);
	}

	private async fromNodes(
		{nodePort: port, tls}: GatewayService,
		via: string,
	): Promise<FoundGateway | undefined> {
		if (port === undefined) return undefined;
		this.nodeHosts ??= this.readNodes();
		const what = 'port of a node';
		const hosts = await this.nodeHosts;
		return this.reach(hosts.map(host => ({host, port, tls, via: `${via}, ${what}`, what})));
	}

	private async readNodes(): Promise<string[]> {
		const body = await this.get(corePath('nodes'), 'the nodes', {limit: '20'});
		if (body === undefined) return [];
		const hosts = readNodeHosts(parseList(body)?.items ?? []);
		if (hosts.length === 0) this.tried.push('the nodes: none has an address');
		return hosts;
	}

	/** The last way: through the API server to one of the Services that were found, if this user may. */
	async fromInside(): Promise<(InsideGateway & {via: string}) | undefined> {
		for (const [what, gateway] of this.inside) {
			this.options.signal?.throwIfAborted();
			const target = await findTarget(this.cluster, gateway.service);
			if (target.kind === 'none') {
				this.barred.push(`there is no port-forward to it: ${target.sentence}`);
				continue;
			}
			// Asked before, because a try would be a connection that an audit log has. What is not known, the try shows.
			const [access] = await mayI(this.cluster, gateway.service.namespace, [
				{verb: 'create', group: '', resource: 'pods', subresource: 'portforward'},
			]);
			if (access?.kind !== 'denied') return gateway;
			this.barred.push(
				`a port-forward to ${what} takes the right to create pods/portforward: ${access.reason}`,
			);
		}
		return undefined;
	}
}

/**
 * Finds the gateway by the Ingress of `route`, or of any route when none is given, and by the usual Services when that
 * leads nowhere: the first address of those it has that something can be connected to. Where there is none, it is one that a
 * port-forward leads to; and where that cannot be, the address that cannot be reached.
 *
 * @throws What `signal` was aborted with.
 */
export async function findGateway(
	cluster: Cluster,
	route?: RouteName,
	options: SearchOptions = {},
): Promise<FoundGateway> {
	const search = new Search(cluster, options);
	const found = await search.fromIngress(route);
	if (found) return found;
	for (const {via, ...service} of knownGateways) {
		// A gateway of another class would answer, and knows nothing of these routes.
		if (search.classes.size > 0 && !search.classes.has(via)) continue;
		const known = await search.fromService(service, via);
		if (known) return known;
	}
	const inside = await search.fromInside();
	options.signal?.throwIfAborted();
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
	const tried = [...new Set(search.tried)].join('; ');
	// What stands in the way comes first: of a long sentence the end may not be seen.
	if (first) {
		const why =
			barred.length === 0 ? 'no Service was found that a port-forward could lead to' : barred.join('; ');
		const more = tried === '' ? '' : ` (${tried})`;
		const sentence = `${nowhere}, and ${why}; give an address that can be reached ${advice}${more}.`;
		return {...asFound(first.place), unreached: {address: endpointText(first.place), sentence}};
	}
	return {
		kind: 'not found',
		sentence:
			barred.length === 0
				? `the gateway was not found (${tried}); give its address ${advice}`
				: `the gateway has no address outside of the cluster, and ${barred.join('; ')}; give its address ${advice} (${tried})`,
	};
}

function asFound({host, port, tls, via}: Candidate): Extract<FoundGateway, {kind: 'found'}> {
	return {kind: 'found', host, port, tls, via};
}

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
