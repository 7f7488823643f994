/** The lines that send one request as the console does. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, onTestFinished, test} from 'vitest';
import {curlCommand, grpcurlCommand} from '../../../source/knative/commands/commands.js';
import {askedBy} from '../../../source/knative/commands/identify-revisions.js';
import {createHttpProbe} from '../../../source/probe/transport/http/http.js';
import {requestContent} from '../../../source/probe/transport/request-content.js';
import {serveHttp, targetAt} from '../../probe/servers.js';
import {argumentsOf} from './lines.js';

const gateway = {host: '203.0.113.10', port: 80};

const host = 'helloworld-go.default.example.com';

describe('curl', () => {
	test.each([
		[gateway, {}, `curl -H 'Host: ${host}' http://203.0.113.10/`],
		[{host: '127.0.0.1', port: 8081}, {}, `curl -H 'Host: ${host}' http://127.0.0.1:8081/`],
		[{host: '2001:db8::1', port: 80}, {}, `curl -H 'Host: ${host}' 'http://[2001:db8::1]/'`],
		[gateway, {path: '/a?b=1&c=2'}, `curl -H 'Host: ${host}' 'http://203.0.113.10/a?b=1&c=2'`],
		[
			{...gateway, port: 443},
			{scheme: 'https'},
			`curl --connect-to ${host}:443:203.0.113.10:443 https://${host}/`,
		],
		[{...gateway, port: 443}, {}, `curl -H 'Host: ${host}' http://203.0.113.10:443/`],
		[
			{host: '2001:db8::1', port: 8443},
			{scheme: 'https', cacert: '/etc/my ca.pem', insecure: true},
			`curl --cacert '/etc/my ca.pem' --insecure --connect-to '${host}:443:[2001:db8::1]:8443' https://${host}/`,
		],
	] as const)('for %j %j', (endpoint, options, line) => {
		expect(curlCommand(host, endpoint, options)).toBe(line);
	});

	test('over TLS keeps the port that the host is asked with', () => {
		expect(curlCommand(`${host}:8443`, {...gateway, port: 30443}, {scheme: 'https'})).toBe(
			`curl --connect-to ${host}:8443:203.0.113.10:30443 https://${host}:8443/`,
		);
	});

	/** What curl is given, of a request with this header or body, by a real shell with TOKEN=secret in it. */
	const given = (request: Parameters<typeof curlCommand>[2]): string[] =>
		argumentsOf(curlCommand(host, gateway, request), {TOKEN: 'secret'}).slice(1);

	test.each([
		['Authorization: Bearer ${TOKEN}', 'Authorization: Bearer secret'],
		['Cookie: a=b; session=$TOKEN', 'Cookie: a=b; session=secret'],
		['X-Path: "`$TOKEN`" \\', 'X-Path: "`$TOKEN`" \\'],
		['X-Note: "quoted" $TOKEN \\', 'X-Note: "quoted" secret \\'],
		['X-Price: 5$', 'X-Price: 5$'],
		['X-At: me@example.com', 'X-At: me@example.com'],
	])('the header %s reaches the shell so that it becomes %s', (header, wanted) => {
		expect(given({headers: [header]})).toEqual(expect.arrayContaining(['-H', wanted]));
	});

	test('a header from a file is what is in the file, after a scheme of credentials too', () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-commands-'));
		onTestFinished(() => rmSync(folder, {recursive: true}));
		const file = path.join(folder, "it's $TOKEN");
		writeFileSync(file, 'from-file\n');
		expect(given({headers: [`Authorization: Basic @${file}`, `X-$-Key: @${file}`]})).toEqual(
			expect.arrayContaining(['Authorization: Basic from-file', 'X-$-Key: from-file']),
		);
		expect(given({headers: [`Cookie: a=5$1; b=@${file}; c=$TOKEN`]})).toEqual(
			expect.arrayContaining(['Cookie: a=5$1; b=from-file; c=secret']),
		);
		expect(given({headers: [`Cookie: @${file}`]})).toEqual(expect.arrayContaining(['Cookie: from-file']));
	});

	test('a head, an empty header and a body of no type reach the gateway as the program sends them', async () => {
		const seen: unknown[] = [];
		const {port} = await serveHttp(({method, headers}, response) => {
			seen.push({method, empty: headers['x-empty'], type: headers['content-type']});
			response.end('Hello');
		});
		const probe = createHttpProbe();
		onTestFinished(async () => probe.close());
		for (const request of [
			{method: 'HEAD', headers: ['X-Empty:']},
			{method: 'POST', headers: [], body: 'a=b'},
			{method: 'PUT', headers: ['content-type: text/plain'], body: 'a=b'},
		]) {
			const content = requestContent({...request, body: request.body, expectStatus: undefined});
			await probe.ask(targetAt(port, {request: content}));
			const line = curlCommand(host, {host: '127.0.0.1', port}, request);
			await promisify(execFile)('sh', ['-c', `${line} --silent --max-time 20`]);
			const [asked, byCurl] = seen.splice(0);
			expect(byCurl).toEqual(asked);
			expect(asked).toMatchObject({method: request.method});
		}
	});

	test('a call of gRPC keeps an empty header as it was said', () => {
		expect(grpcurlCommand(host, gateway, {headers: ['X-Empty:']})).toContain("-H 'X-Empty:'");
	});

	test('the method is said only where curl would take another one', () => {
		expect(given({})).not.toContain('-X');
		expect(given({method: 'GET', body: '{}'})).toEqual(expect.arrayContaining(['-X', 'GET']));
		expect(given({method: 'POST'})).toEqual(expect.arrayContaining(['-X', 'POST']));
		expect(given({method: 'POST', body: '{}'})).not.toContain('-X');
	});
});

test('grpcurl speaks to the gateway in the name of the host', () => {
	expect(grpcurlCommand(host, gateway)).toBe(
		`grpcurl -plaintext -authority ${host} 203.0.113.10:80 grpc.health.v1.Health/Check`,
	);
});

test('grpcurl calls the method that is asked for, by its file, over TLS that is believed by name', () => {
	const options = {
		method: 'shop.v1.Cart/Get',
		request: {id: "it's"},
		protoFile: 'my cart.proto',
		headers: ['X-Who: me'],
		scheme: 'https',
	} as const;
	const call = ['-authority', host, '203.0.113.10:443', 'shop.v1.Cart/Get'];
	const described = ['-proto', 'my cart.proto', '-d', `{"id":"it's"}`, '-H', 'X-Who: me', ...call];
	const endpoint = {...gateway, port: 443};
	expect(argumentsOf(grpcurlCommand(host, endpoint, options))).toEqual(['grpcurl', ...described]);
	expect(
		argumentsOf(grpcurlCommand(host, endpoint, {...options, cacert: '/ca.pem', insecure: true})),
	).toEqual(['grpcurl', '-cacert', '/ca.pem', '-insecure', ...described]);
	// Without TLS there is nothing to believe.
	const plain = grpcurlCommand(host, gateway, {cacert: '/ca.pem', insecure: true});
	expect(plain).toBe(grpcurlCommand(host, gateway));
});

test.each([
	['http', undefined, 'http'],
	['http', {method: 'a.B/C'}, 'http'],
	['grpc', undefined, 'health check'],
	['grpc', {method: 'a.B/C'}, 'grpc method'],
] as const)('asked by %s with the call %j it is asked by %s', (protocol, call, wanted) => {
	expect(askedBy(protocol, call)).toBe(wanted);
});

test('curl gets method, headers and body as they were said, and secrets stay named', () => {
	const command = curlCommand(
		'shop.default.example.com',
		{host: '10.0.0.1', port: 80},
		{
			method: 'PUT',
			headers: ["X-Who: it's me", 'Authorization: Bearer $TOKEN', 'X-Key: @key file.txt'],
			body: '@body.json',
		},
	);
	expect(command).toBe(
		String.raw`curl -X PUT -H 'X-Who: it'\''s me' -H "Authorization: Bearer $TOKEN" -H "X-Key: $(cat 'key file.txt')" -H 'Content-Type:' --data-binary @body.json -H 'Host: shop.default.example.com' http://10.0.0.1/`,
	);
	expect(curlCommand('h', {host: '10.0.0.1', port: 80}, {method: 'POST', body: 'a b'})).toBe(
		"curl -H 'Content-Type:' --data-binary 'a b' -H 'Host: h' http://10.0.0.1/",
	);
});
