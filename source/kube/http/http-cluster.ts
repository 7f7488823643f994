/**
 * A Cluster over HTTP: what is asked, how long it may take, and what a failure means. Every request of the program goes through
 * `exchange.ts`.
 */
import {jsonOrText} from '../../knative/text/json-text.js';
import {TransportError, type ApiAnswer, type Cluster, type PodAnswer, type WatchEvent} from '../cluster.js';
import type {Credentials, CredentialSource} from '../auth/credentials.js';
import {isWrite, urlOf} from './api-request.js';
import {deadline} from './deadline.js';
import {dispatcherCache} from './dispatcher.js';
import {createExchange, usable} from './api-exchange.js';
import {parseOrigin, parseRetryAfter, parseWarnings} from './headers.js';
import type {SelectedContext} from '../auth/kubeconfig.js';
import {corePath, fieldManager as ownFieldManager, podProxyPath} from '../paths.js';
import {withoutUserInfo} from '../../knative/text/user-info.js';
import {transportError} from './failed-connection.js';
import {createServerSignals} from './server-signals.js';
import {sentenceOf} from '../status.js';
import {systemTimers, type Timers} from '../timers.js';
import {readAll, readBytes, readLines, readTexts, type IncomingResponse} from './transport.js';
import {hostOfProxy} from './tunnel.js';

export type HttpClusterOptions = {
	/** Instead of the namespace of the context. */
	namespace?: string;
	/** No writing verb leaves the process. */
	readOnly?: boolean;
	/** Milliseconds that the server has for each answer, instead of what each request allows for; 0: as long as it takes. */
	requestTimeout?: number | undefined;
	/** Who writes, as `metadata.managedFields` will say. */
	fieldManager?: string | undefined;
	/** For tests: the clock of the time limits. */
	timers?: Pick<Timers, 'now' | 'after'>;
};

const defaultTimeout = 10_000;

/** Bytes that a port of a pod may answer with. */
const mostFromPod = 4 * 1024 * 1024;

/** Milliseconds after which an answer is late. Webhooks may take that long, so that it only is a reason to look. */
const late = 5000;

function parseEvent(line: string, url: URL): WatchEvent {
	const event = jsonOrText(line);
	if (
		typeof event === 'object' &&
		event !== null &&
		'type' in event &&
		typeof event.type === 'string' &&
		'object' in event
	) {
		return {type: event.type, object: event.object};
	}
	throw new TransportError(`${url.host} sent something other than events on a watch`, 'unknown');
}

function answerOf({status, headers}: IncomingResponse, body: unknown): ApiAnswer {
	const redirect = status >= 300 && status < 400 ? parseOrigin(headers['location']) : undefined;
	const retryAfter = parseRetryAfter(headers['retry-after'], Date.now());
	return {
		status,
		body,
		warnings: parseWarnings(headers['warning']),
		...(retryAfter === undefined ? {} : {retryAfter}),
		...(redirect === undefined ? {} : {redirect}),
	};
}

/** The API server of `selected`, asked with `credentials`. Opens no connection before the first request. */
export function httpCluster(
	selected: SelectedContext,
	{
		credentials,
		proxy,
		onStanding,
		flags,
	}: {
		credentials: CredentialSource;
		/** URL of the proxy on the way, if there is one. */
		proxy?: string | undefined;
		onStanding: Cluster['onStanding'];
		flags: readonly string[];
	},
	options: HttpClusterOptions,
): Cluster {
	const dispatchers = dispatcherCache();
	const serverSignals = createServerSignals();
	const ending = new AbortController();
	const {server} = selected.cluster;
	const {readOnly = false, timers = systemTimers, requestTimeout, fieldManager = ownFieldManager} = options;
	const exchange = createExchange({credentials, dispatchers, serverSignals, readOnly});
	// Thousands of revisions are 20 MB, and a tenth of that compressed; who is beside the server may rather not wait for it.
	const mayCompress = selected.cluster['disable-compression'] !== true;

	const noAnswer = (url: URL, seconds: number) =>
		`no answer from ${url.host} within ${seconds} s${proxy === undefined ? '' : `, through the proxy ${hostOfProxy(proxy)}`}`;

	/** What a failure means once it is known who called it off, and a word to all that watch when it was not `caller`. */
	function judged(
		error: unknown,
		limit: {over: boolean},
		{seconds, url, caller}: {seconds: number; url: URL; caller: AbortSignal | undefined},
	): unknown {
		if (!(error instanceof TransportError) || caller?.aborted) return error;
		// Without a login nothing was asked, so that nothing can have failed to answer.
		if (error.isLogin) return error;
		if (limit.over) dispatchers.retire();
		const lost = limit.over
			? new TransportError(noAnswer(url, seconds), error.outcome, {
					cause: error,
					isUnanswered: true,
				})
			: error;
		serverSignals.failed(lost);
		return lost;
	}

	/** A GET whose answer may go on for ever: `read` until the server or `signal` ends it. */
	async function follow(
		path: string,
		url: URL,
		signal: AbortSignal,
		read: (incoming: IncomingResponse) => Promise<void>,
		{accept, onSending = () => {}}: {accept?: string; onSending?: (() => void) | undefined} = {},
	): Promise<ApiAnswer> {
		// The limit is for the answer to begin; how long a quiet watch may last is the caller's to say.
		const timeout = requestTimeout ?? defaultTimeout;
		const limit = deadline(timers, timeout, signal);
		try {
			const incoming = await exchange({method: 'GET', path}, url, {
				limit,
				caller: signal,
				onSending,
				takesGzip: false,
				accept,
			});
			if (incoming.status !== 200) return answerOf(incoming, jsonOrText(await readAll(incoming, url)));
			limit.clear();
			try {
				await read(incoming);
			} catch (error) {
				if (!(error instanceof TransportError) || !signal.aborted) throw error;
			} finally {
				// Also when a callback threw before anything was read.
				incoming.body.destroy();
			}
			return answerOf(incoming, undefined);
		} catch (error) {
			throw judged(error, limit, {seconds: timeout / 1000, url, caller: signal});
		} finally {
			limit.clear();
		}
	}

	return {
		context: selected.name,
		server: withoutUserInfo(server),
		user: selected.userName,
		flags,
		fieldManager,
		namespace: options.namespace ?? selected.namespace,
		readOnly,

		async request(request) {
			const query = {...request.query};
			// The flag says it for all that is written.
			if (query['fieldManager'] === ownFieldManager) query['fieldManager'] = fieldManager;
			const url = urlOf(server, request.path, query);
			const timeout = requestTimeout ?? request.timeout ?? defaultTimeout;
			const limit = deadline(timers, timeout, request.signal);
			let inTime: (() => void) | undefined;
			const onSending = () => {
				inTime?.();
				inTime = timers.after(late, () => serverSignals.publish('unanswered'));
				request.onSending?.();
			};
			try {
				const incoming = await exchange(request, url, {
					limit,
					caller: request.signal,
					onSending,
					takesGzip: mayCompress,
				});
				// The rest may take its time on a slow line.
				inTime?.();
				const answer = answerOf(incoming, jsonOrText(await readAll(incoming, url)));
				serverSignals.answered(answer.status);
				const isStored = isWrite(request) && query['dryRun'] === undefined && answer.status < 300;
				if (isStored) serverSignals.publish('written');
				return answer;
			} catch (error) {
				throw judged(error, limit, {seconds: timeout / 1000, url, caller: request.signal});
			} finally {
				inTime?.();
				limit.clear();
			}
		},

		async watch(path, query, onEvent, signal, onOpen, onSending) {
			const url = urlOf(server, path, {...query, watch: '1'});
			const read = async (incoming: IncomingResponse) => {
				onOpen?.();
				for await (const line of readLines(incoming, url)) {
					if (signal.aborted) break;
					if (line !== '') onEvent(parseEvent(line, url));
				}
			};
			return follow(path, url, signal, read, {onSending});
		},

		async stream(path, query, onText, signal, onOpen) {
			const url = urlOf(server, path, query);
			const read = async (incoming: IncomingResponse) => {
				onOpen?.();
				for await (const text of readTexts(incoming, url)) {
					if (signal.aborted) break;
					onText(text);
				}
			};
			return follow(path, url, signal, read, {accept: '*/*'});
		},

		async fetchFromPod({pod, port}, path, {accept, timeout, signal}) {
			const url = urlOf(server, podProxyPath(pod, port, path), {});
			const caller = AbortSignal.any([signal, ending.signal]);
			const limit = deadline(timers, timeout, caller);
			try {
				const incoming = await exchange({method: 'GET', path: url.pathname}, url, {
					limit,
					caller,
					takesGzip: false,
					accept,
				});
				return {status: incoming.status, body: await readBytes(incoming, url, mostFromPod)};
			} catch (error) {
				if (!limit.over || signal.aborted) throw error;
				throw new TransportError(`no answer within ${timeout / 1000} s`, 'unknown', {
					cause: error,
					isUnanswered: true,
				});
			} finally {
				limit.clear();
			}
		},

		async connectToPod({pod, port}, signal): Promise<PodAnswer> {
			const path = `${corePath('pods', pod.namespace, pod.name)}/portforward`;
			const url = urlOf(server, path, {ports: String(port)});
			const limit = deadline(timers, defaultTimeout, AbortSignal.any([signal, ending.signal]));
			try {
				for (let attempt = 1; ; attempt++) {
					limit.clear();
					const used = await usable(credentials, signal);
					limit.start();
					const answer = await openPod(url, used, limit.signal);
					if (answer.kind === 'open') return answer;
					const isStale = answer.status === 401 && attempt === 1;
					if (!isStale || !(await credentials.rejected(used))) {
						return {kind: 'refused', status: answer.status, sentence: sentenceOf(answer)};
					}
				}
			} catch (error) {
				const none = noAnswer(url, defaultTimeout / 1000);
				const sentence = limit.over ? none : transportError(error, url, 'not sent', proxy).message;
				return {kind: 'unanswered', sentence};
			} finally {
				limit.clear();
			}
		},

		onServerSignal: serverSignals.on,
		askNow() {
			credentials.wanted();
			serverSignals.publish('wanted');
		},

		async authorities() {
			const {connection} = await credentials.get();
			return [connection.tls.ca ?? []].flat();
		},
		get standing() {
			return credentials.standing;
		},
		onStanding,

		async close() {
			ending.abort();
			credentials.close();
			dispatchers.close();
		},
	};
}

/** Loaded with the first use: most gateways have an address, and few API servers are behind a proxy. */
async function openPod(url: URL, used: Credentials, signal: AbortSignal) {
	const {openPodConnection} = await import('../port-forward/pod-connection.js');
	const {proxy, tls} = used.connection;
	if (proxy === undefined) return openPodConnection(url, used, undefined, signal);
	const {proxyAgent} = await import('./proxy-agent.js');
	return openPodConnection(url, used, await proxyAgent(url, proxy, tls), signal);
}
