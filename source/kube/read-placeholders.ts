/** Reads which tags a Route cannot have, because the Service that each needs (`<tag>-<service>`) is somebody else's. */
import * as v from 'valibot';
import {TransportError, type Cluster} from './cluster.js';
import {corePath, servingPath} from './paths.js';

const owned = v.object({
	metadata: v.object({
		ownerReferences: v.optional(v.array(v.object({kind: v.string(), name: v.string()})), []),
	}),
});

/**
 * Names of the Services that stand in the way, of those that these tags would need. What may not be read counts for free:
 * the Route says no then, as it would without this.
 */
export async function readTaken(
	cluster: Cluster,
	namespace: string,
	service: string,
	tags: readonly string[],
): Promise<ReadonlySet<string>> {
	const names = tags.map(tag => `${tag}-${service}`);
	const found = await Promise.all(
		names.map(async name => {
			const [own, placeholder] = await Promise.all([
				get(cluster, servingPath('services', namespace, name)),
				get(cluster, corePath('services', namespace, name)),
			]);
			return own !== undefined || (placeholder !== undefined && !isOfRoute(placeholder, service))
				? [name]
				: [];
		}),
	);
	return new Set(found.flat());
}

async function get(cluster: Cluster, path: string): Promise<unknown> {
	try {
		const answer = await cluster.request({method: 'GET', path});
		return answer.status === 200 ? answer.body : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}

function isOfRoute(object: unknown, service: string): boolean {
	const parsed = v.safeParse(owned, object);
	return (
		parsed.success &&
		parsed.output.metadata.ownerReferences.some(({kind, name}) => kind === 'Route' && name === service)
	);
}
