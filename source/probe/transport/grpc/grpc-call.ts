/** One unary call, from its first byte to the outcome that it settles with, once. */
import {Metadata} from '@grpc/grpc-js';
import type {Client, ServiceError} from '@grpc/grpc-js';
import {describeFailure, timeoutFailure} from '../failure.js';
import type {Fingerprinter} from '../../attribution/fingerprint.js';
import type {GrpcMethod} from './grpc-methods.js';
import {replyOutcome, statusOutcome, wasNeverBegun} from './grpc-outcome.js';
import type {ProbeOutcome, ProbeTarget} from '../probe.js';

/** The operator's headers. */
function metadataOf({request}: ProbeTarget): Metadata {
	const metadata = new Metadata();
	for (const {name, value} of request?.headers ?? []) {
		metadata.add(name, value);
	}

	return metadata;
}

type CallOptions = {
	/** Milliseconds until the call counts as not answered. */
	timeout: number;
	signal: AbortSignal | undefined;
	/** Aborted when the probe is closed. */
	closing: AbortSignal;
	fingerprint: Fingerprinter;
	/** How often it may still be refused. */
	refusals?: number;
};

/**
 * A stream that is refused, mostly since the gateway is about to close the connection, was not begun: it is sent again, over
 * another one (RFC 9113, section 8.7).
 */
const mostRefusals = 3;

/** A second message is none of an answer to one request. */
const mostMessages = 1;

/** Rejects only with the reason of `signal`; all else that can happen is an outcome. */
export async function callMethod(
	client: Client,
	target: ProbeTarget,
	method: GrpcMethod,
	{timeout, signal, closing, fingerprint, refusals = mostRefusals}: CallOptions,
): Promise<ProbeOutcome> {
	const begun = performance.now();
	return new Promise((resolve, reject) => {
		let headers = new Metadata();
		let late = false;
		const messages: Buffer[] = [];
		// Of one message, and read like a stream: grpc-js waits for ever where a second one comes.
		const request = client.makeServerStreamRequest(
			method.path,
			method.serialize,
			(bytes: Buffer) => bytes,
			undefined,
			metadataOf(target),
			{},
		);
		const onAbort = (): void => {
			request.cancel();
		};
		const isOver = (): boolean => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', onAbort);
			closing.removeEventListener('abort', onAbort);
			if (signal?.aborted) reject(signal.reason);
			else if (messages.length > mostMessages) {
				resolve(
					describeFailure('protocol', target, 'more than one message came as an answer to one request'),
				);
			} else if (late) {
				const came = messages.length > 0 ? 'a message had come, and no status' : 'the call was not answered';
				resolve(timeoutFailure(target, timeout, came));
			} else return false;
			return true;
		};
		request.on('metadata', metadata => {
			headers = metadata;
		});
		request.on('data', (bytes: Buffer) => {
			messages.push(bytes);
			if (messages.length > mostMessages) request.cancel();
		});
		request.once('end', () => {
			const [reply] = messages;
			if (isOver()) return;
			resolve(
				reply === undefined
					? describeFailure('protocol', target, 'its status is OK, and no message came')
					: replyOutcome(reply, target, method, headers, fingerprint),
			);
		});
		request.on('error', (error: ServiceError) => {
			if (isOver()) return;
			if (refusals > 0 && messages.length === 0 && wasNeverBegun(error, headers)) {
				const left = timeout - (performance.now() - begun);
				resolve(
					callMethod(client, target, method, {
						signal,
						closing,
						fingerprint,
						timeout: Math.max(1, left),
						refusals: refusals - 1,
					}),
				);
			} else {
				resolve(statusOutcome(error, target, headers, fingerprint));
			}
		});
		signal?.addEventListener('abort', onAbort, {once: true});
		closing.addEventListener('abort', onAbort, {once: true});
		// Not gRPC's own deadline: the server can say DEADLINE_EXCEEDED too, and that is an answer.
		const timer = setTimeout(() => {
			late = true;
			request.cancel();
		}, timeout);
	});
}
