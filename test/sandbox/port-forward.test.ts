/** kubectl port-forward to pods of the sandbox: SPDY inside a WebSocket, and SPDY alone where that is asked for. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {Agent, request as httpRequest, IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {text} from 'node:stream/consumers';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startSandbox} from '../../source/sandbox/sandbox.js';
import {commandLine, helloManifest, look} from './command-line.js';

const {installed, skipped} = look('kubectl');

async function withPod() {
	const tool = await commandLine('kubectl');
	await tool.says('apply', '-f', await tool.file('service.yaml', helloManifest()));
	await tool.says('wait', 'ksvc/hello', '--for=condition=Ready', '--timeout=30s');
	return {...tool, pod: (await tool.says('get', 'pods', '-o', 'name')).trim()};
}

/** kubectl that forwards a free port of its choice. */
async function forward(env: NodeJS.ProcessEnv, target: string, port: number | string, namespace = 'default') {
	const child = spawn('kubectl', ['port-forward', '-v=6', '-n', namespace, target, `:${port}`], {env});
	const closed = once(child, 'close');
	onTestFinished(() => void child.kill());
	let complaint = '';
	child.stderr.on('data', (chunk: Buffer) => {
		complaint += chunk.toString('utf8');
	});
	for await (const line of createInterface({input: child.stdout})) {
		const local = /^Forwarding from 127\.0\.0\.1:(?<port>\d+) ->/.exec(line)?.groups?.['port'];
		if (local !== undefined) {
			// What it goes on to say must not fill its pipe.
			child.stdout.resume();
			return {
				child,
				port: Number(local),
				ended: async () => {
					await closed;
					return {code: child.exitCode, complaint};
				},
			};
		}
	}

	await closed;
	throw new Error(`kubectl did not forward: ${complaint}`);
}

async function ask(
	port: number,
	{body, host = 'localhost'}: {body?: Buffer; host?: string} = {},
): Promise<string> {
	// The app answers before it has read the body: it must not close the connection over it.
	const agent = new Agent({keepAlive: true});
	onTestFinished(() => agent.destroy());
	const request = httpRequest({
		host: '127.0.0.1',
		port,
		agent,
		method: body ? 'POST' : 'GET',
		headers: {host},
	});
	const answered = once(request, 'response');
	// kubectl may be gone before the whole body has gone out to an app that has answered already.
	request.on('error', () => {});
	request.end(body);
	const [response]: IncomingMessage[] = await answered;
	if (!response) {
		throw new Error('no answer');
	}

	return text(response);
}

describe.skipIf(!installed)(`kubectl port-forward${skipped}`, () => {
	it.each([
		['inside a WebSocket', 'true', /GET \S+\/portforward 101/],
		['alone', 'false', /POST \S+\/portforward 101/],
	])(
		'carries requests to a pod, one after the other, at once, and large ones: SPDY %s',
		async (_, webSockets, handshake) => {
			const {env, pod} = await withPod();
			const {port, child, ended} = await forward(
				{...env, KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets},
				pod,
				8080,
			);
			expect(await ask(port)).toBe('Hello World!\n');
			expect(await ask(port)).toBe('Hello World!\n');
			expect(new Set(await Promise.all(Array.from({length: 20}, () => ask(port))))).toEqual(
				new Set(['Hello World!\n']),
			);
			expect(await ask(port, {body: Buffer.alloc(5_000_000, 'x')})).toBe('Hello World!\n');
			child.kill('SIGINT');
			expect((await ended()).complaint).toMatch(handshake);
			const again = await forward(env, pod, 8012);
			expect(await ask(again.port)).toBe('Hello World!\n');
		},
	);

	it('finds the pod of a Deployment, and of the private Service of a revision', async () => {
		const {env, fails} = await withPod();
		const deployed = await forward(env, 'deployment/hello-00001-deployment', 8080);
		expect(await ask(deployed.port)).toBe('Hello World!\n');
		const served = await forward(env, 'service/hello-00001-private', 80);
		expect(await ask(served.port)).toBe('Hello World!\n');
		// Its endpoints are written by hand: kubectl knows no pod of it.
		expect(await fails('port-forward', 'service/hello-00001', ':80')).toContain(
			'Service is defined without a selector',
		);
	});

	it('leads to the gateway, from outside and from within the cluster, whichever pod it is', async () => {
		const {env, says, sandbox} = await withPod();
		await says('label', 'ksvc', 'hello', 'networking.knative.dev/visibility=cluster-local');
		await says('wait', 'ksvc/hello', '--for=jsonpath={.status.url}=http://hello.default.svc.cluster.local');
		await says('wait', 'ksvc/hello', '--for=condition=Ready');
		const host = 'hello.default.svc.cluster.local';
		const pods = ['get', 'pods', '-n', 'kourier-system', '-o', 'name'];
		const before = await says(...pods);
		expect(before).toMatch(/^pod\/3scale-kourier-gateway-\S+\n$/);
		await says('delete', before.trim(), '-n', 'kourier-system');
		expect(await says(...pods)).not.toBe(before);
		const listener = new URL(`http://${sandbox.gatewayAddress}`).port;
		const outer = await forward(env, 'service/kourier', listener, 'kourier-system');
		expect(await ask(outer.port, {host})).toBe('');
		const inner = await forward(env, 'service/kourier-internal', 80, 'kourier-system');
		expect(await ask(inner.port, {host})).toBe('Hello World!\n');
	});

	it('is told that nobody listens, and of a pod that is gone', async () => {
		const {env, pod, says} = await withPod();
		const nobody = await forward(env, pod, 99);
		await expect(ask(nobody.port)).rejects.toThrow(/hang up|ECONNRE/);
		const {code, complaint} = await nobody.ended();
		expect(code).toBe(1);
		expect(complaint).toMatch(
			/error forwarding port 99 to pod default\/hello-\S+, uid : failed to connect.*connection refused[^]*error: lost connection to pod/,
		);
		const orphan = await forward(env, pod, 8080);
		expect(await ask(orphan.port)).toBe('Hello World!\n');
		await says('delete', pod);
		await expect(ask(orphan.port)).rejects.toThrow(/hang up|ECONNRE/);
		expect((await orphan.ended()).complaint).toContain('lost connection to pod');
	});
});

describe('what is no SPDY in a WebSocket for it', () => {
	it('ends that WebSocket, and nothing else', async () => {
		const sandbox = await startSandbox({pace: 100, tls: false});
		onTestFinished(() => sandbox.stop());
		const headers = {authorization: `Bearer ${sandbox.token}`};
		const list = await fetch(`${sandbox.apiUrl}/api/v1/namespaces/default/pods`, {headers});
		const name = /"name":"(?<name>checkout-00001-deployment-[^"]+)"/.exec(await list.text())?.groups?.[
			'name'
		];
		const path = `/api/v1/namespaces/default/pods/${name ?? ''}/portforward`;
		for (const message of [Buffer.from('words'), Buffer.from('8002000600000000', 'hex')]) {
			const request = httpRequest(new URL(path, sandbox.apiUrl), {
				headers: {
					...headers,
					connection: 'Upgrade',
					upgrade: 'websocket',
					'sec-websocket-version': '13',
					'sec-websocket-key': Buffer.alloc(16).toString('base64'),
					'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
				},
			});
			const upgraded: Promise<unknown[]> = once(request, 'upgrade');
			request.end();
			const [response, socket] = await upgraded;
			if (!(response instanceof IncomingMessage) || !(socket instanceof Socket)) {
				throw new TypeError('no upgrade');
			}

			expect(response.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
			const closed = once(socket, 'close');
			socket.resume();
			// A text, or a binary message under a mask of nothing (RFC 6455 5.2).
			const opcode = message.length === 5 ? 0x81 : 0x82;
			socket.write(Buffer.concat([Buffer.from([opcode, 0x80 | message.length, 0, 0, 0, 0]), message]));
			// Its own close is answered, and then the connection ends.
			socket.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
			await closed;
		}

		const alive = await fetch(`${sandbox.apiUrl}/readyz`, {headers});
		expect(await alive.text()).toBe('ok');
	});
});
