/** Proxies on loopback as they stand between an operator and a cluster, with and without a login. They note what they were asked for. */
import {
	createServer,
	request as httpRequest,
	type IncomingMessage,
	type Server as HttpServer,
} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import {connect, createServer as createTcpServer, type Server, type Socket} from 'node:net';
import type {Duplex} from 'node:stream';

export type Proxy = {
	port: number;
	/** `host:port` of each connection, or the URL of each request, that was let through. */
	readonly asked: string[];
	/** How many were refused for want of a login. */
	readonly refused: number;
	close(): Promise<void>;
};

export type ProxyOptions = {
	login?: {user: string; password: string} | undefined;
	/** Where connections to a name go: the proxy resolves names, which this machine cannot. */
	hosts?: Readonly<Record<string, string>>;
};

async function listening(server: Server): Promise<{port: number; close(): Promise<void>}> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
	return {
		port: address.port,
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			});
		},
	};
}

function join(one: Duplex, other: Duplex): void {
	for (const [from, to] of [
		[one, other],
		[other, one],
	] as const) {
		from.on('error', () => to.destroy());
		from.on('close', () => to.destroy());
		from.pipe(to);
	}
}

/** A proxy for HTTP: it makes tunnels (CONNECT), and passes on requests whose target is a whole URL. */
export async function startHttpProxy({
	tls,
	login,
	hosts = {},
}: ProxyOptions & {tls?: {key: string; cert: string}} = {}): Promise<Proxy> {
	const asked: string[] = [];
	let refused = 0;
	const wanted = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
	const mayPass = ({headers}: IncomingMessage) => {
		if (wanted === undefined || headers['proxy-authorization'] === wanted) return true;
		refused++;
		return false;
	};
	const server: HttpServer = tls ? createHttpsServer(tls) : createServer();
	server.on('request', (request, response) => {
		if (!mayPass(request)) {
			response.writeHead(407, {'proxy-authenticate': 'Basic realm="test"'}).end();
			return;
		}
		asked.push(request.url ?? '');
		const {'proxy-authorization': _, 'proxy-connection': __, ...headers} = request.headers;
		const url = new URL(request.url ?? '');
		const onward = httpRequest(url, {method: request.method, headers}, answer => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onward.on('error', () => response.destroy());
		request.pipe(onward);
	});
	server.on('connect', (request, socket: Duplex, head) => {
		if (!mayPass(request)) {
			socket.end(
				'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\n\r\n',
			);
			return;
		}
		asked.push(request.url ?? '');
		const {hostname, port} = new URL(`http://${request.url}`);
		const host = hosts[hostname] ?? hostname;
		const onward = connect(Number(port), host.replace(/^\[|\]$/g, ''), () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			if (head.length > 0) onward.write(head);
			join(socket, onward);
		});
		onward.on('error', () => socket.destroy());
	});
	return {
		...(await listening(server)),
		asked,
		get refused() {
			return refused;
		},
	};
}

/** A proxy for SOCKS5 (RFC 1928), with a login (RFC 1929) if it is told to want one. */
export async function startSocksProxy({login, hosts = {}}: ProxyOptions = {}): Promise<Proxy> {
	const asked: string[] = [];
	let refused = 0;
	const server = createTcpServer(socket => {
		void serve(socket).catch(() => socket.destroy());
	});

	async function serve(socket: Socket): Promise<void> {
		const read = reader(socket);
		const [, methodCount] = await read(2);
		const methods = await read(methodCount!);
		const method = login ? 2 : 0;
		if (!methods.includes(method)) {
			refused++;
			socket.end(Buffer.from([5, 0xff]));
			return;
		}
		socket.write(Buffer.from([5, method]));
		if (login) {
			const [, userLength] = await read(2);
			const user = (await read(userLength!)).toString();
			const [passwordLength] = await read(1);
			const password = (await read(passwordLength!)).toString();
			const isFine = user === login.user && password === login.password;
			socket.write(Buffer.from([1, isFine ? 0 : 1]));
			if (!isFine) {
				refused++;
				socket.end();
				return;
			}
		}
		const [, , , kind] = await read(4);
		const host = await hostOf(kind!, read);
		const port = (await read(2)).readUInt16BE();
		asked.push(`${host}:${port}`);
		const onward = connect(port, hosts[host] ?? host, () => {
			socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
			read.finish();
			join(socket, onward);
		});
		onward.on('error', () => socket.destroy());
	}

	return {
		...(await listening(server)),
		asked,
		get refused() {
			return refused;
		},
	};
}

type Reader = ((length: number) => Promise<Buffer>) & {finish(): void};

/** Reads exactly as much as is asked for; `finish` leaves the rest to others. */
function reader(socket: Socket): Reader {
	let had: Buffer = Buffer.alloc(0);
	let wake: (() => void) | undefined;
	const take = (chunk: Buffer) => {
		had = Buffer.concat([had, chunk]);
		wake?.();
	};
	socket.on('data', take);
	const read = async (length: number): Promise<Buffer> => {
		while (had.length < length) {
			const {promise, resolve, reject} = Promise.withResolvers<void>();
			wake = resolve;
			socket.once('close', () => reject(new Error('the client has gone')));
			await promise;
		}
		const taken = had.subarray(0, length);
		had = had.subarray(length);
		return taken;
	};
	return Object.assign(read, {
		finish() {
			socket.off('data', take);
			if (had.length > 0) socket.unshift(had);
		},
	});
}

async function hostOf(kind: number, read: Reader): Promise<string> {
	if (kind === 1) return (await read(4)).join('.');
	if (kind === 3) {
		const [length] = await read(1);
		return (await read(length!)).toString();
	}
	const address = await read(16);
	return Array.from({length: 8}, (_, index) => address.readUInt16BE(index * 2).toString(16)).join(':');
}
