/** Client certificates as files have them, with kubectl and with the built program on the same server, which wants one. */
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {createAuthority, hasOpenssl, type Authority, type Issued} from '../../support/kube/authority.js';
import {builtProgram, runCommand, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;

type Pair = Pick<Issued, 'cert' | 'key'>;

/** What stands in the two files; `others` is another pair, `authority` the certificate that signed both. */
const cases: readonly [
	what: string,
	make: (own: Pair, others: Pair, authority: string) => Pair,
	said?: string,
][] = [
	['as they are', own => own],
	['with line ends of Windows', own => each(own, pem => pem.replaceAll('\n', '\r\n'))],
	['with empty lines', own => each(own, pem => pem.replaceAll('\n', '\n\n'))],
	['with blanks at the ends of lines', own => each(own, pem => pem.replaceAll('\n', ' \t\n'))],
	['without the end of the last line', own => each(own, pem => pem.trimEnd())],
	['between words', own => each(own, pem => `Bag Attributes\n    friendlyName: jane\n${pem}of jane\n`)],
	['after a byte order mark in a line of its own', own => each(own, pem => `\uFEFF\n${pem}`)],
	['with headers', own => each(own, pem => pem.replace('\n', '\nName: jane\nOf-Kind: a: b\n\n'))],
	['with headers and no empty line after them', own => each(own, pem => pem.replace('\n', '\nName: jane\n'))],
	['both in one file, the certificate first', ({cert, key}) => both(cert + key)],
	['both in one file, the key first', ({cert, key}) => both(key + cert)],
	['with its authority behind it', ({cert, key}, _, authority) => ({cert: cert + authority, key})],
	['with parameters of the curve before the key', ({cert, key}) => ({cert, key: parameters + key})],
	['with another key behind its own', ({cert, key}, others) => ({cert, key: key + others.key})],
	['after a block that has no end', own => each(own, pem => `-----BEGIN CERTIFICATE-----\nAAAA\n${pem}`)],
	[
		'after a block that is no base64',
		own =>
			each(
				own,
				pem =>
					`${pem
						.replaceAll(/^.{30}/gm, '$&!')
						.replaceAll('!-', '-')
						.replaceAll(/(-----(?:BEGIN|END) [A-Z ]*)!/g, '$1')}${pem}`,
			),
	],
	['by another name of a key', ({cert, key}) => ({cert, key: key.replaceAll('PRIVATE', 'MY PRIVATE')})],
	['as a key of former times', ({cert, key}) => ({cert, key: traditional(key)})],
	[
		'after another certificate',
		({cert, key}, others) => ({cert: others.cert + cert, key}),
		'the client-key is not that of the client-certificate',
	],
	[
		'with another key before its own',
		({cert, key}, others) => ({cert, key: others.key + key}),
		'the client-key is not that of the client-certificate',
	],
	[
		'the wrong way round',
		({cert, key}) => ({cert: key, key: cert}),
		'the client-certificate is a private key; are they the wrong way round?',
	],
	[
		'twice the certificate',
		({cert}) => both(cert),
		'the client-key is a certificate; its private key must be given',
	],
	['after a byte order mark', own => each(own, pem => `\uFEFF${pem}`), 'the client-certificate is not PEM'],
	[
		'that are indented',
		own => each(own, pem => pem.replaceAll(/^/gm, ' ')),
		'the client-certificate is not PEM',
	],
	[
		'with line ends of former Macs',
		own => each(own, pem => pem.replaceAll('\n', '\r')),
		'the client-certificate is not PEM',
	],
	[
		'by another name of a certificate',
		({cert, key}) => ({cert: cert.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), key}),
		'the client-certificate is not PEM',
	],
	[
		'with a certificate that is none',
		({key}) => ({cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', key}),
		'the client-certificate is not X.509',
	],
	[
		'with a key that is none',
		({cert}) => ({cert, key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'}),
		'the client-key is not one of RSA, ECDSA or Ed25519',
	],
	[
		'with a key that is encrypted',
		({cert, key}) => ({cert, key: encrypted(key)}),
		'the client-key is encrypted; give it without a passphrase',
	],
	[
		'with a key as DER',
		({cert, key}) => ({cert, key: key.replaceAll(/-----.*\n|\n/g, '')}),
		'the client-key is not PEM',
	],
];

const each = ({cert, key}: Pair, change: (pem: string) => string): Pair => ({
	cert: change(cert),
	key: change(key),
});
const both = (pem: string): Pair => ({cert: pem, key: pem});

/** prime256v1 (openssl ecparam). */
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

/** Beside the files that it names. */
const kubeconfigOf = (server: string): string =>
	JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'c', cluster: {server, 'certificate-authority': 'ca.crt'}}],
		users: [{name: 'u', user: {'client-certificate': 'given.crt', 'client-key': 'given.key'}}],
		contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
		'current-context': 'c',
	});

const openssl = (args: readonly string[], input: string): string =>
	spawnSync('openssl', args, {input, encoding: 'utf8'}).stdout;
const traditional = (key: string) => openssl(['ec', '-param_enc', 'named_curve'], key);
const encrypted = (key: string) => openssl(['pkcs8', '-topk8', '-passout', 'pass:secret'], key);

describe.skipIf(!hasOpenssl)('a client certificate and its key', () => {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay;
	let jane: Issued;
	let jo: Issued;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
		jane = authority.issue('jane');
		jo = authority.issue('jo');
		relay = await startApiRelay(sandbox.kubeconfig, {
			tls: {...authority.issue('server', ['IP:127.0.0.1']), clientCa: authority.pem},
			rules: {token: tokenOf(sandbox.kubeconfig)},
		});
	});

	afterAll(async () => {
		await relay.close();
		await sandbox.stop();
		authority.remove();
	});

	it('are shown by the console on each connection to a server that speaks HTTP/1.1 alone', async () => {
		const kubeconfig = path.join(authority.directory, 'kubeconfig');
		writeFileSync(path.join(authority.directory, 'given.crt'), jane.cert);
		writeFileSync(path.join(authority.directory, 'given.key'), jane.key);
		writeFileSync(kubeconfig, kubeconfigOf(relay.url));
		relay.rules = {...relay.rules, closes: true};
		const before = relay.seen.length;
		await using terminal = openTerminal({
			command: process.execPath,
			args: [builtProgram, '--kubeconfig', kubeconfig],
			env: {XDG_STATE_HOME: authority.directory},
		});
		await terminal.until(/● watching[^]*checkout /);
		terminal.press('R');
		await terminal.until(/✓ Dry run/);
		terminal.press('enter');
		await terminal.until(/cart [█▓▒░#=. ]+100/);
		const seen = relay.seen.slice(before);
		expect(new Set(seen.map(({client}) => client))).toEqual(new Set(['jane']));
		expect(seen.some(({query}) => query.has('watch'))).toBe(true);
		expect(seen.some(({method}) => method === 'PATCH')).toBe(true);
		relay.rules = {token: tokenOf(sandbox.kubeconfig)};
	});

	it.each(cases)('%s', async (_, make, said) => {
		const {cert, key} = make(jane, jo, authority.pem);
		const files = ['given.crt', 'given.key'].map(name => path.join(authority.directory, name));
		writeFileSync(files[0]!, cert);
		writeFileSync(files[1]!, key);
		const kubeconfig = path.join(authority.directory, 'kubeconfig');
		writeFileSync(kubeconfig, kubeconfigOf(relay.url));
		const before = relay.seen.length;
		const env = {KUBECONFIG: kubeconfig};
		const {output} = await runProgram(['get', 'nosuch'], env);
		expect(relay.seen.slice(before).map(({client}) => client)).toEqual(said === undefined ? ['jane'] : []);
		expect(said === undefined && output.includes('"nosuch" not found') ? undefined : output).toBe(
			said && `${said}\n`,
		);
		if (!hasKubectl) return;
		const beside = await runCommand('kubectl', ['get', 'ksvc', 'nosuch'], {
			...env,
			KUBECACHEDIR: authority.directory,
		});
		expect({isRefused: !/"nosuch" not found/.test(beside.output), said: beside.output}).toMatchObject({
			isRefused: said !== undefined,
		});
	});
});
