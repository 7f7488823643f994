/**
 * One request and its answer, with credentials: the only way out to the API server. It is where read-only is enforced and where
 * what may be sent a second time is told from what may not.
 */
import {Readable} from 'node:stream';
import {jsonOrText} from '../../knative/text/json-text.js';
import {printable} from '../../knative/text/printable.js';
import type {CredentialSource} from '../auth/credentials.js';
import {ReadOnlyError, TransportError, type ApiRequest} from '../cluster.js';
import {isProxied, isWrite} from './api-request.js';
import type {Deadline} from './deadline.js';
import type {DispatcherCache} from './dispatcher.js';
import type {ServerSignals} from './server-signals.js';
import {isBrokenOff, isCut, isTurnedAway} from './failed-connection.js';
import {isRefusal} from '../status.js';
import {orAborted, readAll, send, type IncomingResponse} from './transport.js';

/** How one request is sent. */
export type ApiExchangeOptions = {
	/** Begins when there are credentials: it is the server's time, and a login takes as long as it takes. */
	limit: Deadline;
	/** Called off, nobody waits for a login any more. */
	caller: AbortSignal | undefined;
	/** Told when there are credentials and it goes out. */
	onSending?: (() => void) | undefined;
	takesGzip: boolean;
	accept?: string | undefined;
};

export type ApiExchange = (
	request: ApiRequest,
	url: URL,
	options: ApiExchangeOptions,
) => Promise<IncomingResponse>;

/**
 * Every request goes through what this returns. With `readOnly` a write rejects with ReadOnlyError before anything is sent.
 */
export function createExchange({
	credentials,
	dispatchers,
	serverSignals,
	readOnly,
}: {
	credentials: CredentialSource;
	dispatchers: DispatcherCache;
	serverSignals: ServerSignals;
	readOnly: boolean;
}): ApiExchange {
	/** Throws ReadOnlyError when it is a write, and nothing may be written: to this cluster, or by this console. */
	async function refuseWrite(request: ApiRequest): Promise<void> {
		if (!isWrite(request)) return;
		const what = `${request.method} ${printable(request.path)} was not sent`;
		if (readOnly) throw new ReadOnlyError(`this console is read-only: ${what}`);
		await credentials.check();
		const {movedTo} = credentials.standing;
		if (movedTo !== undefined) throw new ReadOnlyError(`${movedTo}: ${what}`);
	}

	/**
	 * Sends one request. After a 401 once more, if there are other credentials by now: the API server says so before anything is
	 * done (k8s.io/apiserver pkg/server: authentication comes first), so that a write is safe, too; but not a write of which
	 * somebody on the way says so, who may have let it through, nor a request that the API server passes on and another refuses.
	 * Once more as well when a GOAWAY was there before it: servers spread their clients so, and have not looked at it. After a
	 * cut connection only a question is asked again: a write may have been made.
	 */
	async function exchange(
		request: ApiRequest,
		url: URL,
		{limit, caller, onSending, takesGzip, accept = 'application/json'}: ApiExchangeOptions,
	): Promise<IncomingResponse> {
		await refuseWrite(request);
		const body = request.body === undefined ? undefined : JSON.stringify(request.body);
		for (let attempt = 1; ; attempt++) {
			limit.clear();
			const used = await usable(credentials, caller);
			limit.start();
			onSending?.();
			const dispatcher = dispatchers.get(used);
			const isFirst = attempt === 1;
			try {
				const answer = await send({
					dispatcher,
					url,
					method: request.method,
					headers: {
						...used.headers,
						accept,
						...(takesGzip && {'accept-encoding': 'gzip'}),
						'user-agent': 'kn-canary',
						...(body === undefined ? {} : {'content-type': request.contentType ?? 'application/json'}),
					},
					signal: limit.signal,
					isOnce: isWrite(request),
					proxy: used.connection.proxy,
					...(body === undefined ? {} : {body}),
				});
				if (answer.status !== 401) {
					credentials.accepted();
					return answer;
				}
				const isPassedOn = isProxied(request);
				const {isProven, again} =
					isPassedOn || isWrite(request) ? await proven(answer, url) : {isProven: true, again: answer};
				// Whoever stands behind the API server has logins of its own.
				if (isPassedOn && !isProven) return again;
				if (!isFirst || !(await credentials.rejected(used)) || !isProven) {
					serverSignals.refused();
					if (isProven) credentials.refused();
					return again;
				}
				await again.body.dump().catch(() => {});
			} catch (error) {
				// undici opens more than one connection for what is sent while it is still clearing an old one away.
				if (isCut(error)) dispatchers.retire(dispatcher);
				const wasLost = request.method === 'GET' && (isCut(error) || isBrokenOff(error));
				const mayRepeat = isFirst && !limit.signal.aborted;
				if (!mayRepeat || !(wasLost || isTurnedAway(error))) throw error;
			}
		}
	}
	return exchange;
}

/** Whether it is the API server itself that says no, and the answer to be read once more. */
async function proven(
	answer: IncomingResponse,
	url: URL,
): Promise<{isProven: boolean; again: IncomingResponse}> {
	const text = await readAll(answer, url);
	const {'content-encoding': _packed, ...headers} = answer.headers;
	const body = Object.assign(Readable.from([Buffer.from(text)]), {dump: async () => {}});
	return {
		isProven: isRefusal({status: answer.status, body: jsonOrText(text)}),
		again: {...answer, headers, body},
	};
}

/** Nobody waits for a plugin that asks a person something, unless `caller` goes on wanting it. */
export async function usable(credentials: CredentialSource, caller: AbortSignal | undefined) {
	try {
		// With a signal in any case: requests go out in the order in which they were asked for.
		return await orAborted(credentials.get(), caller ?? AbortSignal.any([]));
	} catch (error) {
		throw new TransportError(error instanceof Error ? error.message : String(error), 'not sent', {
			cause: error,
			isLogin: true,
		});
	}
}
