/**
 * One exchange over HTTP: what was sent, what came back, and when nothing did, whether the server can have seen it.
 */
import {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import {promisify} from 'node:util';
import type {Dispatcher} from 'undici';
import {printable} from '../../knative/text/printable.js';
import {isUnprocessed, transportError} from './failed-connection.js';

export type Outgoing = {
	dispatcher: Dispatcher;
	url: URL;
	method: Dispatcher.HttpMethod;
	headers: Record<string, string | string[]>;
	body?: string;
	/** It writes: whatever a server says of the connection, nobody but the caller sends it again. */
	isOnce?: boolean;
	/** URL of the proxy on the way, if there is one. */
	proxy?: string | undefined;
	signal: AbortSignal;
};

export type IncomingResponse = {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: AsyncIterable<Uint8Array> & {dump(): Promise<void>; destroy(): unknown};
};

/** More than any page of a list is; a body beyond it is a fault or an attack. */
const largestBody = 256 * 1024 * 1024;

/** Passes everything on, and notes when the request begins to go out on a connection. */
class SendObserver implements Dispatcher.DispatchHandler {
	constructor(
		private readonly next: Dispatcher.DispatchHandler,
		private readonly onSending: () => void,
	) {}

	onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
		this.onSending();
		this.next.onRequestStart?.(controller, context);
	}

	onRequestUpgrade(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
		this.next.onRequestUpgrade?.(...args);
	}

	onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
		this.next.onResponseStart?.(...args);
	}

	onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
		this.next.onResponseData?.(...args);
	}

	onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
		this.next.onResponseEnd?.(...args);
	}

	onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
		this.next.onResponseError?.(...args);
	}
}

/**
 * The promise, or a rejection as soon as the signal says stop. undici notes the signal of a request that waits for a
 * connection only when there is one; it is then not sent, but nobody need wait for that. Nor for a plugin that hangs.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const {promise: aborted, reject} = Promise.withResolvers<never>();
	const onAbort = () => reject(new Error('it was called off', {cause: signal.reason}));
	if (signal.aborted) onAbort();
	signal.addEventListener('abort', onAbort, {once: true});
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

/** Sends one request, once. Redirects are not followed: they would take the credentials elsewhere. */
export async function send(outgoing: Outgoing): Promise<IncomingResponse> {
	const {dispatcher, url, method, headers, body, isOnce = false, proxy, signal} = outgoing;
	let sending = false;
	const observed = dispatcher.compose(dispatch => (options, handler) => {
		const observer = new SendObserver(handler, () => {
			sending = true;
		});
		return dispatch(options, observer);
	});
	try {
		const answer = await orAborted(
			observed.request({
				origin: url.origin,
				path: `${url.pathname}${url.search}`,
				method,
				headers:
					isOnce && body !== undefined
						? {...headers, 'content-length': String(Buffer.byteLength(body))}
						: headers,
				signal,
				// The caller's signal is the only clock; undici's own would end a quiet watch.
				headersTimeout: 0,
				bodyTimeout: 0,
				...(body === undefined ? {} : {body: isOnce ? once(body) : body}),
			}),
			signal,
		);
		return {status: answer.statusCode, headers: answer.headers, body: answer.body};
	} catch (error) {
		const outcome = isUnprocessed(error) ? 'not processed' : 'unknown';
		throw transportError(error, url, sending ? outcome : 'not sent', proxy);
	}
}

/** As a body that undici cannot send a second time: it sends a whole one again when its stream was refused. */
const once = (body: string): Readable => Readable.from([Buffer.from(body)], {objectMode: false});

/**
 * The whole body as text, unpacked if it is packed with gzip. Throws TransportError ('unknown') when it ends too early, is
 * packed otherwise, or is larger than 256 MiB.
 */
export async function readAll({headers, body}: IncomingResponse, url: URL): Promise<string> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of body) {
			size += chunk.length;
			if (size > largestBody) throw new Error('the answer is larger than 256 MiB');
			chunks.push(chunk);
		}
	} catch (error) {
		throw transportError(error, url, 'unknown');
	}
	const whole = Buffer.concat(chunks);
	const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
	if (encoding === 'identity') return whole.toString('utf8');
	try {
		if (encoding !== 'gzip') {
			throw new Error(`it is encoded as ${printable(encoding)}, which was not asked for`);
		}
		return (await unpacked(whole)).toString('utf8');
	} catch (error) {
		throw transportError(error, url, 'unknown');
	}
}

/** The whole body as it is. Throws TransportError ('unknown') when it ends too early or is larger than `limit` bytes. */
export async function readBytes({body}: IncomingResponse, url: URL, limit: number): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of body) {
			size += chunk.length;
			if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
			chunks.push(chunk);
		}
	} catch (error) {
		throw transportError(error, url, 'unknown');
	}
	return Buffer.concat(chunks);
}

/** Packed bytes that are unpacked at once: some milliseconds. Threads would keep more memory each than the pages take. */
const fewBytes = 512 * 1024;

async function unpacked(packed: Buffer): Promise<Buffer> {
	const {gunzip, gunzipSync} = await import('node:zlib');
	const options = {maxOutputLength: largestBody};
	try {
		return packed.length <= fewBytes ? gunzipSync(packed, options) : await promisify(gunzip)(packed, options);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new Error(`its gzip cannot be unpacked: ${why}`, {cause: error});
	}
}

/** The text of a body as it comes, cut anywhere but inside of a character. Errors as `readAll`. */
export async function* readTexts({body}: IncomingResponse, url: URL): AsyncGenerator<string> {
	const decoder = new StringDecoder('utf8');
	const iterator = body[Symbol.asyncIterator]();
	try {
		for (;;) {
			let next;
			try {
				next = await iterator.next();
			} catch (error) {
				throw transportError(error, url, 'unknown');
			}
			if (next.done) return;
			yield decoder.write(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length));
		}
	} finally {
		await iterator.return?.();
	}
}

/** The lines of a body as they come, without the line feeds. Errors as `readAll`. */
export async function* readLines(incoming: IncomingResponse, url: URL): AsyncGenerator<string> {
	let rest = '';
	for await (const text of readTexts(incoming, url)) {
		const pieces = text.split('\n');
		pieces[0] = rest + pieces[0]!;
		rest = pieces.pop()!;
		if (rest.length > largestBody) {
			throw transportError(new Error('a line is larger than 256 MiB'), url, 'unknown');
		}
		yield* pieces;
	}
	if (rest !== '') yield rest;
}
