/** Ways to the API server that break: what the built program says of them, and that it says it of the right one. */
import {readFileSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import path from 'node:path';
import {createServer as createTlsServer, type TlsOptions} from 'node:tls';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';

let sandbox: SandboxProcess;
let server: string;
let listening: Server | undefined;
const sockets = new Set<Socket>();

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
	server = /server: https:\/\/(127\.0\.0\.1:\d+)/.exec(readFileSync(sandbox.kubeconfig, 'utf8'))![1]!;
});

afterAll(async () => {
	await sandbox.stop();
});

afterEach(async () => {
	for (const socket of sockets) socket.destroy();
	await new Promise(resolve => {
		if (listening) listening.close(resolve);
		else resolve(undefined);
	});
	listening = undefined;
});

/** `host:port` of it. */
async function listen(made: Server): Promise<string> {
	listening = made;
	made.on('connection', (socket: Socket) => {
		sockets.add(socket.on('error', () => {}));
	});
	await new Promise<void>(resolve => {
		made.listen(0, '127.0.0.1', resolve);
	});
	const address = made.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return `127.0.0.1:${address.port}`;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const established = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** Passes on what the API server says until that is as long as `most` bytes. */
function cutAfter(socket: Socket, most: number): void {
	const [host, port] = server.split(':');
	const upstream = connect(Number(port), host, () => socket.write(established));
	let passed = 0;
	upstream.on('error', () => socket.destroy());
	upstream.on('data', chunk => {
		passed += chunk.length;
		if (passed > most) {
			socket.destroy();
			upstream.destroy();
		} else socket.write(chunk);
	});
	socket.on('data', chunk => upstream.write(chunk));
	socket.on('close', () => upstream.destroy());
}

const answer =
	(status: string, more = '') =>
	(socket: Socket) =>
		socket.end(`HTTP/1.1 ${status}\r\n${more}Content-Length: 0\r\n\r\n`);

describe('a proxy', () => {
	it.each<[string, (socket: Socket) => void, string]>([
		[
			'that wants a login',
			answer('407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="x"\r\n'),
			'the proxy PROXY wants a login (HTTP 407); give it as http://USER:PASSWORD@PROXY',
		],
		['that finds no server', answer('502 Bad Gateway'), 'the proxy PROXY made no connection (HTTP 502)'],
		['that forbids it', answer('403 Forbidden'), 'the proxy PROXY made no connection (HTTP 403)'],
		[
			'that sends everybody elsewhere',
			answer('302 Found', 'Location: http://login.example/\r\n'),
			'the proxy PROXY made no connection (HTTP 302)',
		],
		[
			'that speaks something else',
			socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n\u001B[2J'),
			'the proxy PROXY answers with something other than HTTP',
		],
		[
			'that ends in the middle of its answer',
			socket => socket.end('HTTP/1.1 20'),
			'the proxy PROXY closed the connection before its answer was complete',
		],
		[
			'that hangs up',
			socket => socket.destroy(),
			'the proxy PROXY closed the connection before its answer was complete',
		],
		[
			'that is connected and hangs up',
			socket => socket.end(established),
			'through the proxy PROXY: SERVER closed the connection before its answer was complete',
		],
		[
			'that answers in place of the server',
			socket => socket.write(`${established}HTTP/1.1 400 Bad Request\r\n\r\n`),
			'through the proxy PROXY: SERVER does not speak TLS',
		],
		[
			'that breaks in the middle of the handshake',
			socket => cutAfter(socket, 500),
			'through the proxy PROXY: SERVER closed the connection before its answer was complete',
		],
		[
			'that breaks in the middle of an answer',
			socket => cutAfter(socket, 5000),
			'through the proxy PROXY: SERVER closed the connection before its answer was complete',
		],
	])('%s is what is said to be wrong, and once', async (_, behave, expected) => {
		const proxy = await listen(createServer(socket => void socket.once('data', () => behave(socket))));
		const file = `${sandbox.kubeconfig}-broken`;
		const text = readFileSync(sandbox.kubeconfig, 'utf8');
		const through = text.replace(/^( +)server: .*$/m, line => `${line}\n      proxy-url: "http://${proxy}"`);
		writeFileSync(file, through, {mode: 0o600});
		const {output, stderr} = await runProgram(['get', '--kubeconfig', file]);
		const sentence = expected.replaceAll('PROXY', proxy).replaceAll('SERVER', server);
		expect(stderr).toContain(sentence);
		expect(stderr.trim().split('\n')).toHaveLength(1);
		expect(output).not.toContain('\u001B');
	});

	it('that is not there is not taken for the API server', async () => {
		const proxy = await listen(createServer());
		await new Promise(resolve => {
			listening!.close(resolve);
		});
		listening = undefined;
		const env = {HTTPS_PROXY: `http://${proxy}`};
		const file = `${sandbox.kubeconfig}-broken`;
		writeFileSync(
			file,
			readFileSync(sandbox.kubeconfig, 'utf8').replace('https://127.0.0.1:', 'https://api.example:'),
		);
		const {stderr} = await runProgram(['get', '--kubeconfig', file], env);
		expect(stderr).toContain(`the proxy ${proxy} refused the connection; it is named by proxy-url`);
	});
});

describe.skipIf(!hasOpenssl)('a server', () => {
	let authority: Authority;
	let other: Authority;

	beforeAll(() => {
		authority = createAuthority();
		other = createAuthority();
	});

	afterAll(() => {
		authority.remove();
		other.remove();
	});

	async function ask(url: string, cluster: object, user: object = {token: 'any'}): Promise<string> {
		const file = path.join(authority.directory, 'kubeconfig');
		writeFileSync(
			file,
			JSON.stringify({
				clusters: [{name: 'c', cluster: {server: url, ...cluster}}],
				users: [{name: 'u', user}],
				contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
				'current-context': 'c',
			}),
		);
		return (await runProgram(['get', '--kubeconfig', file])).stderr;
	}

	async function tls(names: readonly string[], more: TlsOptions = {}): Promise<string> {
		const made = createTlsServer({...authority.issue('server', names), ...more}, socket => {
			socket.on('error', () => {}).end();
		});
		made.on('tlsClientError', () => {});
		return listen(made);
	}

	const loopback = ['IP:127.0.0.1'];

	it('whose authority is another one is told from one whose name is another one', async () => {
		const host = await tls(loopback);
		const wrong = {'certificate-authority-data': base64(other.pem)};
		expect(await ask(`https://${host}`, wrong)).toContain(
			`the certificate of ${host} is not trusted: signed by an unknown authority; give the right one as certificate-authority`,
		);
		const right = {'certificate-authority-data': base64(authority.pem)};
		expect(await ask(`https://${host}`, {...right, 'tls-server-name': 'api.wrong'})).toContain(
			'is not trusted: it is not for api.wrong but for 127.0.0.1; tls-server-name says which name to expect',
		);
	});

	it('that is for other names tells the first of them', async () => {
		const host = await tls(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => `DNS:${name}.prod.example`));
		const right = {'certificate-authority-data': base64(authority.pem)};
		expect(await ask(`https://${host}`, right)).toContain(
			'it is not for 127.0.0.1 but for a.prod.example, b.prod.example, c.prod.example, d.prod.example, e.prod.example and 2 more',
		);
	});

	it('that speaks no TLS is told in no words of OpenSSL', async () => {
		const host = await listen(
			createServer(socket => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
		);
		const said = await ask(`https://${host}`, {'insecure-skip-tls-verify': true});
		expect(said).toContain(`${host} does not speak TLS; is it http:// instead of https://?`);
		expect(said).not.toMatch(/SSL routines|error:/);
	});

	// In TLS 1.3 it says so when the client takes the handshake to be over, and closes the connection.
	it.each([
		['TLSv1.2', []],
		['TLSv1.3', []],
		['TLSv1.3', ['h2', 'http/1.1']],
	] as const)('that wants a certificate of its clients says so (%s, %j)', async (version, protocols) => {
		const host = await tls(loopback, {
			ca: authority.pem,
			requestCert: true,
			rejectUnauthorized: true,
			minVersion: version,
			maxVersion: version,
			...(protocols.length > 0 && {ALPNProtocols: [...protocols]}),
		});
		const right = {'certificate-authority-data': base64(authority.pem)};
		expect(await ask(`https://${host}`, right)).toContain(
			`${host} wants a client certificate, or another one`,
		);
	});

	it('is not asked with what cannot be used, and the words say what that is', async () => {
		const right = {'certificate-authority-data': base64(authority.pem)};
		const [jane, jo] = [authority.issue('jane'), authority.issue('jo')];
		const pair = (cert: string, key: string) => ({
			'client-certificate-data': base64(cert),
			'client-key-data': base64(key),
		});
		const url = 'https://127.0.0.1:1';
		expect(await ask(url, right, pair(jane.cert, jo.key))).toBe(
			'the client-key is not that of the client-certificate\n',
		);
		expect(await ask(url, right, pair(jane.cert, 'no key'))).toBe('the client-key is not PEM\n');
		expect(await ask(url, {'certificate-authority': '/nope/ca.crt'})).toMatch(
			/^the certificate authority of cluster "c" cannot be read: ENOENT/,
		);
	});
});
