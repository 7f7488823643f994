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

export const unknownHost = (): GatewayRefusal => new GatewayRefusal('envoy', 404, '');
export const noHealthyUpstream = (): GatewayRefusal =>
	new GatewayRefusal('envoy', 503, 'no healthy upstream');
export const activatorTimeout = (): GatewayRefusal =>
	new GatewayRefusal('activator', 504, 'activator request timeout');
export const requestTimeout = (): GatewayRefusal => new GatewayRefusal('queue-proxy', 504, 'request timeout');
export const queueFull = (): GatewayRefusal =>
	new GatewayRefusal('queue-proxy', 503, 'pending request queue full\n');
/** Go's reverse proxy could not get an answer from the app; its error text is the body (knative/pkg network/error_handler.go). */
export const badGateway = (text: string): GatewayRefusal =>
	new GatewayRefusal('queue-proxy', 502, `${text}\n`);
