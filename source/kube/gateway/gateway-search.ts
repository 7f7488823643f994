/** One search for the gateway of a service: what it asks the cluster for, what it tries, and what it remembers of both. */
import {endpointText} from '../../knative/commands/endpoint.js';
import {printable} from '../../knative/text/printable.js';
import {mayI} from '../auth/access.js';
import {TransportError, type Cluster} from '../cluster.js';
import {parseList} from '../identity.js';
import {corePath, gatewayApiPath, ingressPath} from '../paths.js';
import {findTarget, type ServicePortName} from '../port-forward/forward-target.js';
import {sentenceOf} from '../status.js';
import type {GatewayAddress} from './gateway-address.js';
import {readGateway, readGatewayRefs} from './gateway-api.js';
import {
	readDefaultClass,
	readGatewayService,
	readIngress,
	readNodeHosts,
	type GatewayService,
	type IngressBalancer,
} from './gateway-objects.js';
import type {Door} from './gateway-ports.js';
import {rightToRead, type MissingRight} from './missing-right.js';
import {firstReachable, type Dial, type DialFailure} from './reachable.js';

export type FoundGateway =
	/**
	 * `via`: what the address was learned from, such as `kourier`. `unreached`: nothing there takes connections from here,
	 * and there is no other way.
	 */
	| ({kind: 'found'; via: string; unreached?: Unreached} & GatewayAddress & OtherDoor & Guessed)
	/**
	 * A port-forward to its Service leads there: it has no address outside of the cluster, or none that can be reached
	 * (`unreached`).
	 */
	| ({kind: 'inside'; via: string; unreached?: Unreached} & InsideGateway & Guessed)
	/**
	 * `sentence`: what was tried and what to do. `missing`: the right without which nobody knows; `isUnknown`: there may be one, for
	 * another reason; `isBarred`: which one it is is known, and no way leads there, for want of `missing` where that is given.
	 */
	| {kind: 'not found'; sentence: string; missing?: MissingRight; isUnknown?: true; isBarred?: true};

/** Why it was taken for the gateway of the service, as a sentence, where the service's own Ingress does not say it. */
export type Guessed = {guess?: string};

/** Where the same gateway speaks TLS, when that is not where it was found. */
export type OtherDoor = {secure?: {host: string; port: number}};

/** The Service in front of a gateway, at the port to ask, and whether TLS is to be spoken there. */
export type InsideGateway = {service: ServicePortName; tls: boolean};

/** That the gateway's own address cannot be reached from here. */
export type Unreached = {
	/** The first of those it has, `host:port`. */
	address: string;
	/** All of them, why not, and what is done instead or is to be done. */
	sentence: string;
};

/** The service that is to be asked. */
export type AskedRoute = {
	namespace: string;
	name: string;
	/** Of its URL; http when not given. */
	scheme?: 'http' | 'https' | undefined;
	/** What its own annotation says; undefined where it has none. */
	ingressClass?: string | undefined;
	/** Selects its HTTPRoutes; those of its Route when not given. */
	routesBy?: string | undefined;
	/** It has no rule on the gateway for those outside, only on the one for those inside of the cluster. */
	clusterLocal?: boolean | undefined;
};

export type SearchOptions = {
	/** Calls the search off: it then throws what this was aborted with. */
	signal?: AbortSignal | undefined;
	/** How it is tried whether anything takes connections at an address; by TCP when not given. */
	dial?: Dial;
};

/** The gateways of the ingress classes that Knative's documentation names, as installed by default. */
export const knownGateways = [
	{
		via: 'kourier',
		outside: {namespace: 'kourier-system', name: 'kourier'},
		inside: {namespace: 'kourier-system', name: 'kourier-internal'},
	},
	{
		via: 'istio',
		outside: {namespace: 'istio-system', name: 'istio-ingressgateway'},
		inside: {namespace: 'istio-system', name: 'knative-local-gateway'},
	},
	{
		via: 'contour',
		outside: {namespace: 'contour-external', name: 'envoy'},
		inside: {namespace: 'contour-internal', name: 'envoy'},
	},
] as const;

/** Addresses that are tried of one kind: more than twenty nodes have. */
const mostCandidates = 40;

/** An address as it was found; `what` it is: a load balancer, the port of a node. */
export type Candidate = GatewayAddress & OtherDoor & {via: string; what: string};

type ServiceName = {namespace: string; name: string};

/** One search: what was tried is kept for the sentence at its end. */
export class Search {
	readonly tried: string[] = [];
	/** What the server did not say, be there a gateway or none; the first of it. */
	unanswered: string | undefined;
	/** The rights that were missing to know which gateway it is, in the order they were. */
	readonly missing: MissingRight[] = [];
	/** Of a gateway that is not the one of the service's own Ingress: why it was taken. */
	guess: string | undefined;
	/** Why the service's own Ingress cannot be read; undefined where it can be, or there is none. */
	blind: string | undefined;
	/** Why there is no port-forward to those inside, and the right that one takes where it is missing. */
	readonly barred: {sentence: string; missing?: MissingRight}[] = [];
	/** Addresses that nothing could be connected to, in the order they were found. */
	readonly unreached = new Map<string, DialFailure<Candidate>>();
	/** Services of gateways, in the order they were found: where all else fails, a port-forward leads there. */
	private readonly inside = new Map<string, InsideGateway & {via: string}>();
	private readonly looked = new Set<string>();
	/** What the server says is not there. */
	private readonly absent = new Set<string>();
	private nodeHosts: Promise<string[]> | undefined;

	constructor(
		private readonly cluster: Cluster,
		private readonly route: AskedRoute,
		private readonly options: SearchOptions,
	) {}

	/** The body of a GET, or undefined with a note of why not. */
	private async get(
		path: string,
		what: string,
		{query = {}, isOptional = false}: {query?: Record<string, string>; isOptional?: boolean} = {},
	): Promise<unknown> {
		this.options.signal?.throwIfAborted();
		try {
			const answer = await this.cluster.request({method: 'GET', path, query});
			if (answer.status === 200) return answer.body;
			if (!isOptional) this.tried.push(`${what}: ${sentenceOf(answer)}`);
			if (answer.status === 403 && !isOptional) this.missing.push(rightToRead(path));
			if (answer.status === 404) this.absent.add(what);
			if (answer.status >= 500 || answer.status === 429) this.unanswered ??= sentenceOf(answer);
		} catch (error) {
			if (!(error instanceof TransportError)) throw error;
			this.tried.push(`${what}: ${error.message}`);
			this.unanswered ??= error.message;
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

	/** The door for the scheme of the URL; where the gateway has only the other one, that. */
	private doorOf({plain, secure}: GatewayService['doors']): {door: Door; tls: boolean} | undefined {
		const wantsTls = this.route.scheme === 'https';
		if (wantsTls && secure) return {door: secure, tls: true};
		if (plain) return {door: plain, tls: false};
		return secure && {door: secure, tls: true};
	}

	/** What the service's own Ingress says; undefined where it may not be read, or there is none (yet). */
	async ownIngress() {
		const {namespace, name} = this.route;
		const what = `Ingress ${printable(namespace)}/${printable(name)}`;
		const body = await this.get(ingressPath(namespace, name), what);
		const ingress = body === undefined ? undefined : readIngress(body);
		if (!ingress && !this.absent.has(what)) this.blind = this.tried.at(-1);
		return ingress;
	}

	/**
	 * The class of the service without its Ingress, as its Route gets it (ingressClassForRoute in knative/serving
	 * pkg/reconciler/route): its own annotation, else that of the cluster. Undefined where neither is known.
	 */
	async classWithoutIngress(): Promise<{ingressClass: string; from: string} | undefined> {
		const {ingressClass} = this.route;
		if (ingressClass !== undefined) return {ingressClass, from: 'the annotation of the service'};
		const path = corePath('configmaps', 'knative-serving', 'config-network');
		const found = readDefaultClass(await this.get(path, 'ConfigMap config-network', {isOptional: true}));
		return found === undefined ? undefined : {ingressClass: found, from: 'the default of config-network'};
	}

	/** By the load balancer that an Ingress names. */
	async fromBalancer(balancer: IngressBalancer, via: string): Promise<FoundGateway | undefined> {
		const tls = this.route.scheme === 'https';
		const found = await this.reach(
			balancer.hosts.map(host => ({
				host,
				port: tls ? 443 : 80,
				tls,
				via,
				what: 'load balancer',
				...(!tls && {secure: {host, port: 443}}),
			})),
		);
		if (found) return found;
		for (const service of balancer.services) {
			const behind = await this.fromService(service, via);
			if (behind) return behind;
		}
		return undefined;
	}

	/**
	 * By the Gateways that its routes are attached to: their listeners say at which ports, which the status of an Ingress
	 * does not.
	 */
	async fromGatewayApi(via: string): Promise<FoundGateway | undefined> {
		const {namespace, name, clusterLocal = false, routesBy} = this.route;
		const what = `HTTPRoutes of ${printable(namespace)}/${printable(name)}`;
		const query = {labelSelector: routesBy ?? `serving.knative.dev/route=${name}`};
		const body = await this.get(gatewayApiPath('httproutes', namespace), what, {query});
		const routes = parseList(body)?.items ?? [];
		for (const ref of readGatewayRefs(routes, {namespace, clusterLocal})) {
			const called = `Gateway ${ref.namespace}/${ref.name}`;
			const gateway = await this.get(gatewayApiPath('gateways', ref.namespace, ref.name), called);
			const read = gateway === undefined ? undefined : readGateway(gateway, ref);
			const chosen = read && this.doorOf(read.doors);
			if (!chosen) {
				if (gateway !== undefined) this.tried.push(`${called}: it has no listener for HTTP`);
				continue;
			}
			if (read.hosts.length === 0) this.tried.push(`${called}: it has no address (yet)`);
			const {door, tls} = chosen;
			const {secure} = read.doors;
			const found = await this.reach(
				read.hosts.map(host => ({
					host,
					port: door.port,
					tls,
					via,
					what: called,
					...(!tls && secure && {secure: {host, port: secure.port}}),
				})),
			);
			if (found) return found;
		}
		return undefined;
	}

	/** From the Service in front of a gateway: load balancer, external address, port of a node. */
	async fromService({namespace, name}: ServiceName, via: string): Promise<FoundGateway | undefined> {
		const what = `Service ${printable(namespace)}/${printable(name)}`;
		if (this.looked.has(what)) return undefined;
		this.looked.add(what);
		const body = await this.get(corePath('services', namespace, name), what);
		if (body === undefined) return undefined;
		const service = readGatewayService(body);
		const chosen = service && this.doorOf(service.doors);
		if (!service || !chosen) {
			this.tried.push(`${what}: it has no port for HTTP`);
			return undefined;
		}
		const {door, tls} = chosen;
		this.inside.set(what, {service: {namespace, name, port: door.port}, tls, via});
		// Those inside of the cluster are not at the address for those outside.
		if (this.route.clusterLocal) return undefined;
		const {secure} = service.doors;
		const outside = [
			...service.balancers.map(host => ({host, what: 'load balancer'})),
			...service.external.map(host => ({host, what: 'external address'})),
		].map(place => ({
			...place,
			port: door.port,
			tls,
			via,
			...(!tls && secure && {secure: {host: place.host, port: secure.port}}),
		}));
		const found = await this.reach(outside);
		if (found) return found;
		if (outside.length === 0) {
			this.tried.push(
				door.nodePort === undefined
					? `${what}: it has no external address (type ${printable(service.type)})`
					: `${what}: its load balancer has no address (yet)`,
			);
		}
		return this.fromNodes({door, tls, securePort: secure?.nodePort}, via);
	}

	private async fromNodes(
		{door, tls, securePort}: {door: Door; tls: boolean; securePort: number | undefined},
		via: string,
	): Promise<FoundGateway | undefined> {
		const port = door.nodePort;
		if (port === undefined) return undefined;
		this.nodeHosts ??= this.readNodes();
		const what = 'port of a node';
		const hosts = await this.nodeHosts;
		return this.reach(
			hosts.map(host => ({
				host,
				port,
				tls,
				via: `${via}, ${what}`,
				what,
				...(!tls && securePort !== undefined && {secure: {host, port: securePort}}),
			})),
		);
	}

	private async readNodes(): Promise<string[]> {
		const body = await this.get(corePath('nodes'), 'the nodes', {query: {limit: '20'}});
		if (body === undefined) return [];
		const hosts = readNodeHosts(parseList(body)?.items ?? []);
		if (hosts.length === 0) this.tried.push('the nodes: none has an address');
		return hosts;
	}

	/** The known gateways of which there is a Service that may be read. */
	async present(side: 'outside' | 'inside') {
		const bodies = await Promise.all(
			knownGateways.map(async gateway => {
				const {namespace, name} = gateway[side];
				const what = `Service ${namespace}/${name}`;
				return this.get(corePath('services', namespace, name), what);
			}),
		);
		return knownGateways.filter((_, index) => bodies[index] !== undefined);
	}

	/** The last way: through the API server to one of the Services that were found, if this user may. */
	async fromInside(): Promise<(InsideGateway & {via: string}) | undefined> {
		for (const [what, gateway] of this.inside) {
			this.options.signal?.throwIfAborted();
			const target = await findTarget(this.cluster, gateway.service);
			const {namespace} = gateway.service;
			if (target.kind === 'none') {
				this.barred.push({
					sentence: `there is no port-forward to it: ${target.sentence}`,
					...(target.isForbidden && {missing: {verb: 'list', resource: 'pods', namespace}}),
				});
				continue;
			}
			// Asked before, because a try would be a connection that an audit log has. What is not known, the try shows.
			const [access] = await mayI(this.cluster, namespace, [
				{verb: 'create', group: '', resource: 'pods', subresource: 'portforward'},
			]);
			if (access?.kind !== 'denied') return gateway;
			this.barred.push({
				sentence: `a port-forward to ${what} takes the right to create pods/portforward in namespace ${namespace}: ${access.reason}`,
				missing: {verb: 'create', resource: 'pods/portforward', namespace},
			});
		}
		return undefined;
	}
}

/** Without what only the search needs to know. */
export function asFound({host, port, tls, via, secure}: Candidate): Extract<FoundGateway, {kind: 'found'}> {
	return {kind: 'found', host, port, tls, via, ...(secure && {secure})};
}
