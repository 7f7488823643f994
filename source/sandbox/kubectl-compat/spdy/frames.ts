/**
 * Frames of SPDY/3.1 and the bytes they are.
 *
 * Source: SPDY Protocol Draft 3.1, 2.2 and 2.6.
 */
import {SpdyError} from './error.js';

export type Frame =
	| {type: 'syn-stream'; stream: number; isLast: boolean; headers: Buffer}
	| {type: 'syn-reply'; stream: number; isLast: boolean; headers: Buffer}
	| {type: 'headers'; stream: number; isLast: boolean; headers: Buffer}
	| {type: 'rst-stream'; stream: number; status: number}
	| {type: 'ping'; id: number}
	| {type: 'goaway'; lastStream: number; status: number}
	| {type: 'window-update'; stream: number; delta: number}
	| {type: 'settings'}
	/** Of one frame of the wire there may come several: a part is passed on as soon as it is there. */
	| {type: 'data'; stream: number; isLast: boolean; data: Buffer};

/** Why a stream is reset. */
export const resetStatus = {
	protocolError: 1,
	invalidStream: 2,
	refusedStream: 3,
	cancel: 5,
	streamInUse: 8,
} as const;
/** Why a connection ends. */
export const goAwayStatus = {ok: 0, protocolError: 1} as const;

const version = 3;
const types = {
	'syn-stream': 1,
	'syn-reply': 2,
	'rst-stream': 3,
	settings: 4,
	ping: 6,
	goaway: 7,
	headers: 8,
	'window-update': 9,
} as const;
const finFlag = 0x01;
const headerLength = 8;
/** Bytes of a control frame; that which opens a port has some eighty. */
const longestControlFrame = 64 * 1024;
/** Bytes of a data frame: its length has 24 bits. */
export const longestData = 0xff_ff_ff;
const withoutTopBit = 0x7f_ff_ff_ff;

/** A frame of data. @param data of at most {@link longestData} bytes. */
export function dataFrame(stream: number, data: Buffer, isLast: boolean): Buffer {
	const header = Buffer.alloc(headerLength);
	header.writeUInt32BE(stream);
	header.writeUInt32BE(data.length, 4);
	header.writeUInt8(isLast ? finFlag : 0, 4);
	return Buffer.concat([header, data]);
}

function controlFrame(type: keyof typeof types, isLast: boolean, content: Buffer): Buffer {
	const header = Buffer.alloc(headerLength);
	header.writeUInt16BE(0x80_00 | version);
	header.writeUInt16BE(types[type], 2);
	header.writeUInt32BE(content.length, 4);
	header.writeUInt8(isLast ? finFlag : 0, 4);
	return Buffer.concat([header, content]);
}

function numbers(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [index, value] of values.entries()) {
		bytes.writeUInt32BE(value, index * 4);
	}

	return bytes;
}

/** Opens a stream. @param headers packed. */
export const synStreamFrame = (stream: number, headers: Buffer, isLast = false): Buffer =>
	controlFrame('syn-stream', isLast, Buffer.concat([numbers(stream, 0), Buffer.alloc(2), headers]));

/** Takes a stream. @param headers packed. */
export const synReplyFrame = (stream: number, headers: Buffer, isLast = false): Buffer =>
	controlFrame('syn-reply', isLast, Buffer.concat([numbers(stream), headers]));

/** RST_STREAM. @param status Of SPDY/3.1: 1 a protocol error, 3 refused, 5 cancelled. */
export const resetFrame = (stream: number, status: number): Buffer =>
	controlFrame('rst-stream', false, numbers(stream, status));

/** PING, also as the answer to one of the same id. */
export const pingFrame = (id: number): Buffer => controlFrame('ping', false, numbers(id));

/** GOAWAY. @param lastStream The last that was taken. @param status 0 is an orderly end. */
export const goAwayFrame = (lastStream: number, status: number): Buffer =>
	controlFrame('goaway', false, numbers(lastStream, status));

/**
 * Takes bytes as they come and passes the frames on that they are.
 *
 * @throws SpdyError from what it answers, when they are none.
 */
export function createFrameReader(found: (frame: Frame) => void): (bytes: Buffer) => void {
	let buffered: Buffer = Buffer.alloc(0);
	/** Of the data frame that has begun. */
	let data: {stream: number; isLast: boolean; left: number} | undefined;

	function readData(rest: Buffer, {stream, isLast, left}: NonNullable<typeof data>): Buffer {
		const part = rest.subarray(0, left);
		data = part.length === left ? undefined : {stream, isLast, left: left - part.length};
		found({type: 'data', stream, isLast: isLast && data === undefined, data: part});
		return rest.subarray(part.length);
	}

	/** What is left after one frame; undefined when there is no whole one yet. */
	function readFrame(rest: Buffer): Buffer | undefined {
		if (rest.length < headerLength) {
			return undefined;
		}

		const first = rest.readUInt32BE();
		const flags = rest.readUInt8(4);
		const length = rest.readUIntBE(5, 3);
		const content = rest.subarray(headerLength);
		if (first >>> 31 === 0) {
			return readData(content, {stream: first, isLast: (flags & finFlag) !== 0, left: length});
		}

		if (((first >>> 16) & 0x7f_ff) !== version) {
			throw new SpdyError(`a frame of version ${(first >>> 16) & 0x7f_ff}, not 3`);
		}

		if (length > longestControlFrame) {
			throw new SpdyError(`a control frame of ${length} bytes`);
		}

		if (content.length < length) {
			return undefined;
		}

		const frame = controlFrameOf(first & 0xff_ff, (flags & finFlag) !== 0, content.subarray(0, length));
		if (frame) {
			found(frame);
		}

		return content.subarray(length);
	}

	return bytes => {
		let rest: Buffer = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
		for (;;) {
			const next = data ? (rest.length === 0 ? undefined : readData(rest, data)) : readFrame(rest);
			if (next === undefined) {
				break;
			}

			rest = next;
		}

		// A copy: the few bytes that are left must not hold on to a whole chunk.
		buffered = Buffer.from(rest);
	};
}

/** The frame with this content; undefined for a type that is not known, which is to be ignored. */
function controlFrameOf(type: number, isLast: boolean, content: Buffer): Frame | undefined {
	const need = (length: number): void => {
		if (content.length < length) {
			throw new SpdyError(`a control frame of type ${type} with ${content.length} bytes, not ${length}`);
		}
	};
	const id = (offset = 0): number => {
		need(offset + 4);
		return content.readUInt32BE(offset) & withoutTopBit;
	};
	switch (type) {
		case types['syn-stream']: {
			need(10);
			return {type: 'syn-stream', stream: id(), isLast, headers: content.subarray(10)};
		}

		case types['syn-reply']: {
			return {type: 'syn-reply', stream: id(), isLast, headers: content.subarray(4)};
		}

		case types.headers: {
			return {type: 'headers', stream: id(), isLast, headers: content.subarray(4)};
		}

		case types['rst-stream']: {
			need(8);
			return {type: 'rst-stream', stream: id(), status: content.readUInt32BE(4)};
		}

		case types.settings: {
			return {type: 'settings'};
		}

		case types.ping: {
			need(4);
			return {type: 'ping', id: content.readUInt32BE()};
		}

		case types.goaway: {
			need(8);
			return {type: 'goaway', lastStream: id(), status: content.readUInt32BE(4)};
		}

		case types['window-update']: {
			need(8);
			return {type: 'window-update', stream: id(), delta: id(4)};
		}

		default: {
			return undefined;
		}
	}
}
