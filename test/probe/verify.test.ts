import {execFile, spawnSync} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import type {Target} from '../../source/probe/probe.js';
import {equivalentCommand, verifyOnce} from '../../source/probe/verify.js';
import {responseOf, serveHttp, targetAt} from './servers.js';

test('sends one request', async () => {
	const {port} = await serveHttp((_request, response) => response.end('Hello World!\n'));
	const {answer, command} = await verifyOnce(targetAt(port));
	expect(responseOf(answer).firstLine).toBe('Hello World!');
	expect(command).toContain(`http://127.0.0.1:${port}/`);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

test.runIf(hasCurl)('a shell and curl do the same with the command line', async () => {
	const requests: unknown[] = [];
	const {port} = await serveHttp((request, response) => {
		requests.push({host: request.headers.host, url: request.url});
		response.end('Hello World!\n');
	});
	const target = targetAt(port, {path: "/it's?a=1&b=$(id)"});
	const {commandLine} = await verifyOnce(target);
	const {stdout} = await promisify(execFile)('/bin/sh', ['-c', commandLine]);
	expect(stdout).toBe('Hello World!\n');
	expect(requests).toEqual([requests[0], requests[0]]);
});

const target: Target = {
	address: {host: '203.0.113.10', port: 80},
	authority: 'helloworld-go.default.example.com',
	path: '/',
	scheme: 'http',
	protocol: 'http1',
};
const address = (port: number): Target['address'] => ({host: '203.0.113.10', port});

test.each<[string, Partial<Target>, boolean, string]>([
	[
		'the usual port is left out',
		{},
		false,
		'curl -sS --max-time 10 -H Host: helloworld-go.default.example.com http://203.0.113.10/',
	],
	[
		'another port and IPv6',
		{address: {host: '2001:db8::1', port: 8080}},
		false,
		'curl -sS --max-time 10 -H Host: helloworld-go.default.example.com http://[2001:db8::1]:8080/',
	],
	[
		'TLS takes its server name from the URL',
		{scheme: 'https', address: address(443)},
		false,
		'curl -sS --max-time 10 --connect-to helloworld-go.default.example.com:443:203.0.113.10:443 https://helloworld-go.default.example.com/',
	],
	[
		'TLS without a check, host with a port',
		{scheme: 'https', address: address(8443), authority: 'h.example.com:8443', path: '/a'},
		true,
		'curl -sS --max-time 10 -k --connect-to h.example.com:8443:203.0.113.10:8443 https://h.example.com:8443/a',
	],
	[
		'gRPC',
		{protocol: 'grpc'},
		false,
		'grpcurl -plaintext -max-time 10 -authority helloworld-go.default.example.com 203.0.113.10:80 grpc.health.v1.Health/Check',
	],
	[
		'gRPC with TLS',
		{protocol: 'grpc', scheme: 'https', address: address(443), authority: 'h.example.com:443'},
		true,
		'grpcurl -insecure -servername h.example.com -max-time 10 -authority h.example.com:443 203.0.113.10:443 grpc.health.v1.Health/Check',
	],
])('%s', (_name, part, insecure, line) => {
	expect(equivalentCommand({...target, ...part}, {insecure}).join(' ')).toBe(line);
});

test('a target that cannot be asked has no command', () => {
	expect(() => equivalentCommand({...target, authority: "x'; rm -rf /"})).toThrow(TypeError);
});
