/** The way to the gateway of a service: found or given, with who may vouch for it and, where none leads there otherwise, by a port-forward. */
import {isDeepStrictEqual} from 'node:util';
import type {Cluster} from '../../kube/cluster.js';
import {findGateway, type AskedRoute, type FoundGateway} from '../../kube/gateway/find-gateway.js';
import {resolveGiven, type GatewayAddress, type GivenGateway} from '../../kube/gateway/gateway-address.js';
import {findTarget} from '../../kube/port-forward/forward-target.js';
import type {PortForward, Way} from '../../kube/port-forward/port-forward.js';
import {atCluster, kubectlForwardCommand} from '../../knative/commands/commands.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {GatewayState} from '../state/state.js';

/** The service as its gateway is looked for. */
type SelectedRoute = AskedRoute & {scheme: 'http' | 'https'; clusterLocal: boolean};

type FoundState = Extract<GatewayState, {kind: 'found'}>;

/** `own`: of the service itself, where what is asked is a host of a DomainMapping; `hostOwner`: whose that is, where it is not the service's. */
export type AskedRoutes = {
	asked: SelectedRoute;
	own?: SelectedRoute;
	hostOwner?: NonNullable<FoundState['hostOwner']>;
};

type OwnDoor = Pick<FoundState, 'own' | 'ownMissing' | 'hostScheme' | 'hostOwner'>;

/** Where a gateway is and, where the service's own hosts have another door, where that is. */
type DoorsFound = FoundGateway & OwnDoor;

type Inside = Extract<FoundGateway, {kind: 'inside'}>;

/**
 * `ownInside`: the door of the service's own hosts, where it is another one and only a port-forward leads there; `isOwnMissing`:
 * it was not found, or cannot be reached.
 */
export type WaysFound = {found: DoorsFound; ownInside?: Inside; isOwnMissing?: true};

/** What of a service says which gateway it has, and how that is asked. */
export function routeOf({namespace, name, url, clusterLocal, ingressClass}: ServiceView): SelectedRoute {
	return {namespace, name, scheme: schemeOf(url), clusterLocal, ingressClass};
}

function schemeOf(url: string | undefined): 'http' | 'https' {
	return url?.startsWith('https:') ? 'https' : 'http';
}

/** A host of one's own may have another gateway than the service, and another scheme; and it may be of another service. */
export async function routesOf(
	cluster: Cluster,
	service: ServiceView,
	host: string | undefined,
): Promise<AskedRoutes> {
	const route = routeOf(service);
	if (host === undefined) return {asked: route};
	const {readHostOwner} = await import('../../kube/gateway/host-route.js');
	const owner = await readHostOwner(cluster, service, host);
	if (owner.kind !== 'own') return {asked: route, hostOwner: owner};
	return owner.route ? {asked: owner.route, own: route} : {asked: route};
}

/** The gateway of what is asked, and that of the service's own hosts where it is another door and can be reached. */
export async function findGateways(
	cluster: Cluster,
	{asked, own, hostOwner}: AskedRoutes,
	options: Parameters<typeof findGateway>[2],
): Promise<WaysFound> {
	const found = await findGateway(cluster, asked, options);
	if (found.kind === 'not found') return {found};
	if (!own) return {found: {...found, ...(hostOwner && {hostOwner})}};
	const mapped = {...found, hostScheme: asked.scheme};
	const ofService = await findGateway(cluster, own, options);
	if (ofService.kind === 'inside') {
		const isSame = found.kind === 'inside' && isDeepStrictEqual(found.service, ofService.service);
		return {found: mapped, ...(!isSame && {ownInside: ofService})};
	}
	if (ofService.kind === 'not found') {
		return {found: {...mapped, ownMissing: ofService.sentence}, isOwnMissing: true};
	}
	return {found: withOwnDoor(mapped, ofService), ...(ofService.unreached && {isOwnMissing: true})};
}

/** Found by port-forward it is another door in any case. */
function withOwnDoor<Found extends Partial<GatewayAddress>>(
	found: Found,
	{host, port, tls}: GatewayAddress,
): Found & OwnDoor {
	const isSame = found.host === host && found.port === port && found.tls === tls;
	return isSame ? found : {...found, own: {host, port, tls}};
}

/** Loaded with the first use: most gateways are asked without TLS. */
async function authoritiesOf(cluster: Cluster): Promise<readonly string[]> {
	const {gatewayAuthorities} = await import('../../kube/gateway/gateway-trust.js');
	return gatewayAuthorities(cluster);
}

/** With those who may vouch for it, where it speaks TLS somewhere. */
export async function withAuthorities<Found extends DoorsFound>(
	cluster: Cluster,
	found: Found,
	ownInside?: Inside,
): Promise<Found & {authorities?: readonly string[]}> {
	const {own} = found;
	const speaksTls =
		own?.tls ||
		ownInside?.tls ||
		(found.kind === 'found' ? found.tls || found.secure : found.kind === 'inside' && found.tls);
	return speaksTls ? {...found, authorities: await authoritiesOf(cluster)} : found;
}

/** The gateway that the operator names with `--gateway`: nothing is tried. */
export async function givenGateway(
	cluster: Cluster,
	given: GivenGateway,
	{asked, own, hostOwner}: AskedRoutes,
): Promise<GatewayState> {
	const resolved = resolveGiven(given, asked.scheme);
	const found = {kind: 'found', via: '--gateway', ...resolved, ...(hostOwner && {hostOwner})} as const;
	const both: typeof found & OwnDoor = own
		? {...withOwnDoor(found, resolveGiven(given, own.scheme)), hostScheme: asked.scheme}
		: found;
	const speaksTls = resolved.tls || both.own?.tls;
	return speaksTls ? {...both, authorities: await authoritiesOf(cluster)} : both;
}

/** That of this machine, as it is by now. */
function doorOf({flags}: Cluster, {service, tls}: Pick<Inside, 'service' | 'tls'>, forward: PortForward) {
	const {host, port, state} = forward;
	const command = atCluster(kubectlForwardCommand(service, port), flags);
	return {host, port, tls, forward: {tunnel: forward, state, command}};
}

/** A gateway that is asked through a port-forward. */
function forwardedGateway(
	cluster: Cluster,
	{
		via,
		tls,
		service,
		unreached,
		authorities,
		guess,
		own,
		ownMissing,
		hostScheme,
		hostOwner,
	}: Inside & OwnDoor & {authorities?: readonly string[]},
	forward: PortForward,
): Extract<GatewayState, {kind: 'found'}> {
	return {
		kind: 'found',
		...doorOf(cluster, {service, tls}, forward),
		via,
		...(unreached && {unreached}),
		...(authorities && {authorities}),
		...(guess !== undefined && {guess}),
		...(own && {own}),
		...(ownMissing !== undefined && {ownMissing}),
		...(hostScheme && {hostScheme}),
		...(hostOwner && {hostOwner}),
	};
}

type ForwardListeners = {onState: () => void; onGone: () => void};

/**
 * Listens on a free port of this machine; a tunnel is opened when somebody connects.
 *
 * @throws Error when there is no such port.
 */
async function openForward(
	cluster: Cluster,
	{service}: Inside,
	listeners?: ForwardListeners,
): Promise<PortForward> {
	// Loaded with the first use: most gateways have an address.
	const {openPortForward} = await import('../../kube/port-forward/port-forward.js');
	const way: Way = {
		find: async () => findTarget(cluster, service),
		connect: async (target, signal) => cluster.connectToPod(target, signal),
	};
	return openPortForward(service, way, listeners);
}

/** Why no port-forward could be opened. */
export const noPortSentence = (error: unknown): string =>
	`the gateway is reached through a port-forward only, and no port of this machine can be had for one: ${error instanceof Error ? error.message : String(error)}`;

/** What was found, with the port-forwards that lead there: one, two or none. */
type OpenWays = {
	/** As they are by now. */
	gateway: () => GatewayState;
	isFailing: () => boolean;
	/** No port could be had for the service's own door: tags cannot be asked. */
	lacksOwn: boolean;
	close: () => Promise<void>;
};

/** @throws Error as `openForward`, where what is asked itself needs a port; nothing is left open then. */
export async function openWays(
	cluster: Cluster,
	ways: WaysFound,
	listeners?: ForwardListeners,
): Promise<OpenWays> {
	const {ownInside} = ways;
	const found = await withAuthorities(cluster, ways.found, ownInside);
	const opened: PortForward[] = [];
	const close = async () => void (await Promise.all(opened.map(async forward => forward.close())));
	const open = async (inside: Inside) => {
		const forward = await openForward(cluster, inside, listeners);
		opened.push(forward);
		return forward;
	};
	try {
		const forward = found.kind === 'inside' ? await open(found) : undefined;
		const own = ownInside && (await open(ownInside).catch(noPortSentence));
		return {
			gateway() {
				const whole =
					typeof own === 'string'
						? {...found, ownMissing: own}
						: own && ownInside
							? {...found, own: doorOf(cluster, ownInside, own)}
							: found;
				return whole.kind === 'inside' ? forwardedGateway(cluster, whole, forward!) : whole;
			},
			lacksOwn: typeof own === 'string',
			isFailing: () => opened.some(({state}) => state.kind === 'failing'),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

const nothing = async () => {};

/**
 * The gateway of a service, once, for as long as it takes to ask it: where it is found, or where the operator says that it
 * is. `close` ends what was opened for it.
 *
 * @throws What `signal` was aborted with, or Error where no port-forward can be opened; nothing is left open then.
 */
export async function reachGateway(
	cluster: Cluster,
	service: ServiceView,
	{
		given,
		host,
		signal,
	}: {
		given: GivenGateway | undefined;
		/** What is asked instead of the host of its URL. */
		host?: string | undefined;
		signal?: AbortSignal | undefined;
	},
): Promise<{gateway: GatewayState; close: () => Promise<void>}> {
	const routes = await routesOf(cluster, service, host);
	if (given) return {gateway: await givenGateway(cluster, given, routes), close: nothing};
	const {gateway, close} = await openWays(cluster, await findGateways(cluster, routes, {signal}));
	return {gateway: gateway(), close};
}
