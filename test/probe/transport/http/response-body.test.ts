/** What is read of a body, and where it ends. */
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {responseOf, serveHttp, serveRaw, targetAt} from '../../servers.js';
import {probe} from './http-probe.js';

test('reads 64 KiB of a body of 64 MiB and drops the connection', async () => {
	let dropped: Promise<unknown> | undefined;
	// More than the system's buffers for a connection take.
	const size = 64 * 1024 * 1024;
	let written = 0;
	const {port, connections} = await serveHttp((_request, response) => {
		dropped = once(response, 'close');
		const line = Buffer.alloc(1024, 'x');
		line.write('first\n');
		const write = (): void => {
			while (written < size && !response.destroyed) {
				written += line.length;
				if (!response.write(line)) {
					response.once('drain', write);
					return;
				}
			}

			response.end();
		};
		write();
	});
	const kept = probe();
	const response = responseOf(await kept.ask(targetAt(port)));
	expect(response).toMatchObject({truncated: true, firstLine: 'first'});
	expect(response.body.length).toBe(2048);
	await dropped;
	expect(written).toBeLessThan(size);
	written = size;
	expect(responseOf(await kept.ask(targetAt(port))).truncated).toBe(false);
	expect(connections()).toBe(2);
});

test('a body of exactly 64 KiB is complete', async () => {
	const {port} = await serveHttp((_request, response) => response.end(Buffer.alloc(64 * 1024, 'x')));
	expect(responseOf(await probe().ask(targetAt(port))).truncated).toBe(false);
});

test('cuts a long line where no character is halved', async () => {
	const {port} = await serveHttp((_request, response) => response.end(`a${'😀'.repeat(40_000)}`));
	const response = responseOf(await probe().ask(targetAt(port)));
	expect(response.truncated).toBe(true);
	expect(response.firstLine).toBe(`a${'😀'.repeat(127)}…`);
	expect(response.body).toBe(`a${'😀'.repeat(1023)}`);
});

test.each([
	['escape sequences', '\u001B[2J\u001B]0;gone\u0007', '␛[2J␛]0;gone␇'],
	['NUL', 'a\u0000b', 'a␀b'],
	['a carriage return that would overwrite the line', 'good\rbad', 'good'],
	['CJK', '你好，世界', '你好，世界'],
	['emoji', 'Hello 👩‍🚀!', 'Hello 👩‍🚀!'],
	['text that reads backwards', 'a\u202Eb', 'a<U+202E>b'],
	['blank lines before the first', '\n  \n  Hello World!  \n', 'Hello World!'],
])('the first line of a body with %s is fit for a terminal', async (_name, body, firstLine) => {
	const {port} = await serveHttp((_request, response) => response.end(body));
	const response = responseOf(await probe().ask(targetAt(port)));
	expect(response.firstLine).toBe(firstLine);
	expect(response.body).not.toMatch(/[^\P{Cc}\n]/u);
});

test('bytes that are no UTF-8 are shown as such', async () => {
	const {port} = await serveHttp((_request, response) => response.end(Buffer.from([0x61, 0xff, 0xfe, 0x62])));
	expect(responseOf(await probe().ask(targetAt(port))).firstLine).toBe('a\uFFFD\uFFFDb');
});

test.each([
	['iso-8859-1', [0xe9, 0x74, 0xe9], 'été'],
	['klingon', [0xc3, 0xa9], 'é'],
])('reads a body in the charset it says it has: %s', async (charset, bytes, text) => {
	const {port} = await serveHttp((_request, response) => {
		response.setHeader('content-type', `text/plain; charset=${charset}`);
		response.end(Buffer.from(bytes));
	});
	expect(responseOf(await probe().ask(targetAt(port))).firstLine).toBe(text);
});

test('a body that ends with the connection is complete', async () => {
	const {port} = await serveRaw(socket => socket.end('HTTP/1.1 200 OK\r\n\r\nHello World!\n'));
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({
		firstLine: 'Hello World!',
		truncated: false,
	});
});

// The connection stays: where it ends is said by the chunks alone.
test.each([
	['the last line', '6\r\nHello\n\r\n0\n\n'],
	['every line', '6\nHello\n\n0\n\n'],
	['an extension and trailers', '6;a=b\nHello\n\n0\nx: y\n\n'],
])('chunks where %s ends with LF alone have an end', async (_what, chunks) => {
	const bytes = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`;
	const {port} = await serveRaw(socket => {
		socket.write(bytes);
		socket.on('data', () => socket.write(bytes));
	});
	const requestOptions = probe();
	for (let times = 0; times < 2; times++) {
		expect(responseOf(await requestOptions.ask(targetAt(port)))).toMatchObject({
			status: 200,
			firstLine: 'Hello',
		});
	}
});
