/**
 * Gateways of the Gateway API (gateway.networking.k8s.io): which of them have the routes of a service, and where they listen.
 * Nothing is asked here, and none of it is trusted.
 */
import * as v from 'valibot';
import {tolerantList} from '../../knative/objects/parsed.js';
import {isHost} from './gateway-objects.js';
import type {Doors} from './gateway-ports.js';

/** Of the listeners of a Gateway, those that a route is for: by name or port where it names one, and by the hosts that it has. */
export type ListenerChoice = {
	sectionName?: string | undefined;
	port?: number | undefined;
	hostnames?: readonly string[];
};

/** A Gateway, and which listeners of it a route is for. */
export type GatewayRef = ListenerChoice & {namespace: string; name: string};

const text = v.optional(v.nullable(v.string()));

/** A DNS-1123 subdomain: it goes into a path. */
const objectName = v.pipe(v.string(), v.regex(/^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/));

const routeSchema = v.object({
	metadata: v.object({labels: v.optional(v.nullable(v.record(v.string(), v.string())))}),
	spec: v.object({
		hostnames: tolerantList(v.string()),
		parentRefs: tolerantList(
			v.object({
				kind: text,
				group: text,
				namespace: v.optional(objectName),
				name: objectName,
				sectionName: text,
				port: v.optional(v.nullable(v.number())),
			}),
		),
	}),
});

/**
 * The Gateways that the HTTPRoutes of a service are attached to, each once.
 *
 * @param routes HTTPRoutes as net-gateway-api makes them: `networking.knative.dev/visibility` says which are for those inside.
 * @param namespace That of the routes, which a reference without one means.
 */
export function readGatewayRefs(
	routes: readonly unknown[],
	{namespace, clusterLocal}: {namespace: string; clusterLocal: boolean},
): GatewayRef[] {
	const refs = routes.flatMap(item => {
		const route = v.safeParse(routeSchema, item);
		if (!route.success) return [];
		const {metadata, spec} = route.output;
		const isLocal = metadata.labels?.['networking.knative.dev/visibility'] === 'cluster-local';
		if (isLocal !== clusterLocal) return [];
		return (spec.parentRefs ?? [])
			.filter(({kind}) => (kind ?? 'Gateway') === 'Gateway')
			.map(ref => ({
				namespace: ref.namespace ?? namespace,
				name: ref.name,
				sectionName: ref.sectionName ?? undefined,
				port: ref.port ?? undefined,
				hostnames: spec.hostnames ?? [],
			}));
	});
	return [...new Map(refs.map(ref => [JSON.stringify(ref), ref])).values()];
}

const gatewaySchema = v.object({
	spec: v.object({
		listeners: tolerantList(
			v.object({
				name: text,
				port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
				protocol: text,
				hostname: text,
			}),
		),
	}),
	status: v.optional(v.nullable(v.object({addresses: tolerantList(v.object({value: text}))}))),
});

/** Whether a listener of that host takes requests for this one: `*.example.com` takes any below it. */
const takes = (listener: string, host: string): boolean =>
	listener.startsWith('*.') ? host.endsWith(listener.slice(1)) : listener === host;

/** Where a Gateway listens, and at which addresses; undefined when it is none. */
export function readGateway(
	object: unknown,
	{sectionName, port: wanted, hostnames = []}: ListenerChoice,
): {hosts: readonly string[]; doors: Doors} | undefined {
	const parsed = v.safeParse(gatewaySchema, object);
	if (!parsed.success) return undefined;
	const {spec, status} = parsed.output;
	const listeners = (spec.listeners ?? []).filter(
		({name, port, hostname}) =>
			(sectionName === undefined || name === sectionName) &&
			(wanted === undefined || port === wanted) &&
			(!hostname || hostnames.length === 0 || hostnames.some(host => takes(hostname, host))),
	);
	const doorOf = (protocol: string, usual: number) => {
		const fitting = listeners.filter(listener => listener.protocol === protocol);
		const listener = fitting.find(({port}) => port === usual) ?? fitting[0];
		return listener && {port: listener.port, nodePort: undefined};
	};
	return {
		hosts: (status?.addresses ?? []).map(({value}) => value).filter(isHost),
		doors: {plain: doorOf('HTTP', 80), secure: doorOf('HTTPS', 443)},
	};
}
