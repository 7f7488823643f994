/** One HTTP/1.1 request to a gateway. */
import {Pool, errors} from 'undici';
import {printable} from '../../knative/text/printable.js';
import {traitsOf} from '../attribution/traits.js';
import {decode, toShownBody} from './body.js';
import {decodeContent} from './content-encoding.js';
import {timeoutFailure, toFailure} from './failure.js';
import type {Fingerprinter} from '../attribution/fingerprint.js';
import {byFirstLine, firstLineOf, toLabel} from '../attribution/fingerprint.js';
import {isGatewaysOwn, upstreamTime} from './gateway-answer.js';
import type {AskOptions, ProbeOutcome, Probe, ProbeOptions, ProbeTarget} from './probe.js';
import {bodyLimit, checkTarget, defaultTimeout, formatAddress} from './probe.js';
import {secureContextFor} from './secure-context.js';
import {userAgent} from './user-agent.js';

/** Sends the request of the target, a GET when it has none, over connections that are kept per gateway address (one undici pool each). */
export function createHttpProbe(options: ProbeOptions = {}): Probe {
	const {keepAlive = true, tls = {}, fingerprint = byFirstLine, version, connectTimeout} = options;
	const agent = userAgent(version);
	const pools = new Map<string, Pool>();
	let closed = false;

	function poolFor(target: ProbeTarget): Pool {
		const {scheme, address, authority} = target;
		const origin = `${scheme}://${formatAddress(address)}`;
		// A TLS connection is made for one server name; a plain one serves every host behind the gateway.
		const key = scheme === 'https' ? `${origin} ${authority}` : origin;
		let pool = pools.get(key);
		if (!pool) {
			pool = new Pool(origin, {
				// 0 is undici's way to say `Connection: close`.
				pipelining: keepAlive ? 1 : 0,
				// The time limit is one for the whole answer and is kept in `ask`.
				headersTimeout: 0,
				bodyTimeout: 0,
				// Undici would choose HTTP/2 where TLS offers it; an HTTP service is asked as its users' curl does.
				allowH2: false,
				connect: {
					rejectUnauthorized: tls.insecure !== true,
					...(scheme === 'https' && {secureContext: secureContextFor(target, tls)}),
					...(connectTimeout !== undefined && {timeout: connectTimeout}),
				},
			});
			pools.set(key, pool);
		}

		return pool;
	}

	return {
		async ask(target, {timeout = defaultTimeout, signal, slot, traits = false}: AskOptions = {}) {
			checkTarget(target);
			if (closed) {
				throw new Error('The probe is closed.');
			}

			signal?.throwIfAborted();
			const controller = new AbortController();
			const onAbort = (): void => {
				controller.abort(signal?.reason);
			};
			signal?.addEventListener('abort', onAbort, {once: true});
			let late = false;
			const timer = setTimeout(() => {
				late = true;
				controller.abort();
			}, timeout);
			const progress: TransferProgress = {status: undefined, bytes: 0};
			const at = Date.now();
			const start = slot ?? performance.now();
			let outcome: ProbeOutcome;
			try {
				outcome = await receive(poolFor(target), target, {
					signal: controller.signal,
					fingerprint,
					progress,
					agent,
					traits,
				});
			} catch (error) {
				signal?.throwIfAborted();
				if (error instanceof errors.InvalidArgumentError) {
					throw error;
				}

				outcome = late
					? timeoutFailure(target, timeout, describeProgress(progress))
					: toFailure(error, target);
			} finally {
				clearTimeout(timer);
				signal?.removeEventListener('abort', onAbort);
			}

			return {at, latency: performance.now() - start, outcome};
		},
		async close() {
			closed = true;
			await Promise.all([...pools.values()].map(async pool => pool.destroy()));
		},
	};
}

/** How far an answer had come, for the sentence about one that never became complete. */
type TransferProgress = {status: number | undefined; bytes: number};

function describeProgress({status, bytes}: TransferProgress): string {
	return status === undefined
		? 'nothing had come'
		: `status ${status} and ${bytes} bytes of the body had come`;
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

async function receive(
	pool: Pool,
	target: ProbeTarget,
	{
		signal,
		fingerprint,
		progress,
		agent,
		traits,
	}: {
		signal: AbortSignal;
		fingerprint: Fingerprinter;
		progress: TransferProgress;
		agent: string;
		traits: boolean;
	},
): Promise<ProbeOutcome> {
	const response = await pool.request({
		method: target.request?.method ?? 'GET',
		path: target.path,
		headers: headersOf(target, agent),
		body: target.request?.body ?? null,
		signal,
	});
	progress.status = response.statusCode;
	const chunks: Uint8Array[] = [];
	let isCut = false;
	for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
		const room = bodyLimit - progress.bytes;
		isCut = chunk.length > room;
		chunks.push(isCut ? chunk.subarray(0, room) : chunk);
		progress.bytes += Math.min(chunk.length, room);
		if (isCut) {
			// Leaving the loop destroys the stream, and with it the connection: the rest is never read.
			break;
		}
	}

	const headers = flatten(response.headers);
	const contentType = headers['content-type'] ?? '';
	const {
		bytes,
		truncated,
		problem,
		isBroken = false,
	} = await decodeContent(Buffer.concat(chunks), headers['content-encoding'] ?? '', {
		limit: bodyLimit,
		truncated: isCut,
	});
	const body = problem === undefined ? decode(bytes, contentType, truncated) : `(${problem})`;
	const status = response.statusCode;
	const received = {status, headers, body};
	const location = headers['location'];
	return {
		kind: 'response',
		status,
		code: String(status),
		error: status >= 500 || isBroken,
		...(status >= 300 && isGatewaysOwn(headers) && {by: 'gateway'}),
		...(headers[upstreamTime] !== undefined && {isFromUpstream: true}),
		...(location !== undefined && status >= 300 && status < 400 && {location: toLabel(location)}),
		firstLine: firstLineOf(body),
		body: toShownBody(body),
		truncated,
		contentType: printable(contentType),
		// What cannot be read says nothing of who said it.
		fingerprint: problem === undefined ? fingerprint(received) : undefined,
		...(traits && problem === undefined && {traits: traitsOf(received)}),
	};
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
	const flat: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined) {
			flat[name] = Array.isArray(value) ? value.join(', ') : value;
		}
	}

	return flat;
}
