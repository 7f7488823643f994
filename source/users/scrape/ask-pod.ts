/**
 * What one pod says of its requests: exact counts from port 9091 where its queue-proxy tells Prometheus of them, else the rate
 * of the last second from port 9090, which is always there.
 *
 * Source: knative/serving pkg/networking/constants.go.
 */
import {readExposition} from '../formats/exposition.js';
import {requestCounts, type PodRequestCounts} from '../formats/request-counts.js';
import {readStat, type Stat} from '../formats/stat.js';
import type {KnownPod} from './pod-set.js';
import type {PodReader, PodReading} from './pod-reader.js';

const userPort = 9091;
const autoscalerPort = 9090;

export type PodReport =
	| {kind: 'counts'; counts: PodRequestCounts}
	| {kind: 'rate'; stat: Stat}
	/** Exact counts are not to be had; the next question is for the rate. */
	| {kind: 'closed'}
	| Exclude<PodReading, {kind: 'read'} | {kind: 'closed'}>;

/** Which of both a pod is asked for. */
export type AskedFor = 'counts' | 'rate';

export async function askPod(
	read: PodReader,
	pod: KnownPod,
	options: {namespace: string; askFor: AskedFor; signal: AbortSignal},
): Promise<PodReport> {
	const {namespace, askFor, signal} = options;
	const [port, accept] =
		askFor === 'counts'
			? ([userPort, 'text/plain;version=0.0.4'] as const)
			: ([autoscalerPort, 'application/protobuf'] as const);
	const reading = await read({pod: {namespace, name: pod.name}, port}, accept, signal);
	if (reading.kind !== 'read') {
		return reading.kind === 'closed' && askFor === 'rate'
			? {kind: 'failed', sentence: `nobody listens at port ${port}`}
			: reading;
	}
	const said = `port ${port} of ${pod.name}`;
	if (askFor === 'rate') {
		const stat = readStat(reading.body);
		if (!stat.ok) return {kind: 'failed', sentence: `${said} tells no rate: ${stat.reason}`};
		return stat.stat.pod === pod.name
			? {kind: 'rate', stat: stat.stat}
			: {kind: 'failed', sentence: `${said} answers for another pod`};
	}
	const text = readExposition(Buffer.from(reading.body).toString('utf8'));
	if (!text.ok) return {kind: 'failed', sentence: `${said} tells no metrics: ${text.reason}`};
	const counts = requestCounts(text.samples, pod);
	return counts.ok
		? {kind: 'counts', counts: counts.counts}
		: {kind: 'failed', sentence: `${said}: ${counts.reason}`};
}
