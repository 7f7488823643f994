/** What a program has left of a terminal does not show through what is drawn there. */
import {EventEmitter} from 'node:events';
import {describe, expect, it} from 'vitest';
import {createFrameWriter} from '../../../source/terminal/output/frame-writer.js';
import {FakeTerminal} from '../../support/terminal/fake-terminal.js';

const ESC = '\u001B';
const frame = '╭─ 10 % · canary ─╮\n\u001B[31m│ cart            │\u001B[39m';

function entered(before: string): FakeTerminal {
	const terminal = new FakeTerminal(40, 4);
	terminal.write(before);
	terminal.written.length = 0;
	createFrameWriter(terminal, {signals: new EventEmitter()}).enter(frame);
	return terminal;
}

describe('the first frame', () => {
	it.each([
		['a link', `${ESC}]8;;http://left.example\u0007`],
		['line drawing', `${ESC}(0`],
		['line drawing by G1', `${ESC})0\u000E`],
		['line drawing in the upper half', `${ESC})0${ESC}~`],
		['line drawing by G2', `${ESC}*0${ESC}n`],
		['inserting', `${ESC}[4h`],
		['margins', `${ESC}[2;3r${ESC}[?6h`],
		['colours', `${ESC}[7;4;31;42m`],
		['a title that does not end', `${ESC}]0;title`],
		['a request that does not end', `${ESC}P1+r43`],
	])('is as on a fresh terminal where a program has left %s', async (_, left) => {
		expect(await entered(left).cells()).toEqual(await entered('').cells());
	});

	it('is not the rest of a string that nobody has ended', () => {
		// GNU screen takes for it what comes up to ST, whatever that is.
		expect(entered('').written.join('').indexOf(`${ESC}\\`)).toBe(0);
	});

	it('is drawn by the characters of ASCII, where the upper half of a byte is drawn by others, too', () => {
		const bytes = entered('').written.join('');
		expect(bytes.indexOf(`${ESC}*B${ESC}}`)).toBeGreaterThan(0);
		// What has no such half prints the letter: it is erased.
		expect(bytes.indexOf(`${ESC}[2J`)).toBeGreaterThan(bytes.indexOf(`${ESC}*B${ESC}}`));
	});
});
