/** What went wrong when no answer came, in the operator's words. */
import {printable} from '../../knative/text/printable.js';
import type {Failure, FailureKind, ProbeTarget} from './probe.js';
import {formatAddress, serverName} from './probe.js';

/**
 * Error codes of Node and of its TLS, by what they mean to somebody who looks at a gateway.
 * HPE_*: the HTTP parser, and what it lets through and is no answer; CERT_* and the like: Node's names for X.509 verification results.
 */
const kinds: readonly [RegExp, FailureKind][] = [
	[/^ECONNREFUSED$/, 'refused'],
	[/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'reset'],
	[/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ERR_NO_CONNECTION)$/, 'unreachable'],
	[/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, 'dns'],
	[
		/^(CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|CRL_\w+|HOSTNAME_MISMATCH|ERR_TLS_\w+|ERR_SSL_.+|EPROTO)$/,
		'tls',
	],
	[/^(HPE_\w+|ERR_HTTP2_\w+)$/, 'protocol'],
];

/** What the error says that has a code, in a chain of causes; the message of the outermost one when none has. */
function innermost(error: unknown): {code: string | undefined; message: string} {
	let current: unknown = error;
	for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
		if ('code' in current && typeof current.code === 'string') {
			// One for several addresses of a name has no words of its own.
			return {code: current.code, message: current.message === '' ? current.code : current.message};
		}

		current = current.cause;
	}

	return {code: undefined, message: error instanceof Error ? error.message : String(error)};
}

/** The failure an error stands for: by its code, or that of a cause. */
export function toFailure(error: unknown, target: ProbeTarget): Failure {
	const {code, message} = innermost(error);
	const failure = kinds.find(([pattern]) => pattern.test(code ?? ''))?.[1] ?? 'other';
	if (failure === 'tls' && untrusted.test(code ?? '')) return untrustedFailure(target, code ?? '', message);
	return describeFailure(failure, target, failure === 'tls' ? tlsDetail(code ?? '', message) : message);
}

/** What a server says to a client that shows no certificate: in TLS 1.2 within the handshake, in TLS 1.3 after it. */
const wantsCertificate = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)/;
/** ALPN (RFC 7301): it offers others alone, mostly HTTP/2. */
const otherProtocols = /ALERT_NO_APPLICATION_PROTOCOL/;
/** Of one that asks for none: no version, cipher or name in common. */
const mayWantCertificate = /ALERT_HANDSHAKE_FAILURE/;

/** The certificate was not trusted: Node's names for X.509 verification results. */
const untrusted =
	/^(CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_\w+)$/;

/** OpenSSL's reason alone, without its number, file and line; it is also there where the code says EPROTO. */
function tlsDetail(code: string, message: string): string {
	const reason = /:error:[\dA-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1];
	const alert = `${code} ${reason ?? ''}`.replaceAll(' ', '_').toUpperCase();
	if (wantsCertificate.test(alert)) return 'it wants a client certificate, and is shown none';
	if (otherProtocols.test(alert)) return 'it does not speak HTTP/1.1 there, as HTTP services are asked';
	if (mayWantCertificate.test(alert)) return 'handshake failure; it may want a client certificate';
	return reason ?? message;
}

/** Nothing is wrong with the gateway: what is missing is given by a flag. Node's own hint is for those who start Node. */
function untrustedFailure(target: ProbeTarget, code: string, message: string): Failure {
	const detail = message.replace(/; if the root CA is installed locally.*/s, '');
	const [remedy, reason] = /HOSTNAME_MISMATCH|ALTNAME/.test(code)
		? ['it is for another name', 'certificate for another name']
		: /EXPIRED|NOT_YET_VALID/.test(code)
			? ['it has to be renewed', 'certificate has to be renewed']
			: ['give its CA with --cacert FILE', 'certificate not trusted (--cacert)'];
	const advice = `${remedy}; --insecure-gateway does not check it.`;
	const {authority} = target;
	const sentence = `The certificate of ${gatewayOf(target)} for ${serverName(authority)} is not trusted (${detail}): ${advice}`;
	return {kind: 'failure', failure: 'tls', sentence: printable(sentence), reason};
}

/** A failure of a known kind; `detail` is what the system said about it. */
export function describeFailure(failure: FailureKind, target: ProbeTarget, detail: string): Failure {
	const {name = '', trouble} = target.tunnel ?? {};
	if (trouble !== undefined && unsaid.has(failure)) {
		return {
			kind: 'failure',
			failure: 'refused',
			sentence: printable(`No ${name}: ${trouble}.`),
			reason: printable(`no ${name}`),
		};
	}

	const reason = reasons[failure]?.(target.address);
	return {
		kind: 'failure',
		failure,
		sentence: printable(sentences[failure](target, gatewayOf(target), detail)),
		...(reason !== undefined && {reason: printable(reason)}),
	};
}

/** What a tunnel that leads nowhere looks like from here. */
const unsaid: ReadonlySet<FailureKind> = new Set(['refused', 'reset', 'other']);

function gatewayOf({address, tunnel}: ProbeTarget): string {
	return tunnel ? `${formatAddress(address)} (${tunnel.name})` : formatAddress(address);
}

function tlsAdvice(detail: string): string {
	if (detail.includes('client certificate')) return 'name a port without mutual TLS with --gateway.';
	return detail.includes('HTTP/1.1')
		? 'name a port that does with --gateway.'
		: 'check the certificate, or whether the port speaks TLS.';
}

/** Who wants TLS and is asked without ends the connection without a word. */
const tlsInstead = ({address, scheme, tunnel}: ProbeTarget): string =>
	scheme === 'http' && tunnel === undefined
		? `; if it speaks TLS there, give --gateway https://${formatAddress(address)}`
		: '';

/** Node's words where nothing of an answer had come. */
const hungUp = 'socket hang up';

const sentences: Record<FailureKind, (target: ProbeTarget, gateway: string, detail: string) => string> = {
	refused: (_target, gateway) =>
		`Nothing listens at ${gateway} (connection refused): check the gateway's address and port.`,
	unreachable: (_target, gateway, detail) =>
		`No connection to the gateway ${gateway} (${detail}): check its address, and whether a firewall is in between.`,
	reset(target, gateway, detail) {
		const advice = detail === hungUp ? tlsInstead(target) : '';
		return `The gateway ${gateway} closed the connection before the answer was complete (${detail})${advice}.`;
	},
	timeout: (_target, gateway, detail) => `No complete answer from ${gateway} in time (${detail}).`,
	dns: ({address}, _gateway, detail) =>
		`The gateway's name ${address.host} cannot be resolved (${detail}): check the name, or give an IP address.`,
	tls: ({authority}, gateway, detail) =>
		`TLS with ${gateway} for ${serverName(authority)} failed (${detail}): ${tlsAdvice(detail)}`,
	protocol: ({protocol}, gateway, detail) =>
		`What came from ${gateway} is not ${protocol === 'grpc' ? 'gRPC' : 'HTTP/1.1'} (${detail}): check the gateway's port and the service's protocol.`,
	other: (_target, gateway, detail) => `The gateway ${gateway} cannot be asked (${detail}).`,
};

const reasons: Partial<Record<FailureKind, (address: ProbeTarget['address']) => string>> = {
	refused: address => `nothing listens at ${formatAddress(address)}`,
	unreachable: address => `no connection to ${formatAddress(address)}`,
	dns: ({host}) => `${host} cannot be resolved`,
	tls: address => `TLS with ${formatAddress(address)} failed`,
};

/** The failure of a request that was not complete within `timeout` milliseconds; `progress` says how far it came. */
export function timeoutFailure(target: ProbeTarget, timeout: number, progress: string): Failure {
	return describeFailure('timeout', target, `${timeout / 1000} s were over, ${progress}`);
}
