import {X509Certificate} from 'node:crypto';
import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {request} from 'node:https';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {load} from 'js-yaml';
import {createCertificate} from '../../../../source/sandbox/api/http/certificate.js';
import {kubeconfigYaml, writeKubeconfig} from '../../../../source/sandbox/api/http/sandbox-kubeconfig.js';
import {start, token} from '../support.js';

const options = {
	server: 'https://127.0.0.1:6443',
	certificateAuthority: 'PEM',
	token: 'secret: "quoted"',
	userName: 'kubernetes-admin',
	contextName: 'sandbox',
};

it('leads to the server, as the user, with the token', () => {
	expect(load(kubeconfigYaml(options))).toEqual({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [
			{
				name: 'sandbox',
				cluster: {
					server: 'https://127.0.0.1:6443',
					'certificate-authority-data': Buffer.from('PEM').toString('base64'),
				},
			},
		],
		users: [{name: 'kubernetes-admin', user: {token: 'secret: "quoted"'}}],
		contexts: [
			{
				name: 'sandbox',
				context: {cluster: 'sandbox', user: 'kubernetes-admin', namespace: 'default'},
			},
		],
		'current-context': 'sandbox',
	});
});

it('is written where nobody else can read it, and leaves nothing behind', async () => {
	const parent = await mkdtemp(join(tmpdir(), 'kubeconfig-test-'));
	onTestFinished(() => rm(parent, {recursive: true}));
	const written = await writeKubeconfig(options, parent);
	expect(await readFile(written.path, 'utf8')).toBe(kubeconfigYaml(options));
	expect((await stat(written.path)).mode & 0o777).toBe(0o600);
	expect((await stat(dirname(written.path))).mode & 0o777).toBe(0o700);
	await written.remove();
	await written.remove();
	await expect(stat(dirname(written.path))).rejects.toThrow('ENOENT');
});

it('makes a certificate that is its own authority, for loopback and for a year', async () => {
	const now = Date.parse('2049-06-01T00:00:00Z');
	const {cert, key} = await createCertificate(now);
	const certificate = new X509Certificate(cert);
	expect(certificate.verify(certificate.publicKey)).toBe(true);
	expect(certificate.checkIssued(certificate)).toBe(true);
	expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
	expect(certificate.checkHost('localhost')).toBe('localhost');
	expect(certificate.checkHost('example.com')).toBeUndefined();
	expect(certificate.validFromDate).toEqual(new Date(now - 3_600_000));
	expect(certificate.validToDate).toEqual(new Date('2050-06-01T00:00:00Z'));
	expect(key).toContain('BEGIN PRIVATE KEY');
});

it('serves over TLS to those who trust its certificate, and to nobody else', async () => {
	const {server} = await start({tls: true});
	expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
	const status = (ca?: string) =>
		new Promise<number | undefined>((resolve, reject) => {
			request(
				`${server.url}/version`,
				{headers: {authorization: `Bearer ${token}`}, agent: false, ...(ca ? {ca} : {})},
				response => {
					response.resume();
					resolve(response.statusCode);
				},
			)
				.on('error', reject)
				.end();
		});
	expect(await status(server.certificateAuthority)).toBe(200);
	await expect(status()).rejects.toThrow('self-signed certificate');
});
