/** Certificates as files have them. */
import {X509Certificate} from 'node:crypto';
import {createSecureContext} from 'node:tls';

/** PEM. */
export type CertificatePair = {cert: string | Buffer; key: string | Buffer};

/** What could be read last: credentials are gathered for each request, and an authority changes hardly ever. */
let readable = '';

/** As Go: of several it is enough that one can be read. */
export function hasCertificate(pem: string): boolean {
	if (pem !== '' && pem === readable) return true;
	const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
	const isReadable = blocks.some(block => {
		try {
			return new X509Certificate(block).raw.length > 0;
		} catch {
			return false;
		}
	});
	if (isReadable) readable = pem;
	return isReadable;
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
