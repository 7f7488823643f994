/**
 * Why there is no connection to the API server, or no whole answer on it: what an error of Node's, of OpenSSL's or of undici's
 * means, and what the operator can do about it.
 */
import {printable} from '../../knative/text/printable.js';
import {TransportError} from '../cluster.js';
import {hostOfProxy, ProxyRefusal, socksRefusal} from './tunnel.js';

/** HTTP/2: the server says that it has not done anything with the request (RFC 9113 §8.7). */
const refusedStream = 7;

const isAnyCause = (error: unknown, is: (error: Error) => boolean): boolean => {
	for (let at = error; at instanceof Error; at = at.cause) if (is(at)) return true;
	return false;
};

/** Whether the server has refused the stream of a request, so that it was not processed. */
const isRefused = (error: unknown): boolean =>
	isAnyCause(error, at => 'http2ErrorCode' in at && at.http2ErrorCode === refusedStream);

/**
 * undici's words for a request whose stream is above the last one of a GOAWAY, whatever its code: those below it go on, or
 * end as the connection does. The server promises to have done nothing with it (RFC 9113 §6.8).
 */
const beyondGoaway = /^HTTP\/2: "GOAWAY" frame received/;
/** undici's words for HEADERS (frame type 1) that never left, because a GOAWAY came before. */
const neverLeft = /^HTTP\/2: "frameError" received - type 1,/;

/** Whether a GOAWAY was there before the request: the server has not processed it, and another connection may. */
export const isTurnedAway = (error: unknown): boolean =>
	isAnyCause(error, at => {
		const unsent = 'code' in at && at.code === 'ERR_HTTP2_GOAWAY_SESSION';
		return unsent || beyondGoaway.test(at.message) || neverLeft.test(at.message);
	});

/**
 * Whether the API server cannot have done anything with the request: no connection came to be, or a GOAWAY was there before
 * it.
 */
export const isUnprocessed = (error: unknown): boolean => isRefused(error) || isTurnedAway(error);

function codeOf(error: unknown): string {
	for (let at = error; at instanceof Error; at = at.cause) {
		if ('code' in at && typeof at.code === 'string') return at.code === 'EPROTO' ? opensslCode(at) : at.code;
	}
	return '';
}

/** Where a write fails for what OpenSSL says of the handshake, Node's code is EPROTO and the reason in the message alone. */
function opensslCode({message}: Error): string {
	const reason = /:error:[\dA-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1];
	return reason === undefined ? 'EPROTO' : `ERR_SSL_${reason.replaceAll(' ', '_').toUpperCase()}`;
}

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);
/** What becomes of a connection, and of everything on it. */
const cut = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/**
 * What becomes of one answer while the connection goes on; UND_ERR_INFO is what undici says of a stream that ended without
 * one, or was not taken after a GOAWAY.
 */
const brokenOff = new Set(['ERR_HTTP2_STREAM_ERROR', 'UND_ERR_INFO', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
const untrusted =
	/^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/;

/** Whether a server may have closed a kept-alive connection just as it was used again. */
export function isCut(error: unknown): boolean {
	return cut.has(codeOf(error));
}

/** Whether one answer ended before it was complete, and the connection did not. */
export function isBrokenOff(error: unknown): boolean {
	return brokenOff.has(codeOf(error));
}

/** Of a connection that does not come about, or whose keep-alive is not answered. */
const timedOut = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** Whom a sentence is about: the API server, or the proxy on the way to it. */
type Peer = {
	readonly name: string;
	readonly host: string;
	readonly origin: string;
	readonly hostname: string;
};

const serverAt = ({host, origin, hostname}: URL): Peer => ({name: host, host, origin, hostname});

function proxyAt(proxy: string): Peer {
	const {hostname} = new URL(proxy);
	const name = `the proxy ${hostOfProxy(proxy)}`;
	return {name, host: name, origin: name, hostname};
}

/** OpenSSL's words for what is no TLS at all (a server that speaks plain HTTP, an SSH server). */
const notTls = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE)$/;
const oldTls = /^ERR_SSL_(.*ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL)$/;
const wantsCertificate =
	/^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)$/;
/** undici's error for an answer that is something else. */
const isNoHttp = (error: unknown): boolean => isAnyCause(error, at => at.name === 'HTTPParserError');

/** Why a certificate is not trusted, and what would make it so. */
function distrust(error: unknown, code: string): string {
	switch (code) {
		case 'CERT_HAS_EXPIRED':
			return 'it has expired, or the clock of this machine is wrong';
		case 'CERT_NOT_YET_VALID':
			return 'it is not valid yet, or the clock of this machine is wrong';
		case 'ERR_TLS_CERT_ALTNAME_INVALID':
		case 'HOSTNAME_MISMATCH':
			return namesOf(error);
		case 'DEPTH_ZERO_SELF_SIGNED_CERT':
			return 'it is self-signed; give it as certificate-authority of the cluster';
		default:
			return /^(UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN)/.test(code)
				? 'signed by an unknown authority; give the right one as certificate-authority of the cluster'
				: printable(error instanceof Error ? error.message : String(error));
	}
}

const mostNames = 5;

/** Which names are in the certificate, beside the one that was expected. */
function namesOf(error: unknown): string {
	let wanted = '';
	let names: string[] = [];
	for (let at = error; at instanceof Error; at = at.cause) {
		if (!('cert' in at) || !('host' in at)) continue;
		wanted = String(at.host).replace(/\.$/, '');
		const {cert} = at;
		const all =
			typeof cert === 'object' && cert !== null && 'subjectaltname' in cert ? cert.subjectaltname : '';
		names =
			typeof all === 'string' && all !== '' ? all.split(', ').map(name => name.replace(/^[^:]*:/, '')) : [];
	}
	const not = wanted === '' ? 'it is for another name' : `it is not for ${printable(wanted)}`;
	if (names.length === 0) return `${not}, nor for any other name (it has no subjectAltName)`;
	const shown = names.slice(0, mostNames).map(name => printable(name));
	const rest = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
	return `${not} but for ${shown.join(', ')}${rest}; tls-server-name says which name to expect`;
}

function words(error: unknown, peer: Peer): string {
	const code = codeOf(error);
	if (isRefused(error)) return `${peer.host} refused the request before it did anything (REFUSED_STREAM)`;
	if (isTurnedAway(error)) return `${peer.host} closed the connection before it took the request (GOAWAY)`;
	if (code === 'ECONNREFUSED') return `${peer.origin} refused the connection`;
	if (unresolved.has(code)) return `the name ${peer.hostname} cannot be resolved (${code})`;
	if (unreachable.has(code)) return `${peer.host} cannot be reached (${code})`;
	if (timedOut.has(code)) return `${peer.host} does not answer`;
	if (cut.has(code) || brokenOff.has(code)) {
		return `${peer.host} closed the connection before its answer was complete`;
	}
	if (untrusted.test(code)) return `the certificate of ${peer.host} is not trusted: ${distrust(error, code)}`;
	if (notTls.test(code)) return `${peer.host} does not speak TLS; is it http:// instead of https://?`;
	if (oldTls.test(code)) return `${peer.host} has only versions of TLS that are no longer safe`;
	if (wantsCertificate.test(code)) return `${peer.host} wants a client certificate, or another one`;
	if (isNoHttp(error)) return `${peer.host} answers with something other than HTTP`;
	return `no answer from ${peer.host}: ${printable(error instanceof Error ? error.message : String(error))}`;
}

/** What the proxy itself said comes before that it could not be asked. */
function refusalIn(error: unknown, proxy: string): ProxyRefusal | undefined {
	let refusal: ProxyRefusal | undefined;
	for (let at = error; at instanceof Error; at = at.cause) {
		const said = socksRefusal(at, proxy);
		if (said) return said;
		if (at instanceof ProxyRefusal) refusal ??= at;
	}
	return refusal;
}

function sentenceOf(error: unknown, url: URL, proxy: string | undefined): string {
	if (proxy === undefined) return words(error, serverAt(url));
	const refusal = refusalIn(error, proxy);
	if (refusal) {
		const why = refusal.cause === undefined ? refusal.message : words(refusal.cause, proxyAt(proxy));
		return `${why}; ${refusal.advice}`;
	}
	return `through the proxy ${hostOfProxy(proxy)}: ${words(error, serverAt(url))}`;
}

/** @param proxy URL of the proxy on the way, if there is one. */
export function transportError(
	error: unknown,
	url: URL,
	outcome: TransportError['outcome'],
	proxy?: string,
): TransportError {
	return error instanceof TransportError
		? error
		: new TransportError(sentenceOf(error, url, proxy), outcome, {
				cause: error,
				isUnanswered: timedOut.has(codeOf(error)),
			});
}
