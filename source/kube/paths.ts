/** Paths of the API, each part escaped: a name from a manifest must not lead elsewhere. */

export const servingGroup = 'serving.knative.dev';
/** Who wrote a field, as `metadata.managedFields` will say. */
export const fieldManager = 'kn-canary';

function path(base: string, namespace: string | undefined, plural: string, name?: string): string {
	const inside = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
	const one = name === undefined ? '' : `/${encodeURIComponent(name)}`;
	return `${base}${inside}/${plural}${one}`;
}

/** Resources of serving.knative.dev/v1; over all namespaces when none is given. */
export function servingPath(
	plural: 'services' | 'revisions' | 'routes' | 'configurations',
	namespace?: string,
	name?: string,
): string {
	return path(`/apis/${servingGroup}/v1`, namespace, plural, name);
}

/** DomainMappings, which are still of v1beta1; over all namespaces when none is given. */
export function domainMappingsPath(namespace?: string, name?: string): string {
	return path(`/apis/${servingGroup}/v1beta1`, namespace, 'domainmappings', name);
}

/** Selects the revisions of a service: the label that its Configuration gives them. */
export function ofService(service: string): {labelSelector: string} {
	return {labelSelector: `${servingGroup}/service=${service}`};
}

/** Knative's own Ingress, which a gateway controller programs the gateway from. */
export function ingressPath(namespace?: string, name?: string): string {
	return path('/apis/networking.internal.knative.dev/v1alpha1', namespace, 'ingresses', name);
}

/** Resources of the Gateway API, from which some ingress controllers have their gateways programmed. */
export function gatewayApiPath(plural: 'httproutes' | 'gateways', namespace: string, name?: string): string {
	return path('/apis/gateway.networking.k8s.io/v1', namespace, plural, name);
}

/** Resources of core/v1. */
export function corePath(
	plural: 'services' | 'namespaces' | 'nodes' | 'events' | 'pods' | 'configmaps',
	namespace?: string,
	name?: string,
): string {
	return path('/api/v1', namespace, plural, name);
}

/** What the containers of a pod wrote. */
export function podLogPath(namespace: string, pod: string): string {
	return `${corePath('pods', namespace, pod)}/log`;
}

/** A path of a port of a pod, through the API server. */
export function podProxyPath(pod: {namespace: string; name: string}, port: number, inside: string): string {
	return `${corePath('pods', pod.namespace, pod.name)}:${port}/proxy${inside}`;
}
