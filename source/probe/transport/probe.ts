/**
 * What a probe is: one request to a gateway in, one {@link Answer} out. `http.ts` and `grpc.ts` are the two there are;
 * `create-probe.ts` makes one that sends each target to the one that speaks its protocol.
 */
import {isIP} from 'node:net';
import {isDeepStrictEqual} from 'node:util';
import type {Fingerprinter} from '../attribution/fingerprint.js';

/** One URL of a service, and the gateway to ask for it. */
export type ProbeTarget = {
	/** Where the connection goes: the gateway, not what the URL's name resolves to. `port` 1–65535. */
	address: {host: string; port: number};
	/** The `Host` header or `:authority`; also the TLS server name. From `status.url` or `status.traffic[].url`. */
	authority: string;
	/** With its query, from the root: `/`. For gRPC the method, `/package.Service/Method`; `/` is the health check. */
	path: string;
	scheme: 'http' | 'https';
	/** `grpc` is HTTP/2: with prior knowledge (h2c) when the scheme is http. */
	protocol: 'http1' | 'grpc';
	/** What is sent beside it; a GET without headers of one's own when not given. gRPC takes the headers as metadata. */
	request?: RequestContent | undefined;
	/** What stands at `address` in the gateway's stead, where it is no gateway itself. */
	tunnel?: Tunnel | undefined;
	/** Where the hosts of tags are asked, when that is another gateway, or another port of it. */
	tagsAt?: Pick<ProbeTarget, 'address' | 'scheme' | 'tunnel' | 'authorities'> | undefined;
	/** Nothing says that the host leads to the service: what is answered there may be another one's. */
	isHostUnknown?: true;
	/** For https: PEM certificates of those who may vouch for the gateway; Node's own when not given. */
	authorities?: readonly string[] | undefined;
};

/** A request as a user of the service would make it. */
export type RequestContent = {
	/** GET, POST, …; a token of RFC 9110. */
	method: string;
	/** In their order; several of one name are sent as several lines. */
	headers: readonly RequestHeader[];
	body?: string | undefined;
};

export type RequestHeader = {name: string; value: string};

/** Accepts every connection, and knows why one came to nothing. */
export type Tunnel = {
	/** For sentences: `port-forward to kourier-system/kourier`. */
	readonly name: string;
	/** Why connections come to nothing at the moment; undefined when they do not. */
	readonly trouble: string | undefined;
};

export type FailureKind =
	'refused' | 'unreachable' | 'reset' | 'timeout' | 'dns' | 'tls' | 'protocol' | 'other';

/** Failures in which nothing of the service was asked: no connection to the gateway came to be. */
export const connectionFailures: ReadonlySet<FailureKind> = new Set(['refused', 'unreachable', 'dns', 'tls']);

/** Something complete came back, whatever it says. All texts are printable: safe to draw. */
export type GatewayResponse = {
	kind: 'response';
	/** The HTTP status (100–599), or the gRPC status (0–16). */
	status: number;
	/** The status as it is called: `200`, or gRPC's name, `UNAVAILABLE`. */
	code: string;
	/** HTTP 5xx, a body that is not compressed as it says, a gRPC status other than OK, or a health state other than SERVING. */
	error: boolean;
	/** Who answered, where that was nothing of the service's (gateway-answer.ts). */
	by?: 'gateway';
	/** A success that any host gets: nothing shows whose it is (any-host.ts). */
	isToAnyHost?: true;
	/** An Envoy says that it had this from behind it. */
	isFromUpstream?: boolean;
	/** Where a redirect leads; printable. */
	location?: string;
	/** The first line of the body that is not blank, at most 256 characters; empty when there is none. */
	firstLine: string;
	/** The body's first 2 KiB, its lines separated by `\n`. */
	body: string;
	/** There was more than 64 KiB; the rest was not read and the connection was dropped. */
	truncated: boolean;
	contentType: string;
	/** What tells this answer from those of other revisions (fingerprint.ts); undefined when it has no such thing. */
	fingerprint: string | undefined;
	/** Parts of it that may tell revisions apart, by what `--fingerprint` would say; only where they were asked for. */
	traits?: ReadonlyMap<string, string>;
};

/** No complete answer. */
export type Failure = {
	kind: 'failure';
	failure: FailureKind;
	/** What happened, with which address, and what to look at; printable. */
	sentence: string;
	/** Why no connection came to be, in a few words. */
	reason?: string;
};

export type ProbeOutcome = GatewayResponse | Failure;

export type Answer = {
	/** When it was sent; milliseconds since 1970. */
	at: number;
	/** Milliseconds until the answer was complete (or cut, or failed), from the slot it was scheduled for, or else from the sending. */
	latency: number;
	outcome: ProbeOutcome;
};

export type AskOptions = {
	/** Milliseconds until the answer must be complete; 10,000 when not given. */
	timeout?: number;
	/** Gives the request up: `ask` then rejects with the signal's reason. */
	signal?: AbortSignal;
	/** The time it was scheduled for, on the clock of `performance.now()`: latency counts from there. */
	slot?: number;
	/** Whether the answer's traits are wanted; no when not given. */
	traits?: boolean;
};

export type ProbeOptions = {
	/** Use a connection for several requests; true when not given. False opens one for each, as a row of `curl`s does. */
	keepAlive?: boolean;
	/** For https: further authorities to trust (PEM), or no check of the certificate at all. */
	tls?: {ca?: string | undefined; insecure?: boolean | undefined};
	/** The first line of the body when not given. */
	fingerprint?: Fingerprinter;
	/** Of this program, for the User-Agent. */
	version?: string;
	/** Milliseconds until a connection must be there: less than for an answer, so that the two are told apart. */
	connectTimeout?: number;
	/** How to call the gRPC method of a target whose path is not one that is built in. */
	grpcCall?: GrpcCall | undefined;
};

/** A gRPC method that the operator chose. */
export type GrpcCall = {
	/** `package.Service/Method` */
	method: string;
	/** As JSON has it; fields by their names in camel case. */
	request: object;
	/** Where the method is described; by the server's reflection when not given. */
	protoFile?: string | undefined;
};

export type Probe = {
	/**
	 * Sends one request; follows and retries nothing.
	 * Whatever the gateway does is an Answer. Throws TypeError for a target that cannot be asked (see {@link checkTarget}),
	 * the reason of `signal` when that aborted it, and Error when the probe is closed.
	 */
	ask(target: ProbeTarget, options?: AskOptions): Promise<Answer>;
	/** Drops all connections; what is in flight fails. */
	close(): Promise<void>;
};

export const defaultTimeout = 10_000;

/** What is read of a body at most, in bytes. */
export const bodyLimit = 64 * 1024;

/** Throws TypeError, saying which part of the target is wrong, when no request can be made of it. */
export function checkTarget(target: ProbeTarget): void {
	const {address, authority, path} = target;
	if (address.host === '' || /[\s/]/.test(address.host)) {
		throw new TypeError(
			`The gateway address ${JSON.stringify(address.host)} is neither a host name nor an IP address.`,
		);
	}

	if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) {
		throw new TypeError(`The gateway port ${address.port} is not a whole number from 1 to 65535.`);
	}

	// Anything else could end the header line and start another.
	if (!/^[\w.\-:[\]%]+$/.test(authority)) {
		throw new TypeError(`The host ${JSON.stringify(authority)} cannot be sent as a Host header.`);
	}

	if (!/^\/[!-~]*$/.test(path)) {
		throw new TypeError(`The path ${JSON.stringify(path)} must start with "/" and be percent-encoded.`);
	}

	if (target.request) {
		checkRequest(target.request);
	}
}

/** RFC 9110, section 5.6.2. */
export const token = /^[\w!#$%&'*+.^`|~-]+$/;

function checkRequest({method, headers}: RequestContent): void {
	if (!token.test(method)) {
		throw new TypeError(`${JSON.stringify(method)} is not an HTTP method.`);
	}

	for (const {name, value} of headers) {
		if (!token.test(name)) {
			throw new TypeError(`${JSON.stringify(name)} is not the name of a header.`);
		}

		// Never the value itself: it may be a password.
		if (/[^\t\u0020-\u007E\u0080-\u00FF]/.test(value)) {
			throw new TypeError(
				`The value of the header ${name} must not contain line breaks or control characters.`,
			);
		}
	}
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({host, port}: ProbeTarget['address']): string {
	return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** The name an authority gives to TLS: without port and brackets. */
export function serverName(authority: string): string {
	return authority.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** Whether the same is asked of the same service, be it at another gateway. */
export function isOfSameService(one: ProbeTarget, other: ProbeTarget): boolean {
	return (
		one.authority === other.authority &&
		one.path === other.path &&
		one.protocol === other.protocol &&
		isDeepStrictEqual(one.request, other.request)
	);
}
