/** What the operator gives with `--gateway`. */
import {isIPv6} from 'node:net';
import {printable} from '../../knative/text/printable.js';

export type GatewayAddress = {
	/** Name or address; IPv6 without brackets. */
	host: string;
	/** 1–65535. */
	port: number;
	/** Whether TLS is to be spoken. */
	tls: boolean;
};

export type ParsedAddress = ({kind: 'address'} & GatewayAddress) | {kind: 'invalid'; sentence: string};

/** RFC 1123 name or IPv4 address. */
const hostName =
	/^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*\.?$/i;

/**
 * Parses `host[:port]`: `203.0.113.10`, `gateway.example.com:8080`, `[2001:db8::1]:8080`, `2001:db8::1`. The port is 80
 * when not given; 443 means TLS.
 */
export function parseGatewayAddress(text: string): ParsedAddress {
	const given = text.trim();
	const invalid = (why: string): ParsedAddress => ({
		kind: 'invalid',
		sentence: `--gateway "${printable(text)}": ${why}; give host[:port], for instance 203.0.113.10:80 or [2001:db8::1]:80`,
	});
	if (given === '') return invalid('it is empty');
	if (given.includes('://')) return invalid('it is a URL');
	if (isIPv6(given)) return {kind: 'address', host: given, port: 80, tls: false};
	const match = /^(?:\[(?<six>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>.*))?$/.exec(given);
	if (!match) {
		return invalid(
			given.startsWith('[') ? 'the bracket is not closed, or something follows it' : 'it has several colons',
		);
	}
	const {six, name = '', port} = match.groups!;
	if (six !== undefined && !isIPv6(six)) return invalid('what is in the brackets is no IPv6 address');
	if (six === undefined && !hostName.test(name)) return invalid('it has no valid host name');
	if (port === undefined) return {kind: 'address', host: six ?? name, port: 80, tls: false};
	const number = Number(port);
	if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535)
		return invalid('the port is not a number from 1 to 65535');
	return {kind: 'address', host: six ?? name, port: number, tls: number === 443};
}
