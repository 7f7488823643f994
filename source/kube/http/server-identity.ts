/** Whether a certificate is that of the server that was asked for, as Go has it: an IPv4 address is the same written as IPv6 (RFC 4291 §2.5.5.2). */
import {isIP} from 'node:net';
import {checkServerIdentity, type PeerCertificate} from 'node:tls';

/**
 * Returns what is wrong with it, as Node's own check does, which takes `::ffff:10.0.0.1` and `10.0.0.1` for two addresses, and the
 * common name for that of a host, as nobody should any more (RFC 6125 §6.4.4, Go 1.15).
 */
export function checkIdentity(host: string, shown: PeerCertificate): Error | undefined {
	const certificate = {...shown, subject: {...shown.subject, CN: ''}};
	const problem = checkServerIdentity(host, certificate);
	const twin = problem && sameAddress(host);
	return twin !== undefined && checkServerIdentity(twin, certificate) === undefined ? undefined : problem;
}

/** The other way to write an address that is one of IPv4; undefined where there is none. */
function sameAddress(host: string): string | undefined {
	const bare = host.replace(/^\[|\]$/g, '');
	if (isIP(bare) === 4) return `::ffff:${bare}`;
	if (isIP(bare) !== 6 || bare.includes('%')) return undefined;
	const [, high, low] =
		/^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(new URL(`http://[${bare}]`).hostname) ?? [];
	if (high === undefined || low === undefined) return undefined;
	const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
	return [24, 16, 8, 0].map(shift => Math.floor(bits / 2 ** shift) % 256).join('.');
}
