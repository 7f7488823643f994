import {expect, it} from 'vitest';
import {toFailure} from '../../../source/probe/transport/failure.js';
import type {ProbeTarget} from '../../../source/probe/transport/probe.js';

const target: ProbeTarget = {
	address: {host: '127.0.0.1', port: 443},
	authority: 'shop.example.com',
	path: '/',
	scheme: 'https',
	protocol: 'http1',
};

const said = (code: string, message: string) =>
	toFailure(new Error('fetch failed', {cause: Object.assign(new Error(message), {code})}), target);

it.each([
	[
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
		'(self-signed certificate): give its CA with --cacert FILE; --insecure-gateway does not check it.',
		'certificate not trusted (--cacert)',
	],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		"Hostname/IP does not match certificate's altnames",
		"(Hostname/IP does not match certificate's altnames): it is for another name; --insecure-gateway does not check it.",
		'certificate for another name',
	],
	[
		'CERT_HAS_EXPIRED',
		'certificate has expired',
		'(certificate has expired): it has to be renewed; --insecure-gateway does not check it.',
		'certificate has to be renewed',
	],
])('says of a certificate that is not trusted (%s) which flag helps', (code, message, words, reason) => {
	expect(said(code, message)).toEqual({
		kind: 'failure',
		failure: 'tls',
		sentence: `The certificate of 127.0.0.1:443 for shop.example.com is not trusted ${words}`,
		reason,
	});
});

it('does not say so where TLS itself fails', () => {
	expect(said('EPROTO', 'wrong version number')).toMatchObject({
		failure: 'tls',
		sentence:
			'TLS with 127.0.0.1:443 for shop.example.com failed (wrong version number): check the certificate, or whether the port speaks TLS.',
	});
});
