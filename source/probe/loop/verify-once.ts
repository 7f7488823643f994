/** One request by hand, and the command line that does the same. */
import {curlCommand, grpcurlCommand} from '../../knative/commands/commands.js';
import {createProbe} from '../transport/create-probe.js';
import type {Answer, AskOptions, Probe, ProbeOptions, ProbeTarget} from '../transport/probe.js';
import {createGatewayKnowledge} from '../attribution/gateway-knowledge.js';
import {checkTarget, defaultTimeout} from '../transport/probe.js';

export type Verification = {
	answer: Answer;
	/** What to type in a shell to send the same request: `curl`, or `grpcurl` for gRPC. */
	command: string;
};

/**
 * Sends one request, over a connection of its own unless a probe is given.
 * Throws as {@link Probe.ask} does: never for what the gateway answers.
 */
export async function verifyOnce(
	target: ProbeTarget,
	{probe, timeout, signal, ...probeOptions}: {probe?: Probe} & Omit<AskOptions, 'slot'> & ProbeOptions = {},
): Promise<Verification> {
	checkTarget(target);
	const used = probe ?? createProbe({keepAlive: false, ...probeOptions});
	try {
		const answer = await used.ask(target, {
			...(timeout !== undefined && {timeout}),
			...(signal && {signal}),
		});
		// What a gateway other than Envoy says itself must not pass for the service's.
		const knowledge = createGatewayKnowledge({probe: used, timeout: timeout ?? defaultTimeout});
		return {answer: await knowledge.judge(target, answer, signal), command: commandFor(target)};
	} finally {
		if (!probe) {
			await used.close();
		}
	}
}

function commandFor({protocol, authority, address, path, scheme}: ProbeTarget): string {
	if (protocol === 'http1') {
		return curlCommand(authority, address, {path, scheme});
	}

	return grpcurlCommand(authority, address, path === '/' ? {} : {method: path.slice(1)});
}
