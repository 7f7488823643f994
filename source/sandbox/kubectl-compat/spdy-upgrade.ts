/** Requests that want to become another protocol: connections to the ports of a pod, and nothing else. */
import {ServerResponse, type IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {pods} from '../resources.js';
import {mayUseResource} from '../api/access/rbac.js';
import {overHttp1, type ApiResponse} from '../api/http/exchange.js';
import {acceptPortForward, isPortForwardUpgrade} from './port-forward/accept.js';
import type {Api} from '../api/http/request.js';
import {badRequest, forbidden, internalError, notFound} from '../api/http/api-error.js';

export type Upgrade = {message: IncomingMessage; socket: Duplex; head: Buffer};

const path = /^\/api\/v1\/namespaces\/(?<namespace>[^/?]+)\/pods\/(?<name>[^/?]+)\/portforward\/?(?:\?|$)/;

/** Whether a request is one; what else asks for an upgrade is answered as if it did not. */
export function isUpgrade(message: IncomingMessage): boolean {
	return path.test(message.url ?? '') && isPortForwardUpgrade(message);
}

/** @throws ApiError when the connection is not to be had; afterwards the socket belongs to the ports. */
export function acceptUpgrade(api: Api, upgrade: Upgrade): void {
	const url = upgrade.message.url ?? '';
	const {namespace = '', name = ''} = path.exec(url)?.groups ?? {};
	// A GET counts as a create besides: it lets the client do more than read.
	for (const verb of upgrade.message.method === 'POST' ? ['create'] : ['get', 'create']) {
		const attributes = {verb, group: '', resource: 'pods', subresource: 'portforward', namespace, name};
		if (!mayUseResource(api.rules, attributes)) {
			throw forbidden({...attributes, user: api.user.name});
		}
	}

	const pod = api.store.get(pods, namespace, name);
	if (!pod) {
		throw notFound(pods, name);
	}

	if (!/^(?:Running)$/.test(phaseOf(pod.status))) {
		throw badRequest(
			`unable to forward port because pod is not running. Current status=${phaseOf(pod.status)}`,
		);
	}

	const {pods: runtime} = api;
	if (!runtime) {
		throw internalError('there is no node that pods run on');
	}

	const query = new URLSearchParams(url.split('?').slice(1).join('?'));
	acceptPortForward(upgrade, query, {namespace, name}, (key, port) => runtime.socketOf(key, port));
	// Connections into a pod end with it, also where what listens goes on, as the gateway of the sandbox does.
	const unsubscribe = api.store.subscribe(({type, resource, object}) => {
		if (type === 'DELETED' && resource === pods && object.metadata.uid === pod.metadata.uid) {
			upgrade.socket.destroy();
		}
	});
	upgrade.socket.once('close', unsubscribe);
}

function phaseOf(status: unknown): string {
	return typeof status === 'object' &&
		status !== null &&
		'phase' in status &&
		typeof status.phase === 'string'
		? status.phase
		: 'Unknown';
}

/** A response on a socket that Node has let go of, for saying no. */
export function responseOn({message, socket}: Upgrade): ApiResponse {
	const response = new ServerResponse(message);
	if (socket instanceof Socket) {
		response.assignSocket(socket);
	}

	response.shouldKeepAlive = false;
	response.once('finish', () => socket.end());
	return overHttp1(response);
}
