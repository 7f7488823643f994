/** Which gateway a host of one's own has: its DomainMapping has an Ingress, a class and a URL of its own. */
import {parseDomainMapping} from '../../knative/service/domain-mapping.js';
import {TransportError, type Cluster} from '../cluster.js';
import {domainMappingsPath} from '../paths.js';
import type {AskedRoute} from './find-gateway.js';

export type HostRoute = AskedRoute & {scheme: 'http' | 'https'; clusterLocal: boolean};

/**
 * The route by which `host` is served, where a DomainMapping of the namespace has that name; undefined where none has, or it may not
 * be read. Its Ingress has its name (knative/serving pkg/reconciler/domainmapping/resources/ingress.go).
 *
 * @param host With a port or without.
 */
export async function readHostRoute(
	cluster: Cluster,
	namespace: string,
	host: string,
): Promise<HostRoute | undefined> {
	const name = host.replace(/:\d+$/, '').toLowerCase();
	try {
		const {status, body} = await cluster.request({method: 'GET', path: domainMappingsPath(namespace, name)});
		const parsed = status === 200 ? parseDomainMapping(body) : undefined;
		if (!parsed?.ok) return undefined;
		const {uid, url, ingressClass} = parsed.value;
		return {
			namespace,
			name,
			scheme: url?.startsWith('https:') ? 'https' : 'http',
			clusterLocal: false,
			ingressClass,
			routesBy: `serving.knative.dev/domainMappingUID=${uid}`,
		};
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}
