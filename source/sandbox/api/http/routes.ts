/** Which path is what. Source: k8s.io/apiserver pkg/endpoints/{installer,request/requestinfo}.go. */
import findMyWay from 'find-my-way';
import {pods, resources} from '../../resources.js';
import type {Resource} from '../../shared-store.js';
import {mayUsePath} from '../access/rbac.js';
import {review} from '../access/access-review.js';
import {readBody} from '../body/request-body.js';
import {remove, removeAll} from '../verbs/delete.js';
import {
	aggregated,
	coreVersions,
	groupList,
	groupNamed,
	hasStatus,
	resourceList,
} from '../verbs/discovery.js';
import type {ApiMessage, ApiResponse} from './exchange.js';
import {pathOf} from '../verbs/group-version.js';
import {negotiate} from './negotiation.js';
import {proxyToPod} from '../pods/pod-proxy.js';
import {openApiDocument, openApiIndex, openApiV2} from '../../kubectl-compat/open-api.js';
import {refuseCommand} from '../pods/pod-command.js';
import {podLog} from '../pods/read-pod-log.js';
import {get, list} from '../verbs/get-and-list.js';
import {isYes, type Api, type PodSubresource, type ApiReply} from './request.js';
import {requestFor} from '../verbs/resource-request.js';
import {ApiError, badRequest, forbiddenPath, methodNotAllowed, noSuchResource} from './api-error.js';
import {serverVersion} from '../verbs/server-version.js';
import {watch} from '../verbs/watch.js';
import {create, patch, update} from '../verbs/create-and-update.js';

/** What a path leads to. Without an answer the handler has taken the response over. */
export type RouteHandler = (
	message: ApiMessage,
	response: ApiResponse,
	query: URLSearchParams,
) => Promise<ApiReply | undefined>;

type Parameters = Record<string, string | undefined>;
type RouteTarget = (api: Api, parameters: Parameters) => RouteHandler;

/** @throws URIError or the like for a path that is not well-formed. */
export type Routes = (api: Api, path: string) => RouteHandler | undefined;

/** The routes of a server that listens at `address`, as `127.0.0.1:6443`. */
export function createRoutes(address: string): Routes {
	const router = findMyWay({
		// Names of objects may be 253 characters long.
		maxParamLength: 500,
		ignoreTrailingSlash: true,
		caseSensitive: true,
	});
	const targets = new Map<string, RouteTarget>();
	function add(path: string, target: RouteTarget): void {
		targets.set(path, target);
		router.on('GET', path, () => undefined, path);
	}

	for (const path of ['/livez', '/readyz', '/healthz']) {
		add(path, api => plain(api, path, 'ok'));
	}

	add('/version', api => json(api, '/version', () => serverVersion));
	add('/api', api => discovery(api, true, address));
	add('/apis', api => discovery(api, false, address));
	add('/openapi/v2', api => json(api, '/openapi/v2', openApiV2));
	// A real one says that its index is text.
	add('/openapi/v3', api => json(api, '/openapi/v3', openApiIndex, 'text/plain; charset=utf-8'));
	add('/openapi/v3/*', (api, {'*': path = ''}) =>
		json(api, `/openapi/v3/${path}`, () => openApiDocument(path)),
	);
	add('/api/:version', (api, {version = ''}) =>
		json(api, `/api/${version}`, () => resourceList('', version)),
	);
	add('/apis/:group', (api, {group: name = ''}) => json(api, `/apis/${name}`, () => groupNamed(name)));
	add('/apis/:group/:version', (api, {group: name = '', version = ''}) =>
		json(api, `/apis/${name}/${version}`, () => resourceList(name, version)),
	);
	add('/apis/:group/v1/:review', (api, {group: name = '', review: plural = ''}) =>
		reviewing(api, name, plural),
	);
	for (const resource of resources) {
		const base = pathOf(resource);
		const collection = `${base}${resource.namespaced ? '/namespaces/:namespace' : ''}/${resource.plural}`;
		if (resource.namespaced) {
			add(`${base}/${resource.plural}`, api => collectionOf(api, resource, undefined));
		}

		add(collection, (api, {namespace}) => collectionOf(api, resource, namespace));
		add(`${collection}/:name`, (api, {namespace, name}) => itemOf(api, resource, namespace, name));
		if (hasStatus(resource)) {
			add(`${collection}/:name/status`, (api, {namespace, name}) =>
				itemOf(api, resource, namespace, name, 'status'),
			);
		}
	}

	for (const subresource of ['log', 'portforward', 'exec', 'attach'] as const) {
		add(`${pathOf(pods)}/namespaces/:namespace/pods/:name/${subresource}`, (api, {namespace, name}) =>
			podSubresource(api, namespace, name, subresource),
		);
	}

	for (const path of ['', '/*']) {
		add(`${pathOf(pods)}/namespaces/:namespace/pods/:name/proxy${path}`, (api, {namespace = '', name = ''}) =>
			proxyToPod(api, namespace, name),
		);
	}

	// A path below a built-in version that is no resource is told in a Status; any other unknown path in plain text.
	add('/api/v1/*', () => () => Promise.reject(noSuchResource()));

	return (api, path) => {
		const found = router.find('GET', path);
		const key: unknown = found?.store;
		return typeof key === 'string' ? targets.get(key)?.(api, found?.params ?? {}) : undefined;
	};
}

function plain(api: Api, path: string, text: string): RouteHandler {
	return (message, response) => {
		checkPath(api, message, path);
		response.writeHead(200, {
			'cache-control': 'no-cache, private',
			'content-type': 'text/plain; charset=utf-8',
			'x-content-type-options': 'nosniff',
		});
		response.end(text);
		return Promise.resolve(undefined);
	};
}

/** A document for reading; what is undefined is not there. */
function json(api: Api, path: string, document: () => unknown, contentType?: string): RouteHandler {
	return (message, response) => {
		checkPath(api, message, path);
		const body = document();
		if (body === undefined) {
			answerNotFound(response);
			return Promise.resolve(undefined);
		}

		return Promise.resolve({
			code: 200,
			body,
			...(contentType === undefined ? {} : {headers: {'content-type': contentType}}),
		});
	};
}

/** What is served under no path, a CRD that is not installed for one: no Status, as clients have to cope with it. */
export function answerNotFound(response: ApiResponse): void {
	response.writeHead(404, {
		'cache-control': 'no-cache, private',
		'content-type': 'text/plain; charset=utf-8',
		'x-content-type-options': 'nosniff',
	});
	response.end('404 page not found\n');
}

function discovery(api: Api, core: boolean, address: string): RouteHandler {
	return message => {
		checkPath(api, message, core ? '/api' : '/apis');
		const form = negotiate(message.headers.accept, ['APIGroupDiscoveryList']);
		if (form.as === 'APIGroupDiscoveryList') {
			return Promise.resolve({
				code: 200,
				body: aggregated(core, form),
				headers: {
					'content-type': `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList`,
					'cache-control': 'public',
					vary: 'Accept',
				},
			});
		}

		return Promise.resolve({
			code: 200,
			body: core ? coreVersions(address) : groupList(),
			headers: {vary: 'Accept'},
		});
	};
}

function checkPath(api: Api, message: ApiMessage, path: string): void {
	const verb = (message.method ?? 'GET').toLowerCase();
	if (!mayUsePath(api.rules, verb, path)) {
		throw forbiddenPath(api.user.name, verb, path);
	}

	if (verb !== 'get' && verb !== 'head') {
		throw new ApiError(
			405,
			'MethodNotAllowed',
			'the server does not allow this method on the requested resource',
			{},
		);
	}
}

function reviewing(api: Api, groupName: string, plural: string): RouteHandler {
	return async (message, response) => {
		const body = await readBody(message);
		const reply = message.method === 'POST' ? review(api, groupName, plural, message, body) : undefined;
		if (!reply) {
			answerNotFound(response);
		}

		return reply;
	};
}

/** Whether a resource is served by the handler of CustomResourceDefinitions. */
const isCustom = ({group}: Resource): boolean => group.includes('.');

function collectionOf(api: Api, resource: Resource, namespace: string | undefined): RouteHandler {
	return async (message, response, query) => {
		const isWatch = isYes(query.get('watch'));
		const verb = {
			GET: isWatch ? 'watch' : 'list',
			HEAD: 'list',
			POST: 'create',
			// The handler of custom resources tells nobody that a collection cannot be replaced.
			...(isCustom(resource) ? {PUT: 'update'} : {}),
			DELETE: 'deletecollection',
		}[message.method ?? ''];
		const request = requestFor(api, {resource, namespace, name: undefined}, verb, message, response, query);
		// A namespaced object is written in its namespace.
		if (resource.namespaced && namespace === undefined && verb !== 'list' && verb !== 'watch') {
			throw methodNotAllowed(resource, verb ?? '');
		}

		if (verb === 'watch') {
			watch(api, request);
			return undefined;
		}

		if (verb === 'create') {
			return create(api, request, await readBody(message));
		}

		if (verb === 'update') {
			throw badRequest('name must be provided');
		}

		return verb === 'deletecollection'
			? removeAll(api, request, await readBody(message))
			: list(api, request);
	};
}

function podSubresource(
	api: Api,
	namespace: string | undefined,
	name: string | undefined,
	subresource: PodSubresource,
): RouteHandler {
	return (message, response, query) => {
		const verbs = subresource === 'log' ? {GET: 'get', HEAD: 'get'} : {GET: 'get', POST: 'create'};
		const verb = Object.entries(verbs).find(([method]) => method === message.method)?.[1];
		const target = {resource: pods, namespace, name, subresource};
		const request = requestFor(api, target, verb, message, response, query);
		if (subresource === 'portforward') {
			// A WebSocket has not come here.
			throw badRequest('Upgrade request required');
		}

		if (subresource !== 'log') {
			refuseCommand(api, request);
		}

		podLog(api, request);
		return Promise.resolve(undefined);
	};
}

function itemOf(
	api: Api,
	resource: Resource,
	namespace: string | undefined,
	name: string | undefined,
	subresource?: 'status',
): RouteHandler {
	return async (message, response, query) => {
		const isWatch = isYes(query.get('watch')) && subresource === undefined;
		const verb = {
			GET: isWatch ? 'watch' : 'get',
			HEAD: 'get',
			PUT: 'update',
			PATCH: 'patch',
			...(subresource === undefined && isCustom(resource) ? {POST: 'create'} : {}),
			...(subresource === undefined ? {DELETE: 'delete'} : {}),
		}[message.method ?? ''];
		const request = requestFor(api, {resource, namespace, name, subresource}, verb, message, response, query);
		if (verb === 'watch') {
			watch(api, request);
			return undefined;
		}

		if (verb === 'update' || verb === 'patch') {
			const body = await readBody(message);
			return verb === 'update' ? update(api, request, body) : patch(api, request, body);
		}

		if (verb === 'create') {
			return create(api, request, await readBody(message));
		}

		return verb === 'delete' ? remove(api, request, await readBody(message)) : get(api, request);
	};
}
