import * as fc from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {createFrameWriter, type FrameWriter} from '../../../source/terminal/output/frame-writer.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import stringWidth from 'string-width';
import {drawnAfresh, FakeTerminal, type Widths} from '../../support/terminal/fake-terminal.js';

const runs = Number(process.env['FRAME_RUNS'] ?? 60);

function open(columns = 80, rows = 24, preemptions = () => 0, widths?: Widths) {
	const terminal = new FakeTerminal(columns, rows, widths);
	const clock = createFakeClock();
	const writer = createFrameWriter(terminal, {clock, preemptions, signals: terminal});
	writer.enter();
	terminal.takeBytes();
	return {terminal, clock, writer};
}

/** As Ink writes a frame (8.0, without incremental rendering): erases the one before line by line, writes the next. */
function inkWrites({stdout}: FrameWriter<FakeTerminal>, frame: string, linesBefore: number): void {
	stdout.write('\u001B[?2026h');
	stdout.write(
		Array.from({length: linesBefore}, (_, line) => (line === 0 ? '\u001B[2K' : '\u001B[1A\u001B[2K')).join(
			'',
		) +
			(linesBefore > 0 ? '\u001B[G' : '') +
			frame,
	);
	stdout.write('\u001B[?2026l');
}

const styles = [
	'',
	'1',
	'2',
	'36',
	'1;36',
	'32',
	'7',
	'4;31',
	'41',
	'2;44;97',
	'38;5;208',
	'48;2;10;20;30',
	'9',
	'3;35',
];
const words = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.string({
			unit: fc.constantFrom(...Array.from('abc019 .:─│█▁…·')),
			minLength: 1,
			maxLength: 12,
		}),
	},
	{weight: 2, arbitrary: fc.integer({min: 1, max: 25}).map(count => ' '.repeat(count))},
	{weight: 1, arbitrary: fc.constantFrom('世界', '你', 'カナ', '한국어', 'Ж', 'é')},
	// What terminals disagree on.
	{weight: 1, arbitrary: fc.constantFrom('👍', 'e\u0301', '⚠️', '👩‍💻', 'ﬁ', 'שלום', '\u1F600')},
);
const piece = fc.record({style: fc.constantFrom(...styles), text: words});

/** Columns that a text may take at most, whatever a terminal thinks of its characters. */
const most = (text: string) =>
	Array.from(text).reduce((sum, char) => sum + (char < '\u0300' || /[─│█▁…·]/.test(char) ? 1 : 2), 0);

function lineFrom(pieces: readonly {style: string; text: string}[], columns: number): string {
	let left = columns;
	let line = '';
	for (const {style, text} of pieces) {
		left -= most(text);
		if (left < 0) break;
		line += style === '' ? text : `\u001B[${style}m${text}\u001B[0m`;
	}
	return line;
}

type ScreenStep =
	| {kind: 'frame'; lines: {style: string; text: string}[][]}
	| {kind: 'edit'; row: number; line: {style: string; text: string}[]}
	| {kind: 'scroll'; from: number; to: number; by: number}
	| {kind: 'resize'; columns: number; rows: number}
	| {kind: 'junk' | 'redraw' | 'away' | 'slow' | 'copy'};

const line = fc.array(piece, {maxLength: 8});
const step: fc.Arbitrary<ScreenStep> = fc.oneof(
	{
		weight: 2,
		arbitrary: fc.record({kind: fc.constant('frame' as const), lines: fc.array(line, {maxLength: 14})}),
	},
	{weight: 6, arbitrary: fc.record({kind: fc.constant('edit' as const), row: fc.nat(11), line})},
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant('scroll' as const),
			from: fc.nat(6),
			to: fc.integer({min: 5, max: 11}),
			by: fc.integer({min: -3, max: 3}),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('resize' as const),
			columns: fc.integer({min: 1, max: 60}),
			rows: fc.integer({min: 1, max: 14}),
		}),
	},
	{weight: 2, arbitrary: fc.record({kind: fc.constantFrom('junk', 'redraw', 'away', 'slow', 'copy')})},
);

const isEmoji = (codePoint: number) => /^\p{Extended_Pictographic}$/u.test(String.fromCodePoint(codePoint));
const isMark = (codePoint: number) =>
	/^[\p{Mark}\p{Default_Ignorable_Code_Point}]$/u.test(String.fromCodePoint(codePoint));
const isFlag = (codePoint: number) => codePoint >= 0x1_f1_e6 && codePoint <= 0x1_f1_ff;
const isIdeograph = (codePoint: number) =>
	/^[\p{Script=Han}\p{Script=Katakana}\p{Script=Hangul}]$/u.test(String.fromCodePoint(codePoint));
const isLine = (codePoint: number) => codePoint >= 0x25_00 && codePoint <= 0x25_7f;

const partsOfEmoji: Widths = codePoint => {
	if (isMark(codePoint)) return 0;
	return isEmoji(codePoint) || isFlag(codePoint) || isIdeograph(codePoint) ? 2 : 1;
};

/** The cells of a row but those that a placeholder has in another one. */
const beside = (row: string, other: string): string[] => {
	const others = other.split(' | ');
	return row.split(' | ').map((cell, column) => (others[column]?.startsWith('?') ? 'odd' : cell));
};

const otherWidths: readonly (readonly [string, Widths | undefined])[] = [
	['of Unicode 6', undefined],
	['of one column for everything', () => 1],
	[
		'of two columns for all but ASCII and lines',
		codePoint => (codePoint < 0x3_00 || isLine(codePoint) ? 1 : 2),
	],
	['where marks have none, emoji one', codePoint => (isMark(codePoint) ? 0 : 1)],
	['where each part of an emoji has two', partsOfEmoji],
];

const someWidths = fc.constantFrom(undefined, partsOfEmoji);

describe('a terminal behind the frame writer', () => {
	it('shows what it would if every frame were drawn afresh, whatever came before', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 14}), someWidths, async (steps, own) => {
				const {terminal, clock, writer} = open(40, 12, () => 0, own);
				let lines: string[] = [];
				let drawn = 0;
				const shown: string[][] = [];
				const wanted: string[][] = [];
				for (const now of steps) {
					const {columns, rows} = terminal;
					if (now.kind === 'frame') lines = now.lines.map(pieces => lineFrom(pieces, columns)).slice(0, rows);
					else if (now.kind === 'edit') {
						lines = Array.from({length: rows}, (_, row) => lines[row] ?? '');
						lines[Math.min(now.row, rows - 1)] = lineFrom(now.line, columns);
					} else if (now.kind === 'scroll') {
						const before = Array.from({length: rows}, (_, row) => lines[row] ?? '');
						lines = before.map((text, row) =>
							row < now.from || row > now.to ? text : (before[row + now.by] ?? ''),
						);
					} else if (now.kind === 'resize') {
						terminal.resize(now.columns, now.rows);
						lines = [];
					} else if (now.kind === 'junk') {
						writer.stdout.write('\u001B[2;3Hjunk\u001B[41m from elsewhere\u001B[m');
						lines = [...lines, ''];
					} else if (now.kind === 'redraw') {
						terminal.write('\u001B[3;1Hspilled over it');
						writer.redraw();
						await clock.pass(1000);
					} else if (now.kind === 'away') {
						writer.stdout.write('\u001B[?1049l');
						terminal.write('\u001B[2J\u001B[Hanother program');
						writer.stdout.write('\u001B[?1049h');
						lines = [...lines];
						drawn = 0;
					} else if (now.kind === 'slow') {
						terminal.onWrite = () => void clock.jump(200);
						lines = [...lines.slice(1), 'x'.repeat(Math.min(columns, 9))];
					} else writer.stdout.write('\u001B]52;c;YQ==\u0007');
					// Ink draws something when it comes to a blank screen.
					if (drawn === 0 && lines.join('') === '') lines = ['.'];
					inkWrites(writer, lines.join('\n'), drawn);
					drawn = lines.length;
					terminal.onWrite = () => {};
					if (now.kind !== 'slow') {
						// Time for a frame that had to wait.
						await clock.pass(1100);
						shown.push(await terminal.cells());
						wanted.push(await drawnAfresh(lines.join('\n'), terminal.columns, terminal.rows, own));
					}
				}
				expect(shown).toEqual(wanted);
			}),
			{numRuns: runs},
		);
	});

	it('shows a line that is wider than the window, and a window that is lower than the frame, as far as they go', async () => {
		const {terminal, writer} = open(10, 3);
		writer.show('0123456789abc\n\u001B[7m世界世界世界\u001B[27m\nlast\nbelow');
		expect(await terminal.text()).toBe('0123456789\n世界世界世\nlast');
		expect(await terminal.isWrapping()).toBe(false);
	});

	it('goes on from the frame that it was opened with', async () => {
		const terminal = new FakeTerminal(20, 3);
		const writer = createFrameWriter(terminal, {clock: createFakeClock(), preemptions: () => 0});
		writer.enter('\u001B[36m╭─\u001B[39m a ─╮\n│     │\n╰─────╯');
		expect(await terminal.text()).toBe('╭─ a ─╮\n│     │\n╰─────╯');
		terminal.takeBytes();
		writer.show('\u001B[36m╭─\u001B[39m a ─╮\n│ new │\n╰─────╯');
		expect(await terminal.text()).toBe('╭─ a ─╮\n│ new │\n╰─────╯');
		expect(terminal.takeBytes()).toBeLessThan(30);
	});

	it('draws the frame again for a window of another size, even if nobody brings a new one', async () => {
		const {terminal, clock, writer} = open(20, 4);
		writer.show('first\nsecond');
		terminal.resize(30, 6);
		terminal.write('\u001B[H\u001B[Jwhat the terminal makes of it');
		await clock.pass(1000);
		expect(await terminal.text()).toBe('first\nsecond\n\n\n\n');
	});

	it.each([
		['more rows', 20, 6],
		['fewer rows', 20, 3],
		['the same size, as after another terminal has taken the session over', 20, 4],
	])('draws the frame whole on a window of %s', async (_, columns, rows) => {
		const {terminal, clock, writer} = open(20, 4);
		writer.show('first\nsecond');
		terminal.resize(columns, rows);
		writer.show('first\nsecond');
		await clock.pass(1000);
		expect(await terminal.cells()).toEqual(await drawnAfresh('first\nsecond', columns, rows));
	});

	it('brings nothing in that a wider window has shown when a row goes left', async () => {
		const {terminal, clock, writer} = open(60, 2);
		terminal.resize(50, 2);
		for (const blanks of [14, 2, 8, 0]) {
			const row = `│ ${' '.repeat(blanks)}a name of a revision    10 %`;
			writer.show(row);
			await clock.pass(1000);
			expect(await terminal.cells()).toEqual(await drawnAfresh(row, 50, 2));
		}
	});

	it('draws the frame whole on a window that was smaller for a moment, of which Node says nothing', async () => {
		const {terminal, clock, writer} = open(20, 4);
		writer.show('first\nsecond');
		terminal.resizeAndBack();
		await clock.pass(1000);
		expect(await terminal.cells()).toEqual(await drawnAfresh('first\nsecond', 20, 4));
	});

	it('draws the frame once for a change that both the terminal and a signal tell of', async () => {
		const {terminal, clock, writer} = open(20, 4);
		writer.show('first\nsecond');
		terminal.takeBytes();
		terminal.resize(30, 4);
		writer.show('first\nsecond');
		terminal.emit('SIGWINCH');
		await clock.pass(1000);
		expect(terminal.written).toHaveLength(1);
	});

	it('goes back to what was there before, with lines that wrap, and shows nothing more of its own', async () => {
		const {terminal, clock, writer} = open(20, 3);
		terminal.onWrite = () => void clock.jump(500);
		writer.show('a');
		writer.show('b');
		writer.stdout.write('\u001B[?1049l');
		terminal.onWrite = () => {};
		terminal.write('$ ');
		await clock.pass(5000);
		expect(await terminal.isOnAlternateScreen()).toBe(false);
		expect(await terminal.isWrapping()).toBe(true);
		expect(await terminal.text()).toBe('$\n\n');
	});
});

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

const rows = (...lines: string[]) => lines.join('\n');

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

/** Every write takes that long, as on a terminal whose buffer is full. */
function slow(took: number) {
	const opened = open();
	const {terminal, clock} = opened;
	terminal.onWrite = () => void clock.jump(took);
	// The first that waits may have had another reason.
	opened.writer.show('0');
	opened.writer.show('1');
	terminal.takeBytes();
	return opened;
}

describe('on a line that cannot keep up', () => {
	it('lets frames go that a newer one has overtaken, and shows the last one', async () => {
		const {terminal, clock, writer} = slow(300);
		for (let frame = 1; frame <= 50; frame++) {
			writer.show(`frame ${frame}`);
			await clock.pass(100);
		}
		// Five seconds of frames, a write of 300 ms each: most of the time nothing is written.
		expect(terminal.written.length).toBeLessThanOrEqual(10);
		await clock.pass(2000);
		expect(await terminal.text()).toMatch(/^frame 50$/m);
	});

	it('never lets a frame wait longer than a second', async () => {
		const {terminal, clock, writer} = slow(5000);
		writer.show('newer');
		await clock.pass(1000);
		expect(await terminal.text()).toMatch(/^newer$/m);
	});

	it('shows what a key has done before what only brings news', async () => {
		const {terminal, clock, writer} = slow(400);
		writer.show('news');
		await clock.pass(150);
		expect(terminal.written).toEqual([]);
		writer.keyPressed();
		writer.show('what the key has done');
		await clock.pass(250);
		expect(await terminal.text()).toMatch(/^what the key has done$/m);
	});

	it('says when it takes the next frame, and takes all of them again when the line has become free', async () => {
		const {terminal, clock, writer} = slow(300);
		expect(writer.wait()).toBe(1000);
		terminal.onWrite = () => {};
		await clock.pass(300_000);
		for (const frame of ['two', 'three', 'four']) {
			writer.show(frame);
			expect(writer.wait()).toBeLessThan(50);
		}
	});

	it('takes one write that waits for no more than that', () => {
		const {terminal, clock, writer} = open();
		terminal.onWrite = () => void clock.jump(3000);
		writer.show('0');
		expect(writer.wait()).toBe(0);
	});

	it('is not what a machine is that lets the process wait', async () => {
		let lost = 0;
		const {terminal, clock, writer} = open(80, 5, () => lost);
		// Every write is slow, because something else has the processor.
		terminal.onWrite = () => {
			lost++;
			void clock.jump(60);
		};
		for (let frame = 0; frame < 20; frame++) {
			writer.show(`frame ${frame}`);
			expect(writer.wait()).toBe(0);
			await clock.pass(100);
		}
		// Now and then one is slow, and nobody knows why.
		for (let frame = 0; frame < 40; frame++) {
			terminal.onWrite = () => void clock.jump(frame % 8 === 0 ? 60 : 0);
			writer.show(`later ${frame}`);
			expect(writer.wait()).toBe(0);
			await clock.pass(100);
		}
	});

	it('keeps the queue before the line short, so that a key is not behind ten seconds of news', async () => {
		const {terminal, clock, writer} = open();
		// A line that takes 1500 bytes a second, behind a buffer of 12 KiB, as it is with a pseudo-terminal.
		let queued = 0;
		let since = clock.now();
		terminal.onWrite = bytes => {
			queued = Math.max(0, queued - 1.5 * (clock.now() - since)) + Buffer.byteLength(bytes);
			since = clock.now();
			if (queued > 12_288) void clock.jump((queued - 12_288) / 1.5);
		};
		const queues: number[] = [];
		for (let second = 0; second < 60; second += 0.1) {
			writer.show(Array.from({length: 20}, (_, row) => `${row} ${second.toFixed(1).repeat(5)}`).join('\n'));
			await clock.pass(100);
			if (second > 30) queues.push(Math.max(0, queued - 1.5 * (clock.now() - since)));
		}
		expect(queues.toSorted((a, b) => a - b)[Math.floor(queues.length / 2)]).toBeLessThan(3000);
	});
});
