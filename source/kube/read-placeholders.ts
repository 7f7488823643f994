/** Reads which tags a Route cannot have, because the Service that each needs (`<tag>-<service>`) is somebody else's. */
import * as v from 'valibot';
import {placeholderOf, type Placeholders} from '../knative/release/verbs/role-tags.js';
import {TransportError, type ApiAnswer, type Cluster} from './cluster.js';
import {corePath, servingPath} from './paths.js';

const owned = v.object({
	metadata: v.object({
		ownerReferences: v.optional(v.array(v.object({kind: v.string(), name: v.string()})), []),
	}),
});

/** Milliseconds: it is worth a look, and not that an operator waits for it. */
const readTimeout = 2000;

/**
 * Which of the names that these tags would need are free, each asked for by itself: to list all Services of a namespace is
 * more than most may. What may not be read is not in the answer.
 */
export async function readPlaceholders(
	cluster: Cluster,
	namespace: string,
	service: string,
	tags: readonly string[],
): Promise<Placeholders> {
	const names = tags.map(tag => placeholderOf(tag, service));
	const found = await Promise.all(
		names.map(async (name): Promise<[string, 'taken' | 'free'][]> => {
			const [own, placeholder] = await Promise.all([
				get(cluster, servingPath('services', namespace, name)),
				get(cluster, corePath('services', namespace, name)),
			]);
			if (own?.status === 200) return [[name, 'taken']];
			if (placeholder?.status === 404) return [[name, 'free']];
			if (placeholder?.status !== 200) return [];
			return [[name, isOfRoute(placeholder.body, service) ? 'free' : 'taken']];
		}),
	);
	return new Map(found.flat());
}

async function get(cluster: Cluster, path: string): Promise<ApiAnswer | undefined> {
	try {
		return await cluster.request({method: 'GET', path, timeout: readTimeout});
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
