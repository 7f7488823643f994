/**
 * Reads when Knative wrote the split of a Route, which it does when the Service asks for another one, and not for another image:
 * whether the split was written with the last image, where that decides which revision users had.
 */
import * as v from 'valibot';
import {ownedMetadata} from '../knative/objects/parsed.js';
import {mayBeOfOneWrite, trafficWrittenBefore} from '../knative/release/evidence/record.js';
import {releaseOf, type ReleaseFacts} from '../knative/release/release.js';
import type {ServiceView} from '../knative/service/service.js';
import {specTraffic} from '../knative/service/traffic-entries.js';
import {TransportError, type Cluster} from './cluster.js';
import {servingPath} from './paths.js';

/** Milliseconds: where it is not told by then, the operator is asked. */
const timeLimit = 2000;

const route = v.object({
	kind: v.literal('Route'),
	metadata: ownedMetadata,
	spec: v.object({traffic: v.pipe(v.nullish(v.unknown(), []), specTraffic)}),
});

const targetWords = (targets: ServiceView['specTraffic']) =>
	targets.map(({revision = '@latest', percent, tag = ''}) => `${revision} ${percent} ${tag}`).join();

/**
 * `spec.traffic` of the Route of this service has not been written after that: milliseconds since 1970, to the second. Undefined
 * where it cannot be read, is of another service, or has not the split of this one yet: Knative takes a generation up before that
 * (pkg/reconciler/service, ReconcileKind, of a revision whose name is given, and of a write that has failed).
 */
async function readRouteWritten(
	cluster: Pick<Cluster, 'request'>,
	{namespace, name, uid, specTraffic: asked}: Pick<ServiceView, 'namespace' | 'name' | 'uid' | 'specTraffic'>,
): Promise<number | undefined> {
	try {
		const path = servingPath('routes', namespace, name);
		const answer = await cluster.request({method: 'GET', path, timeout: timeLimit});
		const parsed = v.safeParse(route, answer.body);
		if (answer.status !== 200 || !parsed.success) return undefined;
		const {
			metadata: {ownerReferences, managedFields},
			spec: {traffic},
		} = parsed.output;
		const isItsOwn = ownerReferences.some(owner => owner.uid === uid);
		return isItsOwn && targetWords(traffic) === targetWords(asked) ? managedFields.traffic : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}

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
