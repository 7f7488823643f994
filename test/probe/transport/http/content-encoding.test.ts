import {brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync} from 'node:zlib';
import {expect, onTestFinished, test} from 'vitest';
import {decodeContent} from '../../../../source/probe/transport/http/content-encoding.js';
import {createHttpProbe} from '../../../../source/probe/transport/http/http.js';
import {responseOf, serveHttp, serveRaw, targetAt} from '../../servers.js';

const text = Buffer.from('Hello World!\nrequest 1\n');
const limits = {limit: 64 * 1024, truncated: false};

test.each([
	['gzip', gzipSync(text)],
	['x-gzip', gzipSync(text)],
	['deflate', deflateSync(text)],
	['deflate', deflateRawSync(text)],
	['br', brotliCompressSync(text)],
	['zstd', zstdCompressSync(text)],
	['gzip, br', brotliCompressSync(gzipSync(text))],
	['gzip, gzip, gzip, gzip, gzip', [1, 2, 3, 4, 5].reduce<Buffer>(bytes => gzipSync(bytes), text)],
	['gzip, chunked', gzipSync(text)],
	['identity', text],
	['none', text],
	['utf-8', text],
	['', text],
])('a body that came as %j is read as it was before', async (encoding, bytes) => {
	const decoded = await decodeContent(bytes, encoding, limits);
	expect(Buffer.from(decoded.bytes).toString()).toBe(text.toString());
	expect(decoded).toMatchObject({truncated: false});
	expect(decoded.problem).toBeUndefined();
});

test('a small body that becomes 100 MB is not unpacked beyond the limit', async () => {
	const bomb = gzipSync(Buffer.alloc(100_000_000));
	const decoded = await decodeContent(bomb, 'gzip', limits);
	expect(decoded.truncated).toBe(true);
	expect(decoded.bytes).toHaveLength(limits.limit);
});

test('of a body that was cut off as much is read as came', async () => {
	const long = gzipSync(Buffer.from(Array.from({length: 40_000}, (_, line) => `line ${line}`).join('\n')));
	const decoded = await decodeContent(long.subarray(0, 40_000), 'gzip', {...limits, truncated: true});
	expect(Buffer.from(decoded.bytes).toString()).toMatch(/^line 0\nline 1\n/);
});

test.each([
	['gzip', Buffer.from('no gzip at all'), /said to be compressed as gzip, and is not/],
	['gzip', gzipSync(text).subarray(0, -4), /compressed as gzip, and cannot be read to its end/],
	['deflate', Buffer.from('no deflate at all'), /said to be compressed as deflate, and is not/],
	['compress', Buffer.from([0x1f, 0x9d, 0x90, 0x48]), /compressed as compress, which is not read here/],
	['gzip, gzip, gzip, gzip, gzip, gzip', text, /which is not read here/],
])('what is not as %j says is told', async (encoding, bytes, problem) => {
	expect((await decodeContent(bytes, encoding, limits)).problem).toMatch(problem);
});

test.each(['gzip', 'br'])(
	'a gateway that sends %s unasked is read, and told that nobody asks for it',
	async encoding => {
		let asked: string | undefined;
		const {port} = await serveHttp((request, response) => {
			asked = String(request.headers['accept-encoding']);
			response.setHeader('content-encoding', encoding);
			response.end(encoding === 'br' ? brotliCompressSync(text) : gzipSync(text));
		});
		const probe = createHttpProbe();
		onTestFinished(async () => probe.close());
		const response = responseOf(await probe.ask(targetAt(port)));
		expect(asked).toBe('identity');
		expect(response).toMatchObject({firstLine: 'Hello World!', fingerprint: 'Hello World!'});
	},
);

test('a body whose transfer is compressed is read as it was before', async () => {
	const {port} = await serveRaw(socket => {
		socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n');
		socket.end(gzipSync(text));
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	expect(responseOf(await probe.ask(targetAt(port)))).toMatchObject({firstLine: 'Hello World!'});
});

test('a body that no client can read has no fingerprint, and is a failure', async () => {
	const {port} = await serveHttp((_, response) => {
		response.setHeader('content-encoding', 'gzip');
		response.end('rubbish');
	});
	const probe = createHttpProbe();
	onTestFinished(async () => probe.close());
	const response = responseOf(await probe.ask(targetAt(port)));
	expect(response.fingerprint).toBeUndefined();
	expect(response).toMatchObject({
		status: 200,
		error: true,
		firstLine: '(said to be compressed as gzip, and is not)',
	});
});
