/** Who asks for a connection to a pod, and by which way: what a kubeconfig says holds for it as for every other request. */
import {once} from 'node:events';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {connect as connectTo, createServer as createTcpServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Duplex} from 'node:stream';
import {text} from 'node:stream/consumers';
import {TLSSocket} from 'node:tls';
import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {WebSocketServer} from 'ws';
import {connect, type ConnectOptions} from '../../../source/kube/connect.js';
import {certificate} from '../../probe/certificate.js';
import {listen} from '../../probe/servers.js';
import {kubeconfigFor, status} from '../../support/kube/api-server.js';
import {manualTimers} from '../manual-timers.js';
import {unusedPort} from '../../support/ports.js';

const target = {pod: {namespace: 'gateways', name: 'envoy'}, port: 8080};
const base64 = (pem: string) => Buffer.from(pem).toString('base64');

type PodRequest = {
	request: IncomingMessage;
	client: string | undefined;
	serverName: string | false | null | undefined;
};

/** What a plugin prints. */
const credential = (token: string) =>
	JSON.stringify({
		apiVersion: 'client.authentication.k8s.io/v1',
		kind: 'ExecCredential',
		status: {token, expirationTimestamp: '2099-01-01T00:00:00Z'},
	});

/** What has asked for an upgrade, in order. */
let asked: PodRequest[];
/** Says no instead of a 101, when it likes. */
let refuse: (request: IncomingMessage) => {code: number; body: string} | undefined;

beforeEach(() => {
	asked = [];
	refuse = () => undefined;
});

/** An API server that forwards to a pod that says hello and hangs up. */
async function serve(server: Server): Promise<number> {
	const upgrader = new WebSocketServer({noServer: true});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		const tls = socket instanceof TLSSocket ? socket : undefined;
		asked.push({
			request,
			client: tls?.getPeerCertificate().subject?.CN?.toString(),
			serverName: tls?.servername,
		});
		const no = refuse(request);
		if (no) {
			socket.end(`HTTP/1.1 ${no.code} No\r\ncontent-length: ${Buffer.byteLength(no.body)}\r\n\r\n${no.body}`);
			return;
		}
		upgrader.handleUpgrade(request, socket, head, client => {
			const port = Buffer.alloc(2);
			port.writeUInt16LE(target.port);
			client.send(Buffer.concat([Buffer.from([0]), port]));
			client.send(Buffer.concat([Buffer.from([1]), port]));
			client.send(Buffer.from('\0hello'));
			client.close(1000);
		});
	});
	const {port} = await listen(server);
	return port;
}

const secure = () =>
	createSecureServer({...certificate, requestCert: true, rejectUnauthorized: false, ca: certificate.cert});
const secureCluster = {
	'certificate-authority-data': base64(certificate.cert),
	// As the certificate of the tests has it; nobody resolves that name.
	'tls-server-name': 'api.example.com',
};

async function ask(
	server: string,
	entries: Parameters<typeof kubeconfigFor>[1] = {},
	options: Partial<ConnectOptions> = {},
) {
	const cluster = await connect({kubeconfigText: kubeconfigFor(server, entries), env: {}, ...options});
	onTestFinished(() => cluster.close());
	return cluster.connectToPod(target, new AbortController().signal);
}

/** What the pod says, when the connection is open. */
async function said(...parameters: Parameters<typeof ask>): Promise<string> {
	const answer = await ask(...parameters);
	if (answer.kind !== 'open') throw new Error(answer.sentence);
	const all = text(answer.stream);
	answer.stream.end();
	return all;
}

function directory(): string {
	const made = mkdtempSync(path.join(tmpdir(), 'kn-canary-forward-'));
	onTestFinished(() => rmSync(made, {recursive: true}));
	return made;
}

describe('a connection to a pod', () => {
	it('is asked for as a kubelet takes it, below the path of the server', async () => {
		const port = await serve(createServer());
		expect(await said(`http://127.0.0.1:${port}/k8s/clusters/c-1`)).toBe('hello');
		expect(asked[0]!.request).toMatchObject({
			method: 'GET',
			url: '/k8s/clusters/c-1/api/v1/namespaces/gateways/pods/envoy/portforward?ports=8080',
			headers: {'sec-websocket-protocol': 'v4.channel.k8s.io', 'user-agent': 'kn-canary'},
		});
	});

	it('shows the token, and all of whom to act as', async () => {
		const port = await serve(secure());
		const user = {
			token: 'secret',
			as: 'jane',
			'as-uid': '7',
			'as-groups': ['dev', 'ops'],
			'as-user-extra': {'example.com/Team': ['a', 'b']},
		};
		expect(await said(`https://127.0.0.1:${port}`, {cluster: secureCluster, user})).toBe('hello');
		const {rawHeaders} = asked[0]!.request;
		const headers = rawHeaders.flatMap((name, index) =>
			index % 2 === 0 && /^(?:Authorization|Impersonate)/.test(name)
				? [`${name}: ${rawHeaders[index + 1]}`]
				: [],
		);
		expect(headers).toEqual([
			'Authorization: Bearer secret',
			'Impersonate-User: jane',
			'Impersonate-Group: dev',
			'Impersonate-Group: ops',
			'Impersonate-Uid: 7',
			'Impersonate-Extra-example.com%2Fteam: a',
			'Impersonate-Extra-example.com%2Fteam: b',
		]);
	});

	it('shows user and password', async () => {
		const port = await serve(secure());
		await said(`https://127.0.0.1:${port}`, {
			cluster: secureCluster,
			user: {username: 'jane', password: 'p:w'},
		});
		expect(asked[0]!.request.headers.authorization).toBe(`Basic ${base64('jane:p:w')}`);
	});

	it('reads the token file each time', async () => {
		const port = await serve(secure());
		const tokenFile = path.join(directory(), 'token');
		for (const token of ['first', 'second']) {
			writeFileSync(tokenFile, token);
			await said(`https://127.0.0.1:${port}`, {cluster: secureCluster, user: {tokenFile}});
			expect(asked.at(-1)!.request.headers.authorization).toBe(`Bearer ${token}`);
		}
	});

	it('runs the plugin, and once more when what it gave is refused', async () => {
		const port = await serve(secure());
		const home = directory();
		const command = path.join(home, 'plugin');
		writeFileSync(
			command,
			`#!/bin/sh\necho run >> '${home}/runs'\nn=$(wc -l < '${home}/runs' | tr -d ' ')\necho '${credential('token-N')}' | sed "s/token-N/token-$n/"\n`,
		);
		chmodSync(command, 0o755);
		refuse = ({headers}) =>
			headers.authorization === 'Bearer token-1' ? {code: 401, body: 'Unauthorized'} : undefined;
		const exec = {apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never'};
		expect(await said(`https://127.0.0.1:${port}`, {cluster: secureCluster, user: {exec}})).toBe('hello');
		expect(asked.map(({request}) => request.headers.authorization)).toEqual([
			'Bearer token-1',
			'Bearer token-2',
		]);
		expect(readFileSync(path.join(home, 'runs'), 'utf8')).toBe('run\nrun\n');
	});

	it('trusts the authority of the cluster, under its server name, and shows the certificate', async () => {
		const port = await serve(secure());
		const user = {
			'client-certificate-data': base64(certificate.cert),
			'client-key-data': base64(certificate.key),
		};
		expect(await said(`https://127.0.0.1:${port}`, {user, cluster: secureCluster})).toBe('hello');
		expect(asked[0]).toMatchObject({client: 'kn-canary test', serverName: 'api.example.com'});
	});

	it('trusts nobody else, unless told to', async () => {
		const port = await serve(secure());
		const server = `https://127.0.0.1:${port}`;
		expect(await ask(server)).toEqual({
			kind: 'unanswered',
			sentence: expect.stringMatching(/^the certificate of 127\.0\.0\.1:\d+ is not trusted: /),
		});
		const wrongName = {...secureCluster, 'tls-server-name': 'api.example.org'};
		expect(await ask(server, {cluster: wrongName})).toMatchObject({
			sentence: expect.stringContaining('is not trusted'),
		});
		expect(asked).toEqual([]);
		expect(await said(server, {cluster: {'insecure-skip-tls-verify': true}})).toBe('hello');
	});

	it('goes through a proxy that wants a password', async () => {
		const port = await serve(secure());
		const wanted: string[] = [];
		const proxy = createServer();
		proxy.on('connect', ({url, headers}: IncomingMessage, socket: Socket) => {
			wanted.push(`${url} ${headers['proxy-authorization']}`);
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			socket.pipe(connectTo(port, '127.0.0.1')).pipe(socket);
		});
		const {port: proxyPort} = await listen(proxy);
		const cluster = {...secureCluster, 'proxy-url': `http://me:pw@127.0.0.1:${proxyPort}`};
		expect(await said('https://api.example.com:6443', {cluster, user: {token: 'secret'}})).toBe('hello');
		expect(wanted).toEqual([`api.example.com:6443 Basic ${base64('me:pw')}`]);
		expect(asked[0]!.request.headers.authorization).toBe('Bearer secret');
	});

	it('goes through a SOCKS proxy, which resolves the name', async () => {
		const port = await serve(secure());
		const names: string[] = [];
		const proxy = createTcpServer(socket => {
			// RFC 1928: greeting, then a request for a name (3), its length, the name and a port.
			socket.once('data', () => {
				socket.write(Buffer.from([5, 0]));
				socket.once('data', request => {
					const wanted = Buffer.from(request);
					names.push(`${wanted[3]} ${wanted.subarray(5, 5 + wanted[4]!).toString()}`);
					socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
					socket.pipe(connectTo(port, '127.0.0.1')).pipe(socket);
				});
			});
		});
		const {port: proxyPort} = await listen(proxy);
		const cluster = {...secureCluster, 'proxy-url': `socks5://127.0.0.1:${proxyPort}`};
		expect(await said('https://api.example.com:6443', {cluster})).toBe('hello');
		expect(names).toEqual(['3 api.example.com']);
	});

	it('is refused in the words of the server, or of what stands before it', async () => {
		const port = await serve(createServer());
		const forbidden = status(403, 'Forbidden', 'pods "envoy" is forbidden');
		refuse = () => ({code: 403, body: JSON.stringify(forbidden)});
		expect(await ask(`http://127.0.0.1:${port}`)).toEqual({
			kind: 'refused',
			status: 403,
			sentence: 'pods "envoy" is forbidden',
		});
		refuse = () => ({code: 502, body: 'no upgrade here'});
		expect(await ask(`http://127.0.0.1:${port}`)).toEqual({
			kind: 'refused',
			status: 502,
			sentence: 'the API server answered with an error (HTTP 502): no upgrade here',
		});
	});

	it('says that nobody is there, and that nobody answers in time', async () => {
		const nobody = `http://127.0.0.1:${await unusedPort()}`;
		expect(await ask(nobody)).toEqual({kind: 'unanswered', sentence: `${nobody} refused the connection`});

		const arrived = Promise.withResolvers<void>();
		const mute = createServer();
		mute.on('upgrade', () => arrived.resolve());
		const {port} = await listen(mute);
		const timers = manualTimers();
		const answer = ask(`http://127.0.0.1:${port}`, {}, {timers});
		await arrived.promise;
		timers.advance(10_000);
		expect(await answer).toEqual({
			kind: 'unanswered',
			sentence: `no answer from 127.0.0.1:${port} within 10 s`,
		});
	});

	it('ends with the cluster that it was asked of', async () => {
		const server = createServer();
		const upgrader = new WebSocketServer({noServer: true});
		const left = Promise.withResolvers<void>();
		server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
			upgrader.handleUpgrade(request, socket, head, client => client.on('close', () => left.resolve()));
		});
		const {port} = await listen(server);
		const cluster = await connect({kubeconfigText: kubeconfigFor(`http://127.0.0.1:${port}`)});
		const answer = await cluster.connectToPod(target, new AbortController().signal);
		if (answer.kind !== 'open') throw new Error(answer.sentence);
		const broken = once(answer.stream, 'end');
		answer.stream.resume();
		await cluster.close();
		await expect(broken).rejects.toThrow('the connection through the API server broke');
		await left.promise;
	});
});
