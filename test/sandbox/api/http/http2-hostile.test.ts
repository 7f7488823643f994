/** What is no HTTP/2, or too much of it: whoever sends it loses the connection or the stream, and nobody else anything. */
import {constants} from 'node:http2';
import type {Readable} from 'node:stream';
import {expect, it} from 'vitest';
import {closed, handshake, secure, speakHttp2} from './http2-client.js';
import {servicesPath, token} from '../support.js';

const type = {
	data: 0,
	headers: 1,
	reset: 3,
	settings: 4,
	ping: 6,
	goaway: 7,
	windowUpdate: 8,
	continuation: 9,
};
const endStream = 0x1;
const acknowledged = 0x1;
const endHeaders = 0x4;
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** RFC 9113 §4.1. */
function frame(kind: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
	const head = Buffer.alloc(9);
	head.writeUIntBE(payload.length, 0, 3);
	head.writeUInt8(kind, 3);
	head.writeUInt8(flags, 4);
	head.writeUInt32BE(stream, 5);
	return Buffer.concat([head, payload]);
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

/** Headers that are compressed in no way (RFC 7541 §6.2.2). */
function block(headers: readonly (readonly [string, string])[]): Buffer {
	return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), string(name), string(value)]));
}

/** RFC 7541 §5.1 and §5.2. */
function string(text: string): Buffer {
	const length: number[] = [];
	let rest = text.length;
	if (rest < 127) {
		length.push(rest);
	} else {
		length.push(127);
		for (rest -= 127; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
		length.push(rest);
	}

	return Buffer.concat([Buffer.from(length), Buffer.from(text)]);
}

const request = (path: string) =>
	[
		[':method', 'GET'],
		[':scheme', 'https'],
		[':authority', 'a'],
		[':path', path],
		['authorization', `Bearer ${token}`],
	] as const;
/** With the acknowledgement of the server's settings: its limits are in force from there on. */
const hello = [preface, frame(type.settings, 0, 0), frame(type.settings, acknowledged, 0)];
const head = (stream: number, headers: readonly (readonly [string, string])[]) =>
	frame(type.headers, endStream | endHeaders, stream, block(headers));
const times = <T>(count: number, make: (index: number) => T): T[] =>
	Array.from({length: count}, (_, index) => make(index));

it.each<[string, Buffer[]]>([
	['something else', [Buffer.from('NONSENSE'.repeat(100))]],
	['HTTP/1.1', [Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')]],
	['a frame longer than any may be', [...hello, Buffer.from('ffffff000000000001', 'hex')]],
	['data of a stream that is none', [...hello, frame(type.data, 0, 0, Buffer.from('x'))]],
	[
		'a window larger than any may be',
		[...hello, ...times(2, () => frame(type.windowUpdate, 0, 0, int32(0x7f_ff_ff_ff)))],
	],
	['a setting that cannot be', [...hello, frame(type.settings, 0, 0, Buffer.from('0005ffffffff', 'hex'))]],
	[
		'headers that cannot be unpacked',
		[...hello, frame(type.headers, endHeaders, 1, Buffer.from('ffffffffffffffff', 'hex'))],
	],
	[
		'more watches than the server has said may be under way',
		[...hello, ...times(300, index => head(2 * index + 1, request(`${servicesPath}?watch=1`)))],
	],
	[
		'headers without an end',
		[
			...hello,
			frame(type.headers, endStream, 1, block(request('/version'))),
			...times(5000, index => frame(type.continuation, 0, 1, block([[`x-${index}`, 'x'.repeat(1000)]]))),
		],
	],
	['settings without an end', [preface, ...times(20_000, () => frame(type.settings, 0, 0))]],
	['pings without an end', [...hello, ...times(20_000, () => frame(type.ping, 0, 0, Buffer.alloc(8)))]],
	[
		'requests that are called off at once, without an end',
		[
			...hello,
			...times(20_000, index =>
				Buffer.concat([
					head(2 * index + 1, request(servicesPath)),
					frame(type.reset, 0, 2 * index + 1, int32(constants.NGHTTP2_CANCEL)),
				]),
			),
		],
	],
])('%s ends the connection, and the server serves others', async (_, bytes) => {
	const {server} = await secure();
	const socket = await handshake(server, ['h2']);
	const gone = closed(socket);
	for (const chunk of bytes) socket.write(chunk);
	socket.resume();
	await gone;
	expect((await speakHttp2(server).call('GET', servicesPath)).code).toBe(200);
});

/** The frames that come in, until one is the last that is waited for. */
async function framesUntil(
	socket: Readable,
	isLast: (frame: {kind: number; stream: number; payload: Buffer}) => boolean,
): Promise<{kind: number; stream: number; payload: Buffer}[]> {
	const frames = [];
	let rest: Buffer = Buffer.alloc(0);
	for await (const chunk of socket) {
		rest = Buffer.concat([rest, Buffer.from(chunk)]);
		while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
			const end = 9 + rest.readUIntBE(0, 3);
			const found = {kind: rest.readUInt8(3), stream: rest.readUInt32BE(5), payload: rest.subarray(9, end)};
			frames.push(found);
			if (isLast(found)) return frames;
			rest = rest.subarray(end);
		}
	}

	throw new Error('the connection ended');
}

it.each<[string, Buffer]>([
	['a name in capitals', head(1, [...request('/version'), ['Accept', '*/*']])],
	[
		'what is said of a connection',
		head(1, [...request('/version'), ['connection', 'upgrade'], ['upgrade', 'websocket']]),
	],
	[
		'no path',
		head(1, [
			[':method', 'GET'],
			[':scheme', 'https'],
		]),
	],
	['two paths', head(1, [...request('/version'), [':path', '/livez']])],
	[
		'more headers than anybody needs',
		head(1, [...request('/version'), ...times(500, index => [`x-${index}`, 'y'] as const)]),
	],
	[
		'a header that is too long',
		Buffer.concat([
			frame(type.headers, endStream, 1, block(request('/version'))),
			...times(5, index => frame(type.continuation, 0, 1, block([[`x-${index}`, 'x'.repeat(16_000)]]))),
			frame(type.continuation, endHeaders, 1),
		]),
	],
])('a request with %s ends its stream, and the connection goes on', async (_, bytes) => {
	const {server} = await secure();
	const socket = await handshake(server, ['h2']);
	socket.write(Buffer.concat([...hello, bytes, head(3, request('/version'))]));
	const frames = await framesUntil(socket, ({kind, stream}) => kind === type.headers && stream === 3);
	expect(frames.filter(({stream}) => stream === 1).map(({kind}) => kind)).toEqual([type.reset]);
});

it('more watches than may be under way at a time are refused, and those that are go on', async () => {
	const {server} = await secure();
	const socket = await handshake(server, ['h2']);
	const watch = request(`${servicesPath}?watch=1`);
	// Before it has acknowledged the server's limit a client cannot know of it.
	const greeting = [preface, frame(type.settings, 0, 0)];
	socket.write(Buffer.concat([...greeting, ...times(300, index => head(2 * index + 1, watch))]));
	const frames = await framesUntil(socket, ({stream}) => stream === 599);
	const of = (wanted: number) => frames.filter(({kind}) => kind === wanted);
	expect(of(type.headers).length).toBe(250);
	expect(of(type.reset).length).toBe(50);
	expect(new Set(of(type.reset).map(({payload}) => payload.readUInt32BE()))).toEqual(
		new Set([constants.NGHTTP2_REFUSED_STREAM]),
	);
});
