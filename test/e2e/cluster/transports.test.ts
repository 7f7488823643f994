/** The ways to an API server, on the built program: what the bundle leaves out of a library is missed here and nowhere else. */
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {startApiRelay, tokenOf, type ApiRelay, type RelayTls} from '../../support/kube/api-relay.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {startHttpProxy, startSocksProxy, type Proxy, type ProxyOptions} from '../../support/kube/proxies.js';
import {builtProgram, runProgram, type Ended} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';

let sandbox: SandboxProcess;
let port: string;
let proxy: Proxy | undefined;

/** Asks for a service that is not there, which the API server alone can say. */
async function ask(kubeconfig: string, env?: Readonly<Record<string, string>>): Promise<Ended> {
	return runProgram(['verify', 'nosuch', '--kubeconfig', kubeconfig], env);
}

const notThere = /services\.serving\.knative\.dev "nosuch" not found/;
/** That, and nothing that a library has to say. */
const reached = {
	stdout: '',
	stderr: 'Service nosuch in namespace default: services.serving.knative.dev "nosuch" not found\n',
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const login = {user: 'jo', password: 'a:b@c'};

/** The kubeconfig of the sandbox with its cluster changed. */
function kubeconfigWith(change: (text: string) => string): string {
	const file = `${sandbox.kubeconfig}-changed`;
	writeFileSync(file, change(readFileSync(sandbox.kubeconfig, 'utf8')), {mode: 0o600});
	return file;
}

const through = (url: string) =>
	kubeconfigWith(text => text.replace(/^( +)server: .*$/m, line => `${line}\n      proxy-url: "${url}"`));

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
	port = /server: https:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(sandbox.kubeconfig, 'utf8'))![1]!;
});

afterAll(async () => {
	await sandbox.stop();
});

afterEach(async () => {
	await proxy?.close();
	proxy = undefined;
});

describe('the built program, on its way to the API server', () => {
	it('goes there directly', async () => {
		expect(await ask(sandbox.kubeconfig)).toMatchObject(reached);
	});

	it.each<[string, ProxyOptions, string]>([
		['without a login', {}, ''],
		['with a login', {login}, 'jo:a%3Ab%40c@'],
	])('goes through an HTTP proxy of the kubeconfig %s', async (_, options, user) => {
		proxy = await startHttpProxy(options);
		expect(await ask(through(`http://${user}127.0.0.1:${proxy.port}`))).toMatchObject(reached);
		expect(proxy.asked).toContain(`127.0.0.1:${port}`);
	});

	it.each<[string, ProxyOptions, string]>([
		['without a login', {}, ''],
		['with a login', {login}, 'jo:a%3Ab%40c@'],
	])('goes through a SOCKS proxy of the kubeconfig %s', async (_, options, user) => {
		proxy = await startSocksProxy(options);
		expect(await ask(through(`socks5://${user}127.0.0.1:${proxy.port}`))).toMatchObject(reached);
		expect(proxy.asked).toContain(`127.0.0.1:${port}`);
	});

	it.each<[string, {user: string; password: string}]>([
		[':pw@', {user: '', password: 'pw'}],
		['jo@', {user: 'jo', password: ''}],
		['jo:@', {user: 'jo', password: ''}],
		['j%40o:%25%C3%BC%2F@', {user: 'j@o', password: '%ü/'}],
		[':%3Apw@', {user: '', password: ':pw'}],
	])('logs in to a proxy with what there is of %s', async (user, wanted) => {
		for (const [scheme, start] of [
			['http', startHttpProxy],
			['socks5', startSocksProxy],
		] as const) {
			const own = await start({login: wanted});
			try {
				expect(await ask(through(`${scheme}://${user}127.0.0.1:${own.port}`))).toMatchObject(reached);
				expect(own.refused).toBe(0);
			} finally {
				await own.close();
			}
		}
	});

	it('says that a proxy does not accept the login, or wants one', async () => {
		for (const [scheme, start, sign] of [
			['http', startHttpProxy, 'HTTP 407'],
			['socks5', startSocksProxy, 'SOCKS'],
		] as const) {
			const own = await start({login});
			const host = `127.0.0.1:${own.port}`;
			try {
				for (const wrong of ['jo:no@', 'jo@', ':no@']) {
					expect((await ask(through(`${scheme}://${wrong}${host}`))).output).toContain(
						`the proxy ${host} does not accept the login (${sign}); it is named by proxy-url in the kubeconfig`,
					);
				}
				expect((await ask(through(`${scheme}://${host}`))).output).toContain(
					`the proxy ${host} wants a login (${sign}); give it as ${scheme}://USER:PASSWORD@${host}`,
				);
			} finally {
				await own.close();
			}
		}
	});

	it('says that the proxy wants a login, and does not ask the server past it', async () => {
		proxy = await startHttpProxy({login});
		const {output} = await ask(through(`http://127.0.0.1:${proxy.port}`));
		expect(output).not.toMatch(notThere);
		expect(output).toMatch(/407/);
		expect(proxy.asked).toEqual([]);
		expect(proxy.refused).toBeGreaterThan(0);
	});

	it('goes through the proxy of the environment, be it for a name that only that knows', async () => {
		const hosts = {'api.example': '127.0.0.1'};
		proxy = await startHttpProxy({hosts});
		const file = kubeconfigWith(text =>
			text
				.replace('https://127.0.0.1:', 'https://api.example:')
				.replace(/^( +)certificate-authority-data: .*$/m, '$1insecure-skip-tls-verify: true'),
		);
		const url = `http://127.0.0.1:${proxy.port}`;
		expect(await ask(file, {HTTPS_PROXY: url})).toMatchObject(reached);
		expect(proxy.asked).toContain(`api.example:${port}`);
		expect(await ask(file, {HTTPS_PROXY: '', https_proxy: `127.0.0.1:${proxy.port}`})).toMatchObject(reached);
		for (const [wrong, why] of [
			['ftp://127.0.0.1', 'is no http://'],
			[':::', 'names no host'],
			['http://me:50%zz@127.0.0.1', 'has a login with a %'],
			['127.0.0.1:99999', 'has a port that is no number up to 65535'],
			['http://:3128', 'names no host'],
		] as const) {
			const {code, output} = await ask(file, {HTTPS_PROXY: wrong});
			expect(output).toMatch(/^HTTPS_PROXY is ".*", which [^\n]*\n$/);
			expect(output).toContain(`which ${why}`);
			expect(code).toBe(3);
			expect(output).not.toContain('50%');
		}
		const past = (await ask(file, {HTTPS_PROXY: url, NO_PROXY: '.example'})).output;
		expect(past).toMatch(/api\.example/);
		expect(past).not.toMatch(notThere);
		const socks = await startSocksProxy({hosts});
		try {
			for (const scheme of ['socks5', 'socks5h']) {
				expect(await ask(file, {HTTPS_PROXY: `${scheme}://127.0.0.1:${socks.port}`})).toMatchObject(reached);
			}
			expect(socks.asked).toContain(`api.example:${port}`);
		} finally {
			await socks.close();
		}
	});
});

describe.skipIf(!hasOpenssl)('the built program, over TLS', () => {
	let authority: Authority;
	let relay: ApiRelay | undefined;

	beforeAll(() => {
		authority = createAuthority();
	});

	afterAll(() => {
		authority.remove();
	});

	afterEach(async () => {
		await relay?.close();
		relay = undefined;
	});

	async function server(names: readonly string[], more: Partial<RelayTls> = {}): Promise<ApiRelay> {
		relay = await startApiRelay(sandbox.kubeconfig, {
			tls: {...authority.issue('server', names), ...more},
			rules: {token: tokenOf(sandbox.kubeconfig)},
		});
		return relay;
	}

	/** Fields of the cluster and of the user, as JSON has them, which is YAML. */
	function kubeconfig(url: string, cluster: object, user: object = {token: 'any'}): string {
		const file = path.join(authority.directory, 'kubeconfig');
		writeFileSync(
			file,
			JSON.stringify({
				apiVersion: 'v1',
				kind: 'Config',
				clusters: [{name: 'c', cluster: {server: url, ...cluster}}],
				users: [{name: 'u', user}],
				contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
				'current-context': 'c',
			}),
		);
		return file;
	}

	const loopback = ['IP:127.0.0.1'];

	it('believes an authority that the kubeconfig has inside, or names', async () => {
		const {url} = await server(loopback);
		const inside = {'certificate-authority-data': base64(authority.pem)};
		expect(await ask(kubeconfig(url, inside))).toMatchObject(reached);
		// Beside the kubeconfig.
		expect(await ask(kubeconfig(url, {'certificate-authority': 'ca.crt'}))).toMatchObject(reached);
	});

	it('believes an authority that is signed by another, and a certificate that is named itself', async () => {
		const between = authority.issueAuthority('between');
		const {cert, key, certFile} = between.issue('below', loopback);
		const {url} = await server([], {cert, key});
		for (const file of [between.certFile, certFile]) {
			expect(await ask(kubeconfig(url, {'certificate-authority': file}))).toMatchObject(reached);
			expect(await ask(kubeconfig(url, {}), {SSL_CERT_FILE: file})).toMatchObject(reached);
		}
		expect((await ask(kubeconfig(url, {'certificate-authority': 'ca.crt'}))).output).toMatch(
			/is not trusted: signed by an unknown authority/,
		);
	});

	it('passes over what is no certificate in a file of authorities', async () => {
		const {url} = await server(loopback);
		const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
		const {key} = authority.issue('other');
		for (const [index, before] of [broken, key, 'Subject: CN = x\n'].entries()) {
			const file = path.join(authority.directory, `bundle-${index}`);
			writeFileSync(file, `${before}${authority.pem}`.replaceAll('\n', index === 2 ? '\r\n' : '\n'));
			expect(await ask(kubeconfig(url, {'certificate-authority': file}))).toMatchObject(reached);
			expect(await ask(kubeconfig(url, {}), {SSL_CERT_FILE: file})).toMatchObject(reached);
		}
	});

	it('takes the common name of a certificate for no name of a server, as kubectl does not', async () => {
		const {url} = await server([]);
		const cluster = {'certificate-authority-data': base64(authority.pem), 'tls-server-name': 'server'};
		expect((await ask(kubeconfig(url, cluster))).output).toMatch(/has no subjectAltName/);
	});

	it('shows the certificate of the kubeconfig before one that a plugin gives', async () => {
		const {url, seen} = await server(loopback, {clientCa: authority.pem});
		const [jane, joe] = [authority.issue('jane'), authority.issue('joe')];
		const apiVersion = 'client.authentication.k8s.io/v1';
		const status = {clientCertificateData: joe.cert, clientKeyData: joe.key};
		const credential = path.join(authority.directory, 'credential.json');
		writeFileSync(credential, JSON.stringify({kind: 'ExecCredential', apiVersion, status}));
		const exec = {apiVersion, command: 'cat', args: [credential], interactiveMode: 'Never'};
		const cluster = {'certificate-authority-data': base64(authority.pem)};
		expect(await ask(kubeconfig(url, cluster, {exec}))).toMatchObject(reached);
		const files = {'client-certificate': jane.certFile, 'client-key': jane.keyFile};
		expect(await ask(kubeconfig(url, cluster, {exec, ...files}))).toMatchObject(reached);
		expect(seen.map(({client}) => client)).toEqual(['joe', 'jane']);
	});

	it('believes no server of which nobody knows the authority, whatever Node is told', async () => {
		const {url, seen} = await server(loopback);
		const {output} = await ask(kubeconfig(url, {}), {NODE_TLS_REJECT_UNAUTHORIZED: '0'});
		expect(output).toMatch(/the certificate of 127\.0\.0\.1:\d+ is not trusted/);
		expect(seen).toEqual([]);
	});

	it.each(['SSL_CERT_FILE', 'SSL_CERT_DIR'])('believes the authorities of %s, as the system', async name => {
		const {url} = await server(loopback);
		const env = {[name]: name.endsWith('FILE') ? authority.file : authority.directory};
		expect(await ask(kubeconfig(url, {}), env)).toMatchObject(reached);
	});

	it('believes anybody where the kubeconfig says so', async () => {
		const {url} = await server(loopback);
		expect(await ask(kubeconfig(url, {'insecure-skip-tls-verify': true}))).toMatchObject(reached);
	});

	it('takes an IPv4 address that is written as one of IPv6 for the same, as kubectl does', async () => {
		const mapped = kubeconfigWith(text => text.replace('https://127.0.0.1:', 'https://[::ffff:127.0.0.1]:'));
		expect(await ask(mapped)).toMatchObject(reached);
		const {port: other} = await server(['IP:127.0.0.9']);
		const ca = {'certificate-authority-data': base64(authority.pem)};
		expect((await ask(kubeconfig(`https://[::ffff:127.0.0.1]:${other}`, ca))).output).toContain(
			'is not trusted: it is not for ::ffff:7f00:1 but for 127.0.0.9',
		);
	});

	it('expects the name of tls-server-name in the certificate', async () => {
		const {url} = await server(['DNS:api.example']);
		const ca = {'certificate-authority-data': base64(authority.pem)};
		expect((await ask(kubeconfig(url, ca))).output).toMatch(/is not trusted/);
		expect(await ask(kubeconfig(url, {...ca, 'tls-server-name': 'api.example'}))).toMatchObject(reached);
	});

	it('shows a client certificate, from the kubeconfig or from files', async () => {
		const {url, seen} = await server(loopback, {clientCa: authority.pem});
		const ca = {'certificate-authority-data': base64(authority.pem)};
		const jane = authority.issue('jane');
		const inside = {'client-certificate-data': base64(jane.cert), 'client-key-data': base64(jane.key)};
		expect(await ask(kubeconfig(url, ca, inside))).toMatchObject(reached);
		const files = {'client-certificate': 'jane.crt', 'client-key': 'jane.key'};
		expect(await ask(kubeconfig(url, ca, files))).toMatchObject(reached);
		expect(seen.map(({client}) => client)).toEqual(['jane', 'jane']);
		expect((await ask(kubeconfig(url, ca))).output).not.toMatch(notThere);
	});

	it('speaks HTTP/1.1 where that is all there is, which the relays of these tests are', async () => {
		const {url, seen} = await server(loopback);
		const ca = {'certificate-authority-data': base64(authority.pem)};
		await ask(kubeconfig(url, ca, {token: 'any', as: 'bob', 'as-groups': ['a', 'b']}));
		expect(seen[0]?.headers['impersonate-user']).toBe('bob');
		expect(seen[0]?.headers['impersonate-group']).toBe('a, b');
	});

	it.each<[string, ProxyOptions, string]>([
		['without a login', {}, ''],
		['with a login', {login}, 'jo:a%3Ab%40c@'],
	])(
		'goes through an HTTPS proxy %s, which the authority of the cluster vouches for',
		async (_, options, user) => {
			proxy = await startHttpProxy({...options, tls: authority.issue('proxy', loopback)});
			const {url} = await server(loopback);
			const ca = {'certificate-authority-data': base64(authority.pem)};
			const cluster = {...ca, 'proxy-url': `https://${user}127.0.0.1:${proxy.port}`};
			expect(await ask(kubeconfig(url, cluster))).toMatchObject(reached);
			expect(proxy.asked).toContain(new URL(url).host);
			expect(
				(await ask(kubeconfig(url, {...cluster, 'certificate-authority-data': undefined}))).output,
			).not.toMatch(notThere);
		},
	);
});
