/**
 * Answers that come from the machinery between client and app. Who gives one shows in its form: Envoy's own are bare
 * and turn into a gRPC status for a gRPC client; those of activator and queue-proxy are what Go's net/http writes.
 */
export class Refusal extends Error {
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

export const unknownHost = (): Refusal => new Refusal('envoy', 404, '');
export const noHealthyUpstream = (): Refusal => new Refusal('envoy', 503, 'no healthy upstream');
export const activatorTimeout = (): Refusal => new Refusal('activator', 504, 'activator request timeout');
export const requestTimeout = (): Refusal => new Refusal('queue-proxy', 504, 'request timeout');
export const queueFull = (): Refusal => new Refusal('queue-proxy', 503, 'pending request queue full\n');
/** Go's reverse proxy could not get an answer from the app; its error text is the body (knative/pkg network/error_handler.go). */
export const badGateway = (text: string): Refusal => new Refusal('queue-proxy', 502, `${text}\n`);
