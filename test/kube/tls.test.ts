/** Over TLS, with certificates made for the test; left out where there is no openssl to make them. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createSecureServer, type Http2SecureServer, type ServerHttp2Stream} from 'node:http2';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {TLSSocket} from 'node:tls';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {TransportError, type Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {kubeconfigFor} from '../support/api-server.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

function hasOpenssl(): boolean {
	try {
		execFileSync('openssl', ['version'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}

let directory: string;
let server: Http2SecureServer;
let port: number;
let cluster: Cluster | undefined;
/** What the server saw. */
let connections: {protocol: string; client: string}[];
let groups: string[][];
let watches: ServerHttp2Stream[];
let hanging: PromiseWithResolvers<void>;
let timers: ManualTimers;

function openssl(...args: string[]): void {
	execFileSync('openssl', args, {cwd: directory, stdio: 'ignore'});
}

function issue(name: string, extension: string): void {
	openssl(
		'req',
		'-newkey',
		'ec',
		'-pkeyopt',
		'ec_paramgen_curve:prime256v1',
		'-nodes',
		'-subj',
		`/CN=${name}`,
		'-keyout',
		`${name}.key`,
		'-out',
		`${name}.csr`,
	);
	writeFileSync(path.join(directory, `${name}.ext`), extension);
	openssl(
		'x509',
		'-req',
		'-in',
		`${name}.csr`,
		'-CA',
		'ca.crt',
		'-CAkey',
		'ca.key',
		'-CAcreateserial',
		'-days',
		'2',
		'-out',
		`${name}.crt`,
		'-extfile',
		`${name}.ext`,
	);
}

function base64(file: string): string {
	return readFileSync(path.join(directory, file)).toString('base64');
}

/** Connects with the test's certificate authority and client certificate, unless told otherwise. */
async function connected(extra: {user?: object; cluster?: object} = {}): Promise<Cluster> {
	const user = {
		'client-certificate-data': base64('jane.crt'),
		'client-key-data': base64('jane.key'),
		...extra.user,
	};
	const authority = {'certificate-authority-data': base64('ca.crt'), ...extra.cluster};
	cluster = await connect({
		timers,
		kubeconfigText: kubeconfigFor(`https://127.0.0.1:${port}`, {user, cluster: authority}),
	});
	return cluster;
}

describe.skipIf(!hasOpenssl())('over TLS', () => {
	beforeAll(() => {
		directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-tls-'));
		openssl(
			'req',
			'-x509',
			'-newkey',
			'ec',
			'-pkeyopt',
			'ec_paramgen_curve:prime256v1',
			'-nodes',
			'-subj',
			'/CN=test authority',
			'-days',
			'2',
			'-keyout',
			'ca.key',
			'-out',
			'ca.crt',
		);
		issue('server', 'subjectAltName=IP:127.0.0.1,DNS:api.example');
		issue('jane', 'extendedKeyUsage=clientAuth');
	});

	afterAll(() => {
		rmSync(directory, {recursive: true});
	});

	beforeEach(async () => {
		connections = [];
		groups = [];
		watches = [];
		hanging = Promise.withResolvers();
		timers = manualTimers();
		server = createSecureServer({
			key: readFileSync(path.join(directory, 'server.key')),
			cert: readFileSync(path.join(directory, 'server.crt')),
			ca: readFileSync(path.join(directory, 'ca.crt')),
			requestCert: true,
			rejectUnauthorized: true,
			allowHTTP1: true,
		});
		server.on('secureConnection', (socket: TLSSocket) => {
			const {subject} = socket.getPeerCertificate();
			connections.push({protocol: String(socket.alpnProtocol), client: String(subject.CN)});
		});
		server.on('request', (request, response) => {
			const raw = request.rawHeaders;
			groups.push(raw.filter((_, index) => raw[index - 1]?.toLowerCase() === 'impersonate-group'));
			if (request.url === '/hang') {
				hanging.resolve();
				return;
			}
			response.writeHead(200, {'content-type': 'application/json'});
			if (request.url.includes('watch=1')) {
				watches.push(response.stream);
				response.write('{"type":"ADDED","object":{}}\n');
			} else {
				response.end('{}');
			}
		});
		await new Promise<void>(resolve => {
			server.listen(0, '127.0.0.1', resolve);
		});
		const address = server.address();
		if (address === null || typeof address === 'string') throw new Error('the server has no port');
		({port} = address);
	});

	afterEach(async () => {
		await cluster?.close();
		cluster = undefined;
		for (const stream of watches) stream.close();
		await new Promise<void>(resolve => {
			server.close(() => resolve());
		});
	});

	it('shows the client certificate, and sends all requests and watches over one connection of HTTP/2', async () => {
		const api = await connected();
		const stop = new AbortController();
		const seen = Promise.withResolvers<void>();
		const watching = api.watch('/a', {}, () => seen.resolve(), stop.signal);
		await seen.promise;
		const answers = await Promise.all(
			Array.from({length: 10}, async () => api.request({method: 'GET', path: '/b'})),
		);
		expect(answers.map(({status}) => status)).toEqual(Array.from({length: 10}, () => 200));
		expect(connections).toEqual([{protocol: 'h2', client: 'jane'}]);
		stop.abort();
		await watching;
	});

	it('opens a new connection when the old one has stopped answering, and leaves a watch on that one alone', async () => {
		const api = await connected();
		const stop = new AbortController();
		const seen = Promise.withResolvers<void>();
		const watching = api.watch('/a', {}, () => seen.resolve(), stop.signal);
		await seen.promise;
		const hung = api.request({method: 'GET', path: '/hang'}).catch((error: unknown) => error);
		await hanging.promise;
		timers.advance(10_000);
		expect(await hung).toBeInstanceOf(TransportError);
		await api.request({method: 'GET', path: '/b'});
		expect(connections).toHaveLength(2);
		expect(watches[0]?.closed).toBe(false);
		stop.abort();
		await watching;
	});

	it('speaks HTTP/1.1 as several groups, which would become one group on HTTP/2', async () => {
		const api = await connected({user: {as: 'bob', 'as-groups': ['a', 'b']}});
		await api.request({method: 'GET', path: '/a'});
		expect(connections).toMatchObject([{protocol: 'http/1.1'}]);
		expect(groups).toEqual([['a', 'b']]);
	});

	it('refuses a server of an unknown authority, before anything is sent', async () => {
		const api = await connected({cluster: {'certificate-authority-data': undefined}});
		const failed = api.request({method: 'POST', path: '/a', body: {}});
		await expect(failed).rejects.toThrow(`the certificate of 127.0.0.1:${port} is not trusted`);
		await expect(failed).rejects.toMatchObject({outcome: 'not sent'} satisfies Partial<TransportError>);
		expect(groups).toEqual([]);
	});

	it('expects the name that tls-server-name gives', async () => {
		const right = await connected({cluster: {'tls-server-name': 'api.example'}});
		expect((await right.request({method: 'GET', path: '/a'})).status).toBe(200);
		await right.close();
		const wrong = await connected({cluster: {'tls-server-name': 'other.example'}});
		await expect(wrong.request({method: 'GET', path: '/a'})).rejects.toThrow('is not trusted');
	});

	it('checks no certificate when the kubeconfig says so, and only then', async () => {
		const api = await connected({
			cluster: {'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true},
		});
		expect((await api.request({method: 'GET', path: '/a'})).status).toBe(200);
	});

	it('trusts the authority also without a user', async () => {
		const api = await connected({
			user: {'client-certificate-data': undefined, 'client-key-data': undefined},
		});
		const failed = api.request({method: 'GET', path: '/a'});
		// The server wants a client certificate; that it came this far means that its own was trusted.
		await expect(failed).rejects.toBeInstanceOf(TransportError);
		await expect(failed).rejects.not.toThrow('not trusted');
	});

	it('takes a renewed client certificate without a restart', async () => {
		issue('renewed', 'extendedKeyUsage=clientAuth');
		const files = {
			'client-certificate': path.join(directory, 'me.crt'),
			'client-key': path.join(directory, 'me.key'),
		};
		const use = (name: string) => {
			writeFileSync(files['client-certificate'], readFileSync(path.join(directory, `${name}.crt`)));
			writeFileSync(files['client-key'], readFileSync(path.join(directory, `${name}.key`)));
		};
		use('jane');
		const api = await connected({
			user: {'client-certificate-data': undefined, 'client-key-data': undefined, ...files},
		});
		await api.request({method: 'GET', path: '/a'});
		use('renewed');
		await api.request({method: 'GET', path: '/a'});
		expect(connections.map(({client}) => client)).toEqual(['jane', 'renewed']);
	});
});
