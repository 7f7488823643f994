/** What the objects of a cluster say about where a gateway is. Nothing is asked here, and none of it is trusted. */
import {isIPv6} from 'node:net';
import * as v from 'valibot';
import {tolerantList} from '../../knative/objects/parsed.js';
import {ingressClassOf} from '../../knative/service/ingress-class.js';
import {printable} from '../../knative/text/printable.js';
import {doorsOf, type Doors} from './gateway-ports.js';

const optionalText = v.optional(v.nullable(v.string()));
const portNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

/** An address from the cluster, if it is one: it will be connected to and shown. */
const address = /^[a-z\d](?:[a-z\d.:-]{0,252})$/i;

/** Whether it is a name or an address. */
export const isHost = (host: string | null | undefined): host is string =>
	typeof host === 'string' && (address.test(host) || isIPv6(host));

const balancerSchema = v.optional(
	v.nullable(
		v.object({
			ingress: tolerantList(v.object({ip: optionalText, domain: optionalText, domainInternal: optionalText})),
		}),
	),
);
const ingressSchema = v.object({
	metadata: v.object({annotations: v.optional(v.nullable(v.record(v.string(), v.string())))}),
	status: v.optional(
		v.nullable(
			v.object({
				publicLoadBalancer: balancerSchema,
				privateLoadBalancer: balancerSchema,
				/** Of an older kind of Ingress: one for all. */
				loadBalancer: balancerSchema,
			}),
		),
	),
});
type Balancer = v.InferOutput<typeof balancerSchema>;

export type IngressBalancer = {
	/** Names and addresses. */
	hosts: readonly string[];
	/** Services in front of the gateway, where it has no address of its own. */
	services: readonly {namespace: string; name: string}[];
};

export type IngressStatus = {
	/** The name of its class, such as `kourier.ingress.networking.knative.dev`; undefined where it has none. */
	ingressClass: string | undefined;
	/** What those outside of the cluster are to ask, and those inside. */
	outside: IngressBalancer;
	inside: IngressBalancer;
};

/** The status of Knative's own Ingress (networking.internal.knative.dev); undefined when it is none. */
export function readIngress(object: unknown): IngressStatus | undefined {
	const parsed = v.safeParse(ingressSchema, object);
	if (!parsed.success) return undefined;
	const {metadata, status} = parsed.output;
	return {
		ingressClass: ingressClassOf(new Map(Object.entries(metadata.annotations ?? {}))),
		outside: balancerOf(status?.publicLoadBalancer ?? status?.loadBalancer),
		inside: balancerOf(status?.privateLoadBalancer),
	};
}

const rulesSchema = v.object({
	spec: v.object({rules: tolerantList(v.object({hosts: tolerantList(v.string())}))}),
});

/** The hosts that an Ingress of Knative's has rules for. */
export function readIngressHosts(object: unknown): string[] {
	const parsed = v.safeParse(rulesSchema, object);
	return parsed.success ? (parsed.output.spec.rules ?? []).flatMap(({hosts}) => hosts ?? []) : [];
}

function balancerOf(balancer: Balancer): IngressBalancer {
	const entries = balancer?.ingress ?? [];
	// An address that leads nowhere may stand beside a name that does not, in one entry as in several.
	const hostsOf = ({ip, domain}: (typeof entries)[number]) => [ip, domain].filter(isHost);
	return {
		hosts: [...new Set(entries.flatMap(hostsOf))],
		services: entries
			.filter(entry => hostsOf(entry).length === 0)
			.flatMap(({domainInternal}) => {
				// `kourier.kourier-system.svc.cluster.local`: not resolvable from here, but the Service's name.
				const [name, namespace, svc] = (domainInternal ?? '').split('.');
				return name && namespace && svc === 'svc' ? [{namespace, name}] : [];
			}),
	};
}

/** `kourier` of `kourier.ingress.networking.knative.dev`. */
export function shortClass(ingressClass: string): string {
	return ingressClass.split('.')[0] ?? ingressClass;
}

const configNetworkSchema = v.object({data: v.optional(v.nullable(v.record(v.string(), v.string())))});

/** The class of Ingresses that have none of their own: ConfigMap config-network. */
export function readDefaultClass(object: unknown): string | undefined {
	const parsed = v.safeParse(configNetworkSchema, object);
	if (!parsed.success) return undefined;
	const {data} = parsed.output;
	const found = data?.['ingress-class'] || data?.['ingress.class'];
	return found ? printable(found) : undefined;
}

const serviceSchema = v.object({
	spec: v.object({
		type: optionalText,
		externalIPs: tolerantList(v.string()),
		ports: tolerantList(
			v.object({
				name: optionalText,
				port: portNumber,
				protocol: optionalText,
				appProtocol: optionalText,
				nodePort: v.optional(v.nullable(v.number())),
			}),
		),
	}),
	status: v.optional(
		v.nullable(
			v.object({
				loadBalancer: v.optional(
					v.nullable(v.object({ingress: tolerantList(v.object({ip: optionalText, hostname: optionalText}))})),
				),
			}),
		),
	),
});

export type GatewayService = {
	/** ClusterIP, NodePort, LoadBalancer … */
	type: string;
	doors: Doors;
	balancers: readonly string[];
	external: readonly string[];
};

/** The Service in front of a gateway; undefined when it is none, or has no port for HTTP or HTTPS. */
export function readGatewayService(object: unknown): GatewayService | undefined {
	const parsed = v.safeParse(serviceSchema, object);
	if (!parsed.success) return undefined;
	const {spec, status} = parsed.output;
	const doors = doorsOf(spec.ports ?? []);
	if (!doors.plain && !doors.secure) return undefined;
	return {
		type: spec.type ?? 'ClusterIP',
		doors,
		balancers: [
			...new Set(
				(status?.loadBalancer?.ingress ?? []).flatMap(({ip, hostname}) => [ip, hostname].filter(isHost)),
			),
		],
		external: (spec.externalIPs ?? []).filter(isHost),
	};
}

const nodeSchema = v.object({
	status: v.object({addresses: tolerantList(v.object({type: v.string(), address: v.string()}))}),
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
