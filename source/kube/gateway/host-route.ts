/** Which gateway a host of one's own has: its DomainMapping has an Ingress, a class and a URL of its own. */
import {createHash} from 'node:crypto';
import {parseDomainMapping} from '../../knative/service/domain-mapping.js';
import {TransportError, type Cluster} from '../cluster.js';
import {domainMappingsPath} from '../paths.js';
import type {AskedRoute} from './find-gateway.js';

export type HostRoute = AskedRoute & {scheme: 'http' | 'https'; clusterLocal: boolean};

/**
 * The route by which `host` is served, where a DomainMapping of the namespace has that name; undefined where none has, or it may not
 * be read. Its Ingress is named after it (knative/serving pkg/reconciler/domainmapping/resources/ingress.go).
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
			name: ingressNameOf(name),
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

/** Characters of a name of Kubernetes', and of an MD5 in it. */
const longest = 63;
const hashLength = 32;

/** What has no room for the host keeps its beginning, with a hash (knative/pkg kmeta.ChildName). */
function ingressNameOf(host: string): string {
	if (host.length <= longest) return host;
	const hash = createHash('md5').update(host).digest('hex');
	return `${host.slice(0, longest - hashLength)}${hash}`;
}
