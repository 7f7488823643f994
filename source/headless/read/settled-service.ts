/** The service as it is once its route has settled on a split. */
import type {Cluster} from '../../kube/cluster.js';
import type {ServiceView} from '../../knative/service/service.js';
import {routeSettled, serviceState} from '../../knative/service/service-state.js';
import {readService} from './read-service.js';

export type SettleOptions = {
	service: string;
	namespace: string;
	/** Milliseconds; a minute when not given. */
	settleTimeout?: number;
	signal?: AbortSignal;
};

/** The server says no (not there, no right), or nothing could be asked of it. */
export type NoService = {kind: 'refused' | 'could not ask'; sentence: string};

export type SettledService = {kind: 'service'; service: ServiceView; settled: boolean};

/** Milliseconds between two looks at a route that is settling. */
const settlePoll = 250;

/** A pipeline asks right after its write: waits until the gateway has what the route says, for a while. */
export async function settledService(
	cluster: Cluster,
	options: SettleOptions,
): Promise<NoService | SettledService> {
	const {settleTimeout = 60_000, signal} = options;
	const end = performance.now() + settleTimeout;
	for (;;) {
		signal?.throwIfAborted();
		const {namespace, service: name} = options;
		const read = await readService(cluster, namespace, name);
		if (!read.ok) {
			const subject = read.isAnswer ? `Service ${name} in namespace ${namespace}: ` : '';
			return {kind: read.isAnswer ? 'refused' : 'could not ask', sentence: subject + read.reason};
		}
		const {service} = read;
		const settled = routeSettled(service);
		if (settled || neverServes(service) || performance.now() >= end) {
			return {kind: 'service', service, settled};
		}
		await new Promise(resolve => setTimeout(resolve, settlePoll));
	}
}

/** Its first revision has failed: no waiting gives the route a split, only another revision does. */
function neverServes(service: ServiceView): boolean {
	return service.statusTraffic.length === 0 && serviceState(service).kind === 'failed';
}
