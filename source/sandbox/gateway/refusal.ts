/**
 * Answers that come from the machinery between client and app. Who gives one shows in its form: Envoy's own are bare
 * and turn into a gRPC status for a gRPC client; those of activator and queue-proxy are what Go's net/http writes.
 */
export class GatewayRefusal extends Error {
	override name = 'Refusal';
	constructor(
		readonly by: 'envoy' | 'activator' | 'queue-proxy',
		readonly status: number,
		/** The body, as it is on the wire. */
		readonly body: string,
	) {
		super(`${status} ${body.trim()}`);
	}
}

/** No route has this host: an empty 404. */
export const unknownHost = (): GatewayRefusal => new GatewayRefusal('envoy', 404, '');

/** None of the pods that a route leads to serves. */
export const noHealthyUpstream = (): GatewayRefusal =>
	new GatewayRefusal('envoy', 503, 'no healthy upstream');

/** A revision without pods did not get one in time. */
export const activatorTimeout = (): GatewayRefusal =>
	new GatewayRefusal('activator', 504, 'activator request timeout');

/** The app took longer than the timeouts of its revision allow. */
export const requestTimeout = (): GatewayRefusal => new GatewayRefusal('queue-proxy', 504, 'request timeout');

/** A container with a limit of concurrency has as many requests waiting as its queue holds. */
export const queueFull = (): GatewayRefusal =>
	new GatewayRefusal('queue-proxy', 503, 'pending request queue full\n');
/** Go's reverse proxy could not get an answer from the app; its error text is the body (knative/pkg network/error_handler.go). */
export const badGateway = (text: string): GatewayRefusal =>
	new GatewayRefusal('queue-proxy', 502, `${text}\n`);
