/** A port of this machine that leads to a pod through the API server of the sandbox, over TLS: bytes, and all that goes wrong. */
import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {Agent, request as httpRequest, type IncomingMessage} from 'node:http';
import {connect as connectTo, createServer} from 'node:net';
import {buffer, text} from 'node:stream/consumers';
import {describe, expect, it, onTestFinished} from 'vitest';
import {listen, serveHttp} from '../../probe/servers.js';
import {startPodWorld} from '../pod-world.js';

type ForwardQuestion = {path?: string; agent?: Agent; body?: Buffer};

async function open(port: number, {path = '/', agent, body}: ForwardQuestion = {}): Promise<IncomingMessage> {
	const request = httpRequest({
		host: '127.0.0.1',
		port,
		path,
		method: body ? 'POST' : 'GET',
		...(agent ? {agent} : {agent: false}),
	});
	const answered = once(request, 'response');
	request.end(body);
	const [response]: IncomingMessage[] = await answered;
	if (!response) throw new Error('no answer');
	// What breaks from here on is the response's to say.
	request.on('error', () => {});
	return response;
}

const ask = async (port: number, question?: ForwardQuestion): Promise<string> =>
	text(await open(port, question));

function keptAlive(maxSockets: number): Agent {
	const agent = new Agent({keepAlive: true, maxSockets});
	onTestFinished(() => agent.destroy());
	return agent;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A web server that echoes paths, as a pod called `one`. */
async function withEcho() {
	const pod = await serveHttp((request, response) => response.end(`one ${request.url}`));
	const world = await startPodWorld({one: pod.port});
	return {world, pod};
}

describe('a port-forward', () => {
	it('asks the API server for nothing until somebody asks it', async () => {
		const {world} = await withEcho();
		const {forward, states} = await world.forward();
		expect(forward).toMatchObject({host: '127.0.0.1', state: {kind: 'unopened'}});
		expect(world.opened).toEqual([]);
		expect(await ask(forward.port)).toBe('one /');
		expect(states).toEqual([{kind: 'opening'}, {kind: 'open', pod: 'gateways/one'}]);
		expect(world.opened).toEqual(['gateways/one:8080']);
	});

	it('carries several requests over one connection', async () => {
		const {world, pod} = await withEcho();
		const {forward} = await world.forward();
		const agent = keptAlive(1);
		for (const path of ['/a', '/b', '/c']) expect(await ask(forward.port, {path, agent})).toBe(`one ${path}`);
		expect(pod.connections()).toBe(1);
		expect(world.opened).toHaveLength(1);
	});

	it('carries several connections at once, each its own', async () => {
		const {world, pod} = await withEcho();
		const {forward} = await world.forward();
		const agent = keptAlive(8);
		const paths = Array.from({length: 200}, (_, index) => `/${index}`);
		const answers = await Promise.all(paths.map(async path => ask(forward.port, {path, agent})));
		expect(answers).toEqual(paths.map(path => `one ${path}`));
		expect(pod.connections()).toBe(8);
	});

	it('carries large bodies unharmed, both ways', async () => {
		const sent = randomBytes(6 * 1024 * 1024);
		const pod = await serveHttp((request, response) => {
			const echo = async (): Promise<void> => {
				const body = await buffer(request);
				response.setHeader('received', sha256(body));
				response.end(body);
			};
			void echo();
		});
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const response = await open(forward.port, {body: sent});
		expect(response.headers['received']).toBe(sha256(sent));
		expect(sha256(await buffer(response))).toBe(sha256(sent));
	});

	it('has a pod wait whose answer nobody reads', async () => {
		const chunk = Buffer.alloc(256 * 1024);
		let written = 0;
		const pod = await serveHttp(({url}, response) => {
			if (url === '/quick') {
				response.end('quick');
				return;
			}

			const write = (): void => {
				while (written < 256 * 1024 * 1024) {
					written += chunk.length;
					if (!response.write(chunk)) {
						response.once('drain', write);
						return;
					}
				}
			};
			write();
		});
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const response = await open(forward.port);
		// Not one byte is read. What it has sent stays the same, as soon as everything on the way is full.
		let before = -1;
		while (written !== before) {
			before = written;
			for (let times = 0; times < 20; times++) await ask(forward.port, {path: '/quick'});
		}
		expect(written).toBeLessThan(64 * 1024 * 1024);
		response.destroy();
	});

	it('passes on what the pod says after the client has said its last', async () => {
		const pod = await listen(
			createServer({allowHalfOpen: true}, socket => {
				socket.once('data', said => socket.end(`you said ${said.toString()}`));
			}),
		);
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const socket = connectTo({host: '127.0.0.1', port: forward.port, allowHalfOpen: true});
		socket.end('bye');
		expect(await text(socket)).toBe('you said bye');
	});

	it('breaks off an answer whose connection is lost, so that half of it does not pass for all', async () => {
		const begun = Promise.withResolvers<void>();
		const pod = await serveHttp((_request, response) => {
			// Without a length: only the end of the connection says that it is all.
			response.writeHead(200, {connection: 'close'});
			response.useChunkedEncodingByDefault = false;
			response.write('half of ');
			begun.resolve();
		});
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const response = await open(forward.port);
		await begun.promise;
		const [first]: Buffer[] = await once(response, 'data');
		expect(first?.toString()).toBe('half of ');
		const broken = once(response, 'end');
		await world.server.close();
		await expect(broken).rejects.toThrow(/aborted|ECONNRESET/);
	});

	it('goes to another pod when its own has gone', async () => {
		const one = await serveHttp((_request, response) => response.end('one'));
		const two = await serveHttp((_request, response) => response.end('two'));
		const world = await startPodWorld({one: one.port, two: two.port});
		const {forward, states} = await world.forward();
		const agent = keptAlive(1);
		expect(await ask(forward.port, {agent})).toBe('one');
		world.removePod('one');
		expect(await ask(forward.port)).toBe('two');
		expect(states.at(-1)).toEqual({kind: 'open', pod: 'gateways/two'});
		expect(forward.trouble).toBeUndefined();
	});

	it('says that there is no pod, and answers again when there is one', async () => {
		const {world} = await withEcho();
		let time = 0;
		const {forward} = await world.forward({timers: {now: () => time}});
		world.removePod('one');
		await expect(ask(forward.port)).rejects.toThrow(/hang up|ECONNRESET/);
		expect(forward.trouble).toBe('Service gateways/envoy: it has no pod');
		world.addPod('one');
		// Not each of many requests asks the API server about it.
		await expect(ask(forward.port)).rejects.toThrow(/hang up|ECONNRESET/);
		time += 250;
		expect(await ask(forward.port)).toBe('one /');
		expect(forward.state).toEqual({kind: 'open', pod: 'gateways/one'});
	});

	it('says that nothing listens at the port of the pod', async () => {
		const world = await startPodWorld({});
		world.addPod('deaf');
		const failing = Promise.withResolvers<string>();
		const {forward} = await world.forward({
			onState: state => state.kind === 'failing' && failing.resolve(state.sentence),
		});
		await expect(ask(forward.port)).rejects.toMatchObject({code: 'ECONNRESET'});
		expect(await failing.promise).toMatch(/^port 8080 of pod gateways\/deaf: .*connection refused$/);
	});

	it('names the right that is missing', async () => {
		const {world} = await withEcho();
		const {forward} = await world.forward({cluster: await world.asViewer()});
		await expect(ask(forward.port)).rejects.toThrow(/hang up|ECONNRESET/);
		expect(forward.trouble).toContain('User "viewer" cannot get resource "pods/portforward"');
		expect(forward.trouble).toContain(
			'it takes the right to get and create pods/portforward in the namespace gateways',
		);
	});

	it('tells that its Service has gone', async () => {
		const {world} = await withEcho();
		const gone = Promise.withResolvers<void>();
		const {forward} = await world.forward({onGone: () => gone.resolve()});
		world.removeService();
		await expect(ask(forward.port)).rejects.toThrow(/hang up|ECONNRESET/);
		await gone.promise;
		expect(forward.trouble).toContain('services "envoy" not found');
	});

	it('says that the API server is away', async () => {
		const {world} = await withEcho();
		const {forward} = await world.forward();
		expect(await ask(forward.port)).toBe('one /');
		await world.server.close();
		await expect(ask(forward.port)).rejects.toThrow(/hang up|ECONNRESET/);
		expect(forward.trouble).toMatch(/^https:\/\/127\.0\.0\.1:\d+ refused the connection$/);
	});

	it('takes 32 connections at once, and no more', async () => {
		const left = Promise.withResolvers<void>();
		const pod = await listen(
			createServer(socket => {
				socket.write('hello');
				socket.once('close', () => left.resolve());
			}),
		);
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const sockets = Array.from({length: 32}, () => connectTo({host: '127.0.0.1', port: forward.port}));
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
		});
		await Promise.all(sockets.map(async socket => once(socket, 'data')));
		const more = connectTo({host: '127.0.0.1', port: forward.port});
		await expect(once(more, 'data')).rejects.toMatchObject({code: 'ECONNRESET'});
		// One that leaves makes room.
		sockets[0]!.destroy();
		await left.promise;
		const next = async (): Promise<void> => {
			const socket = connectTo({host: '127.0.0.1', port: forward.port});
			onTestFinished(() => void socket.destroy());
			try {
				await once(socket, 'data');
			} catch {
				await next();
			}
		};
		await next();
	});

	it('leaves nothing behind: no listener, and no connection to the pod', async () => {
		const left = Promise.withResolvers<void>();
		const pod = await listen(
			createServer(socket => {
				socket.write('hello');
				socket.once('close', () => left.resolve());
			}),
		);
		const world = await startPodWorld({one: pod.port});
		const {forward} = await world.forward();
		const socket = connectTo({host: '127.0.0.1', port: forward.port});
		const ended = once(socket, 'close');
		socket.on('error', () => {});
		await once(socket, 'data');
		await forward.close();
		await Promise.all([ended, left.promise]);
		const again = connectTo({host: '127.0.0.1', port: forward.port});
		await expect(once(again, 'connect')).rejects.toMatchObject({code: 'ECONNREFUSED'});
	});
});
