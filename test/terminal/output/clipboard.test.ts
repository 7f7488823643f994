import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {copy, copySequence, longestCopy} from '../../../source/terminal/output/clipboard.js';

const text = "curl -H 'Host: helloworld-go.default.example.com' http://127.0.0.1/ # grüße";
const base64 = Buffer.from(text).toString('base64');

test('a terminal is asked with OSC 52', () => {
	expect(copySequence(text, {})).toBe(`\u001B]52;c;${base64}\u0007`);
});

test('tmux is asked both ways, with escapes doubled in the wrapped one', () => {
	expect(copySequence(text, {TMUX: '/tmp/tmux-0/default,1,0'})).toBe(
		`\u001B]52;c;${base64}\u0007\u001BPtmux;\u001B\u001B]52;c;${base64}\u0007\u001B\\`,
	);
});

test('screen gets pieces it can forward, and together they are the whole', () => {
	const long = 'x'.repeat(5000);
	const pieces = copySequence(long, {STY: '1.pts-0'}).split('\u001B\\').slice(0, -1);
	expect(pieces.length).toBeGreaterThan(1);
	expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThanOrEqual(768);
	expect(pieces.map(piece => piece.slice(2)).join('')).toBe(copySequence(long, {}));
});

test('what no terminal would take whole is not sent at all', () => {
	const stdout = Object.assign(new PassThrough(), {isTTY: true});
	expect(copy('x'.repeat(longestCopy + 1), stdout, {})).toBe('too-long');
	expect(stdout.read()).toBeNull();
	expect(copy('short', stdout, {})).toBe('sent');
	expect(String(stdout.read())).toBe(copySequence('short', {}));
});

test('a pipe is no clipboard', () => {
	const stdout = new PassThrough();
	expect(copy('text', stdout, {})).toBe('no-terminal');
	expect(stdout.read()).toBeNull();
});
