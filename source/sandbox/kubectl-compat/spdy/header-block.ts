/**
 * Blocks of names and values as SYN_STREAM, SYN_REPLY and HEADERS carry them, compressed over the whole of a connection.
 *
 * Source: SPDY Protocol Draft 3.1, 2.6.10.
 */
import {constants, deflateRawSync, deflateSync, inflateRawSync} from 'node:zlib';
import {dictionary, dictionaryId} from './dictionary.js';
import {SpdyError} from './error.js';

export type Headers = Readonly<Record<string, string>>;

/** Bytes of a block once it is unpacked. Those of a port are some fifty. */
const longestBlock = 64 * 1024;
/** How far back deflate may refer (RFC 1951). */
const window = 32 * 1024;
const finishFlush = constants.Z_SYNC_FLUSH;

/**
 * The way to pack the blocks of one direction of a connection, one after the other.
 *
 * A block refers to none before it, so nothing has to be kept but whether it is the first.
 */
export function createHeaderPacker(): (headers: Headers) => Buffer {
	let isFirst = true;
	return headers => {
		const block = encoded(headers);
		const packed = isFirst
			? deflateSync(block, {dictionary, finishFlush})
			: deflateRawSync(block, {finishFlush});
		isFirst = false;
		return packed;
	};
}

/**
 * The way to unpack them. Each ends at a whole byte with all it says (a sync flush), so one can be unpacked by itself given
 * what came before.
 *
 * @throws SpdyError from what it answers, when a block is none.
 */
export function createHeaderUnpacker(): (packed: Buffer) => Headers {
	let before: Buffer | undefined;
	return packed => {
		const rest = before ? packed : withoutZlibHeader(packed);
		let block: Buffer;
		try {
			block = inflateRawSync(rest, {
				dictionary: before ?? dictionary,
				finishFlush,
				maxOutputLength: longestBlock,
			});
		} catch (error) {
			throw new SpdyError('a block of headers cannot be unpacked', {cause: error});
		}

		before = Buffer.concat([before ?? dictionary, block]).subarray(-window);
		return decoded(block);
	};
}

/** Method, flags and the identifier of the dictionary (RFC 1950). */
function withoutZlibHeader(packed: Buffer): Buffer {
	const [method = 0, flags = 0] = packed;
	const isZlib = (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
	if (packed.length < 6 || !isZlib || (flags & 0x20) === 0 || packed.readUInt32BE(2) !== dictionaryId) {
		throw new SpdyError('the first block of headers is not packed with the dictionary of SPDY/3');
	}

	return packed.subarray(6);
}

function encoded(headers: Headers): Buffer {
	const entries = Object.entries(headers);
	return Buffer.concat([number(entries.length), ...entries.flat().flatMap(withLength)]);
}

function number(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

function withLength(text: string): Buffer[] {
	const bytes = Buffer.from(text);
	return [number(bytes.length), bytes];
}

function decoded(block: Buffer): Headers {
	let position = 0;
	const read = (length: number): Buffer => {
		if (position + length > block.length) {
			throw new SpdyError('a block of headers ends too early');
		}

		position += length;
		return block.subarray(position - length, position);
	};
	const text = (): string => read(read(4).readUInt32BE()).toString('utf8');
	const headers = new Map<string, string>();
	for (let left = read(4).readUInt32BE(); left > 0; left--) {
		const name = text();
		if (name === '' || headers.has(name)) {
			throw new SpdyError(`a block of headers has the name ${JSON.stringify(name)} more than once, or empty`);
		}

		headers.set(name, text());
	}

	return Object.fromEntries(headers);
}
