/** Certificates as files have them. */
import {X509Certificate} from 'node:crypto';
import {createSecureContext} from 'node:tls';

/** PEM. */
export type CertificatePair = {cert: string | Buffer; key: string | Buffer};

/** What was read last: credentials are gathered for each request, and an authority changes hardly ever. */
let last = {pem: '', readable: ''};

/** The certificates of a PEM file, whatever else is in it. */
export function certificatesIn(pem: string): string[] {
	return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
}

/**
 * The certificates of an authority that can be read, as PEM; '' where none can. As Go, which passes over the others: OpenSSL stops at
 * the first of them.
 */
export function readableCertificates(pem: string): string {
	if (pem === last.pem) return last.readable;
	const blocks = certificatesIn(pem).filter(block => {
		try {
			return new X509Certificate(block).raw.length > 0;
		} catch {
			return false;
		}
	});
	last = {pem, readable: blocks.map(block => block.trimEnd()).join('\n')};
	return last.readable;
}

/** The pair that was tried last: it is read again for each request, and changes hardly ever. */
let together = '';

/** Why TLS would refuse them, which says so in OpenSSL's words at each request; undefined where it would not. */
export function pairFault({cert, key}: CertificatePair): string | undefined {
	const pair = `${String(cert)}${String(key)}`;
	if (pair === together) return undefined;
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
