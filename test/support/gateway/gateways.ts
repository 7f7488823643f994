/** Gateways in front of that of a sandbox, on loopback: with TLS, with redirects, with rules of their own. They note who asked. */
import {createServer, request as httpRequest, type IncomingMessage, type ServerResponse} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import type {Server, Socket} from 'node:net';
import {TLSSocket, type TlsOptions} from 'node:tls';

export type GatewayRequest = {
	host: string;
	path: string;
	/** Server name of the handshake. */ serverName?: string | undefined;
};

export type TestGateway = {
	readonly port: number;
	readonly seen: GatewayRequest[];
	close(): Promise<void>;
};

/**
 * @param options.to `host:port` of the sandbox's gateway.
 * @param options.answer Answers instead of it; undefined passes the request on.
 * @param options.rewriteHost What is passed on is for that host, as a DomainMapping has it.
 */
export async function startTestGateway({
	to,
	tls,
	address = '127.0.0.1',
	answer = () => undefined,
	rewriteHost,
}: {
	to: string;
	tls?: TlsOptions | undefined;
	address?: string;
	rewriteHost?: string;
	answer?: (
		request: IncomingMessage,
	) => {status: number; headers?: Record<string, string>; body?: string} | undefined;
}): Promise<TestGateway> {
	const seen: GatewayRequest[] = [];
	const [host = '', port = ''] = to.split(':');
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		const serverName = request.socket instanceof TLSSocket ? request.socket.servername : undefined;
		seen.push({
			host: request.headers.host ?? '',
			path: request.url ?? '',
			serverName: typeof serverName === 'string' ? serverName : undefined,
		});
		const own = answer(request);
		if (own) {
			response.writeHead(own.status, own.headers ?? {}).end(own.body ?? '');
			return;
		}
		const onward = httpRequest(
			{
				host,
				port,
				method: request.method,
				path: request.url,
				headers: {...request.headers, ...(rewriteHost !== undefined && {host: rewriteHost})},
			},
			passed => {
				response.writeHead(passed.statusCode ?? 502, passed.headers);
				passed.pipe(response);
			},
		);
		onward.on('error', () => response.destroy());
		request.pipe(onward);
	};
	const server: Server = tls ? createHttpsServer(tls, listener) : createServer(listener);
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, address, resolve);
	});
	const at = server.address();
	if (at === null || typeof at === 'string') throw new Error('the gateway has no port');
	return {
		port: at.port,
		seen,
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			});
		},
	};
}
