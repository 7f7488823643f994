/** What the operator gives with `--gateway`. */
import {isIPv6} from 'node:net';
import {printable} from '../../knative/text/printable.js';
import {withoutLogins} from '../../knative/text/user-info.js';

export type GatewayAddress = {
	/** Name or address; IPv6 without brackets. */
	host: string;
	/** 1–65535. */
	port: number;
	/** Whether TLS is to be spoken. */
	tls: boolean;
};

/** As it was given: what was not said follows the URL of the service. */
export type GivenGateway = {
	host: string;
	port?: number | undefined;
	tls?: boolean | undefined;
};

export type ParsedAddress = ({kind: 'address'} & GivenGateway) | {kind: 'invalid'; sentence: string};

/** What is typed for it: `https://203.0.113.10:8443`, `[2001:db8::1]:8080`; without a scheme where none was given or meant. */
export function gatewayText({host, port, tls}: GivenGateway): string {
	const name = isIPv6(host) && port !== undefined ? `[${host}]` : host;
	const scheme = tls === undefined || port === (tls ? 443 : 80) ? '' : tls ? 'https://' : 'http://';
	return `${scheme}${name}${port === undefined ? '' : `:${port}`}`;
}

/** RFC 1123 name or IPv4 address. */
const hostName =
	/^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*\.?$/i;

/** Ports whose number says what is spoken there. */
const plainPorts: ReadonlySet<number> = new Set([80, 8080]);
const securePorts: ReadonlySet<number> = new Set([443]);

/**
 * Parses `[http[s]://]host[:port]`: `203.0.113.10`, `gateway.example.com:8080`, `[2001:db8::1]:8080`, `2001:db8::1`,
 * `https://gateway.example.com`. Port 443 means TLS, 80 and 8080 mean none, whatever the URL of the service says.
 */
export function parseGatewayAddress(text: string): ParsedAddress {
	const given = text.trim();
	const invalid = (why: string): ParsedAddress => ({
		kind: 'invalid',
		sentence: `--gateway "${printable(withoutLogins(text))}": ${why}; give host[:port], for instance 203.0.113.10:80 or [2001:db8::1]:443`,
	});
	if (given === '') return invalid('it is empty');
	const [, scheme, rest = given] = /^(https?):\/\/([^/]*)\/?$/i.exec(given) ?? [];
	if (rest.includes('@')) return invalid('a login is no part of it, --header gives one');
	if (rest.includes('://') || rest.includes('/')) return invalid('it is no host with a port');
	const said = scheme === undefined ? undefined : scheme.toLowerCase() === 'https';
	if (isIPv6(rest)) return {kind: 'address', host: rest, tls: said};
	const match = /^(?:\[(?<six>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>.*))?$/.exec(rest);
	if (!match) {
		return invalid(
			rest.startsWith('[') ? 'the bracket is not closed, or something follows it' : 'it has several colons',
		);
	}
	const {six, name = '', port} = match.groups!;
	if (six !== undefined && !isIPv6(six)) return invalid('what is in the brackets is no IPv6 address');
	if (six === undefined && !hostName.test(name)) return invalid('it has no valid host name');
	const host = six ?? name;
	if (port === undefined) return {kind: 'address', host, tls: said};
	const number = Number(port);
	if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535) {
		return invalid('the port is not a number from 1 to 65535');
	}
	const byNumber = securePorts.has(number) ? true : plainPorts.has(number) ? false : undefined;
	return {kind: 'address', host, port: number, tls: said ?? byNumber};
}

/** Where a service is asked whose URL has that scheme, when the operator has said where the gateway is. */
export function resolveGiven({host, port, tls}: GivenGateway, scheme: 'http' | 'https'): GatewayAddress {
	const isSecure = tls ?? scheme === 'https';
	return {host, port: port ?? (isSecure ? 443 : 80), tls: isSecure};
}
