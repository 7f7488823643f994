/**
 * A relay in front of the API server of a sandbox, on loopback: with another certificate, another protocol, other rights or
 * other objects than the sandbox's own. Requests that it answers itself never reach the sandbox.
 */
import {readFileSync} from 'node:fs';
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http';
import {createServer as createHttpsServer, Agent, request as httpsRequest} from 'node:https';
import type {Socket} from 'node:net';
import {TLSSocket} from 'node:tls';

export type RelayedRequest = {
	method: string;
	/** Without the query. */
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: string;
	/** Common name of the client certificate, if one was shown. */
	client?: string | undefined;
};

export type RelayRules = {
	/** Answers instead of the sandbox; undefined leaves it to that. */
	answer?: (
		request: RelayedRequest,
	) => {status: number; body: unknown; headers?: Record<string, string>} | undefined;
	/** What is answered in the place of the server's own answer, after that has done what was asked; undefined leaves it. */
	instead?: RelayRules['answer'];
	/** Each object of a list, a watch or a GET on its way back, to be edited in place; the answer is cut where it throws. */
	object?: (object: KubernetesObject) => void;
	/** What the sandbox is shown, whoever asks; as it came when not given. */
	token?: string;
	/** Waited for before the sandbox gets a request, and before its answer goes back. */
	gate?: (request: RelayedRequest, way: 'there' | 'back') => Promise<void> | undefined;
	/** Every request but a watch ends its connection, so that the next one needs another. */
	closes?: boolean;
};

/** Of which a test edits what it likes. */
export type KubernetesObject = Record<string, unknown>;

export type ApiRelay = {
	readonly url: string;
	readonly port: number;
	readonly seen: readonly RelayedRequest[];
	/** Other rules from now on. */
	rules: RelayRules;
	close(): Promise<void>;
};

export type RelayTls = {
	key: string;
	cert: string;
	/** Client certificates of this authority are asked for, and others refused. */
	clientCa?: string;
};

/** The token of the first user of a sandbox's kubeconfig. */
export function tokenOf(kubeconfig: string): string {
	return /token: (\S+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '';
}

export function serverOf(kubeconfig: string): URL {
	return new URL(/server: (\S+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '');
}

/** @param kubeconfig Path of the sandbox's. */
export async function startApiRelay(
	kubeconfig: string,
	{tls, rules: first = {}}: {tls?: RelayTls; rules?: RelayRules} = {},
): Promise<ApiRelay> {
	const upstream = serverOf(kubeconfig);
	// The certificate of a sandbox is one that it made for itself.
	const agent = new Agent({rejectUnauthorized: false, keepAlive: true});
	const seen: RelayedRequest[] = [];
	const relay = {rules: first};

	async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
		const url = new URL(incoming.url ?? '/', 'http://relay');
		const request: RelayedRequest = {
			method: incoming.method ?? '',
			path: url.pathname,
			query: url.searchParams,
			headers: incoming.headers,
			body: Buffer.concat(chunks).toString(),
			client: commonName(incoming.socket),
		};
		seen.push(request);
		const own = relay.rules.answer?.(request);
		if (own) return giveBack(own, response);
		await relay.rules.gate?.(request, 'there');
		if (relay.rules.closes && !url.searchParams.has('watch')) response.setHeader('connection', 'close');
		const {'accept-encoding': _, ...headers} = incoming.headers;
		const {token, object = () => {}} = relay.rules;
		const onward = httpsRequest(
			new URL(incoming.url ?? '/', upstream),
			{
				agent,
				method: request.method,
				headers: {
					...headers,
					host: upstream.host,
					...(token !== undefined && {authorization: `Bearer ${token}`}),
				},
			},
			answer => {
				const other = relay.rules.instead?.(request);
				if (other) {
					answer.resume().once('end', () => giveBack(other, response));
					return;
				}
				const isWatch = url.searchParams.has('watch');
				const gate = relay.rules.gate?.(request, 'back') ?? Promise.resolve();
				void gate.then(async () => passBack(answer, response, {isWatch, object}));
			},
		);
		onward.on('error', () => response.destroy());
		response.on('close', () => onward.destroy());
		onward.end(request.body);
	}

	const listener = (incoming: IncomingMessage, response: ServerResponse) => {
		serve(incoming, response).catch(() => response.destroy());
	};
	const server = tls
		? createHttpsServer(
				{
					key: tls.key,
					cert: tls.cert,
					...(tls.clientCa !== undefined && {ca: tls.clientCa, requestCert: true, rejectUnauthorized: true}),
				},
				listener,
			)
		: createServer(listener);
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the relay has no port');
	const {port} = address;
	return Object.assign(relay, {
		url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
		port,
		seen,
		async close() {
			agent.destroy();
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			});
		},
	});
}

function commonName(socket: Socket): string | undefined {
	if (!(socket instanceof TLSSocket)) return undefined;
	const name: unknown = socket.getPeerCertificate().subject?.CN;
	return typeof name === 'string' ? name : undefined;
}

const isObject = (value: unknown): value is KubernetesObject => typeof value === 'object' && value !== null;

function giveBack(
	{status, body, headers}: NonNullable<ReturnType<NonNullable<RelayRules['answer']>>>,
	response: ServerResponse,
): void {
	const isText = typeof body === 'string';
	response.writeHead(status, {'content-type': isText ? 'text/plain' : 'application/json', ...headers});
	response.end(isText ? body : JSON.stringify(body));
}

async function passBack(
	answer: IncomingMessage,
	response: ServerResponse,
	{isWatch, object}: {isWatch: boolean; object: (object: KubernetesObject) => void},
): Promise<void> {
	const {'content-length': _, 'transfer-encoding': __, connection: ___, ...headers} = answer.headers;
	response.writeHead(answer.statusCode ?? 502, headers);
	response.flushHeaders();
	answer.setEncoding('utf8');
	response.on('close', () => answer.destroy());
	let rest = '';
	try {
		for await (const text of answer as AsyncIterable<string>) {
			rest += text;
			if (!isWatch) continue;
			const lines = rest.split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) {
				const event: unknown = JSON.parse(line);
				if (isObject(event) && isObject(event['object'])) object(event['object']);
				response.write(`${JSON.stringify(event)}\n`);
			}
		}
	} catch {
		// The one or the other has gone.
		response.destroy();
		return;
	}
	response.end(isWatch ? '' : edited(rest, object));
}

function edited(text: string, object: (object: KubernetesObject) => void): string {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return text;
	}
	const items: unknown[] = isObject(body) && Array.isArray(body['items']) ? body['items'] : [body];
	for (const item of items) if (isObject(item)) object(item);
	return JSON.stringify(body);
}

/** What is at that place of an object, to be edited; an empty object where there is none. */
export function at(object: KubernetesObject, ...keys: readonly string[]): KubernetesObject {
	let found = object;
	for (const key of keys) {
		const next = found[key];
		found = isObject(next) ? next : {};
	}
	return found;
}
