import {describe, expect, it} from 'vitest';
import {createAuthority, hasOpenssl} from '../../support/authority.js';
import {certificatesIn, readableCertificates} from '../../../source/kube/auth/trust/certificates.js';

describe.skipIf(!hasOpenssl)('the authorities of a file', () => {
	it('are those that can be read, whatever is between them', () => {
		const [one, other] = [createAuthority('one'), createAuthority('other')];
		try {
			const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
			const text = `Subject: x\r\n${one.pem}${broken}\n# a comment\n${other.pem}-----BEGIN CERTIFICATE-----\n`;
			expect(certificatesIn(text)).toEqual([one.pem, broken, other.pem]);
			expect(readableCertificates(text)).toBe(`${one.pem}${other.pem}`.trimEnd());
			expect(readableCertificates(broken)).toBe('');
			expect(readableCertificates('')).toBe('');
		} finally {
			one.remove();
			other.remove();
		}
	});
});
