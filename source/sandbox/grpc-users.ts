/** People who call gRPC services: unary calls through the gateway, on one connection for each host, as gRPC clients do. */
import {Client, Metadata, credentials, status} from '@grpc/grpc-js';

export type GrpcCallers = {
	/**
	 * @param path `/package.Service/Method`; that of the image that greets where it is `/`.
	 * @param over Called once, with the name of the gRPC status.
	 */
	send(call: {host: string; path: string}, over: (what: string) => void): void;
	/** Ends the connections, and calls that are under way with them. */
	stop(): void;
};

const greeting = '/helloworld.Greeter/SayHello';
/** An empty message is one of every type: proto3 has no field that must be there. */
const empty = Buffer.alloc(0);
/** Milliseconds; that of grpc-js grows to two minutes, and users of a gateway that is back come sooner. */
const longestBackOff = 1000;

/** @param gatewayPort Where the gateway listens on 127.0.0.1. @param timeout Milliseconds after which a user gives up. */
export function createGrpcCallers(gatewayPort: number, timeout: number): GrpcCallers {
	const clients = new Map<string, Client>();

	function clientOf(host: string): Client {
		const client =
			clients.get(host) ??
			new Client(`127.0.0.1:${gatewayPort}`, credentials.createInsecure(), {
				'grpc.default_authority': host,
				'grpc.initial_reconnect_backoff_ms': longestBackOff,
				'grpc.max_reconnect_backoff_ms': longestBackOff,
			});
		clients.set(host, client);
		return client;
	}

	return {
		send({host, path}, over) {
			clientOf(host).makeUnaryRequest(
				path === '/' ? greeting : path,
				(message: Buffer) => message,
				(message: Buffer) => message,
				empty,
				new Metadata(),
				{deadline: Date.now() + timeout},
				error => over(status[error?.code ?? status.OK]),
			);
		},
		stop() {
			for (const client of clients.values()) client.close();
			clients.clear();
		},
	};
}
