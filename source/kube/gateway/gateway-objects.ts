/** What the objects of a cluster say about where a gateway is. Nothing is asked here, and none of it is trusted. */
import {isIPv6} from 'node:net';
import * as v from 'valibot';
import {printable} from '../../knative/text/printable.js';

const optionalText = v.optional(v.nullable(v.string()));
const list = <T extends v.GenericSchema>(item: T) => v.optional(v.nullable(v.array(item)));
const portNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

/** An address from the cluster, if it is one: it will be connected to and shown. */
const address = /^[a-z\d](?:[a-z\d.:-]{0,252})$/i;

const isHost = (host: string | null | undefined): host is string =>
	typeof host === 'string' && (address.test(host) || isIPv6(host));

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

/**
 * The class of an Ingress: Serving translates the newer spelling, which is for Services and Routes, to the older one
 * (knative.dev/networking pkg/apis/networking/register.go, IngressClassAnnotationAltKey).
 */
const classKeys = ['networking.knative.dev/ingress.class', 'networking.knative.dev/ingress-class'];

export type IngressStatus = {
	/** The short name of its class, such as `kourier`; undefined where it has none. */
	via: string | undefined;
	/** Of the public load balancer. */
	hosts: readonly string[];
	/** Services in front of the gateway, where it has no address of its own. */
	services: readonly {namespace: string; name: string}[];
};

/** The status of Knative's own Ingress (networking.internal.knative.dev); undefined when it is none. */
export function readIngress(object: unknown): IngressStatus | undefined {
	const parsed = v.safeParse(ingressSchema, object);
	if (!parsed.success) return undefined;
	const {metadata, status} = parsed.output;
	const [shortClass] = (classKeys.map(key => metadata.annotations?.[key]).find(Boolean) ?? '').split('.');
	const entries = status?.publicLoadBalancer?.ingress ?? [];
	const hostOf = ({ip, domain}: (typeof entries)[number]) => [ip, domain].find(isHost);
	return {
		via: shortClass ? printable(shortClass) : undefined,
		hosts: entries.map(hostOf).filter(isHost),
		services: entries
			.filter(entry => hostOf(entry) === undefined)
			.flatMap(({domainInternal}) => {
				// `kourier.kourier-system.svc.cluster.local`: not resolvable from here, but the Service's name.
				const [name, namespace, svc] = (domainInternal ?? '').split('.');
				return name && namespace && svc === 'svc' ? [{namespace, name}] : [];
			}),
	};
}

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
type ServicePort = {name?: string | null | undefined; port: number; nodePort?: number | null | undefined};

export type GatewayService = {
	/** ClusterIP, NodePort, LoadBalancer … */
	type: string;
	/** Its port for HTTP, else the one for HTTPS; what the Service says, not 80. */
	port: number;
	/** The port of each node that leads to it, if there is one. */
	nodePort: number | undefined;
	/** Whether TLS is to be spoken there. */
	tls: boolean;
	balancers: readonly string[];
	external: readonly string[];
};

/** The Service in front of a gateway; undefined when it is none, or has no port for HTTP. */
export function readGatewayService(object: unknown): GatewayService | undefined {
	const parsed = v.safeParse(serviceSchema, object);
	const chosen = parsed.success ? portOf(parsed.output.spec.ports ?? []) : undefined;
	if (!parsed.success || !chosen) return undefined;
	const {spec, status} = parsed.output;
	const {port, tls} = chosen;
	return {
		type: spec.type ?? 'ClusterIP',
		port: port.port,
		nodePort: v.is(portNumber, port.nodePort) ? port.nodePort : undefined,
		tls,
		balancers: (status?.loadBalancer?.ingress ?? []).flatMap(
			({ip, hostname}) => [ip, hostname].find(isHost) ?? [],
		),
		external: (spec.externalIPs ?? []).filter(isHost),
	};
}

function portOf(ports: readonly ServicePort[]): {port: ServicePort; tls: boolean} | undefined {
	const find = (names: string[], number: number) =>
		ports.find(({name}) => names.includes(name ?? '')) ?? ports.find(({port}) => port === number);
	const plain = find(['http2', 'http', 'http-80'], 80);
	if (plain) return {port: plain, tls: false};
	const secure = find(['https', 'https-443'], 443);
	if (secure) return {port: secure, tls: true};
	const [only, ...more] = ports;
	return only && more.length === 0 ? {port: only, tls: false} : undefined;
}

const nodeSchema = v.object({
	status: v.object({addresses: list(v.object({type: v.string(), address: v.string()}))}),
});

/** Where the nodes are: the addresses from outside first, of all nodes, then those from inside. */
export function readNodeHosts(nodes: readonly unknown[]): string[] {
	const addresses = nodes.flatMap(item => {
		const node = v.safeParse(nodeSchema, item);
		return node.success ? (node.output.status.addresses ?? []) : [];
	});
	return ['ExternalIP', 'ExternalDNS', 'InternalIP'].flatMap(wanted =>
		addresses.filter(({type, address: host}) => type === wanted && isHost(host)).map(each => each.address),
	);
}
