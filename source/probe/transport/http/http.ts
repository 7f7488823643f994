/** One HTTP/1.1 request to a gateway. */
import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {printable} from '../../../knative/text/printable.js';
import {withoutUserInfo} from '../../../knative/text/user-info.js';
import type {Fingerprinter} from '../../attribution/fingerprint.js';
import {byFirstLine, firstLineOf, toLabel} from '../../attribution/fingerprint.js';
import {traitsOf} from '../../attribution/traits.js';
import {decode, toShownBody} from '../body.js';
import {callBegins, callEnds, type BegunCall, type EndedCall} from '../call-channels.js';
import {timeoutFailure, toFailure} from '../failure.js';
import {isGatewaysOwn, upstreamTime} from '../gateway-answer.js';
import type {AskOptions, ProbeOutcome, Probe, ProbeOptions, ProbeTarget} from '../probe.js';
import {bodyLimit, checkTarget, defaultTimeout, formatAddress, serverName} from '../probe.js';
import {userAgent} from '../user-agent.js';
import {decodeContent} from './content-encoding.js';
import {
	describeProgress,
	exchange,
	isIdempotent,
	type WireRequest,
	type Progress,
	type Received,
} from './wire-exchange.js';
import {secureContextFor} from './secure-context.js';

/** Milliseconds for which a connection is kept without a request, unless the gateway says less. */
const keptFor = 4000;

/**
 * Sends the request of the target, a GET when it has none, over connections that are kept per gateway address. What must not
 * be sent twice has one of its own.
 */
export function createHttpProbe(options: ProbeOptions = {}): Probe {
	const {keepAlive = true, tls = {}, fingerprint = byFirstLine, version, connectTimeout} = options;
	const agent = userAgent(version);
	const agents = new Map<string, HttpAgent>();
	const closing = new AbortController();
	/**
	 * Gateways that closed a kept connection when something was asked over it. Once that may be chance; a revision that drops
	 * what it is asked looks the same, and would never be seen if all of that was sent again: to somebody else, mostly.
	 */
	const closers = new Set<string>();

	function agentFor(target: ProbeTarget, isKept: boolean): HttpAgent {
		const {scheme, authority} = target;
		const origin = `${originOf(target)} ${isKept ? 'kept' : 'once'}`;
		// A TLS connection is made for one server name; a plain one serves every host behind the gateway.
		const key = scheme === 'https' ? `${origin} ${authority}` : origin;
		let found = agents.get(key);
		if (!found) {
			const pooling = {keepAlive: isKept, timeout: keptFor};
			found =
				scheme === 'https'
					? new HttpsAgent({
							...pooling,
							rejectUnauthorized: tls.insecure !== true,
							secureContext: secureContextFor(target, tls),
							// Where TLS offers HTTP/2, an HTTP service is still asked as its users' curl does.
							ALPNProtocols: ['http/1.1'],
						})
					: new HttpAgent(pooling);
			agents.set(key, found);
		}

		return found;
	}

	return {
		async ask(target, {timeout = defaultTimeout, signal, slot, traits = false}: AskOptions = {}) {
			checkTarget(target);
			if (closing.signal.aborted) {
				throw new Error('The probe is closed.');
			}

			signal?.throwIfAborted();
			const limit = new AbortController();
			const timer = setTimeout(() => {
				limit.abort();
			}, timeout);
			const progress: Progress = {status: undefined, bytes: 0};
			const at = Date.now();
			const start = slot ?? performance.now();
			const ended = telling(target);
			let outcome: ProbeOutcome;
			try {
				const isKept =
					keepAlive && !closers.has(originOf(target)) && isIdempotent(target.request?.method ?? 'GET');
				const received = await exchange(
					{
						...requestOf(target, agent),
						agent: agentFor(target, isKept),
						again: agentFor(target, false),
					},
					{
						signal: AbortSignal.any([limit.signal, closing.signal, ...(signal ? [signal] : [])]),
						progress,
						limit: bodyLimit,
						connectTimeout,
						onStale: () => void closers.add(originOf(target)),
					},
				);
				outcome = await toResponse(received, {fingerprint, traits});
			} catch (error) {
				signal?.throwIfAborted();
				outcome =
					limit.signal.aborted && !closing.signal.aborted
						? timeoutFailure(target, timeout, describeProgress(progress))
						: toFailure(error, target);
			} finally {
				clearTimeout(timer);
				ended(progress);
			}

			return {at, latency: performance.now() - start, outcome};
		},
		async close() {
			closing.abort(new Error('The probe was closed.'));
			for (const found of agents.values()) found.destroy();
		},
	};
}

const originOf = ({scheme, address}: ProbeTarget): string => `${scheme}://${formatAddress(address)}`;

/** Tells of the request, and when it is over. */
function telling(target: ProbeTarget): (progress: Progress) => void {
	const {path, request} = target;
	const begun: BegunCall = {
		request: {method: request?.method ?? 'GET', origin: originOf(target), path},
	};
	callBegins.publish(begun);
	return ({status}) => {
		const ended: EndedCall = {...begun, status: status === undefined ? 'no answer' : String(status)};
		callEnds.publish(ended);
	};
}

function requestOf(target: ProbeTarget, agent: string): Omit<WireRequest, 'agent' | 'again'> {
	const {scheme, address, authority, path, request} = target;
	return {
		scheme,
		host: address.host,
		port: address.port,
		serverName: serverName(authority),
		method: request?.method ?? 'GET',
		path,
		headers: headersOf(target, agent),
		body: request?.body,
	};
}

/** Headers that every request has unless the operator says otherwise. */
function headersOf({authority, request}: ProbeTarget, agent: string): string[] {
	const own = request?.headers ?? [];
	const usual: readonly (readonly [string, string])[] = [
		['user-agent', agent],
		['accept', '*/*'],
		// What is compared is what the application says, not how a proxy packed it.
		['accept-encoding', 'identity'],
	];
	const given = new Set(own.map(({name}) => name.toLowerCase()));
	return [
		'host',
		authority,
		...usual.flatMap(([name, value]) => (given.has(name) ? [] : [name, value])),
		...own.flatMap(({name, value}) => [name, value]),
	];
}

async function toResponse(
	{status, headers, body: raw, isCut}: Received,
	{fingerprint, traits}: {fingerprint: Fingerprinter; traits: boolean},
): Promise<ProbeOutcome> {
	const contentType = headers['content-type'] ?? '';
	const encodings = `${headers['content-encoding'] ?? ''},${headers['transfer-encoding'] ?? ''}`;
	const {
		bytes,
		truncated,
		problem,
		isBroken = false,
	} = await decodeContent(raw, encodings, {
		limit: bodyLimit,
		truncated: isCut,
	});
	const body = problem === undefined ? decode(bytes, contentType, truncated) : `(${problem})`;
	const received = {status, headers, body};
	// A place is named, and nobody's login for it.
	const location = withoutUserInfo(headers['location'] ?? '');
	return {
		kind: 'response',
		status,
		code: String(status),
		error: status >= 500 || isBroken,
		...(status >= 300 && isGatewaysOwn(headers) && {by: 'gateway'}),
		...(headers[upstreamTime] !== undefined && {isFromUpstream: true}),
		...(location !== '' && status >= 300 && status < 400 && {location: toLabel(location)}),
		firstLine: firstLineOf(body),
		body: toShownBody(body),
		truncated,
		contentType: printable(contentType),
		// What cannot be read says nothing of who said it.
		fingerprint: problem === undefined ? fingerprint(received) : undefined,
		...(traits && problem === undefined && {traits: traitsOf(received)}),
	};
}
