/**
 * What came of a call: an answer, or the failure of getting one. grpc-js tells of both by a status, so that its words
 * (release 1.14) decide whether the status came over the wire or was made up.
 */
import {Metadata, status as Status} from '@grpc/grpc-js';
import type {ServiceError, StatusObject} from '@grpc/grpc-js';
import {printable} from '../../../knative/text/printable.js';
import {describeFailure} from '../failure.js';
import type {Fingerprinter} from '../../attribution/fingerprint.js';
import {firstLineOf} from '../../attribution/fingerprint.js';
import {isGatewaysOwn, upstreamTime} from '../gateway-answer.js';
import type {GrpcMethod} from './grpc-methods.js';
import type {FailureKind, ProbeOutcome, ProbeTarget} from '../probe.js';
import {toShownBody} from '../body.js';

/** The words of a status; grpc-js makes up some without any. */
function detailsOf({details}: {details?: unknown}): string {
	return typeof details === 'string' ? details : '';
}

/** Of a call that ended well: its message, as far as the method can read it. */
export function replyOutcome(
	bytes: Buffer,
	target: ProbeTarget,
	method: GrpcMethod,
	headers: Metadata,
	fingerprint: Fingerprinter,
): ProbeOutcome {
	try {
		const {body, error} = method.read(bytes);
		return toResponse(Status.OK, body, error, headers, fingerprint);
	} catch (error) {
		return describeFailure(
			'protocol',
			target,
			`the reply to ${method.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
}

/** The name of a gRPC status, as `UNAVAILABLE`. */
export function statusName(code: number): string {
	return Status[code] ?? `status ${code}`;
}

/**
 * A status other than OK is an answer when it came over the wire, and a failure when grpc-js made it up because nothing
 * or only a part came.
 */
export function statusOutcome(
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

	const text =
		details === '' ? statusName(error.code) : `${statusName(error.code)}: ${withoutFrame(details)}`;
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

/** What grpc-js 1.14 says of a stream that ended with REFUSED_STREAM; a server may say the same in a status of its own. */
const refusedStream = 'Stream refused by server';

/** Whether the other side said of a call, by HTTP/2, that it took no notice of it: no header, no status of its own came. */
export function wasNeverBegun(error: ServiceError, headers: Metadata): boolean {
	return detailsOf(error) === refusedStream && !hasEntries(headers) && !hasEntries(error.metadata);
}

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
		code: statusName(status),
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
