/**
 * One unary gRPC call to a gateway, over HTTP/2: h2c with prior knowledge, or TLS. To be loaded with `import()`:
 * grpc-js is large. Nothing is read from disk at run time, because the program is bundled.
 */
import {
	Client,
	InterceptingCall,
	Metadata,
	credentials,
	logVerbosity,
	setLogVerbosity,
	status as Status,
} from '@grpc/grpc-js';
import type {ChannelCredentials, Interceptor, ServiceError, StatusObject} from '@grpc/grpc-js';
import {printable} from '../../../knative/text/printable.js';
import {describeFailure, timeoutFailure} from '../failure.js';
import type {Fingerprinter} from '../../attribution/fingerprint.js';
import {byFirstLine, firstLineOf} from '../../attribution/fingerprint.js';
import {isGatewaysOwn, upstreamTime} from '../gateway-answer.js';
import {callBegins, callEnds, type BegunCall, type EndedCall} from '../call-channels.js';
import {noteSockets} from './client-sockets.js';
import type {GrpcMethod} from './grpc-methods.js';
import {grpcMethods, healthCheck} from './grpc-methods.js';
import {lookUp} from './grpc-lookup.js';
import type {AskOptions, FailureKind, ProbeOutcome, Probe, ProbeOptions, ProbeTarget} from '../probe.js';
import {bodyLimit, checkTarget, defaultTimeout, formatAddress, serverName} from '../probe.js';
import {toShownBody} from '../body.js';
import {userAgent} from '../user-agent.js';

/** Calls the method that `target.path` names; `/` is the health check of the whole server. */
export function createGrpcProbe(options: ProbeOptions = {}): Probe {
	const {keepAlive = true, fingerprint = byFirstLine} = options;
	// It would write what a gateway sent, as it came, on the terminal.
	setLogVerbosity(logVerbosity.NONE);
	const clients = new Map<string, Connected>();
	const closing = new AbortController();
	/** By host: two revisions may describe the same method in two ways. Looked up again where that failed. */
	const lookedUp = new Map<string, Promise<GrpcMethod>>();

	async function methodOf(
		{path, authority}: ProbeTarget,
		client: Client,
		timeout: number,
	): Promise<GrpcMethod> {
		const {grpcCall} = options;
		if (grpcCall && path === `/${grpcCall.method}`) {
			const found = lookedUp.get(authority) ?? lookUp(grpcCall, client, timeout);
			lookedUp.set(authority, found);
			try {
				return await found;
			} catch (error) {
				lookedUp.delete(authority);
				throw error;
			}
		}

		const method = path === '/' ? healthCheck : grpcMethods.get(path);
		if (!method) {
			throw new TypeError(
				`The gRPC method ${path} is not built in: use one of ${[...grpcMethods.keys()].join(', ')}, or --grpc-method.`,
			);
		}

		return method;
	}

	function clientFor(target: ProbeTarget): Connected {
		const key = `${target.scheme}://${formatAddress(target.address)} ${target.authority}`;
		let client = clients.get(key);
		if (!client) {
			client = connect(target, options);
			clients.set(key, client);
		}

		return client;
	}

	return {
		async ask(target, {timeout = defaultTimeout, signal, slot}: AskOptions = {}) {
			checkTarget(target);
			if (closing.signal.aborted) {
				throw new Error('The probe is closed.');
			}

			signal?.throwIfAborted();
			const connected = keepAlive ? clientFor(target) : connect(target, options);
			const {client} = connected;
			const at = Date.now();
			try {
				const before = performance.now();
				const method = await methodOf(target, client, timeout);
				// That the method had to be looked up first is not the service's latency.
				const start = slot === undefined ? performance.now() : slot + performance.now() - before;
				const outcome = await call(client, target, method, {
					timeout,
					signal,
					closing: closing.signal,
					fingerprint,
				});
				return {at, latency: performance.now() - start, outcome};
			} finally {
				if (!keepAlive) connected.close();
			}
		},
		async close() {
			closing.abort();
			for (const connected of clients.values()) connected.close();
		},
	};
}

type Connected = {
	client: Client;
	/** Drops its connections, too. */
	close(): void;
};

function connect(target: ProbeTarget, {tls = {}, version}: ProbeOptions): Connected {
	const {scheme, address, authority, authorities = []} = target;
	const ca = [...authorities, ...(tls.ca === undefined ? [] : [tls.ca])];
	const channelCredentials: ChannelCredentials =
		scheme === 'http'
			? credentials.createInsecure()
			: credentials.createSsl(ca.length === 0 ? null : Buffer.from(ca.join('\n')), null, null, {
					rejectUnauthorized: tls.insecure !== true,
				});
	const sockets = noteSockets(channelCredentials);
	const client = new Client(`dns:${formatAddress(address)}`, channelCredentials, {
		'grpc.default_authority': authority,
		...(scheme === 'https' && {'grpc.ssl_target_name_override': serverName(authority)}),
		'grpc.primary_user_agent': userAgent(version),
		'grpc.max_receive_message_length': bodyLimit,
		// An answer is what the gateway said, once: nothing asked again, no proxy in between, no settings from DNS.
		'grpc.enable_retries': 0,
		'grpc.enable_http_proxy': 0,
		'grpc.service_config_disable_resolution': 1,
		// A connection of its own that `close` ends, and that is tried again soon: a probe wants to see the gateway come back.
		'grpc.use_local_subchannel_pool': 1,
		'grpc.initial_reconnect_backoff_ms': 100,
		'grpc.max_reconnect_backoff_ms': 1000,
		...(callBegins.hasSubscribers && {interceptors: [telling(target)]}),
	});
	return {
		client,
		close() {
			client.close();
			// What was cancelled is still told to the server, and to whoever waits for it.
			setImmediate(() => sockets.drop());
		},
	};
}

/** Tells of each call, also of those by which a method is looked up. */
function telling({scheme, address}: ProbeTarget): Interceptor {
	return (options, nextCall) =>
		new InterceptingCall(nextCall(options), {
			start(metadata, _listener, next) {
				const begun: BegunCall = {
					request: {
						method: 'gRPC',
						origin: `${scheme}://${formatAddress(address)}`,
						path: options.method_definition.path,
					},
				};
				callBegins.publish(begun);
				next(metadata, {
					onReceiveStatus(status, nextStatus) {
						const ended: EndedCall = {...begun, status: nameOf(status.code)};
						callEnds.publish(ended);
						nextStatus(status);
					},
				});
			},
		});
}

/** The operator's headers. */
function metadataOf({request}: ProbeTarget): Metadata {
	const metadata = new Metadata();
	for (const {name, value} of request?.headers ?? []) {
		metadata.add(name, value);
	}

	return metadata;
}

type CallOptions = {
	timeout: number;
	signal: AbortSignal | undefined;
	/** Aborted when the probe is closed. */
	closing: AbortSignal;
	fingerprint: Fingerprinter;
	/** How often it may still be refused. */
	refusals?: number;
};

/**
 * A stream that is refused, mostly since the gateway is about to close the connection, was not begun: it is sent again, over
 * another one (RFC 9113, section 8.7).
 */
const neverBegun = /^Stream refused/;
const mostRefusals = 3;

/** grpc-js makes up some statuses without a word. */
function detailsOf({details}: {details?: unknown}): string {
	return typeof details === 'string' ? details : '';
}

/** What the answer brought; a second message is none of an answer to one request. */
const mostMessages = 1;

async function call(
	client: Client,
	target: ProbeTarget,
	method: GrpcMethod,
	{timeout, signal, closing, fingerprint, refusals = mostRefusals}: CallOptions,
): Promise<ProbeOutcome> {
	const begun = performance.now();
	return new Promise((resolve, reject) => {
		let headers = new Metadata();
		let late = false;
		const messages: Buffer[] = [];
		// Of one message, and read like a stream: grpc-js waits for ever where a second one comes.
		const request = client.makeServerStreamRequest(
			method.path,
			method.serialize,
			(bytes: Buffer) => bytes,
			undefined,
			metadataOf(target),
			{},
		);
		const onAbort = (): void => {
			request.cancel();
		};
		const isOver = (): boolean => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', onAbort);
			closing.removeEventListener('abort', onAbort);
			if (signal?.aborted) reject(signal.reason);
			else if (messages.length > mostMessages) {
				resolve(
					describeFailure('protocol', target, 'more than one message came as an answer to one request'),
				);
			} else if (late) {
				const came = messages.length > 0 ? 'a message had come, and no status' : 'the call was not answered';
				resolve(timeoutFailure(target, timeout, came));
			} else return false;
			return true;
		};
		request.on('metadata', metadata => {
			headers = metadata;
		});
		request.on('data', (bytes: Buffer) => {
			messages.push(bytes);
			if (messages.length > mostMessages) request.cancel();
		});
		request.once('end', () => {
			const [reply] = messages;
			if (isOver()) return;
			resolve(
				reply === undefined
					? describeFailure('protocol', target, 'its status is OK, and no message came')
					: toReply(reply, target, method, headers, fingerprint),
			);
		});
		request.on('error', (error: ServiceError) => {
			if (isOver()) return;
			if (refusals > 0 && neverBegun.test(detailsOf(error))) {
				const left = timeout - (performance.now() - begun);
				resolve(
					call(client, target, method, {
						signal,
						closing,
						fingerprint,
						timeout: Math.max(1, left),
						refusals: refusals - 1,
					}),
				);
			} else {
				resolve(toOutcome(error, target, headers, fingerprint));
			}
		});
		signal?.addEventListener('abort', onAbort, {once: true});
		closing.addEventListener('abort', onAbort, {once: true});
		// Not gRPC's own deadline: the server can say DEADLINE_EXCEEDED too, and that is an answer.
		const timer = setTimeout(() => {
			late = true;
			request.cancel();
		}, timeout);
	});
}

function toReply(
	bytes: Buffer | undefined,
	target: ProbeTarget,
	method: GrpcMethod,
	headers: Metadata,
	fingerprint: Fingerprinter,
): ProbeOutcome {
	try {
		const {body, error} = method.read(bytes ?? Buffer.alloc(0));
		return toResponse(Status.OK, body, error, headers, fingerprint);
	} catch (error) {
		return describeFailure(
			'protocol',
			target,
			`the reply to ${method.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
}

function nameOf(code: number): string {
	return Status[code] ?? `status ${code}`;
}

/**
 * A status other than OK is an answer when it came over the wire, and a failure when grpc-js made it up because nothing
 * or only a part came.
 */
function toOutcome(
	error: ServiceError,
	target: ProbeTarget,
	headers: Metadata,
	fingerprint: Fingerprinter,
): ProbeOutcome {
	const details = detailsOf(error);
	// A grpc-status that is no number, or a message that is packed as nobody said.
	if (!Number.isInteger(error.code)) {
		return describeFailure('protocol', target, 'its status or its message cannot be read');
	}

	const text = details === '' ? nameOf(error.code) : `${nameOf(error.code)}: ${withoutFrame(details)}`;
	const failure = failureOf({metadata: error.metadata, details}, headers);
	const type = contentTypeOf(headers);
	if (failure === 'protocol' && type !== '' && !/^application\/grpc/i.test(type)) {
		return describeFailure(failure, target, `its content type is ${type}`);
	}

	if (failure) return describeFailure(failure, target, text);
	// An answer of one frame has its headers beside its status.
	const all = headers.clone();
	all.merge(error.metadata);
	return toResponse(error.code, text, true, all, fingerprint);
}

/**
 * How grpc-js 1.14 begins the details of a status for a stream that ended without one. Those have no headers of their
 * own; the rest of what it makes up belongs to connections that never were.
 */
const brokenStream =
	/^(Received RST_STREAM|Stream refused|Call cancelled|Connection dropped|Bandwidth exhausted|Write (error|failed)|read E)/;
const unreadableStream =
	/^(Response message parsing|No status information|Received message|Failed to decompress|Invalid)/;

/** What is said around the last error of a connection that never was, with the time of day, which would make each another one. */
const neverConnected =
	/^No connection established\. Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*Z\))?\. Resolution note: (.*)$/s;

function withoutFrame(details: string): string {
	const [, last, note = ''] = neverConnected.exec(details) ?? [];
	return last === undefined ? details : [last, note].filter(part => part !== '').join('; ');
}

/** What the details of a status for a connection that never was say; the first that fits. */
const connectionFailures: readonly [RegExp, FailureKind][] = [
	[/ECONNREFUSED/, 'refused'],
	[/ENOTFOUND|EAI_|ENODATA|ESERVFAIL|Name resolution failed/, 'dns'],
	[/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'unreachable'],
	[/certificate|CERT_|SSL|TLS|EPROTO|altnames/i, 'tls'],
	[/ERR_HTTP2|Protocol error|Parse Error/i, 'protocol'],
	[/^No connection established.*(ECONNRESET|EPIPE|socket hang up|closed)/is, 'unreachable'],
	[/ECONNRESET|EPIPE|socket hang up|closed/i, 'reset'],
];

function failureOf(
	{details, metadata}: Pick<StatusObject, 'details' | 'metadata'>,
	headers: Metadata,
): FailureKind | undefined {
	// A status by HTTP alone: the gateway answered, though not in gRPC.
	if (hasEntries(metadata) || details.startsWith('Received HTTP status code')) {
		return undefined;
	}

	if (brokenStream.test(details)) {
		return 'reset';
	}

	if (unreadableStream.test(details)) {
		return 'protocol';
	}

	return hasEntries(headers)
		? undefined
		: (connectionFailures.find(([pattern]) => pattern.test(details))?.[1] ?? 'other');
}

function hasEntries(metadata: Metadata): boolean {
	return Object.keys(metadata.getMap()).length > 0;
}

function toResponse(
	status: number,
	body: string,
	error: boolean,
	metadata: Metadata,
	fingerprint: Fingerprinter,
): ProbeOutcome {
	const headers = Object.fromEntries(
		Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]),
	);
	return {
		kind: 'response',
		status,
		code: nameOf(status),
		error,
		...(status !== 0 && isGatewaysOwn(headers) && {by: 'gateway'}),
		...(headers[upstreamTime] !== undefined && {isFromUpstream: true}),
		firstLine: firstLineOf(body),
		body: toShownBody(body),
		truncated: false,
		contentType: printable(headers['content-type'] ?? ''),
		fingerprint: fingerprint({status, headers, body}),
	};
}

const contentTypeOf = (metadata: Metadata): string => String(metadata.get('content-type')[0] ?? '');
