/** Where the gateway is, kept in the store; where only a port-forward leads there, the port-forward as long as it is needed. */
import type {Cluster} from '../../kube/cluster.js';
import type {GatewayAddress} from '../../kube/gateway/gateway-address.js';
import {findTarget} from '../../kube/port-forward/forward-target.js';
import {findGateway, type FoundGateway} from '../../kube/gateway/find-gateway.js';
import type {PortForward, Way} from '../../kube/port-forward/port-forward.js';
import {atCluster, kubectlForwardCommand} from '../../knative/commands/commands.js';
import type {ConsoleStore, GatewayState} from '../state/state.js';

/**
 * Milliseconds until the gateway is looked for again when it was not found, or cannot be reached: a cluster may just be
 * getting one, and the operator opening a way there.
 */
const gatewayRetry = 10_000;

/**
 * Looks for the gateway until there is one that can be reached, and again when its Service has gone; until `signal` says
 * stop.
 *
 * @param retry Milliseconds between two looks.
 */
export async function lookForGateway(
	store: ConsoleStore,
	cluster: Cluster,
	signal: AbortSignal,
	retry = gatewayRetry,
): Promise<void> {
	while (!signal.aborted) {
		const found = await findUntil(signal, cluster);
		if (!found) return;
		if (found.kind === 'inside') {
			await forwardWhileNeeded(store, cluster, found, {signal, retry});
			continue;
		}
		store.setState({gateway: found});
		if (isReached(found)) return;
		await pause(retry, signal);
	}
}

/** What was found; undefined when `signal` said stop before. */
async function findUntil(signal: AbortSignal, cluster: Cluster): Promise<FoundGateway | undefined> {
	try {
		const found = await findGateway(cluster, undefined, {signal});
		return signal.aborted ? undefined : found;
	} catch (error) {
		if (signal.aborted) return undefined;
		throw error;
	}
}

const isReached = (gateway: FoundGateway) => gateway.kind === 'found' && gateway.unreached === undefined;

const nothing = async () => {};

/**
 * The gateway, once, for as long as it takes to ask it: where it is found, or where the operator says that it is.
 * `close` ends what was opened for it.
 *
 * @throws What `signal` was aborted with.
 */
export async function reachGateway(
	cluster: Cluster,
	given: GatewayAddress | undefined,
	signal?: AbortSignal,
): Promise<{gateway: GatewayState; close: () => Promise<void>}> {
	if (given) return {gateway: {...given, kind: 'found', via: '--gateway'}, close: nothing};
	const found = await findGateway(cluster, undefined, {signal});
	if (found.kind !== 'inside') return {gateway: found, close: nothing};
	const forward = await openForward(cluster, found);
	return {gateway: forwardedGateway(cluster, found, forward), close: async () => forward.close()};
}

/** A gateway that is asked through a port-forward. */
function forwardedGateway(
	{flags}: Cluster,
	{via, tls, service, unreached}: Extract<FoundGateway, {kind: 'inside'}>,
	forward: PortForward,
): Extract<GatewayState, {kind: 'found'}> {
	const {host, port, state} = forward;
	const command = atCluster(kubectlForwardCommand(service, port), flags);
	return {
		kind: 'found',
		host,
		port,
		tls,
		via,
		forward: {tunnel: forward, state, command},
		...(unreached && {unreached}),
	};
}

async function openForward(
	cluster: Cluster,
	{service}: Extract<FoundGateway, {kind: 'inside'}>,
	listeners?: {onState: () => void; onGone: () => void},
): Promise<PortForward> {
	// Loaded with the first use: most gateways have an address.
	const {openPortForward} = await import('../../kube/port-forward/port-forward.js');
	const way: Way = {
		find: async () => findTarget(cluster, service),
		connect: async (target, signal) => cluster.connectToPod(target, signal),
	};
	return openPortForward(service, way, listeners);
}

/** Resolves when there is a better way by now, or none at all. */
async function forwardWhileNeeded(
	store: ConsoleStore,
	cluster: Cluster,
	gateway: Extract<FoundGateway, {kind: 'inside'}>,
	{signal, retry}: {signal: AbortSignal; retry: number},
): Promise<void> {
	const over = new AbortController();
	const opened = await openForward(cluster, gateway, {
		onState: () => publish(),
		onGone: () => over.abort(),
	}).catch((error: unknown) => {
		const why = error instanceof Error ? error.message : String(error);
		return `the gateway is reached through a port-forward only, and no port of this machine can be had for one: ${why}`;
	});
	if (typeof opened === 'string') {
		if (!signal.aborted) store.setState({gateway: {kind: 'not found', sentence: opened}});
		return pause(retry, signal);
	}
	const forward = opened;
	function publish(): void {
		if (!signal.aborted) store.setState({gateway: forwardedGateway(cluster, gateway, forward)});
	}
	const ending = AbortSignal.any([signal, over.signal]);
	publish();
	while (!ending.aborted) {
		await pause(retry, ending);
		if (ending.aborted || forward.state.kind !== 'failing') continue;
		const again = await findUntil(ending, cluster);
		if (again && isReached(again)) over.abort();
	}
	await forward.close();
	if (!signal.aborted) store.setState({gateway: {kind: 'looking'}});
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>(resolve => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve();
		};
		const timer = setTimeout(end, milliseconds);
		timer.unref();
		signal.addEventListener('abort', end);
	});
}
