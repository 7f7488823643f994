import {execFile, spawnSync} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {createHttpProbe} from '../../../source/probe/transport/http/http.js';
import {verifyOnce} from '../../../source/probe/loop/verify-once.js';
import {failureOf, responseOf, serveHttp, targetAt} from '../servers.js';
import {unusedPort} from '../../support/ports.js';

test('sends one request over a connection of its own', async () => {
	const {port, connections} = await serveHttp((request, response) => {
		response.end(request.headers.connection);
	});
	for (let count = 0; count < 2; count++) {
		const {answer} = await verifyOnce(targetAt(port));
		expect(responseOf(answer).firstLine).toBe('close');
	}

	expect(connections()).toBe(2);
});

test('uses the probe it is given and leaves it open', async () => {
	const {port} = await serveHttp((_request, response) => response.end('Hello World!'));
	const probe = createHttpProbe();
	await verifyOnce(targetAt(port), {probe});
	expect(responseOf(await probe.ask(targetAt(port))).firstLine).toBe('Hello World!');
	await probe.close();
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

test.runIf(hasCurl)('a shell and curl do the same with the command line', async () => {
	const requests: unknown[] = [];
	const {port} = await serveHttp((request, response) => {
		requests.push({host: request.headers.host, url: request.url});
		response.end('Hello World!\n');
	});
	const {command} = await verifyOnce(targetAt(port, {path: "/it's?a=1&b=$(id)"}));
	const {stdout} = await promisify(execFile)('/bin/sh', ['-c', command]);
	expect(stdout).toBe('Hello World!\n');
	expect(requests).toEqual([requests[0], requests[0]]);
});

test('says the gRPC command for a service that speaks gRPC', async () => {
	const port = await unusedPort();
	const {answer, command} = await verifyOnce(targetAt(port, {protocol: 'grpc'}));
	expect(failureOf(answer).failure).toBe('refused');
	expect(command).toBe(
		`grpcurl -plaintext -authority helloworld-go.default.example.com 127.0.0.1:${port} grpc.health.v1.Health/Check`,
	);
});

test('a target that cannot be asked is refused', async () => {
	await expect(verifyOnce(targetAt(80, {authority: "x'; rm -rf /"}))).rejects.toThrow(TypeError);
});
