/** Answers that the gateway gives itself, instead of the service: an unknown host, no pod to send to, a redirect. */

/** What Envoy's router adds to an answer that came from behind it. */
export const upstreamTime = 'x-envoy-upstream-service-time';

/**
 * Whether an answer that is no success is the gateway's own. Every gateway of Knative's networking layers is an Envoy, whose
 * router adds `x-envoy-upstream-service-time` to what comes from behind it and to nothing else (envoyproxy/envoy
 * source/common/router/router.cc), and `server` to all. One that is told to leave out its headers makes a service's own
 * failures look like this, too; a success is therefore always taken to be the service's.
 *
 * @param headers By their names in lower case.
 */
export function isGatewaysOwn(headers: Readonly<Record<string, string>>): boolean {
	return /envoy/i.test(headers['server'] ?? '') && headers[upstreamTime] === undefined;
}
