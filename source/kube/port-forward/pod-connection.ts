/**
 * One connection to a port of a pod, through the API server: a WebSocket to `pods/portforward`.
 *
 * Made with `ws` and our own credentials. client-node's PortForward (2.0.1, run against the sandbox) would lose what this needs: it
 * drops as-groups, as-uid and as-user-extra; of a refusal it has the number and not the words; it heeds no back-pressure in
 * either direction, nor tells when the server has closed; it can be neither called off nor limited in time; a 401 does not
 * run the plugin again. Its agents for proxies are used.
 */
import type {Agent, IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocket} from 'ws';
import {jsonOrText} from '../../knative/text/json-text.js';
import type {Credentials} from '../auth/credentials.js';
import {podStream, protocol} from './pod-stream.js';

export type PodConnection =
	| {kind: 'open'; stream: Duplex}
	/** The API server answered something else; the body is parsed JSON, or text. */
	| {kind: 'refused'; status: number; body: unknown};

/** Of the answer of an API server that refuses: a Status is a few hundred bytes. */
const refusalLimit = 64 * 1024;

/** Milliseconds that the API server may take to say good-bye. */
const closeTimeout = 1000;

/**
 * Opens it, once.
 *
 * @param url Of `pods/portforward`, with the port in its query.
 * @param agent The way through a proxy, if there is one.
 * @param signal Calls it off while it opens, and ends it when it is open.
 * @throws Error of the network, of TLS or of the protocol, as Node and `ws` have them, when there is no HTTP answer.
 */
export async function openPodConnection(
	url: URL,
	{headers, connection}: Pick<Credentials, 'headers' | 'connection'>,
	agent: Agent | undefined,
	signal: AbortSignal,
): Promise<PodConnection> {
	signal.throwIfAborted();
	const opened = Promise.withResolvers<PodConnection>();
	const client = new WebSocket(url, [protocol], {
		...connection.tls,
		...(agent && {agent}),
		headers: {...headers, 'user-agent': 'kn-canary'},
		perMessageDeflate: false,
		closeTimeout,
	});
	const stop = () => client.terminate();
	signal.addEventListener('abort', stop, {once: true});
	client.on('close', () => signal.removeEventListener('abort', stop));
	client.on('error', opened.reject);
	client.on('unexpected-response', (request, response) => {
		opened.resolve(
			textOf(response)
				.then<PodConnection>(text => ({
					kind: 'refused',
					status: response.statusCode ?? 0,
					body: jsonOrText(text),
				}))
				.finally(() => request.destroy()),
		);
	});
	client.on('open', () => opened.resolve({kind: 'open', stream: podStream(client)}));
	return opened.promise;
}

async function textOf(response: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	try {
		for await (const chunk of response as AsyncIterable<Buffer>) {
			chunks.push(chunk);
			size += chunk.length;
			if (size > refusalLimit) break;
		}
	} catch {
		// The number says enough.
	}
	return Buffer.concat(chunks).toString('utf8');
}
