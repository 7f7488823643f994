/** Certificates as files have them. */
import {X509Certificate} from 'node:crypto';

/** As Go: of several it is enough that one can be read. */
export function hasCertificate(pem: string): boolean {
	const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
	return blocks.some(block => {
		try {
			return new X509Certificate(block).raw.length > 0;
		} catch {
			return false;
		}
	});
}
