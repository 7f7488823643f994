import {describe, expect, it} from 'vitest';
import {createAuthority, hasOpenssl} from '../../support/kube/authority.js';
import {certificatesIn, readableCertificates} from '../../../source/kube/auth/trust/certificates.js';

describe.skipIf(!hasOpenssl)('the authorities of a file', () => {
	it('are those that can be read, whatever is between them', () => {
		const [one, other] = [createAuthority('one'), createAuthority('other')];
		try {
			const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
			const text = `Subject: x\r\n${one.pem}${broken}\n# a comment\n${other.pem}-----BEGIN CERTIFICATE-----\n`;
			expect(certificatesIn(text)).toEqual([one.pem, broken, other.pem].map(pem => pem.trimEnd()));
			expect(readableCertificates(text)).toBe(`${one.pem}${other.pem}`.trimEnd());
			expect(readableCertificates(broken)).toBe('');
			expect(readableCertificates('')).toBe('');
		} finally {
			one.remove();
			other.remove();
		}
	});

	it.each<[string, (pem: string) => string, boolean]>([
		['with line ends of Windows', pem => pem.replaceAll('\n', '\r\n'), true],
		['without an end of the last line', pem => pem.trimEnd(), true],
		['with empty lines', pem => pem.replaceAll('\n', '\n\n'), true],
		['with blanks at the ends of lines', pem => pem.replaceAll('\n', ' \t\n'), true],
		['with all of it in one line', pem => pem.replaceAll(/([A-Za-z\d+/=])\n(?!-)/g, '$1'), true],
		['after a byte order mark in a line of its own', pem => `\uFEFF\n${pem}`, true],
		['after one that has no end', pem => `-----BEGIN CERTIFICATE-----\nAAAA\n${pem}`, true],
		['after a byte order mark', pem => `\uFEFF${pem}`, false],
		['after a word', pem => `CA: ${pem}`, false],
		['before a word', pem => `${pem.trimEnd()} # CA\n`, false],
		['with line ends of former Macs', pem => pem.replaceAll('\n', '\r'), false],
		['that is indented', pem => pem.replaceAll(/^/gm, ' '), false],
		['with headers', pem => pem.replace('\n', '\nName: a\n\n'), false],
		['by another name', pem => pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), false],
	])('%s is read or not as by Go', (_, change, isRead) => {
		const authority = createAuthority();
		try {
			const changed = Buffer.from(change(authority.pem)).toString('latin1');
			expect(readableCertificates(changed)).toBe(isRead ? authority.pem.trimEnd() : '');
		} finally {
			authority.remove();
		}
	});
});
