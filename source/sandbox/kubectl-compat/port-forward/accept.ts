/**
 * The ways to the ports of a pod: channels over a WebSocket, SPDY inside a WebSocket (kubectl), SPDY alone (kubectl before
 * 1.31, and where a proxy knows no WebSocket).
 *
 * Source: kubernetes k8s.io/apiserver pkg/util/proxy/streamtunnel.go, k8s.io/apimachinery pkg/util/httpstream/spdy/upgrade.go,
 * httpstream.go (the negotiation), kubernetes/enhancements KEP-4006.
 */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer} from 'ws';
import type {PodRuntime} from '../../api/pods/pod-runtime.js';
import {ApiError, badRequest} from '../../api/http/api-error.js';
import {overSocket, overWebSocket} from './carriers.js';
import {channelProtocols, forwardChannels} from './channels.js';
import {portsOf, type ForwardedPod} from './ports.js';
import {forwardStreams, streamProtocol} from './streams.js';

const spdy = 'SPDY/3.1';
const tunnelProtocol = `${spdy}+${streamProtocol}`;
const settings = {noServer: true, maxPayload: 16 * 1024 * 1024, perMessageDeflate: false} as const;
const channelUpgrader = new WebSocketServer({
	...settings,
	handleProtocols: offered => channelProtocols.find(protocol => offered.has(protocol)) ?? false,
});
// A name with a slash is none to ws (RFC 6455 wants a token): it is removed from the request, and put into the answer.
const tunnelUpgrader = new WebSocketServer(settings);
tunnelUpgrader.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`));

/** Whether a request asks for one of the ways. */
export function isPortForwardUpgrade({method, headers}: IncomingMessage): boolean {
	const upgrade = headers.upgrade?.toLowerCase();
	return upgrade === 'websocket'
		? method === 'GET'
		: upgrade === spdy.toLowerCase() && (method === 'GET' || method === 'POST');
}

/**
 * Has the request answered and forwards until either side ends the connection.
 *
 * @param query of the request: the channels name their ports there.
 * @throws ApiError 400 or 403 when it is to be had in none of the ways the client names; the socket is still free then.
 */
export function acceptPortForward(
	upgrade: {message: IncomingMessage; socket: Duplex; head: Buffer},
	query: URLSearchParams,
	pod: ForwardedPod,
	socketOf: PodRuntime['socketOf'],
): void {
	const {message, socket, head} = upgrade;
	if (message.headers.upgrade?.toLowerCase() === spdy.toLowerCase()) {
		checkStreamProtocol(message);
		socket.write(
			[
				'HTTP/1.1 101 Switching Protocols',
				'Connection: Upgrade',
				`Upgrade: ${spdy}`,
				`X-Stream-Protocol-Version: ${streamProtocol}`,
				'\r\n',
			].join('\r\n'),
		);
		overSocket(socket, head, carrier => forwardStreams(carrier, pod, socketOf));
		return;
	}

	const offered = listed(message.headers['sec-websocket-protocol']);
	if (offered.includes(tunnelProtocol)) {
		delete message.headers['sec-websocket-protocol'];
		tunnelUpgrader.handleUpgrade(message, socket, head, client => {
			client.on('error', ignore);
			overWebSocket(client, carrier => forwardStreams(carrier, pod, socketOf));
		});
		return;
	}

	const ports = portsOf(query);
	if (!offered.some(protocol => channelProtocols.includes(protocol))) {
		const known = [tunnelProtocol, ...channelProtocols].join(', ');
		throw badRequest(
			`unable to upgrade: none of the protocols ${JSON.stringify(offered)} is known; there are ${known}`,
		);
	}

	channelUpgrader.handleUpgrade(message, socket, head, client => {
		client.on('error', ignore);
		forwardChannels(client, pod, ports, socketOf);
	});
}

function ignore(): void {
	// What is no frame ends the connection; `close` follows.
}

/** @throws ApiError 403 as Handshake of httpstream has it, when the client names another protocol, or none. */
function checkStreamProtocol({headers}: IncomingMessage): void {
	const offered = listed(headers['x-stream-protocol-version']);
	if (!offered.includes(streamProtocol)) {
		const text = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${streamProtocol}]`;
		throw new ApiError(403, 'Forbidden', text, {}, {'x-accepted-stream-protocol-versions': streamProtocol});
	}
}

function listed(header: string | string[] | undefined): string[] {
	return [header ?? []]
		.flat()
		.flatMap(value => value.split(','))
		.map(entry => entry.trim())
		.filter(entry => entry !== '');
}
