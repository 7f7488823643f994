/**
 * Whether a connection broke because the gateway went down: whoever dies takes with it what is under way, and that says as little of a
 * revision as the connections that are refused from then on.
 */
import {connect} from 'node:net';
import {describeFailure} from './failure.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from './probe.js';

/** Milliseconds that a connection may take before the gateway is taken to be there: it may only be slow. */
const connectTimeout = 1000;

/** A probe that knows a broken connection to a dead gateway for one that is refused. */
export function knowingTheDead(probe: Probe): Probe {
	return {
		async ask(target: ProbeTarget, options?: AskOptions): Promise<Answer> {
			const answer = await probe.ask(target, options);
			const {outcome} = answer;
			if (outcome.kind !== 'failure' || outcome.failure !== 'reset') return answer;
			return (await isRefused(target))
				? {...answer, outcome: describeFailure('refused', target, 'connection refused')}
				: answer;
		},
		close: async () => probe.close(),
	};
}

async function isRefused({address: {host, port}}: ProbeTarget): Promise<boolean> {
	const {promise, resolve} = Promise.withResolvers<boolean>();
	const socket = connect({host, port});
	socket.setTimeout(connectTimeout, () => resolve(false));
	socket.once('connect', () => resolve(false));
	socket.once('error', error => resolve('code' in error && error.code === 'ECONNREFUSED'));
	try {
		return await promise;
	} finally {
		socket.destroy();
	}
}
