/** Reads the DomainMappings of a namespace. */
import {parseDomainMapping, type DomainMapping} from '../knative/service/domain-mapping.js';
import type {Cluster} from './cluster.js';
import {listAll} from './list.js';
import {domainMappingsPath} from './paths.js';

/**
 * Those that lead to a service, in order of host, and those that lead there already first: where there is room for one, it is one
 * that users can take. Undefined where they cannot be had: they may not be listed, or the cluster
 * has no such thing.
 *
 * @param namespace Undefined: of all.
 */
export async function readDomainMappings(
	cluster: Cluster,
	namespace: string | undefined,
	signal: AbortSignal,
): Promise<readonly DomainMapping[] | undefined> {
	const items = await listAll(cluster, domainMappingsPath(namespace), {}, signal);
	return items
		?.flatMap(item => {
			const parsed = parseDomainMapping(item);
			return parsed.ok ? [parsed.value] : [];
		})
		.toSorted((one, other) => Number(other.ready) - Number(one.ready) || (one.host < other.host ? -1 : 1));
}
