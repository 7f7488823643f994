/** A gateway that speaks gRPC (HTTP/2 without TLS) and answers every call with a status, a message, or as a test says. */
import {createServer, type Http2Server, type ServerHttp2Stream} from 'node:http2';

export type GrpcGateway = {readonly address: string; close(): Promise<void>};

/** A message of the length that is said before it (gRPC over HTTP2, Length-Prefixed-Message). */
export function framed(message: Uint8Array): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(message.length, 1);
	return Buffer.concat([head, message]);
}

/** @param status With which a call ends; `message` percent-encoded. */
export function endCall(
	stream: ServerHttp2Stream,
	{status, message}: {status: number; message: string},
): void {
	stream.respond({
		':status': 200,
		'content-type': 'application/grpc',
		'grpc-status': String(status),
		'grpc-message': message,
	});
	stream.end();
}

/** Answers with one message, whatever is asked. */
export function answerCall(stream: ServerHttp2Stream, message: Uint8Array): void {
	stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	stream.end(framed(message));
}

export async function startGrpcGateway(
	onCall: (stream: ServerHttp2Stream, path: string) => void,
): Promise<GrpcGateway> {
	const server: Http2Server = createServer();
	const streams = new Set<ServerHttp2Stream>();
	server.on('stream', (stream, headers) => {
		streams.add(stream);
		stream.on('error', () => {});
		onCall(stream, headers[':path'] ?? '');
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
	return {
		address: `127.0.0.1:${address.port}`,
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const stream of streams) stream.session?.destroy();
			});
		},
	};
}
