/**
 * HTTP/2 as frames over TLS (RFC 9113 §4), for what Node's server keeps to itself: a GOAWAY that takes no stream at all, a
 * stream that is refused, a connection that is cut in between. Every request that comes over the wire is counted.
 */
import {createServer, type TLSSocket} from 'node:tls';
import {createCertificate} from '../../../source/sandbox/api/http/certificate.js';
import {kubeconfigFor} from '../kube/api-server.js';

const types = {data: 0, headers: 1, resetStream: 3, settings: 4, goAway: 7} as const;
const endStream = 1;
const endHeaders = 4;
const acknowledged = 1;
const preface = Buffer.byteLength('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** `:status: 200` of HPACK's static table (RFC 7541 appendix A). */
const status200 = Buffer.from([0x88]);

export type FramedRequest = {
	/** Empty: it was a question. */
	readonly body: string;
	/** Answers 200 with JSON. */
	answer(body: unknown): void;
	refuse(): void;
	/** The last stream that was, or may have been, processed; and why, as a code of HTTP/2. */
	goAway(says: {last: 'this one' | 'none'; code: number}): void;
	/** The connection is gone, without a word. */
	cut(): void;
};

export type FrameServer = {
	readonly kubeconfig: string;
	/** The bodies of all requests that came over the wire, in order. */
	readonly seen: readonly string[];
	next(): Promise<FramedRequest>;
	close(): Promise<void>;
};

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
	const head = Buffer.alloc(9);
	head.writeUIntBE(payload.length, 0, 3);
	head.writeUInt8(type, 3);
	head.writeUInt8(flags, 4);
	head.writeUInt32BE(stream, 5);
	return Buffer.concat([head, payload]);
}

function numbers(...values: number[]): Buffer {
	const payload = Buffer.alloc(4 * values.length);
	for (const [index, value] of values.entries()) payload.writeUInt32BE(value, 4 * index);
	return payload;
}

/** Calls back for each whole frame. */
function readFrames(
	socket: TLSSocket,
	onFrame: (frame: {type: number; flags: number; stream: number; payload: Buffer}) => void,
): void {
	let rest: Buffer = Buffer.alloc(0);
	let begin = preface;
	socket.on('data', (chunk: Buffer) => {
		rest = Buffer.concat([rest, chunk]);
		for (;;) {
			if (rest.length < begin + 9) return;
			const from = rest.subarray(begin);
			const end = 9 + from.readUIntBE(0, 3);
			if (from.length < end) return;
			const [type, flags, stream] = [from.readUInt8(3), from.readUInt8(4), from.readUInt32BE(5)];
			rest = from.subarray(end);
			begin = 0;
			onFrame({type, flags, stream, payload: from.subarray(9, end)});
		}
	});
}

/** Starts one; to be closed by the test. */
export async function startFrameServer(): Promise<FrameServer> {
	const certificate = await createCertificate(Date.now());
	const sockets = new Set<TLSSocket>();
	const seen: string[] = [];
	const waiting: FramedRequest[] = [];
	const takers: ((request: FramedRequest) => void)[] = [];

	const server = createServer({...certificate, ALPNProtocols: ['h2']}, socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => sockets.delete(socket));
		socket.write(frame(types.settings, 0, 0));
		const bodies = new Map<number, Buffer[]>();
		readFrames(socket, ({type, flags, stream, payload}) => {
			if (type === types.settings && (flags & acknowledged) === 0) {
				socket.write(frame(types.settings, acknowledged, 0));
			}
			if (type !== types.headers && type !== types.data) return;
			const body = bodies.get(stream) ?? [];
			if (type === types.data) body.push(payload);
			bodies.set(stream, body);
			if ((flags & endStream) === 0) return;
			const request: FramedRequest = {
				body: Buffer.concat(body).toString(),
				answer(answered) {
					socket.write(frame(types.headers, endHeaders, stream, status200));
					socket.write(frame(types.data, endStream, stream, Buffer.from(JSON.stringify(answered))));
				},
				refuse() {
					socket.write(frame(types.resetStream, 0, stream, numbers(7)));
				},
				goAway({last, code}) {
					socket.write(frame(types.goAway, 0, 0, numbers(last === 'none' ? 0 : stream, code)));
				},
				cut() {
					socket.destroy();
				},
			};
			seen.push(request.body);
			(takers.shift() ?? (found => waiting.push(found)))(request);
		});
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		kubeconfig: kubeconfigFor(`https://127.0.0.1:${address.port}`, {
			cluster: {'certificate-authority-data': Buffer.from(certificate.cert).toString('base64')},
		}),
		seen,
		async next() {
			const found = waiting.shift();
			if (found) return found;
			const {promise, resolve} = Promise.withResolvers<FramedRequest>();
			takers.push(resolve);
			return promise;
		},
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			});
		},
	};
}
