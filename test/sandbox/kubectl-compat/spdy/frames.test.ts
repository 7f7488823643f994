import * as fc from '../../../support/property.js';
import {describe, expect, it} from 'vitest';
import {SpdyError} from '../../../../source/sandbox/kubectl-compat/spdy/error.js';
import {
	createFrameReader,
	dataFrame,
	goAwayFrame,
	pingFrame,
	resetFrame,
	synReplyFrame,
	synStreamFrame,
	type Frame,
} from '../../../../source/sandbox/kubectl-compat/spdy/frames.js';

function read(...chunks: Buffer[]): Frame[] {
	const frames: Frame[] = [];
	const reader = createFrameReader(frame => frames.push(frame));
	for (const chunk of chunks) {
		reader(chunk);
	}

	return frames;
}

function problemOf(action: () => unknown): string {
	try {
		action();
		return 'none, or no SPDY';
	} catch (error) {
		return error instanceof SpdyError ? 'none, or no SPDY' : String(error);
	}
}

const bytes = (...hex: string[]): Buffer => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');

describe('a frame', () => {
	it('is on the wire as the draft draws it', () => {
		expect(pingFrame(1)).toEqual(bytes('8003 0006', '00 000004', '00000001'));
		expect(resetFrame(3, 5)).toEqual(bytes('8003 0003', '00 000008', '00000003 00000005'));
		expect(goAwayFrame(7, 1)).toEqual(bytes('8003 0007', '00 000008', '00000007 00000001'));
		expect(dataFrame(5, Buffer.from('hi'), true)).toEqual(bytes('00000005', '01 000002', '6869'));
		expect(synReplyFrame(5, bytes('aa'), true)).toEqual(bytes('8003 0002', '01 000005', '00000005 aa'));
		expect(synStreamFrame(5, bytes('aa'))).toEqual(
			bytes('8003 0001', '00 00000b', '00000005 00000000 0000 aa'),
		);
	});

	it('is read however its bytes are cut', () => {
		const whole = Buffer.concat([
			synStreamFrame(1, Buffer.from('packed'), true),
			pingFrame(9),
			dataFrame(1, Buffer.from('some data'), false),
			dataFrame(1, Buffer.alloc(0), true),
			resetFrame(1, 5),
			goAwayFrame(1, 0),
		]);
		fc.assert(
			fc.property(fc.array(fc.nat(whole.length), {maxLength: 12}), cuts => {
				const places = [0, ...cuts.toSorted((left, right) => left - right), whole.length];
				const frames = read(...places.slice(1).map((end, index) => whole.subarray(places[index], end)));
				const data = frames.filter(frame => frame.type === 'data');
				expect(Buffer.concat(data.map(frame => frame.data)).toString()).toBe('some data');
				expect(data.map(frame => frame.isLast).lastIndexOf(true)).toBe(data.length - 1);
				expect(data.filter(frame => frame.isLast)).toHaveLength(1);
				expect(frames.filter(frame => frame.type !== 'data')).toEqual([
					{type: 'syn-stream', stream: 1, isLast: true, headers: Buffer.from('packed')},
					{type: 'ping', id: 9},
					{type: 'rst-stream', stream: 1, status: 5},
					{type: 'goaway', lastStream: 1, status: 0},
				]);
			}),
		);
	});

	it('of an unknown type is passed over', () => {
		expect(read(bytes('8003 0063', '00 000002', 'ffff'), pingFrame(1))).toEqual([{type: 'ping', id: 1}]);
	});

	it.each([
		['another version', bytes('8002 0006', '00 000004', '00000001')],
		['a SYN_STREAM too short for its ids', bytes('8003 0001', '00 000004', '00000001')],
		['a PING without an id', bytes('8003 0006', '00 000000')],
		['a control frame of 16 MiB', bytes('8003 0001', '00 ffffff')],
	])('is refused for %s', (_, wire) => {
		expect(() => read(wire)).toThrow(SpdyError);
	});

	it('is a frame or an error, whatever the bytes', () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({maxLength: 64})), chunks => {
				expect(problemOf(() => read(...chunks.map(chunk => Buffer.from(chunk))))).toBe('none, or no SPDY');
			}),
		);
	});
});
