/**
 * What one pod says of its requests: exact counts from port 9091 where its queue-proxy tells Prometheus of them, else the rate
 * of the last second from port 9090, which is always there.
 *
 * Source: knative/serving pkg/networking/constants.go.
 */
import {gunzipSync} from 'node:zlib';
import {printable} from '../../knative/text/printable.js';
import {truncate} from '../../knative/text/truncate.js';
import {readExposition} from '../formats/exposition.js';
import {requestCounts, type PodRequestCounts} from '../formats/request-counts.js';
import {readStat, type Stat} from '../formats/stat.js';
import type {KnownPod} from './pod-set.js';
import {mostBytes, type PodReader, type PodReading} from './pod-reader.js';

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

/**
 * Reads the metrics of one pod once. What cannot be read is a report of its own, as a sentence; nothing is thrown but an
 * abort.
 */
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
	const failed = (why: string): PodReport => ({kind: 'failed', sentence: `port ${port}: ${shortened(why)}`});
	if (reading.kind === 'failed') return failed(reading.sentence);
	if (reading.kind !== 'read') {
		return reading.kind === 'closed' && askFor === 'rate' ? failed('nobody listens') : reading;
	}
	const body = unpacked(reading.body);
	if (typeof body === 'string') return failed(body);
	if (askFor === 'rate') {
		const stat = readStat(body);
		if (!stat.ok) return failed(`no rate: ${stat.reason}`);
		return stat.stat.pod === pod.name
			? {kind: 'rate', stat: stat.stat}
			: failed('it answers for another pod');
	}
	const text = readExposition(Buffer.from(body).toString('utf8'));
	if (!text.ok) return failed(`no metrics: ${text.reason}`);
	const counts = requestCounts(text.samples, {
		...pod,
		isOlder: pod.metrics.kind === 'prometheus' && pod.metrics.isOlder,
	});
	return counts.ok ? {kind: 'counts', counts: counts.counts} : failed(counts.reason);
}

/** What something in between has packed, though nobody asked for that; or why it cannot be unpacked. Neither format begins like gzip. */
function unpacked(body: Uint8Array): Uint8Array | string {
	if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
	try {
		return gunzipSync(body, {maxOutputLength: mostBytes});
	} catch (error) {
		return `its gzip cannot be unpacked: ${printable(error instanceof Error ? error.message : String(error))}`;
	}
}

/** A name that a pod tells may be as long as its answer. */
const longest = 300;
const shortened = (sentence: string): string =>
	sentence.length > longest ? `${truncate(sentence, longest)}…` : sentence;
