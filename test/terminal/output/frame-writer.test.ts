import * as fc from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {createFrameWriter, type FrameWriter} from '../../../source/terminal/output/frame-writer.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {drawnAfresh, FakeTerminal} from '../../support/terminal/fake-terminal.js';
import {open} from './parts/open-writer.js';
import {partsOfEmoji} from './parts/terminal-widths.js';

const runs = Number(process.env['FRAME_RUNS'] ?? 60);

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
