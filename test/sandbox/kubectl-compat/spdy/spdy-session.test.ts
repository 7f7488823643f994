import * as fc from '../../../support/property.js';
import {describe, expect, it} from 'vitest';
import {
	createFrameReader,
	dataFrame,
	goAwayFrame,
	pingFrame,
	resetFrame,
	resetStatus,
	synStreamFrame,
	type Frame,
} from '../../../../source/sandbox/kubectl-compat/spdy/frames.js';
import {
	createHeaderPacker,
	type Headers,
} from '../../../../source/sandbox/kubectl-compat/spdy/header-block.js';
import {
	createSession,
	type SessionOptions,
} from '../../../../source/sandbox/kubectl-compat/spdy/spdy-session.js';
import type {SpdyStream} from '../../../../source/sandbox/kubectl-compat/spdy/stream.js';

/** A session, what it sent, and a client's side of its headers. */
function session(options: Partial<SessionOptions> = {}) {
	const frames: Frame[] = [];
	const read = createFrameReader(frame => frames.push(frame));
	const streams: SpdyStream[] = [];
	const carried = {closed: 0, paused: false};
	const pack = createHeaderPacker();
	const {receive, lost} = createSession({
		carrier: {
			send(bytes, sent) {
				read(bytes);
				sent?.();
			},
			pause() {
				carried.paused = true;
			},
			resume() {
				carried.paused = false;
			},
			close() {
				carried.closed++;
			},
		},
		opened: stream => streams.push(stream),
		...options,
	});
	return {
		frames,
		streams,
		carried,
		receive,
		lost,
		open: (id: number, headers: Headers = {}): SpdyStream | undefined => {
			receive(synStreamFrame(id, pack(headers)));
			return streams.find(stream => stream.id === id);
		},
	};
}

const typesOf = (frames: readonly Frame[]): string[] => frames.map(frame => frame.type);

describe('a connection of SPDY', () => {
	it('takes streams, and carries what each side says until both have ended', async () => {
		const {open, frames, receive, carried} = session();
		const stream = open(1, {port: '8080'});
		expect(stream?.headers).toEqual({port: '8080'});
		stream?.write('to you');
		receive(dataFrame(1, Buffer.from('to me'), true));
		const [heard]: unknown[] = (await stream?.toArray()) ?? [];
		expect(String(heard)).toBe('to me');
		await new Promise<void>(resolve => {
			stream?.end(resolve);
		});
		expect(typesOf(frames)).toEqual(['syn-reply', 'data', 'data']);
		expect(frames.at(1)).toMatchObject({data: Buffer.from('to you'), isLast: false});
		expect(frames.at(2)).toMatchObject({data: Buffer.alloc(0), isLast: true});
		expect(carried.closed).toBe(0);
	});

	it('answers a PING of the other side, and none of its own', () => {
		const {receive, frames} = session();
		receive(Buffer.concat([pingFrame(1), pingFrame(2)]));
		expect(frames).toEqual([{type: 'ping', id: 1}]);
	});

	it('resets a stream under an id that is even, or not above the last one', () => {
		const {open, frames} = session();
		open(3);
		open(4);
		open(3);
		open(1);
		expect(frames.slice(1)).toEqual(
			[4, 3, 1].map(stream => ({type: 'rst-stream', stream, status: resetStatus.protocolError})),
		);
	});

	it('refuses streams above its limit, and takes some again when others are gone', () => {
		const {open, frames, receive} = session({limit: 1});
		open(1);
		open(3);
		expect(frames.at(-1)).toEqual({type: 'rst-stream', stream: 3, status: resetStatus.refusedStream});
		receive(resetFrame(1, resetStatus.cancel));
		open(5);
		expect(frames.at(-1)).toMatchObject({type: 'syn-reply', stream: 5});
	});

	it('resets a stream that whoever opened it cannot use', () => {
		const {open, frames} = session({
			opened() {
				throw new Error('no such port');
			},
		});
		open(1);
		expect(frames.at(-1)).toEqual({type: 'rst-stream', stream: 1, status: resetStatus.cancel});
	});

	it('ends a stream that the other side resets, without a word', () => {
		const {open, frames, receive} = session();
		const stream = open(1);
		receive(resetFrame(1, resetStatus.cancel));
		expect(stream?.destroyed).toBe(true);
		expect(typesOf(frames)).toEqual(['syn-reply']);
		// What was on its way meanwhile finds nobody.
		receive(dataFrame(1, Buffer.from('late'), false));
		receive(resetFrame(1, resetStatus.cancel));
	});

	it('holds the other side up while a stream is not read', async () => {
		const {open, receive, carried} = session();
		const stream = open(1);
		receive(dataFrame(1, Buffer.alloc(1_000_000), false));
		expect(carried.paused).toBe(true);
		stream?.resume();
		await expect.poll(() => carried.paused).toBe(false);
		// After the last there is nothing to hold up.
		receive(dataFrame(1, Buffer.alloc(1_000_000), true));
		expect(carried.paused).toBe(false);
		open(3);
		receive(dataFrame(3, Buffer.alloc(1_000_000), false));
		expect(carried.paused).toBe(true);
		receive(resetFrame(3, resetStatus.cancel));
		expect(carried.paused).toBe(false);
	});

	it('lets what is open come to its end after a GOAWAY, and begins nothing new', () => {
		const {open, receive, carried, streams} = session();
		open(1);
		receive(goAwayFrame(0, 0));
		open(3);
		expect(streams).toHaveLength(1);
		expect(carried.closed).toBe(0);
		receive(resetFrame(1, resetStatus.cancel));
		expect(carried.closed).toBe(1);
	});

	it('ends everything with a GOAWAY at what is no SPDY', () => {
		const {open, receive, frames, carried} = session();
		const stream = open(1);
		receive(Buffer.from('GET / HTTP/1.1\r\n\r\n'.padEnd(64, 'x')));
		receive(Buffer.from('80020006', 'hex'));
		expect(typesOf(frames)).toEqual(['syn-reply']);
		// So far it may have been the beginning of a long data frame.
		const another = session();
		another.receive(Buffer.from('8002000600000000', 'hex'));
		expect(another.frames).toEqual([{type: 'goaway', lastStream: 0, status: 1}]);
		expect(another.carried.closed).toBe(1);
		another.receive(pingFrame(1));
		expect(another.frames).toHaveLength(1);
		expect(carried.closed).toBe(0);
		expect(stream?.destroyed).toBe(false);
	});

	it('bears whatever comes', () => {
		const anything = fc.oneof(
			fc.uint8Array({maxLength: 64}).map(chunk => Buffer.from(chunk)),
			fc
				.tuple(fc.nat(9), fc.uint8Array({maxLength: 40}))
				.map(([id, packed]) => synStreamFrame(id, Buffer.from(packed))),
			fc
				.tuple(fc.nat(9), fc.uint8Array({maxLength: 40}))
				.map(([id, data]) => dataFrame(id, Buffer.from(data), id % 2 === 0)),
			fc.nat(9).map(id => resetFrame(id, 5)),
			fc.nat(9).map(id => pingFrame(id)),
		);
		fc.assert(
			fc.property(fc.array(anything, {maxLength: 30}), chunks => {
				const {open, receive, lost, streams} = session();
				open(1);
				for (const chunk of chunks) {
					receive(chunk);
				}

				lost();
				expect(streams.every(stream => stream.destroyed)).toBe(true);
			}),
		);
	});
});
