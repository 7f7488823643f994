/**
 * One GET of a port of a pod, by whichever way the operator has the right to: through pods/proxy, else over a port-forward. The
 * answers of both are put into the same few words.
 */
import {request as httpRequest, type IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {jsonOrText} from '../../knative/text/json-text.js';
import {printable} from '../../knative/text/printable.js';
import {TransportError, type Cluster, type ForwardTarget} from '../../kube/cluster.js';
import {sentenceOf} from '../../kube/status.js';
import {afterAwake, systemTimers} from '../../kube/timers.js';

export type PodReading =
	| {kind: 'read'; body: Uint8Array}
	/** The pod is there, and nobody listens at the port. */
	| {kind: 'closed'}
	/** Which right is missing, and the server's words; undefined where it does not accept the credentials. */
	| {kind: 'forbidden'; right: string | undefined; sentence: string}
	/** The pod is gone. */
	| {kind: 'gone'}
	/** Anything else that is no answer, in words. */
	| {kind: 'failed'; sentence: string};

export type PodReader = (target: ForwardTarget, accept: string, signal: AbortSignal) => Promise<PodReading>;

/** Milliseconds that a pod has to answer. */
const answerTimeout = 5000;
const noAnswer = `no answer within ${answerTimeout / 1000} s`;
const path = '/metrics';
/** Of an answer. */
export const mostBytes = 4 * 1024 * 1024;

/** As Go's dialer says it, and socat, by which some container runtimes forward ports: whatever the words around it. */
const refusedConnection = /connection refused/i;

const proxyRight = 'get pods/proxy';
const forwardRight = 'get and create pods/portforward';

/** Through pods/proxy. */
export function proxyReader(cluster: Cluster): PodReader {
	return async (target, accept, signal) => {
		try {
			const {status, body} = await cluster.fetchFromPod(target, path, {
				accept,
				timeout: answerTimeout,
				signal,
			});
			return status === 200 ? {kind: 'read', body} : refusal(status, body);
		} catch (error) {
			if (!(error instanceof TransportError)) throw error;
			return {kind: 'failed', sentence: error.message};
		}
	};
}

function refusal(status: number, bytes: Uint8Array): PodReading {
	const text = Buffer.from(bytes).toString('utf8');
	// No JSON are the pod's own words, or those of something in between.
	const body = jsonOrText(text);
	const sentence = sentenceOf({status, body});
	const isStatus = typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
	if (isStatus && status === 401) return {kind: 'forbidden', right: undefined, sentence};
	if (isStatus && status === 403) return {kind: 'forbidden', right: proxyRight, sentence};
	if (isStatus && status === 404) return {kind: 'gone'};
	if (status === 503 && refusedConnection.test(sentence)) return {kind: 'closed'};
	return {kind: 'failed', sentence: isStatus ? sentence : `it answers with HTTP ${status}`};
}

/** Over a port-forward, opened for each request. */
export function forwardReader(cluster: Cluster): PodReader {
	return async (target, accept, caller) => {
		const ending = new AbortController();
		const callOff = afterAwake(systemTimers, answerTimeout, () => ending.abort());
		const signal = AbortSignal.any([caller, ending.signal]);
		try {
			const answer = await cluster.connectToPod(target, signal);
			if (answer.kind === 'refused') {
				const {status, sentence} = answer;
				if (status === 401) return {kind: 'forbidden', right: undefined, sentence};
				if (status === 403) return {kind: 'forbidden', right: forwardRight, sentence};
				return status === 404 ? {kind: 'gone'} : {kind: 'failed', sentence};
			}
			if (answer.kind === 'unanswered') {
				return {kind: 'failed', sentence: ending.signal.aborted ? noAnswer : answer.sentence};
			}
			return await ask(answer.stream, accept);
		} catch (error) {
			caller.throwIfAborted();
			const message = error instanceof Error ? error.message : String(error);
			if (refusedConnection.test(message)) return {kind: 'closed'};
			const sentence = ending.signal.aborted ? noAnswer : printable(message);
			return {kind: 'failed', sentence};
		} finally {
			callOff();
			// Ends the connection, whatever is under way on it.
			ending.abort();
		}
	};
}

async function ask(stream: Duplex, accept: string): Promise<PodReading> {
	const {promise, resolve, reject} = Promise.withResolvers<IncomingMessage>();
	// A stream that breaks before the request has taken it over must not end everything.
	stream.on('error', reject);
	const request = httpRequest({
		createConnection: () => stream,
		path,
		headers: {accept, host: 'localhost', connection: 'close', 'user-agent': 'kn-canary'},
	});
	request.on('error', reject);
	request.on('response', resolve);
	request.end();
	const answer = await promise;
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of answer as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
		chunks.push(chunk);
	}
	return answer.statusCode === 200
		? {kind: 'read', body: Buffer.concat(chunks)}
		: {kind: 'failed', sentence: `it answers with HTTP ${answer.statusCode ?? 0}`};
}
