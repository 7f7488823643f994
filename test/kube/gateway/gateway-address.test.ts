import {describe, expect, it} from 'vitest';
import {parseGatewayAddress, resolveGiven} from '../../../source/kube/gateway/gateway-address.js';

describe('--gateway', () => {
	it.each([
		['203.0.113.10', '203.0.113.10', [80, false], [443, true]],
		[' gateway.example.com:8080 ', 'gateway.example.com', [8080, false], [8080, false]],
		['gateway.example.com:8443', 'gateway.example.com', [8443, false], [8443, true]],
		['localhost:443', 'localhost', [443, true], [443, true]],
		['localhost:80', 'localhost', [80, false], [80, false]],
		['[2001:db8::1]:8080', '2001:db8::1', [8080, false], [8080, false]],
		['[::1]', '::1', [80, false], [443, true]],
		['2001:db8::1', '2001:db8::1', [80, false], [443, true]],
		['https://gw.example.com', 'gw.example.com', [443, true], [443, true]],
		['https://[::1]:8443/', '::1', [8443, true], [8443, true]],
		['HTTP://gw.example.com:81', 'gw.example.com', [81, false], [81, false]],
	] as const)('%j is an address, for URLs with http and with https', (text, host, ofHttp, ofHttps) => {
		const given = parseGatewayAddress(text);
		if (given.kind !== 'address') throw new Error(given.sentence);
		for (const [scheme, [port, tls]] of [
			['http', ofHttp],
			['https', ofHttps],
		] as const) {
			expect(resolveGiven(given, scheme)).toEqual({host, port, tls});
		}
	});

	it.each([
		['', 'it is empty'],
		['ftp://x', 'it is no host with a port'],
		['http://x/path', 'it is no host with a port'],
		['x:0', 'the port is not a number from 1 to 65535'],
		['x:65536', 'the port is not a number from 1 to 65535'],
		['x:http', 'the port is not a number from 1 to 65535'],
		['x:', 'the port is not a number from 1 to 65535'],
		[':80', 'it has no valid host name'],
		['a b:80', 'it has no valid host name'],
		['-a', 'it has no valid host name'],
		['[::1', 'the bracket is not closed'],
		['[::1]80', 'the bracket is not closed, or something follows it'],
		['[x]:80', 'what is in the brackets is no IPv6 address'],
		['https://jo:s3cret@x', 'a login is no part of it'],
		['jo:s3cret@x:80', 'a login is no part of it'],
	])('%j is none, and why', (text, why) => {
		const parsed = parseGatewayAddress(text);
		expect(parsed).toMatchObject({kind: 'invalid'});
		expect(parsed).toHaveProperty('sentence', expect.stringContaining(why));
		expect(parsed).toHaveProperty('sentence', expect.stringContaining('give host[:port]'));
		expect(parsed).toHaveProperty('sentence', expect.not.stringContaining('s3cret'));
	});
});
