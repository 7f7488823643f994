/** Over TLS, with certificates made for the test; left out where there is no openssl to make them. */
import {writeFileSync} from 'node:fs';
import {createSecureServer, type Http2SecureServer, type ServerHttp2Stream} from 'node:http2';
import path from 'node:path';
import type {TLSSocket} from 'node:tls';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {TransportError, type Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {kubeconfigFor} from '../support/kube/api-server.js';
import {createAuthority, hasOpenssl, type Authority, type Issued} from '../support/kube/authority.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

let authority: Authority;
let ofServer: Issued;
let jane: Issued;
let server: Http2SecureServer;
let port: number;
let cluster: Cluster | undefined;
/** What the server saw. */
let connections: {protocol: string; client: string}[];
let groups: string[][];
let watches: ServerHttp2Stream[];
let hanging: PromiseWithResolvers<void>;
let timers: ManualTimers;

const base64 = (pem: string) => Buffer.from(pem).toString('base64');

/** Connects with the test's certificate authority and client certificate, unless told otherwise. */
async function connected(extra: {user?: object; cluster?: object} = {}): Promise<Cluster> {
	const user = {
		'client-certificate-data': base64(jane.cert),
		'client-key-data': base64(jane.key),
		...extra.user,
	};
	const trusted = {'certificate-authority-data': base64(authority.pem), ...extra.cluster};
	cluster = await connect({
		timers,
		kubeconfigText: kubeconfigFor(`https://127.0.0.1:${port}`, {user, cluster: trusted}),
	});
	return cluster;
}

describe.skipIf(!hasOpenssl)('over TLS', () => {
	beforeAll(() => {
		authority = createAuthority();
		ofServer = authority.issue('server', ['IP:127.0.0.1', 'DNS:api.example']);
		jane = authority.issue('jane');
	});

	afterAll(() => {
		authority.remove();
	});

	beforeEach(async () => {
		connections = [];
		groups = [];
		watches = [];
		hanging = Promise.withResolvers();
		timers = manualTimers();
		server = createSecureServer({
			key: ofServer.key,
			cert: ofServer.cert,
			ca: authority.pem,
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
		const renewed = authority.issue('renewed');
		const files = {
			'client-certificate': path.join(authority.directory, 'me.crt'),
			'client-key': path.join(authority.directory, 'me.key'),
		};
		const use = ({cert, key}: Issued) => {
			writeFileSync(files['client-certificate'], cert);
			writeFileSync(files['client-key'], key);
		};
		use(jane);
		const api = await connected({
			user: {'client-certificate-data': undefined, 'client-key-data': undefined, ...files},
		});
		await api.request({method: 'GET', path: '/a'});
		use(renewed);
		await api.request({method: 'GET', path: '/a'});
		expect(connections.map(({client}) => client)).toEqual(['jane', 'renewed']);
	});
});
