import type {Answer, FailureKind, GatewayResponse} from '../../source/probe/transport/probe.js';

/** An answer as a probe would give it. */
export function answering(
	fingerprint: string | undefined,
	part: Partial<GatewayResponse> & {latency?: number} = {},
): Answer {
	const {latency = 10, ...response} = part;
	return {
		at: 0,
		latency,
		outcome: {
			kind: 'response',
			status: 200,
			code: '200',
			error: false,
			firstLine: fingerprint ?? '',
			body: fingerprint ?? '',
			truncated: false,
			contentType: 'text/plain',
			fingerprint,
			...response,
		},
	};
}

export function failing(failure: FailureKind = 'timeout', latency = 10_000): Answer {
	return {at: 0, latency, outcome: {kind: 'failure', failure, sentence: `It failed: ${failure}.`}};
}
