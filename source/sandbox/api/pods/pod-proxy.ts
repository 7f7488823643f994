/**
 * Requests to a port of a pod, through the API server: `/pods/NAME:PORT/proxy/PATH`.
 *
 * Sources: kubernetes pkg/registry/core/pod/strategy.go (ResourceLocation), pkg/registry/core/pod/rest/subresources.go
 * (ProxyREST), k8s.io/apimachinery pkg/util/proxy/{upgradeaware,transport}.go, pkg/util/net/port_split.go.
 */
import {request as httpRequest, type IncomingHttpHeaders, type IncomingMessage} from 'node:http';
import {once} from 'node:events';
import {pods} from '../../resources.js';
import type {StoredObject} from '../../shared-store.js';
import {mayUseResource} from '../access/rbac.js';
import type {ApiHeaders, ApiMessage, ApiResponse} from '../http/exchange.js';
import {at, listOf, objectsOf, stringOf} from '../body/json.js';
import {portOf} from '../../kubectl-compat/port-forward/ports.js';
import type {Api} from '../http/request.js';
import {
	ApiError,
	badRequest,
	forbidden,
	internalError,
	methodNotAllowed,
	notFound,
} from '../http/api-error.js';

const verbs: Readonly<Record<string, string>> = {
	GET: 'get',
	HEAD: 'get',
	POST: 'create',
	PUT: 'update',
	PATCH: 'patch',
	DELETE: 'delete',
};

/** Of a connection, not of what is said over it; the token is the API server's own (WithAuthentication takes it out). */
const kept = new Set([
	'connection',
	'keep-alive',
	'proxy-connection',
	'transfer-encoding',
	'upgrade',
	'te',
	'trailer',
	'host',
	'authorization',
]);

/**
 * Passes the request on to the pod and its answer back. Without a path it sends the client to the one that has a slash.
 *
 * @param id The name of the pod, or with its port, `NAME:PORT`, or with the scheme besides, `http:NAME:PORT`.
 */
export function proxyToPod(api: Api, namespace: string, id: string) {
	return async (message: ApiMessage, response: ApiResponse, query: URLSearchParams): Promise<undefined> => {
		const verb = verbs[message.method ?? ''];
		const attributes = {
			verb: verb ?? (message.method ?? '').toLowerCase(),
			group: '',
			resource: 'pods',
			subresource: 'proxy',
			namespace,
			// With the port: that is what the authorizer is told.
			name: id,
		};
		if (!mayUseResource(api.rules, attributes)) {
			throw forbidden({...attributes, user: api.user.name});
		}

		if (verb === undefined) {
			throw methodNotAllowed(pods, attributes.verb);
		}

		// As it was sent: the pod is to decode it.
		const [whole = ''] = (message.url ?? '').split('?', 1);
		const path = whole.replace(/^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/proxy/, '');
		if (path === '') {
			response.writeHead(301, {location: `${whole}/`, 'content-length': 0});
			response.end();
			return undefined;
		}

		const search = query.size > 0 ? `?${query.toString()}` : '';
		const answer = await askPod(message, socketOf(api, namespace, id), `${path}${search}`);
		await passOn(answer, response);
		return undefined;
	};
}

/** @throws ApiError when there is no such pod, or nobody listens at its port. */
function socketOf(api: Api, namespace: string, id: string): {host: string; port: number} {
	const {scheme, name, port: text} = partsOf(id);
	const pod = api.store.get(pods, namespace, name);
	if (!pod) {
		throw notFound(pods, name);
	}

	const ip = stringOf(at(pod.status, 'podIP'));
	if (ip === '') {
		throw badRequest('address not allowed');
	}

	if (!api.pods) {
		throw internalError('there is no node that pods run on');
	}

	const port = text === '' ? firstPort(pod) : text;
	const number = portOf(port);
	if (number === undefined) {
		throw unreachable(
			/^\d+$/.test(port)
				? `dial tcp: address ${port}: invalid port`
				: `dial tcp: lookup tcp/${port}: unknown port`,
		);
	}

	const socket = api.pods.socketOf(`${namespace}/${name}`, number);
	if (!socket) {
		throw unreachable(`dial tcp ${ip}:${port}: connect: connection refused`);
	}

	if (scheme === 'https') {
		throw unreachable('http: server gave HTTP response to HTTPS client');
	}

	return socket;
}

/** @throws ApiError 400 when it is none of the three forms. */
function partsOf(id: string): {scheme: string; name: string; port: string} {
	const parts = id.split(':');
	const [scheme = '', name = '', port = ''] =
		parts.length === 1 ? ['', ...parts] : parts.length === 2 ? ['', ...parts] : parts;
	if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme)) {
		throw badRequest(`invalid pod request ${JSON.stringify(id)}`);
	}

	return {scheme, name, port};
}

function firstPort(pod: StoredObject): string {
	const containers = objectsOf(at(pod.spec, 'containers'));
	const [first] = containers.flatMap(container => objectsOf(listOf(container['ports'])));
	const number = first?.['containerPort'];
	return typeof number === 'number' ? String(number) : '80';
}

/** As the proxy's transport says it. */
function unreachable(why: string): ApiError {
	return new ApiError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`);
}

async function askPod(
	message: ApiMessage,
	socket: {host: string; port: number},
	path: string,
): Promise<IncomingMessage> {
	const request = httpRequest({
		...socket,
		path,
		method: message.method,
		agent: false,
		headers: {...forwardable(message.headers), host: `${socket.host}:${socket.port}`},
	});
	const answered = once(request, 'response');
	try {
		if (message.method !== 'GET' && message.method !== 'HEAD') {
			for await (const chunk of message) {
				if (typeof chunk === 'string' || chunk instanceof Uint8Array) {
					request.write(chunk);
				}
			}
		}

		request.end();
		const [answer]: IncomingMessage[] = await answered;
		if (!answer) {
			throw new Error('EOF');
		}

		return answer;
	} catch (error) {
		throw unreachable(error instanceof Error ? error.message : String(error));
	}
}

function forwardable(headers: IncomingHttpHeaders): ApiHeaders {
	const forwarded: ApiHeaders = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined && !name.startsWith(':') && !kept.has(name)) {
			forwarded[name] = value;
		}
	}

	return forwarded;
}

async function passOn(answer: IncomingMessage, response: ApiResponse): Promise<void> {
	response.once('close', () => answer.destroy());
	response.writeHead(answer.statusCode ?? 502, forwardable(answer.headers));
	try {
		for await (const chunk of answer as AsyncIterable<Buffer>) {
			response.write(chunk);
		}

		response.end();
	} catch {
		response.breakOff();
	}
}
