/** Reads when Knative wrote the split of a Route, which it does when the Service asks for another one, and not for another image. */
import * as v from 'valibot';
import {ownedMetadata} from '../knative/objects/parsed.js';
import type {ServiceView} from '../knative/service/service.js';
import {TransportError, type Cluster} from './cluster.js';
import {servingPath} from './paths.js';

/** Milliseconds: where it is not told by then, the operator is asked. */
const patience = 2000;

const route = v.object({kind: v.literal('Route'), metadata: ownedMetadata});

/**
 * `spec.traffic` of the Route of this service has not been written after that: milliseconds since 1970, to the second. Undefined
 * where it cannot be read, or is of another service.
 */
export async function readRouteWritten(
	cluster: Pick<Cluster, 'request'>,
	{namespace, name, uid}: Pick<ServiceView, 'namespace' | 'name' | 'uid'>,
): Promise<number | undefined> {
	try {
		const path = servingPath('routes', namespace, name);
		const answer = await cluster.request({method: 'GET', path, timeout: patience});
		const parsed = v.safeParse(route, answer.body);
		if (answer.status !== 200 || !parsed.success) return undefined;
		const {ownerReferences, managedFields} = parsed.output.metadata;
		return ownerReferences.some(owner => owner.uid === uid) ? managedFields.traffic : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}
