/** A certificate authority for one test, and what it signs; made with openssl, so that the tests of it are left out where that is missing. */
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version'], {stdio: 'ignore'}).status === 0;

export type Issued = {
	/** Paths of the PEM files. */
	certFile: string;
	keyFile: string;
	/** PEM. */
	cert: string;
	key: string;
};

export type Authority = {
	/** Where its files are; a place for the files of the test as well. */
	directory: string;
	/** Path of its own certificate, and the PEM. */
	file: string;
	pem: string;
	/**
	 * Signs a certificate.
	 * @param names As openssl takes them: `DNS:api.example`, `IP:127.0.0.1`; of a server without any: []. A client's has none.
	 */
	issue(commonName: string, names?: readonly string[]): Issued;
	/** Signs the certificate of an authority below this one. */
	issueAuthority(commonName: string): Issued & Pick<Authority, 'issue'>;
	remove(): void;
};

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function createAuthority(name = 'test authority'): Authority {
	const directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-authority-'));
	const openssl = (...args: string[]) => execFileSync('openssl', args, {cwd: directory, stdio: 'ignore'});
	const read = (file: string) => readFileSync(path.join(directory, file), 'utf8');
	openssl(
		'req',
		'-x509',
		...curve,
		'-subj',
		`/CN=${name}`,
		'-days',
		'2',
		'-keyout',
		'ca.key',
		'-out',
		'ca.crt',
	);
	/** @param by Base name of the files of the authority that signs. */
	const sign = (commonName: string, extension: string, by: string): Issued => {
		const base = commonName.replaceAll(/[^\w.-]/g, '_');
		openssl('req', ...curve, '-subj', `/CN=${commonName}`, '-keyout', `${base}.key`, '-out', `${base}.csr`);
		writeFileSync(path.join(directory, `${base}.ext`), extension);
		const signed = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2'];
		openssl(
			'x509',
			'-req',
			'-in',
			`${base}.csr`,
			...signed,
			'-out',
			`${base}.crt`,
			'-extfile',
			`${base}.ext`,
		);
		return {
			certFile: path.join(directory, `${base}.crt`),
			keyFile: path.join(directory, `${base}.key`),
			cert: read(`${base}.crt`),
			key: read(`${base}.key`),
		};
	};
	const issueBy =
		(by: string): Authority['issue'] =>
		(commonName, names) => {
			const ofServer =
				names?.length === 0 ? 'basicConstraints=CA:FALSE' : `subjectAltName=${names?.join(',')}`;
			return sign(commonName, names ? ofServer : 'extendedKeyUsage=clientAuth', by);
		};
	return {
		directory,
		file: path.join(directory, 'ca.crt'),
		pem: read('ca.crt'),
		issue: issueBy('ca'),
		issueAuthority(commonName) {
			return {
				...sign(commonName, 'basicConstraints=critical,CA:TRUE', 'ca'),
				issue: issueBy(commonName),
			};
		},
		remove() {
			rmSync(directory, {recursive: true});
		},
	};
}
