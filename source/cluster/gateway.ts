/**
 * Where the gateway is: the way of Knative's own default-domain job (knative/serving cmd/default-domain), from the
 * Ingress of a Route to the address that its Service has. Names of hosts are never made up.
 */
import * as v from 'valibot';
import {isIPv6} from 'node:net';
import {printable} from '../traffic/printable.js';
import {mayI} from './access.js';
import {TransportError, type Cluster} from './cluster.js';
import {findTarget, type ServicePortName} from './forward-target.js';
import type {GatewayAddress} from './gateway-address.js';
import {parseList} from './objects.js';
import {corePath, ingressPath} from './paths.js';
import {sentenceOf} from './status.js';

export type Gateway =
	/** `via`: what the address was learned from, such as `kourier`. */
	| ({kind: 'found'; via: string} & GatewayAddress)
	/** It has no address outside of the cluster; a port-forward to its Service leads there. */
	| ({kind: 'inside'; via: string} & InsideGateway)
	/** `sentence`: what was tried and what to do. */
	| {kind: 'not found'; sentence: string};

/** The Service in front of a gateway, at its port for HTTP, and whether TLS is to be spoken there. */
export type InsideGateway = {service: ServicePortName; tls: boolean};

export type RouteName = {namespace: string; name: string};

const optionalText = v.optional(v.nullable(v.string()));
const list = <T extends v.GenericSchema>(item: T) => v.optional(v.nullable(v.array(item)));

const ingressSchema = v.object({
	metadata: v.object({annotations: v.optional(v.nullable(v.record(v.string(), v.string())))}),
	status: v.optional(
		v.object({
			publicLoadBalancer: v.optional(
				v.nullable(
					v.object({
						ingress: list(v.object({ip: optionalText, domain: optionalText, domainInternal: optionalText})),
					}),
				),
			),
		}),
	),
});
type KnativeIngress = v.InferOutput<typeof ingressSchema>;

const portNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const serviceSchema = v.object({
	spec: v.object({
		type: optionalText,
		externalIPs: list(v.string()),
		ports: list(
			v.object({name: optionalText, port: portNumber, nodePort: v.optional(v.nullable(v.number()))}),
		),
	}),
	status: v.optional(
		v.object({
			loadBalancer: v.optional(
				v.nullable(v.object({ingress: list(v.object({ip: optionalText, hostname: optionalText}))})),
			),
		}),
	),
});
type GatewayService = v.InferOutput<typeof serviceSchema>;
type ServicePort = {name?: string | null | undefined; port: number; nodePort?: number | null | undefined};

const nodeSchema = v.object({
	status: v.object({addresses: list(v.object({type: v.string(), address: v.string()}))}),
});

/** The gateways of the ingress classes that Knative's documentation names, as installed by default. */
const knownGateways = [
	{via: 'kourier', namespace: 'kourier-system', name: 'kourier'},
	{via: 'istio', namespace: 'istio-system', name: 'istio-ingressgateway'},
	{via: 'contour', namespace: 'contour-external', name: 'envoy'},
] as const;

/** An address from the cluster, if it is one: it will be connected to and shown. */
const address = /^[a-z\d](?:[a-z\d.:-]{0,252})$/i;

function valid(host: string | null | undefined): string | undefined {
	return host && (address.test(host) || isIPv6(host)) ? host : undefined;
}

/** The port for plain HTTP, else the one for HTTPS. Its number is what the Service says, not 80. */
function portOf(service: GatewayService): {port: ServicePort; tls: boolean} | undefined {
	const ports: ServicePort[] = service.spec.ports ?? [];
	const find = (names: string[], number: number) =>
		ports.find(({name}) => names.includes(name ?? '')) ?? ports.find(({port}) => port === number);
	const plain = find(['http2', 'http', 'http-80'], 80);
	if (plain) return {port: plain, tls: false};
	const secure = find(['https', 'https-443'], 443);
	if (secure) return {port: secure, tls: true};
	const [only, ...more] = ports;
	return only && more.length === 0 ? {port: only, tls: false} : undefined;
}

/** One search: what was tried is kept for the sentence at its end. */
class Search {
	readonly tried: string[] = [];
	/** Why there is no port-forward to those inside. */
	readonly barred: string[] = [];
	/** Services of gateways that have no address outside, in the order they were found. */
	private readonly inside = new Map<string, InsideGateway & {via: string}>();

	constructor(private readonly cluster: Cluster) {}

	/** The body of a GET, or undefined with a note of why not. */
	private async get(path: string, what: string, query: Record<string, string> = {}): Promise<unknown> {
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

	/** From the Ingress of a route, or of any route when none is named. */
	async fromIngress(route: RouteName | undefined): Promise<Gateway | undefined> {
		const what = route ? `Ingress ${route.namespace}/${route.name}` : 'the Ingresses of all namespaces';
		const body = route
			? await this.get(ingressPath(route.namespace, route.name), what)
			: await this.get(ingressPath(), what, {limit: '50'});
		if (body === undefined) return undefined;
		const candidates = route ? [body] : (parseList(body)?.items ?? []);
		for (const candidate of candidates) {
			const ingress = v.safeParse(ingressSchema, candidate);
			const found = ingress.success ? await this.fromLoadBalancer(ingress.output, what) : undefined;
			if (found) return found;
		}
		this.tried.push(`${what}: no public load balancer in the status`);
		return undefined;
	}

	private async fromLoadBalancer(ingress: KnativeIngress, what: string): Promise<Gateway | undefined> {
		const className = ingress.metadata.annotations?.['networking.knative.dev/ingress-class'] ?? '';
		const [shortClass] = className.split('.');
		const via = shortClass ? printable(shortClass) : what;
		for (const entry of ingress.status?.publicLoadBalancer?.ingress ?? []) {
			const host = valid(entry.ip) ?? valid(entry.domain);
			if (host !== undefined) return {kind: 'found', host, port: 80, tls: false, via};
			// `kourier.kourier-system.svc.cluster.local`: not resolvable from here, but the Service's name.
			const [name, namespace, svc] = (entry.domainInternal ?? '').split('.');
			if (name && namespace && svc === 'svc') {
				const found = await this.fromService({name, namespace}, shortClass ? via : name);
				if (found) return found;
			}
		}
		return undefined;
	}

	/** From the Service in front of a gateway: load balancer, external address, port of a node. */
	async fromService({namespace, name}: RouteName, via: string): Promise<Gateway | undefined> {
		const what = `Service ${printable(namespace)}/${printable(name)}`;
		const body = await this.get(corePath('services', namespace, name), what);
		if (body === undefined) return undefined;
		const service = v.safeParse(serviceSchema, body);
		const chosen = service.success ? portOf(service.output) : undefined;
		if (!service.success || !chosen) {
			this.tried.push(`${what}: it has no port for HTTP`);
			return undefined;
		}
		const {port, tls} = chosen;
		const {spec, status} = service.output;
		const balancers = (status?.loadBalancer?.ingress ?? []).map(
			entry => valid(entry.ip) ?? valid(entry.hostname),
		);
		const host = [...balancers, ...(spec.externalIPs ?? []).map(valid)].find(each => each !== undefined);
		if (host !== undefined) return {kind: 'found', host, port: port.port, tls, via};
		this.inside.set(what, {service: {namespace, name, port: port.port}, tls, via});
		if (!port.nodePort) {
			this.tried.push(`${what}: it has no external address (type ${printable(spec.type ?? 'ClusterIP')})`);
			return undefined;
		}
		this.tried.push(`${what}: its load balancer has no address (yet)`);
		const node = await this.nodeAddress();
		return node === undefined
			? undefined
			: {kind: 'found', host: node, port: port.nodePort, tls, via: `${via}, port of a node`};
	}

	/** The last way: through the API server to one of the Services that have no address, if this user may. */
	async fromInside(): Promise<Gateway | undefined> {
		for (const [what, gateway] of this.inside) {
			const target = await findTarget(this.cluster, gateway.service);
			if (target.kind === 'none') {
				this.barred.push(`there is no port-forward to it: ${target.sentence}`);
				continue;
			}
			// Asked before, because a try would be a connection that an audit log has. What is not known, the try shows.
			const [access] = await mayI(this.cluster, gateway.service.namespace, [
				{verb: 'create', group: '', resource: 'pods', subresource: 'portforward'},
			]);
			if (access?.kind !== 'denied') return {kind: 'inside', ...gateway};
			this.barred.push(
				`a port-forward to ${what} takes the right to create pods/portforward: ${access.reason}`,
			);
		}
		return undefined;
	}

	private async nodeAddress(): Promise<string | undefined> {
		const body = await this.get(corePath('nodes'), 'the nodes', {limit: '20'});
		if (body === undefined) return undefined;
		const addresses = (parseList(body)?.items ?? []).flatMap(item => {
			const node = v.safeParse(nodeSchema, item);
			return node.success ? (node.output.status.addresses ?? []) : [];
		});
		for (const wanted of ['ExternalIP', 'ExternalDNS', 'InternalIP']) {
			const host = valid(addresses.find(({type}) => type === wanted)?.address);
			if (host !== undefined) return host;
		}
		this.tried.push('the nodes: none has an address');
		return undefined;
	}
}

/**
 * Finds the gateway by the Ingress of `route`, or of any route when none is given, and by the usual Services when that
 * leads nowhere; when none of them has an address outside, one that a port-forward leads to. Whether the address can be reached from here only a request shows.
 */
export async function findGateway(cluster: Cluster, route?: RouteName): Promise<Gateway> {
	const search = new Search(cluster);
	const found = await search.fromIngress(route);
	if (found) return found;
	for (const {via, ...service} of knownGateways) {
		const known = await search.fromService(service, via);
		if (known) return known;
	}
	const inside = await search.fromInside();
	if (inside) return inside;
	const tried = [...new Set(search.tried)].join('; ');
	const advice = 'give its address with --gateway host[:port]';
	return {
		kind: 'not found',
		// What stands in the way comes first: of a long sentence the end may not be seen.
		sentence:
			search.barred.length === 0
				? `the gateway was not found (${tried}); ${advice}`
				: `the gateway has no address outside of the cluster, and ${search.barred.join('; ')}; ${advice} (${tried})`,
	};
}
