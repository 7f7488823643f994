/**
 * The API server of the sandbox: HTTP on loopback, a bearer token, and every answer a well-formed one.
 */
import {setTimeout} from 'node:timers/promises';
import {promisify} from 'node:util';
import {constants, gzip} from 'node:zlib';
import {dump} from 'js-yaml';
import type {ObjectStore} from '../../shared-store.js';
import {namespaces} from '../../resources.js';
import {everything, type PolicyRule} from '../access/rbac.js';
import {callerOf, type ApiUser} from '../access/authentication.js';
import {startGarbageCollection} from '../verbs/garbage-collection.js';
import {createCertificate} from './certificate.js';
import {withBody, type ApiMessage, type ApiResponse} from './exchange.js';
import {readBody} from '../body/request-body.js';
import {isDryDeletion} from '../verbs/delete.js';
import {faultError} from './fault-answer.js';
import {createApiFaults, type ApiFaultSwitch, type FaultedRequest} from './api-faults.js';
import {listen} from './listener.js';
import type {PodRuntime} from '../pods/pod-runtime.js';
import {withSortedKeys} from '../body/json.js';
import {isYes, type ApiReply, type Server} from './request.js';
import {answerNotFound, createRoutes, type Routes} from './routes.js';
import {ApiError, badRequest, internalError, unauthorized} from './api-error.js';
import {acceptUpgrade, responseOn, type Upgrade} from '../../kubectl-compat/spdy-upgrade.js';

export type ApiServerOptions = {
	store: ObjectStore;
	/** What every request has to bring as `Authorization: Bearer …`; read again for each. */
	readonly token: string;
	/** Who the bearer of the token is, as annotations and denials name them. */
	userName: string;
	groups?: string[];
	/** What the user may do; everything unless told. */
	rules?: readonly PolicyRule[];
	/** Who else there is. */
	others?: readonly ApiUser[];
	/** On 127.0.0.1; a free one unless told. */
	port?: number;
	/** Serve HTTPS under a certificate made at start: kubectl and kn send no token over plain HTTP. */
	tls?: boolean;
	/** How often watches that asked for bookmarks get one, in milliseconds. A minute unless told, as a real one. */
	bookmarkInterval?: number;
	/** The clock, in milliseconds since 1970. */
	now?: () => number;
	/** What goes wrong on purpose; nothing unless told. */
	faults?: ApiFaultSwitch;
	/** Where pods run: for their logs and ports. */
	pods?: PodRuntime;
};

export type ApiServer = {
	/** `http://127.0.0.1:<port>`, or `https:` with TLS. */
	url: string;
	port: number;
	/** What clients have to trust, in PEM; only with TLS. */
	certificateAuthority?: string;
	/** Ends every watch and every connection. */
	close(): Promise<void>;
};

/**
 * Serves the objects of a store over HTTP on loopback, HTTP/2 included where there is TLS, and lets what follows from deletions follow. Makes the namespaces that
 * every cluster has from the start.
 *
 * @throws Error when the port cannot be listened at (EADDRINUSE).
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
	const {
		store,
		userName,
		groups = [],
		rules = everything,
		others = [],
		port = 0,
		tls = false,
		now = Date.now,
	} = options;
	const users: readonly ApiUser[] = [
		{
			name: userName,
			get token() {
				return options.token;
			},
			groups,
			rules,
		},
		...others,
	];
	if (users.some(user => user.token === '')) {
		throw new RangeError('the API server of the sandbox needs a token');
	}

	const shared: Server = {
		store,
		faults: options.faults ?? createApiFaults(),
		pods: options.pods,
		bookmarkInterval: options.bookmarkInterval ?? 60_000,
		now,
	};
	const certificate = tls ? await createCertificate(now()) : undefined;
	let routes: Routes | undefined;
	const listener = await listen({
		port,
		certificate,
		onRequest(message, response) {
			void answer(
				{shared, routes: (routes ??= createRoutes(`127.0.0.1:${listener.port}`)), users},
				message,
				response,
			);
		},
		onUpgrade(upgrade) {
			void upgraded({shared, users}, upgrade);
		},
	});
	for (const name of ['default', 'kube-system']) {
		if (!store.get(namespaces, undefined, name)) {
			store.create(namespaces, {
				apiVersion: 'v1',
				kind: 'Namespace',
				metadata: {name, labels: {'kubernetes.io/metadata.name': name}},
				spec: {finalizers: ['kubernetes']},
				status: {phase: 'Active'},
			});
		}
	}

	const stopCollecting = startGarbageCollection(store, now);
	return {
		url: `${certificate ? 'https' : 'http'}://127.0.0.1:${listener.port}`,
		port: listener.port,
		...(certificate ? {certificateAuthority: certificate.cert} : {}),
		async close() {
			stopCollecting();
			await listener.close();
		},
	};
}

type ApiContext = {shared: Server; routes: Routes; users: readonly ApiUser[]};

async function answer(context: ApiContext, message: ApiMessage, response: ApiResponse): Promise<void> {
	try {
		const reply = await dispatch(context, message, response);
		if (reply) {
			await sendCompressed(message, response, reply);
		}
	} catch (error) {
		refuse(response, error);
	}
}

async function upgraded({shared, users}: Omit<ApiContext, 'routes'>, upgrade: Upgrade): Promise<void> {
	const {method = '', url = '/'} = upgrade.message;
	try {
		const request = {method, path: url.split('?', 1)[0] ?? '/', isWatch: false, isDryRun: false};
		const fault = await meetFault(shared, request, {goAway() {}, reset: () => upgrade.socket.destroy()});
		if (fault !== 'over') {
			const caller = callerOf(upgrade.message, users);
			const rights = fault === 'without rights' ? {rules: []} : {};
			acceptUpgrade({...shared, ...caller, ...rights, isCompacted: false}, upgrade);
		}
	} catch (error) {
		refuse(responseOn(upgrade), error);
	}
}

/**
 * Lets happen to a request what is set to happen.
 *
 * @throws ApiError when that is an answer.
 */
async function meetFault(
	{faults}: Server,
	request: FaultedRequest & {isWatch: boolean},
	response: Pick<ApiResponse, 'goAway' | 'reset'>,
): Promise<'over' | 'without rights' | 'compacted' | undefined> {
	const {delay, expireTokens} = faults.current;
	if (delay > 0) {
		await setTimeout(delay, undefined, {ref: false});
	}

	if (faults.goesAway()) {
		response.goAway();
	}

	if (expireTokens) {
		throw unauthorized();
	}

	const fault = faults.next(request);
	if (fault === 'reset') {
		response.reset();
	}

	if (fault === 'reset' || fault === 'drop') {
		return 'over';
	}

	if (fault === 'serve') {
		return undefined;
	}

	// A watch is told so in the watch itself.
	if (fault.code === 410 && request.isWatch) {
		return 'compacted';
	}

	const error = faultError(fault, request);
	if (error) {
		throw error;
	}

	return fault.code === 403 ? 'without rights' : undefined;
}

function refuse(response: ApiResponse, error: unknown): void {
	const known = error instanceof ApiError ? error : internalError(String(error));
	if (response.headersSent || response.destroyed) {
		response.breakOff();
	} else {
		send(response, {
			code: known.code,
			body: known.status,
			headers: known.headers,
			warnings: [...known.warnings],
		});
	}
}

async function dispatch(
	{shared, routes, users}: ApiContext,
	received: ApiMessage,
	response: ApiResponse,
): Promise<ApiReply | undefined> {
	const [path = '/', ...query] = (received.url ?? '/').split('?');
	const parameters = new URLSearchParams(query.join('?'));
	const isWatch = isYes(parameters.get('watch'));
	const {message, isDryRun} = await withDryRun(received, parameters);
	const request = {method: message.method ?? '', path, isWatch, isDryRun};
	const fault = await meetFault(shared, request, response);
	if (fault === 'over') {
		return undefined;
	}

	const caller = callerOf(message, users);
	// Without any right the authorizer says no, in its own words.
	const api = {
		...shared,
		...caller,
		...(fault === 'without rights' ? {rules: []} : {}),
		isCompacted: fault === 'compacted',
	};
	let handler: ReturnType<Routes>;
	try {
		// Refuses what is no percent-encoding before the router meets it.
		decodeURIComponent(path);
		handler = routes(api, path);
	} catch {
		throw badRequest(`the path ${JSON.stringify(path)} is not well-formed`);
	}

	if (!handler) {
		answerNotFound(response);
		return undefined;
	}

	return handler(message, response, parameters);
}

/** What a DELETE is to do is in its body, if it has one. */
async function withDryRun(
	message: ApiMessage,
	query: URLSearchParams,
): Promise<{message: ApiMessage; isDryRun: boolean}> {
	if (message.method !== 'DELETE') return {message, isDryRun: query.getAll('dryRun').includes('All')};
	const body = await readBody(message);
	return {message: withBody(message, body), isDryRun: isDryDeletion({query, message}, body)};
}

/** Below this many bytes nothing is compressed (k8s.io/apiserver responsewriters/writers.go). */
const compressionThreshold = 128 * 1024;
const gzipped = promisify(gzip);

/** Large answers to reads, for clients that take gzip; everything else as it is. */
async function sendCompressed(message: ApiMessage, response: ApiResponse, reply: ApiReply): Promise<void> {
	const text = textOf(reply);
	const takesGzip = /\bgzip\b/i.test(message.headers['accept-encoding'] ?? '');
	if (message.method !== 'GET' || !takesGzip || text.length <= compressionThreshold) {
		send(response, reply, text);
		return;
	}

	// The level of a real one: quick rather than small.
	const packed = await gzipped(text, {level: constants.Z_BEST_SPEED});
	if (response.destroyed) return;
	send(
		response,
		{...reply, headers: {...reply.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding'}},
		packed,
	);
}

/** Keys in their order, as Go writes them; strings quoted where they would be taken for something else. */
const textOf = ({body, yaml}: ApiReply): string =>
	yaml === true
		? dump(withSortedKeys(body), {lineWidth: -1, seqNoIndent: true, quoteStyle: 'double', noRefs: true})
		: `${JSON.stringify(body)}\n`;

function send(response: ApiResponse, reply: ApiReply, content: string | Buffer = textOf(reply)): void {
	const {code, warnings = [], headers = {}} = reply;
	response.writeHead(code, {
		'cache-control': 'no-cache, private',
		'content-type': reply.yaml === true ? 'application/yaml' : 'application/json',
		'content-length': Buffer.byteLength(content),
		...(warnings.length > 0 ? {warning: warnings.map(warning => warningHeader(warning))} : {}),
		...headers,
	});
	response.end(content);
}

/** RFC 7234 §5.5: code, agent, quoted text. Source: k8s.io/apimachinery pkg/util/net/http.go. */
function warningHeader(text: string): string {
	// A header holds printable characters of Latin-1 only.
	const printable = text.replaceAll(/[^\u{20}-\u{7E}]+/gu, ' ');
	return `299 - "${printable.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
