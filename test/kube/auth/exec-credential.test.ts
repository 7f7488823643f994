import {describe, expect, it} from 'vitest';
import {parseCredential, PluginError} from '../../../source/kube/auth/exec-credential.js';
import {createAuthority, hasOpenssl} from '../../support/kube/authority.js';

const version = 'client.authentication.k8s.io/v1';
const printed = (status: object | null, more: object = {}) =>
	JSON.stringify({kind: 'ExecCredential', apiVersion: version, status, ...more});

describe('what a plugin printed', () => {
	it.each<[what: string, output: string]>([
		['JSON', printed({token: 'abc'})],
		['YAML', `kind: ExecCredential\napiVersion: ${version}\nstatus: {token: abc}\n`],
		['without its kind', printed({token: 'abc'}, {kind: undefined})],
		['with what nobody knows', printed({token: 'abc', more: 1, clientKeyData: null})],
	])('is read: %s', (_, output) => {
		expect(parseCredential(output, version)).toEqual({token: 'abc'});
	});

	it('says until when it is good, by its zone', () => {
		for (const expirationTimestamp of ['2030-01-31T14:00:00.5+02:00', '2030-01-31T12:00:00,5Z']) {
			const {expiresAt} = parseCredential(printed({token: 'abc', expirationTimestamp}), version);
			expect(expiresAt).toBe(Date.parse('2030-01-31T12:00:00.5Z'));
		}
	});

	it.each<[output: string, words: RegExp]>([
		['}{ SECRET', /^what it printed is neither JSON nor YAML$/],
		['hello', /^what it printed is no ExecCredential$/],
		[printed({token: 'abc'}, {kind: 'Other'}), /^what it printed is no ExecCredential$/],
		[printed({token: 'abc'}, {apiVersion: `${version}beta1`}), /it speaks \S+v1, and it speaks \S+v1beta1$/],
		[printed(null), /^it gave neither a token nor a certificate$/],
		[printed({token: ''}), /^it gave neither a token nor a certificate$/],
		[printed({token: 'a\nb'}), /^its token has characters that no header may have$/],
		[printed({clientCertificateData: 'x'}), /^it gave a certificate without its key$/],
		[printed({clientKeyData: 'x'}), /^it gave a key without its certificate$/],
		[
			printed({clientCertificateData: 'x', clientKeyData: 'y'}),
			/^of what it gave the certificate is not PEM$/,
		],
		...['2030-01-31', '2030-02-30T12:00:00Z', '2030-01-31T24:00:00Z'].map(
			(expirationTimestamp): [string, RegExp] => [
				printed({token: 'abc', expirationTimestamp}),
				/^its expirationTimestamp "2030-\S+" is no time such as /,
			],
		),
	])('is refused: %s', (output, words) => {
		const read = () => parseCredential(output, version);
		expect(read).toThrow(PluginError);
		expect(read).toThrow(words);
		expect(read).not.toThrow(/SECRET/);
	});

	it.skipIf(!hasOpenssl)('may be a certificate, with anything around it', () => {
		const authority = createAuthority();
		try {
			const {cert, key} = authority.issue('jane');
			const status = {
				clientCertificateData: `of jane\n${cert.replaceAll('\n', '\r\n\r\n')}`,
				clientKeyData: cert + key,
			};
			const {certificate, token} = parseCredential(printed(status), version);
			expect(token).toBeUndefined();
			expect(String(certificate?.cert)).toBe(cert.trimEnd());
			expect(String(certificate?.key)).toMatch(/^-----BEGIN PRIVATE KEY-----/);
		} finally {
			authority.remove();
		}
	});
});
