import {expect, test} from 'vitest';
import {ChunkReader} from '../../../../source/probe/transport/http/chunked-body.js';
import * as fc from '../../../support/property.js';

/** What is left of it when it comes in these pieces. */
function readIn(pieces: readonly string[]): string {
	const reader = new ChunkReader();
	return pieces.map(piece => reader.decode(Buffer.from(piece, 'latin1')).toString('latin1')).join('');
}

const inOrder = '5\r\nhello\r\n0\r\n\r\n';

const read: readonly (readonly [string, string])[] = [
	['what is in order', inOrder],
	['lines that end with LF alone', '5\nhello\n0\n\n'],
	['a last line that ends with LF alone', '5\r\nhello\r\n0\n\n'],
	['an empty line of LF alone', '5\r\nhello\r\n0\r\n\n'],
	['zeros before a size', '0005\r\nhello\r\n000\n\n'],
	['blanks behind a size', '5 \r\nhello\r\n0  \n\n'],
	['an extension', '5;a="b;c"\r\nhello\r\n0;x\n\n'],
	['an extension that is none', '5;;;\u0001\nhello\n0\n\n'],
	['trailers', '5\r\nhello\r\n0\r\nx: y\r\nz: a\r\n\r\n'],
	['trailers of LF alone', '5\nhello\n0\nx: y\n\n'],
];

test.each(read)('%s is put in order', (_what, given) => {
	expect(readIn([given])).toBe(inOrder);
	expect(readIn([`${given}HTTP/1.1 200 OK\n`])).toBe(`${inOrder}HTTP/1.1 200 OK\n`);
});

const broken: readonly (readonly [string, string])[] = [
	['a size that is none', 'x\r\nhello\r\n0\n\n'],
	['a size beyond all', 'fffffffffffffff\r\nhello'],
	['more than the size says', '4\r\nhello\r\n0\n\n'],
	['a CR alone after the bytes', '5\r\nhello\rx\n0\n\n'],
	['a line without an end', `5${';'.repeat(20_000)}`],
];

test.each(broken)('%s is let through, for the parser to say so', (_what, given) => {
	expect(readIn([given])).toBe(given);
	expect(readIn(given.split(''))).toBe(given);
});

test('however it is cut in pieces, the same comes of it', () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...[...read, ...broken].map(([, given]) => given.slice(0, 60))),
			fc.array(fc.integer({min: 1, max: 7}), {minLength: 1, maxLength: 60}),
			(given, lengths) => {
				const pieces: string[] = [];
				let rest = given;
				for (const length of lengths) {
					pieces.push(rest.slice(0, length));
					rest = rest.slice(length);
				}
				pieces.push(rest);
				expect(readIn(pieces)).toBe(readIn([given]));
			},
		),
	);
});
