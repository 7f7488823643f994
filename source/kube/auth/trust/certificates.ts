/** Certificates as files have them. */
import {X509Certificate} from 'node:crypto';
import {createSecureContext} from 'node:tls';

/** PEM. */
export type CertificatePair = {cert: string | Buffer; key: string | Buffer};

/** What was read last: credentials are gathered for each request, and an authority changes hardly ever. */
let last = {pem: '', readable: ''};

/** Lines of their own, as Go has them (encoding/pem: Decode): what stands before one on its line, a byte order mark say, hides it. */
const block = /^-----BEGIN CERTIFICATE-----[\t ]*\r?\n([^-]+)\n-----END CERTIFICATE-----[\t ]*\r?$/gm;

/** The certificates of a PEM file, whatever else is in it, without the blanks and empty lines that OpenSSL stumbles over. */
export function certificatesIn(pem: string): string[] {
	return [...pem.matchAll(block)].map(([, body = '']) => {
		const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
		return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
	});
}

/**
 * The certificates of an authority that can be read, as PEM; '' where none can. As Go, which passes over the others: OpenSSL stops at
 * the first of them.
 */
export function readableCertificates(pem: string): string {
	if (pem === last.pem) return last.readable;
	const readable = certificatesIn(pem).filter(certificate => {
		try {
			return new X509Certificate(certificate).raw.length > 0;
		} catch {
			return false;
		}
	});
	last = {pem, readable: readable.join('\n')};
	return last.readable;
}

/** What OpenSSL takes beside them (a byte order mark, other names of a certificate) Go does not. */
const privateKey = /^-----BEGIN (?:[A-Z\d ]+ )?PRIVATE KEY-----[\t ]*\r?$/m;

/** The pair that was tried last: it is read again for each request, and changes hardly ever. */
let together: string | undefined;

/** Why TLS would refuse them, which says so in OpenSSL's words at each request; undefined where it would not. */
export function pairFault({cert, key}: CertificatePair): string | undefined {
	const pair = `${String(cert)}${String(key)}`;
	if (pair === together) return undefined;
	if (certificatesIn(String(cert)).length === 0) return 'the certificate is not PEM';
	if (!privateKey.test(String(key))) return 'the key is not PEM';
	try {
		createSecureContext({cert, key});
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : '';
		if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return 'the key is not that of the certificate';
		if (/ENCRYPTED/.test(String(key))) return 'the key is encrypted; give it without a passphrase';
		return 'the certificate or its key is not PEM';
	}
	together = pair;
	return undefined;
}
