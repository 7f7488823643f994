/** What the frame writer sends: as little as the eye sees change. */
import {describe, expect, it} from 'vitest';
import {open, rows} from './parts/open-writer.js';

/** Fifteen answers, the first of them of second `from`, between a title and an end. */
const list = (from: number) =>
	rows(
		'title',
		...Array.from(
			{length: 15},
			(_, row) => `│ 12:03:${from + row}.204  200  ${(from + row) * 7} ms  Hello World! │`,
		),
		'end',
	);

describe('what is sent', () => {
	it('is nothing for a frame that is there already', () => {
		const {terminal, writer} = open();
		writer.show(rows('one', '\u001B[36mtwo\u001B[39m'));
		terminal.takeBytes();
		writer.show(rows('one', '\u001B[36mtwo\u001B[39m'));
		// The same to look at, by other means.
		writer.show(rows('one   ', '\u001B[1;36m\u001B[22mtwo\u001B[0m\u001B[2m   \u001B[22m'));
		expect(terminal.written).toEqual([]);
	});

	it.each([
		['a digit', 'n 128 of', 'n 129 of', '\u001B[H\u001B[4C9'],
		['the end of a line', 'a long line that goes', 'a', '\u001B[;2H\u001B[K'],
		['blanks between two borders', `│${'x'.repeat(60)}│`, `│${' '.repeat(60)}│`, '\u001B[;2H\u001B[60X'],
		['two digits with little between', '12.3 %', '14.5 %', '\u001B[;2H4.5'],
		['a colour', '\u001B[36mon\u001B[39m', '\u001B[32mon\u001B[39m', '\u001B[H\u001B[32mon\u001B[m'],
		['bold to dim', '\u001B[1mx\u001B[22m', '\u001B[2mx\u001B[22m', '\u001B[H\u001B[2mx\u001B[m'],
	])('is as little as the eye sees change: %s', (_what, before, after, sent) => {
		const {terminal, writer} = open();
		writer.show(before);
		terminal.takeBytes();
		writer.show(after);
		const [only = ''] = terminal.written;
		expect(terminal.written).toHaveLength(1);
		expect(only.length).toBeLessThanOrEqual(`\u001B[?2026h${sent}\u001B[?2026l`.length);
	});

	it('is the new line and a scroll where a list moves on by one', () => {
		const {terminal, writer} = open(80, 20);
		writer.show(list(10));
		terminal.takeBytes();
		writer.show(list(11));
		expect(terminal.takeBytes()).toBeLessThan(100);
		writer.show(list(9));
		expect(terminal.takeBytes()).toBeLessThan(200);
	});

	it('does not depend on how wide a terminal takes a character to be', () => {
		const {terminal, writer} = open();
		writer.show('世界 12 │');
		terminal.takeBytes();
		writer.show('世中 13 │');
		// After a wide character the column is said again instead of counted.
		expect(terminal.written.join('')).toContain('\u001B[;3H中\u001B[7G3');
	});

	it('leaves alone what does not change the screen: a mode, the clipboard', () => {
		const {terminal, writer} = open();
		writer.show('shown');
		terminal.takeBytes();
		writer.stdout.write('\u001B[?2004h');
		writer.stdout.write('\u001B]52;c;YQ==\u0007');
		writer.show('shown');
		expect(terminal.written).toEqual(['\u001B[?2004h', '\u001B]52;c;YQ==\u0007']);
	});
});
