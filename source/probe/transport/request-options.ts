/** How a service is to be asked, as the operator's flags say it; the same for the console and without a screen. */
import {X509Certificate} from 'node:crypto';
import {readGivenSync} from '../../files/given-file.js';
import {parseDuration} from '../../knative/text/duration.js';
import {printable} from '../../knative/text/printable.js';
import {parseFingerprint} from '../attribution/fingerprint.js';
import type {GrpcCall, ProbeOptions, RequestContent} from './probe.js';
import {defaultTimeout} from './probe.js';
import {
	parseExpectedStatus,
	parseHost,
	plainRequest,
	requestContent,
	type RequestWords,
} from './request-content.js';

export type RequestOptions = {
	/** Of an HTTP request, from the root and percent-encoded, with its query. */
	path: string;
	/** What is sent beside it, in the operator's words, and what they mean; undefined for a plain GET. */
	request: RequestWords;
	content: RequestContent | undefined;
	/** Milliseconds until an answer must be complete. */
	timeout: number;
	/** Whether connections are used for several requests. */
	keepAlive: boolean;
	/** As `parseFingerprint` takes it; the first line of the body when not given. */
	fingerprint: string | undefined;
	/** Requests a second to begin with, and at most. */
	rate: number;
	maxRate: number;
	/** The health check when not given. */
	grpcCall?: GrpcCall | undefined;
	/** The host to ask for instead of the one of the service's URL: of a DomainMapping, say. */
	host?: string | undefined;
	/** For https: a file with further authorities (as given, and its text), or no check of the certificate at all. */
	cacert?: {file: string; pem: string} | undefined;
	insecure?: boolean | undefined;
};

export const defaultRequestOptions: RequestOptions = {
	path: '/',
	request: plainRequest,
	content: undefined,
	timeout: defaultTimeout,
	keepAlive: true,
	fingerprint: undefined,
	rate: 1,
	maxRate: 50,
};

/** The flags as they were typed; what was not given is undefined. */
export type RequestFlags = {
	path?: string;
	/** Seconds, or a time with its unit. */
	timeout?: string;
	keepalive?: boolean;
	fingerprint?: string;
	rate?: string;
	maxRate?: string;
	grpcMethod?: string;
	/** JSON. */
	grpcData?: string;
	proto?: string;
	/** `Name: value` each. */
	header?: readonly string[];
	/** `name=value` each; `value` may be `@file` or have `$NAME` in it, and `@file` be all of it. */
	cookie?: readonly string[];
	method?: string;
	data?: string;
	expectStatus?: string;
	host?: string;
	/** Path. */
	cacert?: string;
	insecureGateway?: boolean;
};

/** Throws TypeError, with a sentence for the operator, when one of them is not what it must be. */
export function requestOptionsOf(flags: RequestFlags, {rate: usualRate}: {rate: number}): RequestOptions {
	const {path = defaultRequestOptions.path, keepalive = true, fingerprint} = flags;
	if (!/^\/[!-~]*$/.test(path)) {
		throw new TypeError(`--path ${JSON.stringify(path)} must start with "/" and be percent-encoded.`);
	}

	if (fingerprint !== undefined) {
		parseFingerprint(fingerprint);
	}

	const maxRate = positive('--max-rate', flags.maxRate, 'requests a second') ?? defaultRequestOptions.maxRate;
	const rate = positive('--rate', flags.rate, 'requests a second') ?? Math.min(usualRate, maxRate);
	if (rate > maxRate) {
		throw new TypeError(
			`--rate ${rate} is above the cap of ${maxRate} requests a second: raise it with --max-rate.`,
		);
	}

	const timeout = flags.timeout === undefined ? defaultTimeout : parseDuration(flags.timeout);
	// What a timer of Node can wait at most, in whole hours.
	if (timeout === undefined || timeout <= 0 || timeout > 3_600_000) {
		throw new TypeError(
			`--timeout ${JSON.stringify(printable(flags.timeout ?? ''))}: give a time above 0 and up to 1h, such as 5, 5s or 500ms.`,
		);
	}

	const grpcCall = grpcCallOf(flags);
	return {
		path,
		...requestOf(flags),
		timeout,
		keepAlive: keepalive,
		fingerprint,
		rate,
		maxRate,
		...(grpcCall && {grpcCall}),
		...tlsOf(flags),
		...(flags.host !== undefined && {host: parseHost(flags.host)}),
	};
}

function tlsOf({cacert, insecureGateway}: RequestFlags): Pick<RequestOptions, 'cacert' | 'insecure'> {
	if (cacert === undefined) {
		return insecureGateway ? {insecure: true} : {};
	}

	let pem: string;
	try {
		pem = readGivenSync(cacert);
	} catch (error) {
		throw new TypeError(
			`--cacert ${JSON.stringify(cacert)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
			{
				cause: error,
			},
		);
	}

	const fault = authoritiesFault(pem);
	if (fault !== undefined) throw new TypeError(`--cacert ${JSON.stringify(cacert)} ${fault}.`);

	return {cacert: {file: cacert, pem}, ...(insecureGateway && {insecure: true})};
}

/** As OpenSSL looks for one, and curl with it: in a line of its own, by any of its three names. */
const certificateBegins = /^\uFEFF?-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/gm;

/** Why curl would not take the file: TLS itself would pass over in silence whatever comes after the first that cannot be read. */
function authoritiesFault(pem: string): string | undefined {
	const begins = [...pem.matchAll(certificateBegins)].map(({index}) => index);
	if (begins.length === 0) return 'holds no certificate (PEM)';
	const broken = begins.findIndex((begin, at) => !isCertificate(pem.slice(begin, begins[at + 1])));
	if (broken === -1) return undefined;
	const line = pem.slice(0, begins[broken]).split('\n').length;
	return `has a certificate that cannot be read: number ${broken + 1} of ${begins.length}, at line ${line}`;
}

function isCertificate(pem: string): boolean {
	try {
		return new X509Certificate(pem.replace('\uFEFF', '')).raw.length > 0;
	} catch {
		return false;
	}
}

function requestOf({
	header = [],
	cookie = [],
	method,
	data,
	expectStatus,
}: RequestFlags): Pick<RequestOptions, 'request' | 'content'> {
	// What has no name may be the value alone, and that a secret.
	if (cookie.some(pair => !/^(?:[^\s=;]+=|[@$])/.test(pair))) {
		throw new TypeError('A --cookie is not name=value, such as session=$SESSION or session=@file.');
	}
	const request: RequestWords = {
		// As curl does: what has a body is posted.
		method: method ?? (data === undefined ? 'GET' : 'POST'),
		headers: [...header, ...(cookie.length > 0 ? [`Cookie: ${cookie.join('; ')}`] : [])],
		body: data,
		expectStatus,
	};
	// Refused before anything is asked, rather than at each request.
	const content = requestContent(request);
	if (expectStatus !== undefined) {
		parseExpectedStatus(expectStatus);
	}

	return {request, content};
}

function grpcCallOf({grpcMethod, grpcData = '{}', proto}: RequestFlags): GrpcCall | undefined {
	if (grpcMethod === undefined) {
		return undefined;
	}

	const method = grpcMethod.replace(/^\//, '');
	if (!/^[\w.]+\/\w+$/.test(method)) {
		throw new TypeError(
			`--grpc-method ${JSON.stringify(grpcMethod)}: give package.Service/Method, such as helloworld.Greeter/SayHello.`,
		);
	}

	let request: unknown;
	try {
		request = JSON.parse(grpcData);
	} catch (error) {
		throw new TypeError(`--grpc-data is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
			cause: error,
		});
	}

	if (typeof request !== 'object' || request === null || Array.isArray(request)) {
		throw new TypeError('--grpc-data must be a JSON object, such as {"name": "you"}.');
	}

	return {method, request, protoFile: proto};
}

function positive(flag: string, text: string | undefined, unit: string): number | undefined {
	if (text === undefined) {
		return undefined;
	}

	const value = text.trim() === '' ? Number.NaN : Number(text);
	if (!(value > 0 && Number.isFinite(value))) {
		throw new TypeError(`${flag} ${JSON.stringify(text)} is no number of ${unit} above 0.`);
	}

	return value;
}

/** Milliseconds until a connection must be there. */
const connectLimit = 5000;

/** Throws TypeError, with a sentence for the operator, when the fingerprint is none. */
export function probeOptionsOf(
	{keepAlive, fingerprint, grpcCall, timeout, cacert, insecure}: RequestOptions,
	version: string | undefined,
): ProbeOptions {
	return {
		keepAlive,
		connectTimeout: Math.min(connectLimit, timeout * 0.8),
		...(fingerprint !== undefined && {fingerprint: parseFingerprint(fingerprint)}),
		...(version !== undefined && {version}),
		...(grpcCall && {grpcCall}),
		...((cacert ?? insecure) && {tls: {ca: cacert?.pem, insecure}}),
	};
}
