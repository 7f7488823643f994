/**
 * A request that wants to go on as a WebSocket, passed on to the app: what it answers is the app's matter.
 *
 * Source: net-kourier pkg/envoy/api/route.go (upgrade configs), Go's net/http/httputil ReverseProxy, which queue-proxy is.
 */
import http, {type IncomingMessage, type OutgoingHttpHeaders} from 'node:http';
import type {Duplex} from 'node:stream';
import {forwardable, type Exchange} from './gateway-exchange.js';
import type {PodEndpoint} from './revision-backend.js';
import type {Receiver} from './receiver.js';

/** Whether a request is one. Another protocol is none that the gateway would switch to. */
export function isWebSocket({method, headers}: IncomingMessage): boolean {
	return (
		method === 'GET' &&
		headers.upgrade?.toLowerCase() === 'websocket' &&
		headers['content-length'] === undefined &&
		headers['transfer-encoding'] === undefined
	);
}

/** Resolves when the answer is through, or when either side has closed what it became. Rejects with the app's error. */
export function sendUpgrade(
	exchange: Exchange,
	upgrade: NonNullable<Exchange['upgrade']>,
	headers: OutgoingHttpHeaders,
	{host, port}: PodEndpoint,
	receiver: Receiver,
): Promise<void> {
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const request = http.request({
		host,
		port,
		path: exchange.path,
		agent: false,
		headers: {...headers, host: exchange.authority ?? '', connection: 'Upgrade', upgrade: 'websocket'},
	});
	const forget = exchange.cancellation.onCancel(() => request.destroy(new Error('the exchange is over')));
	request.once('error', error => {
		forget();
		reject(error);
	});
	request.once('response', response => {
		receiver.head(response.statusCode ?? 502, forwardable(response.headers), false);
		response.on('data', (chunk: Buffer) => {
			if (!receiver.data(chunk)) {
				response.pause();
				exchange.answer.once('drain', () => response.resume());
			}
		});
		response.once('error', reject);
		response.once('end', () => {
			forget();
			receiver.end({});
			resolve();
		});
	});
	request.once('upgrade', (response, app, head) => {
		forget();
		const client = upgrade.accept();
		client.write(headOf(response), 'latin1');
		client.write(head);
		app.write(upgrade.head);
		exchange.cancellation.onCancel(() => client.destroy());
		resolve(joined(client, app));
	});
	request.end();
	return promise;
}

/** What the app said instead of an answer, as Envoy passes it on. */
function headOf({statusCode = 101, statusMessage = '', rawHeaders}: IncomingMessage): string {
	const lines = rawHeaders.flatMap((name, index) =>
		index % 2 === 0 && name.toLowerCase() !== 'server' ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
	);
	return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, 'server: envoy', '', ''].join('\r\n');
}

/** Resolves when both are closed; one does not outlive the other. */
async function joined(client: Duplex, app: Duplex): Promise<void> {
	const closed = [client, app].map(
		(socket, index) =>
			new Promise<void>(resolve => {
				socket.on('error', () => {
					// `close` follows.
				});
				socket.once('close', () => {
					(index === 0 ? app : client).destroy();
					resolve();
				});
			}),
	);
	client.pipe(app).pipe(client);
	await Promise.all(closed);
}
