import {attentive} from './attentive.js';
import {createHttpProbe} from './http/http.js';
import type {Probe, ProbeOptions} from './probe.js';
import {knowingTheDead} from './still-there.js';

const listening = (probe: Probe): Probe => attentive(knowingTheDead(probe));

/**
 * A probe for both protocols. What gRPC needs is loaded with the first target that asks for it, because it is large
 * and most services speak HTTP. What nobody listened to is asked again (attentive.ts), and what
 * a gateway took with it when it went down is known for that (still-there.ts).
 */
export function createProbe(options: ProbeOptions = {}): Probe {
	const http = listening(createHttpProbe(options));
	let grpc: Promise<Probe> | undefined;
	let closed = false;

	// Before anything is sent, so that the time it takes is no absence during a request.
	async function loadGrpc(): Promise<Probe> {
		const {createGrpcProbe} = await import('./grpc/grpc.js');
		return listening(createGrpcProbe(options));
	}

	return {
		async ask(target, askOptions) {
			if (closed) {
				throw new Error('The probe is closed.');
			}

			if (target.protocol === 'http1') {
				return http.ask(target, askOptions);
			}

			const before = performance.now();
			grpc ??= loadGrpc();
			const probe = await grpc;
			// That this program had to load something first is not the gateway's latency.
			const loading = performance.now() - before;
			return probe.ask(target, {
				...askOptions,
				...(askOptions?.slot !== undefined && {slot: askOptions.slot + loading}),
			});
		},
		async close() {
			closed = true;
			await http.close();
			const probe = await grpc;
			await probe?.close();
		},
	};
}
