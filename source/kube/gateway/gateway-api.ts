/**
 * Gateways of the Gateway API (gateway.networking.k8s.io): which of them have the routes of a service, and where they listen.
 * Nothing is asked here, and none of it is trusted.
 */
import * as v from 'valibot';
import {isHost} from './gateway-objects.js';
import type {Doors} from './gateway-ports.js';

/** A Gateway, and the listener of it that a route is for, where it names one. */
export type GatewayRef = {namespace: string; name: string; sectionName: string | undefined};

const text = v.optional(v.nullable(v.string()));
const list = <T extends v.GenericSchema>(item: T) => v.optional(v.nullable(v.array(item)));

/** A DNS-1123 subdomain: it goes into a path. */
const objectName = v.pipe(v.string(), v.regex(/^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/));

const routeSchema = v.object({
	metadata: v.object({labels: v.optional(v.nullable(v.record(v.string(), v.string())))}),
	spec: v.object({
		parentRefs: list(
			v.object({
				kind: text,
				group: text,
				namespace: v.optional(objectName),
				name: objectName,
				sectionName: text,
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
			}));
	});
	return [...new Map(refs.map(ref => [JSON.stringify(ref), ref])).values()];
}

const gatewaySchema = v.object({
	spec: v.object({
		listeners: list(
			v.object({
				name: text,
				port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
				protocol: text,
			}),
		),
	}),
	status: v.optional(v.nullable(v.object({addresses: list(v.object({value: text}))}))),
});

/** Where a Gateway listens, and at which addresses; undefined when it is none. */
export function readGateway(
	object: unknown,
	sectionName: string | undefined,
): {hosts: readonly string[]; doors: Doors} | undefined {
	const parsed = v.safeParse(gatewaySchema, object);
	if (!parsed.success) return undefined;
	const {spec, status} = parsed.output;
	const listeners = (spec.listeners ?? []).filter(
		({name}) => sectionName === undefined || name === sectionName,
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
