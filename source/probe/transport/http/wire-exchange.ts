/**
 * One request and its answer on the wire, as a user's client takes them: what `curl` reads is read, whatever a stricter parser
 * would say of it. By Node's own client: undici takes a `100 Continue` that it did not ask for, and 20 KiB of headers, for
 * failures, which no user sees.
 */
import {request as httpRequest, type Agent, type ClientRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {isIP, type Socket} from 'node:net';
import {tidyNextHead} from './response-head.js';

export type WireRequest = {
	scheme: 'http' | 'https';
	host: string;
	/** 1–65535 */
	port: number;
	/** Whom TLS has to prove to be asked: a name or an IP address. */
	serverName: string;
	method: string;
	path: string;
	/** Names and values in turn, in the order they are sent. */
	headers: readonly string[];
	body: string | undefined;
	/** Whose connections are used. */
	agent: Agent;
	/** Where it is sent again, when a kept connection turns out to be closed: over a connection of its own. */
	again: Agent;
};

export type Received = {
	/** 200–999 */
	status: number;
	/** By names in lower case; what came several times is joined by a comma. */
	headers: Readonly<Record<string, string>>;
	body: Buffer;
	/** There was more than the limit; the rest was not read, and the connection was dropped. */
	isCut: boolean;
};

/** How far an answer has come. Changed in place. */
export type Progress = {status: number | undefined; bytes: number};

export type ExchangeOptions = {
	/** Gives it up: rejects with the signal's reason. */
	signal: AbortSignal;
	progress: Progress;
	/** Bytes of the body that are read. */
	limit: number;
	/** Milliseconds until a connection must be there, TLS included; as long as it takes when not given. */
	connectTimeout: number | undefined;
	/** A kept connection was closed when something was asked over it. */
	onStale: () => void;
};

/** Of the status line and the headers in all, in bytes: as much as browsers and curl take. */
const headersLimit = 256 * 1024;

/** What may be sent once more without harm, when a kept connection turns out to be closed (RFC 9110, section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Whether a request of this method, in capitals, may be sent again over another connection. */
export const isIdempotent = (method: string): boolean => idempotent.has(method);

/** What went wrong has a code of its own, by which it is put into words. */
class ExchangeError extends Error {
	constructor(
		message: string,
		readonly code: string,
	) {
		super(message);
	}
}

/**
 * A kept connection that the other side closed while nothing was asked is no failure: the request is sent again, over a new
 * one (RFC 9112, section 9.3.1). Rejects with what went wrong, mostly with a `code`.
 */
export async function exchange(asked: WireRequest, options: ExchangeOptions): Promise<Received> {
	const {promise, request} = send(asked, options);
	const mayBeStale = () => request.reusedSocket && isIdempotent(asked.method);
	try {
		const received = await promise;
		// What a server says to a connection on which nothing was asked for long is no answer to this request.
		if (!(mayBeStale() && received.status === 408)) return received;
		request.destroy();
	} catch (error) {
		options.signal.throwIfAborted();
		if (!(mayBeStale() && options.progress.status === undefined && isClosed(error))) throw error;
	}

	options.onStale();
	options.progress.status = undefined;
	options.progress.bytes = 0;
	return send({...asked, agent: asked.again}, options).promise;
}

const isClosed = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

function send(
	{scheme, host, port, serverName, method, path, headers, body, agent}: WireRequest,
	{signal, progress, limit, connectTimeout}: ExchangeOptions,
): {promise: Promise<Received>; request: ClientRequest} {
	const {promise, resolve, reject} = Promise.withResolvers<Received>();
	const request = (scheme === 'https' ? httpsRequest : httpRequest)({
		agent,
		host,
		port,
		// An address is no name that could be sent (RFC 6066, section 3).
		...(scheme === 'https' && {servername: isIP(serverName) === 0 ? serverName : ''}),
		method,
		path,
		headers: [...headers, ...lengthOf(method, body)],
		maxHeaderSize: headersLimit,
		// Lines that end with LF alone, folded ones, a blank before a colon: users' clients read them.
		insecureHTTPParser: true,
	});
	let isThere = false;
	const fail = (error: unknown): void => {
		reject(inWords(error, {isThere, scheme, progress}));
		request.destroy();
	};
	const onAbort = (): void => fail(signal.reason);
	signal.addEventListener('abort', onAbort, {once: true});
	let response: IncomingMessage | undefined;
	request.on('error', error => {
		// What comes after the whole answer is none of it.
		if (response?.complete !== true) fail(error);
	});
	request.once('socket', socket => {
		tidyNextHead(socket, headersLimit);
		isThere = request.reusedSocket || !socket.connecting;
		if (isThere) return;
		socket.once(connectedBy(socket), () => {
			isThere = true;
		});
		if (connectTimeout !== undefined) limitConnecting(socket, connectTimeout, fail);
	});
	const onSwitched = ({statusCode}: IncomingMessage): void =>
		fail(new ExchangeError(`it went over to another protocol, with status ${statusCode}`, 'HPE_SWITCHED'));
	request.once('upgrade', onSwitched);
	request.once('connect', onSwitched);
	request.once('response', message => {
		const {statusCode: status = 0} = message;
		// 101 comes here without `Upgrade`; nothing below 200 is the answer (RFC 9110, section 15).
		if (status < 200) {
			fail(new ExchangeError(`it answers with status ${status}, which ends no request`, 'HPE_STATUS'));
			return;
		}

		response = message;
		progress.status = status;
		const chunks: Buffer[] = [];
		const done = (isCut: boolean): void =>
			resolve({
				status,
				headers: joined(message.headersDistinct),
				body: Buffer.concat(chunks),
				isCut,
			});
		message.on('data', (chunk: Buffer) => {
			const room = limit - progress.bytes;
			chunks.push(chunk.subarray(0, room));
			progress.bytes += Math.min(chunk.length, room);
			if (chunk.length > room) {
				done(true);
				request.destroy();
			}
		});
		message.once('end', () => done(false));
		message.on('error', fail);
	});
	request.end(body);
	return {
		promise: promise.finally(() => signal.removeEventListener('abort', onAbort)),
		request,
	};
}

/** As long as the body is known, it is sent in one piece; a method that is expected to have one says that there is none. */
function lengthOf(method: string, body: string | undefined): string[] {
	if (body === undefined && !['POST', 'PUT', 'PATCH'].includes(method)) return [];
	return ['content-length', String(Buffer.byteLength(body ?? ''))];
}

function limitConnecting(socket: Socket, limit: number, fail: (error: unknown) => void): void {
	const timer = setTimeout(() => {
		fail(new ExchangeError(`no connection within ${limit / 1000} s`, 'ETIMEDOUT'));
	}, limit);
	const stop = (): void => clearTimeout(timer);
	socket.once(connectedBy(socket), stop);
	socket.once('close', stop);
}

/** The event by which a connection is there, TLS included. */
const connectedBy = (socket: Socket): 'secureConnect' | 'connect' =>
	'encrypted' in socket ? 'secureConnect' : 'connect';

/** An error that says how far it came: a connection that breaks before it is there has asked nobody anything. */
function inWords(
	error: unknown,
	{isThere, scheme, progress}: {isThere: boolean; scheme: WireRequest['scheme']; progress: Progress},
): unknown {
	if (!(error instanceof Error)) return error;
	if ('rawPacket' in error && Buffer.isBuffer(error.rawPacket) && isSettings(error.rawPacket)) {
		return new ExchangeError('it speaks HTTP/2', 'HPE_HTTP2');
	}

	if (!isClosed(error)) return error;
	if (!isThere) {
		return scheme === 'https'
			? new ExchangeError('the connection was closed during the handshake', 'ERR_TLS_CLOSED')
			: new ExchangeError('it was closed at once', 'ERR_NO_CONNECTION');
	}

	return error.message === 'aborted' ? new ExchangeError(describeProgress(progress), 'ECONNRESET') : error;
}

/** The frame that a server of HTTP/2 begins with (RFC 9113, section 3.4): its type is 4, and its stream 0. */
const isSettings = (bytes: Buffer): boolean =>
	bytes.length >= 9 && bytes.readUIntBE(0, 3) % 6 === 0 && bytes[3] === 4 && bytes.readUInt32BE(5) === 0;

/** For sentences: what has come. */
export function describeProgress({status, bytes}: Progress): string {
	return status === undefined
		? 'nothing had come'
		: `status ${status} and ${bytes} bytes of the body had come`;
}

/** Where a redirect leads is said once: users' clients go by the first. */
function joined(headers: NodeJS.Dict<string[]>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, values = []]) => {
			const [first] = values;
			return first === undefined ? [] : [[name, name === 'location' ? first : values.join(', ')]];
		}),
	);
}
