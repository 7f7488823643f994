/** Reads what tells whether the split was written with the last image, where that decides which revision users had. */
import {mayBeOfOneWrite, trafficWrittenBefore} from '../knative/release/evidence/record.js';
import {releaseOf, type ReleaseFacts} from '../knative/release/release.js';
import type {ServiceView} from '../knative/service/service.js';
import type {Cluster} from '../kube/cluster.js';
import {readRouteWritten} from '../kube/read-route.js';

/**
 * The service with what its Route tells of when the split was written. Undefined where it tells nothing more, or nothing hangs
 * on it: then no request is sent.
 */
export function readSplitWrite(
	cluster: Pick<Cluster, 'request'>,
	facts: ReleaseFacts,
): Promise<ServiceView | undefined> | undefined {
	const {whole} = releaseOf(facts);
	return whole !== undefined && mayBeOfOneWrite(facts, whole) ? read(cluster, facts) : undefined;
}

async function read(
	cluster: Pick<Cluster, 'request'>,
	{service}: ReleaseFacts,
): Promise<ServiceView | undefined> {
	const told = trafficWrittenBefore(service, await readRouteWritten(cluster, service));
	return told === service ? undefined : told;
}
