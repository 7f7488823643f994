/** gRPC servers that answer well, and such that answer oddly, and the probe that asks them. */
import {createServer as createHttp2Server, type ServerHttp2Stream} from 'node:http2';
import {Server, ServerCredentials} from '@grpc/grpc-js';
import type {sendUnaryData, ServerUnaryCall} from '@grpc/grpc-js';
import {onTestFinished} from 'vitest';
import {createGrpcProbe} from '../../../../source/probe/transport/grpc/grpc.js';
import type {ProbeOptions, ProbeTarget} from '../../../../source/probe/transport/probe.js';
import {listen, targetAt} from '../../servers.js';

export const grpcAt = (port: number, part: Partial<ProbeTarget> = {}): ProbeTarget =>
	targetAt(port, {protocol: 'grpc', ...part});

/** Sends each call once, whatever becomes of the machine meanwhile: what is asked again for that is of `attentive.ts`. */
export function probe(options?: ProbeOptions) {
	const created = createGrpcProbe(options);
	onTestFinished(async () => created.close());
	return created;
}

/** HealthCheckResponse with this status, as protobuf puts it on the wire: field 1, varint. */
export const reply = (status: number): Buffer => Buffer.from([0x08, status]);

type Handler = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => void;

export async function serveHealth(
	check: Handler,
	credentials = ServerCredentials.createInsecure(),
): Promise<number> {
	const server = new Server();
	server.addService(
		{
			check: {
				path: '/grpc.health.v1.Health/Check',
				requestStream: false,
				responseStream: false,
				requestSerialize: (bytes: Buffer) => bytes,
				requestDeserialize: (bytes: Buffer) => bytes,
				responseSerialize: (bytes: Buffer) => bytes,
				responseDeserialize: (bytes: Buffer) => bytes,
			},
		},
		{check},
	);
	onTestFinished(() => {
		server.forceShutdown();
	});
	return new Promise((resolve, reject) => {
		server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
			if (error) {
				reject(error);
			} else {
				resolve(port);
			}
		});
	});
}

/** SERVING, as a message on the wire. */
export const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

export const responseHeaders = {':status': 200, 'content-type': 'application/grpc'};

export function answerWell(stream: ServerHttp2Stream, message = serving): void {
	stream.respond(responseHeaders, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	stream.end(message);
}

export async function serveStreams(onStream: (stream: ServerHttp2Stream, count: number) => void) {
	const server = createHttp2Server();
	let count = 0;
	server.on('stream', stream => {
		stream.on('error', () => {});
		onStream(stream, ++count);
	});
	return listen(server);
}

export const askAt = async (port: number) => probe().ask(grpcAt(port));
