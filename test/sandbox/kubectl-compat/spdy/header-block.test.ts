import {constants, createDeflate, createInflate, deflateRawSync, deflateSync} from 'node:zlib';
import * as fc from '../../../support/property.js';
import {describe, expect, it} from 'vitest';
import {dictionary} from '../../../../source/sandbox/kubectl-compat/spdy/dictionary.js';
import {SpdyError} from '../../../../source/sandbox/kubectl-compat/spdy/error.js';
import {
	createHeaderPacker,
	createHeaderUnpacker,
} from '../../../../source/sandbox/kubectl-compat/spdy/header-block.js';

const flush = constants.Z_SYNC_FLUSH;

function number(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

const block = (...texts: string[]): Buffer =>
	Buffer.concat([
		number(texts.length / 2),
		...texts.flatMap(text => [number(Buffer.byteLength(text)), Buffer.from(text)]),
	]);

describe('a block of headers', () => {
	it('is unpacked from one stream of zlib over the whole connection, as other ends pack it', async () => {
		const deflate = createDeflate({dictionary, flush});
		const unpack = createHeaderUnpacker();
		const sent = [
			{streamtype: 'error', port: '8080', requestid: '0'},
			{streamtype: 'data', port: '8080', requestid: '0'},
			{streamtype: 'error', port: '8080', requestid: '1'},
		];
		for (const headers of sent) {
			const packed = Promise.withResolvers<Buffer>();
			deflate.once('data', packed.resolve);
			deflate.write(block(...Object.entries(headers).flat()));
			expect(unpack(await packed.promise)).toEqual(headers);
		}
	});

	it('is packed so that one stream of zlib unpacks them all', async () => {
		const pack = createHeaderPacker();
		const inflate = createInflate({dictionary, flush});
		for (const headers of [{}, {status: '200 OK'}, {status: '200 OK', version: 'HTTP/1.1'}]) {
			const unpacked = Promise.withResolvers<Buffer>();
			inflate.once('data', unpacked.resolve);
			inflate.write(pack(headers));
			expect(await unpacked.promise).toEqual(block(...Object.entries(headers).flat()));
		}
	});

	it('comes back as it was, whatever the names and values', () => {
		const headers = fc.dictionary(
			fc.string({minLength: 1}).filter(name => name !== '__proto__'),
			fc.string(),
			{noNullPrototype: true},
		);
		fc.assert(
			fc.property(fc.array(headers, {maxLength: 5}), blocks => {
				const pack = createHeaderPacker();
				const unpack = createHeaderUnpacker();
				for (const each of blocks) {
					expect(unpack(pack(each))).toEqual(each);
				}
			}),
		);
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['bytes that are no zlib', Buffer.from('hello, world')],
		['zlib without the dictionary', deflateSync(block('port', '1'), {finishFlush: flush})],
		[
			'zlib with another dictionary',
			deflateSync(block(), {dictionary: Buffer.from('x'), finishFlush: flush}),
		],
		['an end too early', deflateSync(block('port', '1').subarray(0, -1), {dictionary, finishFlush: flush})],
		['a count of 4 billion', deflateSync(number(0xff_ff_ff_ff), {dictionary, finishFlush: flush})],
		['a name twice', deflateSync(block('port', '1', 'port', '2'), {dictionary, finishFlush: flush})],
		['a bomb', deflateSync(Buffer.alloc(10_000_000), {dictionary, finishFlush: flush})],
	])('is refused for %s', (_, packed) => {
		expect(() => createHeaderUnpacker()(packed)).toThrow(SpdyError);
	});

	it('is refused for a bomb later on, too', () => {
		const unpack = createHeaderUnpacker();
		unpack(createHeaderPacker()({}));
		expect(() => unpack(deflateRawSync(Buffer.alloc(10_000_000), {finishFlush: flush}))).toThrow(SpdyError);
	});
});
