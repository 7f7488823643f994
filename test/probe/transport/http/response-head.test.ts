import {expect, test} from 'vitest';
import {HeadReader, tidyHead} from '../../../../source/probe/transport/http/response-head.js';
import * as fc from '../../../support/property.js';

const head = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const ok = 'HTTP/1.1 200 OK';

test.each([
	['a length that is said twice', [ok, 'Content-Length: 6', 'content-length: 6'], [ok, 'content-length: 6']],
	['a length that is said twice in one line', [ok, 'content-length: 6, 6'], [ok, 'content-length: 6']],
	[
		'a length with zeros before it',
		[ok, 'content-length: 06', 'content-length: 6'],
		[ok, 'content-length: 6'],
	],
	[
		'lengths beside chunks',
		[ok, 'content-length: 6', 'transfer-encoding: gzip, Chunked', 'content-length: 9'],
		[ok, 'transfer-encoding: gzip, Chunked'],
	],
	['a name that is none', [ok, 'x y: 1', '  : 2', ': 3', '\u0001: 4', 'a: b'], [ok, 'a: b']],
	['a name that is none, and goes on', [ok, 'x y: 1', '\t2', 'a: b'], [ok, 'a: b']],
	['a blank before a colon', [ok, 'content-length : 6'], [ok, 'content-length: 6']],
	['a CR alone', [ok, 'x: a\rb'], [ok, 'x: a b']],
	['HTTP/2', ['HTTP/2 200', 'x: y'], ['HTTP/1.1 200 ', 'x: y']],
	['HTTP/2.0', ['HTTP/2.0 200 OK'], [ok]],
	['small letters and blanks', ['http/1.0   404   Not Found'], ['HTTP/1.0 404 Not Found']],
	['a reason right after the status', ['HTTP/1.1 200OK'], [ok]],
])('%s is put in order', (_what, given, wanted) => {
	expect(tidyHead(head(...given))).toBe(head(...wanted));
});

test.each([
	['what is in order', head(ok, 'content-length: 6', 'x: a', ' b')],
	['lines that end with LF alone', `${ok}\ncontent-length: 6\n\n`],
	['two lengths', head(ok, 'content-length: 6', 'content-length: 3')],
	['a length that is no number', head(ok, 'content-length: 6', 'content-length: six')],
	['a status of four digits', head('HTTP/1.1 2000 OK')],
	['a version that nobody knows', head('HTTP/3 200')],
])('%s is left as it is', (_what, given) => {
	expect(tidyHead(given)).toBe(given);
});

test('a line without a colon stays, for the parser to refuse', () => {
	expect(tidyHead(head('HTTP/2 200', 'rubbish'))).toBe(head('HTTP/1.1 200 ', 'rubbish'));
});

/** What is left of it when it comes in these pieces. */
function readIn(pieces: readonly string[], limit = 1000): string {
	const reader = new HeadReader(limit);
	reader.expect();
	const taken = pieces.map(piece => reader.decode(Buffer.from(piece, 'latin1')).toString('latin1'));
	return taken.join('') + reader.end().toString('latin1');
}

const interim = head('HTTP/1.1 100 Continue', 'x y: 1');
const answers = [
	`${head('HTTP/2 200', 'content-length: 6', 'content-length: 6')}Hello\n`,
	`\r\n\n${interim}${interim}${head('http/1.1 204 ', 'x y: z')}`,
	`${head(ok, 'x y: z')}${head('http/1.1 200 OK', 'a b: of the body')}`,
	head('HTTP/1.1 101 Switching', 'x y: z') + head('http/1.1 200 OK'),
	`${ok}\nx y: z\n\n\u00FF\u0000`,
	`${ok}\r\nx y: it ends in the midst`,
	'SSH-2.0-OpenSSH_9.9\r\n\r\n',
	'HTTP',
];

test('however it is cut in pieces, the same comes of it', () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...answers),
			fc.array(fc.integer({min: 1, max: 30}), {minLength: 1, maxLength: 40}),
			(answer, lengths) => {
				const pieces: string[] = [];
				let rest = answer;
				for (const length of lengths) {
					pieces.push(rest.slice(0, length));
					rest = rest.slice(length);
				}
				pieces.push(rest);
				expect(readIn(pieces)).toBe(readIn([answer]));
			},
		),
	);
});

test('heads are put in order up to that of the answer, and what follows is left alone', () => {
	expect(readIn([answers[1] ?? ''])).toBe(
		`${head('HTTP/1.1 100 Continue')}${head('HTTP/1.1 100 Continue')}${head('HTTP/1.1 204 ')}`,
	);
	expect(readIn([answers[2] ?? ''])).toBe(`${head(ok)}${head('http/1.1 200 OK', 'a b: of the body')}`);
	expect(readIn([answers[3] ?? ''])).toBe(`${head('HTTP/1.1 101 Switching')}${head('http/1.1 200 OK')}`);
});

test('what is no head is let through at once, and a head without end from the limit on', () => {
	const reader = new HeadReader(100);
	reader.expect();
	expect(String(reader.decode(Buffer.from('SSH-2.0')))).toBe('SSH-2.0');
	reader.expect();
	expect(String(reader.decode(Buffer.from(`${ok}\r\n`)))).toBe('');
	expect(String(reader.decode(Buffer.from('x'.repeat(100))))).toBe(`${ok}\r\n${'x'.repeat(100)}`);
	expect(String(reader.decode(Buffer.from('more')))).toBe('more');
	expect(String(reader.end())).toBe('');
});
