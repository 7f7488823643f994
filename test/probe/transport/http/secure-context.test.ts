import {createServer as createHttpsServer} from 'node:https';
import {type Socket} from 'node:net';
import {createServer as createTlsServer, TLSSocket} from 'node:tls';
import {expect, test} from 'vitest';
import {failureOf, listen, responseOf, serveHttp, serveRaw, targetAt} from '../../servers.js';
import {certificate} from '../../certificate.js';
import {probe} from './http-probe.js';

test('TLS is for the server name of the host, over HTTP/1.1, and trusts the authority that is given', async () => {
	const names: unknown[] = [];
	const {port} = await listen(
		createHttpsServer({...certificate, ALPNProtocols: ['h2', 'http/1.1']}, (request, response) => {
			names.push(
				request.socket instanceof TLSSocket ? request.socket.servername : 'no TLS',
				request.headers.host,
				request.httpVersion,
			);
			response.end('secret');
		}),
	);
	const target = targetAt(port, {scheme: 'https', authority: 'helloworld-go.default.example.com:8443'});
	expect(responseOf(await probe({tls: {ca: certificate.cert}}).ask(target)).firstLine).toBe('secret');
	expect(names).toEqual([
		'helloworld-go.default.example.com',
		'helloworld-go.default.example.com:8443',
		'1.1',
	]);
});

test('a certificate that nobody vouches for is a failure, unless it is not to be checked', async () => {
	const {port} = await listen(createHttpsServer(certificate, (_request, response) => response.end('secret')));
	const target = targetAt(port, {scheme: 'https'});
	expect(failureOf(await probe().ask(target)).failure).toBe('tls');
	expect(responseOf(await probe({tls: {insecure: true}}).ask(target)).firstLine).toBe('secret');
});

test('a certificate for another name is a failure', async () => {
	const {port} = await listen(createHttpsServer(certificate, (_request, response) => response.end('secret')));
	const answer = await probe({tls: {ca: certificate.cert}}).ask(
		targetAt(port, {scheme: 'https', authority: 'other.example.org'}),
	);
	expect(failureOf(answer)).toMatchObject({
		failure: 'tls',
		sentence: expect.stringContaining('other.example.org'),
	});
});

test('a connection that breaks within the handshake has asked no revision anything', async () => {
	for (const die of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
		const {port} = await serveRaw(die);
		expect(failureOf(await probe().ask(targetAt(port, {scheme: 'https'})))).toMatchObject({
			failure: 'tls',
			sentence: expect.stringContaining('the connection was closed during the handshake'),
		});
	}
});

test('a gateway that offers other protocols than HTTP/1.1 is said to', async () => {
	const {port} = await listen(
		createTlsServer({...certificate, ALPNProtocols: ['h2']}, socket => socket.end()),
	);
	const target = targetAt(port, {scheme: 'https'});
	expect(failureOf(await probe({tls: {insecure: true}}).ask(target))).toMatchObject({
		failure: 'tls',
		sentence: expect.stringMatching(/it does not speak HTTP\/1\.1 there.*: name a port that does/),
	});
});

test('https to a port that speaks http is a failure: tls', async () => {
	const {port} = await serveHttp((_request, response) => response.end('plain'));
	expect(failureOf(await probe().ask(targetAt(port, {scheme: 'https'}))).failure).toBe('tls');
});
