import {connect} from 'node:net';
import {describe, expect, it} from 'vitest';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {created, knativeService, mergePatch, servicesPath, start, token} from '../support.js';

/** Sends bytes as they are and answers what comes back until the connection ends. */
function exchange(port: number, bytes: string): Promise<string> {
	const {promise, resolve, reject} = Promise.withResolvers<string>();
	const socket = connect(port, '127.0.0.1');
	let received = '';
	socket.setEncoding('utf8');
	socket.on('data', (chunk: string) => {
		received += chunk;
	});
	socket.on('close', () => resolve(received));
	socket.on('error', reject);
	socket.write(bytes);
	return promise;
}

describe('a request that makes no sense', () => {
	it.each([
		['no JSON', '{"a":', 'application/json'],
		['nothing', '', 'application/json'],
		['JSON that is no object', '"text"', 'application/json'],
		['null', 'null', 'application/json'],
		['no YAML', 'a: [b', 'application/yaml'],
		['nested without end', '['.repeat(100_000), 'application/json'],
		['nested deeply', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 'application/json'],
		['another media type', '<a/>', 'text/xml'],
	])('(%s) gets a well-formed refusal', async (_, raw, type) => {
		const {call} = await start();
		for (const [method, path] of [
			['POST', servicesPath],
			['PUT', `${servicesPath}/hello`],
			['PATCH', `${servicesPath}/hello`],
			['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
		] as const) {
			const answer = await call(method, path, {raw, headers: {'content-type': type}});
			expect(answer.body).toMatchObject({kind: 'Status', status: 'Failure', code: answer.code});
			expect(answer.code).toBeGreaterThanOrEqual(400);
			expect(answer.code).toBeLessThan(500);
		}
	});

	it.each([
		`/apis/serving.knative.dev/v1/namespaces/default/services/%`,
		`/apis/serving.knative.dev/v1/namespaces/%zz/services`,
		`/%ff%fe`,
	])('(path %s) gets a well-formed refusal', async path => {
		const {call} = await start();
		expect(await call('GET', path)).toMatchObject({code: 400, body: {kind: 'Status', code: 400}});
	});

	it('is refused when it is larger than a real server takes', async () => {
		const {call} = await start();
		const answer = await call('POST', servicesPath, {
			body: knativeService('hello', {metadata: {annotations: {big: 'x'.repeat(3 * 1024 * 1024)}}}),
		});
		expect(answer).toMatchObject({
			code: 413,
			body: {
				reason: 'RequestEntityTooLarge',
				message: 'Request entity too large: limit is 3145728',
			},
		});
	});

	it('is refused when its annotations are', async () => {
		const {call} = await start();
		const answer = await call('POST', servicesPath, {
			body: knativeService('hello', {metadata: {annotations: {big: 'x'.repeat(262_144)}}}),
		});
		expect(answer).toMatchObject({
			code: 422,
			body: {
				message:
					'Service.serving.knative.dev "hello" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
			},
		});
	});

	it('is refused with metadata of other types', async () => {
		const {call} = await start();
		for (const metadata of [
			{name: 5},
			{name: 'a', labels: {b: 1}},
			{name: 'a', annotations: []},
			{name: 'a', ownerReferences: [7]},
			{name: 'a', finalizers: 'x'},
		]) {
			const answer = await call('POST', servicesPath, {
				body: {...knativeService('a'), metadata},
			});
			expect(answer.code).toBe(400);
			expect(answer.body['message']).toMatch(
				/^Service in version "v1" cannot be handled as a Service: json: cannot unmarshal /,
			);
		}
	});

	it('is refused with labels that are none', async () => {
		const {call} = await start();
		const answer = await call('POST', servicesPath, {
			body: knativeService('hello', {metadata: {labels: {'b ar': 'x', ok: 'not ok'}}}),
		});
		expect(answer.code).toBe(422);
		expect(at(answer.body, 'details', 'causes')).toHaveLength(2);
	});

	it('changes no prototype', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		for (const raw of [
			'{"__proto__":{"polluted":true}}',
			'{"metadata":{"labels":{"__proto__":"x"}}}',
			'{"constructor":{"prototype":{"polluted":true}}}',
		]) {
			const answer = await running.call('PATCH', `${servicesPath}/hello`, {raw, headers: mergePatch});
			expect(answer.code).toBe(200);
		}

		expect({}).not.toHaveProperty('polluted');
	});
});

describe('a connection that makes no sense', () => {
	it('is closed with a 400', async () => {
		const {server} = await start();
		expect(await exchange(server.port, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
	});

	it('does not stop the server', async () => {
		const {server, call} = await start();
		const begun = connect(server.port, '127.0.0.1');
		begun.on('error', () => undefined);
		begun.write(
			`POST ${servicesPath} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a"`,
		);
		await new Promise<void>(resolve => {
			begun.once('connect', () => resolve());
		});
		begun.destroy();
		expect((await call('GET', servicesPath)).code).toBe(200);
	});
});

it('makes what is not printable harmless in its warnings', async () => {
	const {call} = await start();
	const {code, warnings} = await call('POST', servicesPath, {
		body: {...knativeService('hello'), '\u001B[31m"evil"\r\nx-injected: 1 ü': 1},
	});
	expect(code).toBe(201);
	expect(warnings[0]).toMatch(/^unknown field "/);
	expect(warnings.join('\n')).toMatch(/^[\x20-\x7E\n]+$/);
});

it('listens on loopback alone, and at the port it is told to', async () => {
	const {server} = await start();
	expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
	await expect(start({port: server.port})).rejects.toThrow('EADDRINUSE');
	await expect(start({token: ''})).rejects.toThrow('needs a token');
});
