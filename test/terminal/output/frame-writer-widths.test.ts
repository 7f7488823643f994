/** Characters whose width terminals do not agree on: the cells beside them are where they are meant to be. */
import stringWidth from 'string-width';
import {describe, expect, it} from 'vitest';
import {createFrameWriter} from '../../../source/terminal/output/frame-writer.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {drawnAfresh, FakeTerminal, type Widths} from '../../support/terminal/fake-terminal.js';
import {rows} from './parts/open-writer.js';
import {otherWidths} from './parts/terminal-widths.js';

/** The cells of a row but those that a placeholder has in another one. */
const beside = (row: string, other: string): string[] => {
	const others = other.split(' | ');
	return row.split(' | ').map((cell, column) => (others[column]?.startsWith('?') ? 'odd' : cell));
};

describe.each(otherWidths)('in a terminal with widths %s', (_, widths) => {
	it.each([
		['an emoji', '👍'],
		['a sign with a variation selector', '⚠️'],
		['a family', '👨‍👩‍👧‍👦'],
		['a tone of skin', '👋🏽'],
		['flags', '🇩🇪🇫🇷'],
		['half a flag', '🇩'],
		['a keycap', '1️⃣'],
		['a letter with marks', 'e\u0301\u0323'],
		['a letter of many parts', 'क्षि'],
		['Hebrew', 'שלום'],
		['a ligature', 'ﬁ'],
		['a character of private use', '\uE0B0'],
		['one that is not assigned', '\u{1FAFF}'],
	])('the cells beside %s are where they are meant to be', async (_what, odd) => {
		const width = stringWidth(odd);
		const rowsWith = (text: string) => [
			`│ ${text} │ 10 % │\u001B[31m ready \u001B[39m│ 7 │`,
			`│ two ${text} ${text}│${text}│ 90 %${text}`,
			text,
			`│ ${' '.repeat(33 - width)} 1 ${text}`,
		];
		const frame = (text: string) => rowsWith(text).join('\n');
		const placeholder = '?'.repeat(width);
		const terminal = new FakeTerminal(40, 5, widths);
		const clock = createFakeClock();
		const writer = createFrameWriter(terminal, {clock, preemptions: () => 0, signals: terminal});
		const expectMeant = async () => {
			const seen = await terminal.cells();
			const wanted = await drawnAfresh(frame(placeholder), 40, 5);
			expect(seen.map((row, index) => beside(row, wanted[index] ?? ''))).toEqual(
				wanted.map(row => beside(row, row)),
			);
		};
		// The frame that it is opened with, before anything is known; then over other ones.
		writer.enter(frame(odd));
		await expectMeant();
		writer.show(frame('other'));
		writer.show(frame(odd));
		await clock.pass(1000);
		await expectMeant();
		writer.redraw();
		await clock.pass(1000);
		await expectMeant();
	});
});

const isWide: Widths = codePoint => (codePoint < 0x7f ? 1 : 2);
const inAscii = (text: string) => text.replaceAll('│', '|').replaceAll('…', '~').replaceAll(/[╰╯─]/g, '-');

describe('in a terminal that draws in two columns what is ambiguous', () => {
	/** With a name and an answer of others, which are not spelled otherwise. */
	const frame = rows('│ cart │ Дмитрий │ 10 % │', '│ … é │\u001B[31m 100 %\u001B[39m│ 90 % │', '╰──╯');
	const spelled = inAscii(frame);

	/** Each cell but those of the letters of others, of which a terminal may draw a half. */
	const sure = (cells: readonly string[]) => {
		const lines = spelled.split('\n');
		return cells.map((row, index) =>
			row.split(' | ').map((cell, column) => ((lines[index]?.[column] ?? '') > '~' ? 'letter' : cell)),
		);
	};

	function openWide(isAnswering: boolean) {
		const terminal = new FakeTerminal(40, 4, isWide);
		const clock = createFakeClock();
		const requests: ((position: {row: number; column: number}) => void)[] = [];
		const sight = {
			taken: () => undefined,
			behind: () => '',
			request(answered: (position: {row: number; column: number}) => void) {
				requests.push(answered);
				return '';
			},
		};
		const writer = createFrameWriter(terminal, {clock, preemptions: () => 0, signals: terminal, sight});
		writer.enter(frame);
		writer.show(frame);
		writer.rendered();
		const told: boolean[] = [];
		writer.onNarrow(isNarrow => {
			told.push(isNarrow);
			writer.respell(isNarrow ? text => text : inAscii);
		});
		if (isAnswering) requests.shift()?.({row: 0, column: 2});
		return {terminal, clock, writer, told, requests};
	}

	it.each([
		['when it has told so', true],
		['when it has told nothing for some seconds', false],
	])('all cells are where they are meant to be %s, without another frame', async (_, isAnswering) => {
		const {terminal, clock, told} = openWide(isAnswering);
		await clock.pass(4000);
		expect(told).toEqual([false]);
		expect(sure(await terminal.cells())).toEqual(sure(await drawnAfresh(spelled, 40, 4)));
	});

	it('cells are where they are meant to be also after other frames', async () => {
		const {terminal, clock, writer} = openWide(false);
		await clock.pass(4000);
		writer.show(frame.replace('10 %', '5 %').replace('100', '95'));
		writer.show(frame);
		await clock.pass(1000);
		expect(sure(await terminal.cells())).toEqual(sure(await drawnAfresh(spelled, 40, 4)));
	});

	it('is asked again where everything is drawn over, as long as it has told nothing', async () => {
		const {clock, writer, requests, told} = openWide(false);
		await clock.pass(4000);
		writer.redraw();
		await clock.pass(1000);
		// Of a window with one column nothing can be told.
		requests.pop()?.({row: 0, column: 0});
		writer.redraw();
		await clock.pass(1000);
		requests.pop()?.({row: 0, column: 1});
		expect(told).toEqual([false, true]);
		const count = requests.length;
		writer.redraw();
		await clock.pass(1000);
		expect(requests).toHaveLength(count);
	});
});
