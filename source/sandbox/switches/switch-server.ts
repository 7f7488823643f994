/**
 * The switches of the sandbox over HTTP, on a port of their own: what goes wrong at the API server and at the gateway, for
 * rehearsals and tests. Works on while the API server itself lets nobody in.
 */
import {timingSafeEqual, createHash} from 'node:crypto';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import * as v from 'valibot';
import {readBody, wordsOf} from '../api/body/request-body.js';
import type {ApiFaultSwitch} from '../api/http/api-faults.js';
import {parseJson} from '../api/body/json.js';
import {ApiError, badRequest, internalError, unauthorized} from '../api/http/api-error.js';
import type {GatewayFaultSwitch} from '../gateway/gateway-faults.js';
import type {ObjectStore} from '../shared-store.js';
import type {Users} from '../simulated-users.js';
import {apiFaults, gatewayFaults, noBody, userSettings} from './bodies.js';

export type SwitchServerOptions = {
	/** On 127.0.0.1; 0 takes any free port. */
	port: number;
	/** What every request has to bring as `Authorization: Bearer …`: that of the sandbox's admin, as it is now. */
	readonly token: string;
	/** Gives every user a new token and puts them into the kubeconfig. Resolves with its path. */
	rotateTokens: () => Promise<string>;
	api: ApiFaultSwitch;
	gateway: GatewayFaultSwitch;
	users: Users;
	store: ObjectStore;
};

export type SwitchServer = {
	port: number;
	close(): Promise<void>;
};

/**
 * Serves the switches. `GET /` says how they are, `DELETE /` puts everything right; `PATCH /api` and `PATCH /gateway` set
 * some and leave the others, `DELETE` puts one side right; so do `PATCH /users` and `DELETE /users` for who uses the services; `POST /api/cut-watches`, `POST /api/rotate-tokens` and
 * `POST /api/compact` act once.
 *
 * @throws Error when the port cannot be listened at.
 */
export async function startSwitchServer(options: SwitchServerOptions): Promise<SwitchServer> {
	const server = createServer((message, response) => {
		void answer(options, message, response);
	});
	server.on('clientError', (_error, socket) => socket.destroy());
	const listening = Promise.withResolvers<void>();
	server.once('error', listening.reject);
	server.listen({host: '127.0.0.1', port: options.port, exclusive: true}, listening.resolve);
	await listening.promise;
	server.off('error', listening.reject);
	const address = server.address();
	if (address === null || typeof address === 'string') {
		throw new Error('the switches of the sandbox have no port to be reached at');
	}

	return {
		port: address.port,
		async close() {
			const closed = Promise.withResolvers<void>();
			server.close(() => closed.resolve());
			server.closeAllConnections();
			await closed.promise;
		},
	};
}

async function answer(
	options: SwitchServerOptions,
	message: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		if (!isBearer(message.headers.authorization, options.token)) {
			throw unauthorized();
		}

		const body = await bodyOf(message);
		send(response, 200, await act(options, `${message.method ?? ''} ${message.url ?? ''}`, body));
	} catch (error) {
		const known = error instanceof ApiError ? error : internalError(wordsOf(error));
		if (!response.destroyed) {
			send(response, known.code, known.status);
		}
	}
}

async function act(options: SwitchServerOptions, request: string, body: unknown): Promise<unknown> {
	const {api, gateway, users, store} = options;
	const state = () => ({
		api: api.current,
		gateway: gateway.current,
		users: {...users.current, ...users.counts},
	});
	if (!request.startsWith('PATCH ')) {
		read(noBody, body);
	}

	switch (request) {
		case 'GET /': {
			return state();
		}

		case 'DELETE /': {
			api.clear();
			await gateway.clear();
			users.clear();
			return state();
		}

		case 'PATCH /api': {
			const changes = read(apiFaults, body);
			inRange(() => api.set(changes));
			return state();
		}

		case 'DELETE /api': {
			api.clear();
			return state();
		}

		case 'PATCH /gateway': {
			const changes = read(gatewayFaults, body);
			await gateway.set(changes).catch((error: unknown) => inRange(() => rethrow(error)));
			return state();
		}

		case 'DELETE /gateway': {
			await gateway.clear();
			return state();
		}

		case 'PATCH /users': {
			const changes = read(userSettings, body);
			inRange(() => users.set(changes));
			return state();
		}

		case 'DELETE /users': {
			users.clear();
			return state();
		}

		case 'POST /api/cut-watches': {
			return {cut: api.cutWatches()};
		}

		case 'POST /api/rotate-tokens': {
			const kubeconfig = await options.rotateTokens();
			return {kubeconfig, token: options.token};
		}

		case 'POST /api/compact': {
			store.compact();
			return {resourceVersion: store.resourceVersion};
		}

		default: {
			throw new ApiError(
				404,
				'NotFound',
				'there is GET / and DELETE /, PATCH and DELETE of /api, /gateway and /users, POST /api/cut-watches, POST /api/rotate-tokens and POST /api/compact',
			);
		}
	}
}

async function bodyOf(message: IncomingMessage): Promise<unknown> {
	const text = (await readBody(message)).toString('utf8');
	try {
		return text === '' ? undefined : parseJson(text);
	} catch (error) {
		throw badRequest(`the body is no JSON: ${wordsOf(error)}`);
	}
}

function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
	const result = v.safeParse(schema, body);
	if (!result.success) {
		const [issue] = result.issues;
		throw badRequest(`${v.getDotPath(issue) ?? 'the body'}: ${issue.message}`);
	}

	return result.output;
}

/** A value that cannot be is the client's mistake. */
function inRange(set: () => void): void {
	try {
		set();
	} catch (error) {
		throw error instanceof RangeError ? badRequest(error.message) : error;
	}
}

function rethrow(error: unknown): never {
	throw error;
}

function send(response: ServerResponse, code: number, body: unknown): void {
	const text = `${JSON.stringify(body)}\n`;
	response.writeHead(code, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)});
	response.end(text);
}

function isBearer(header: string | undefined, token: string): boolean {
	const given = /^Bearer +(?<token>\S+)$/i.exec(header ?? '')?.groups?.['token'] ?? '';
	return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
