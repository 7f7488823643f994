// A terminal's screen as an SVG: text stays text, so it is sharp at every size and can be searched.
import type {IBufferCell, IBufferLine, Terminal} from '@xterm/headless';

type Ground = {readonly background: string; readonly foreground: string};
type CellStyle = {fill: string; back: string; isBold: boolean; isDim: boolean};
type Run = {column: number; text: string; width: number; style: CellStyle};

// As high as the box drawing characters of common fonts, so that vertical lines join.
const CELL = {width: 8.4, height: 16.4, font: 14, baseline: 12.8};
const PADDING = 14;
const DARK = {background: '#10141a', foreground: '#d6dde6'};
const LIGHT = {background: '#fbfcfd', foreground: '#24292f'};
const FONTS = "'JetBrains Mono','Cascadia Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace";

const SIXTEEN = [
	'#2b323b', '#ff7b72', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#d6dde6',
	'#6e7681', '#ffa198', '#7ee787', '#f2cc60', '#a5d6ff', '#e2c5ff', '#84e3ea', '#ffffff',
]; // prettier-ignore
// The same on white paper: what is bright on a dark ground cannot be read there.
const SIXTEEN_ON_LIGHT = [
	'#24292f', '#cf222e', '#116329', '#7d4e00', '#0550ae', '#8250df', '#1b7c83', '#6e7781',
	'#57606a', '#a40e26', '#1a7f37', '#633c01', '#0969da', '#6639ba', '#3192aa', '#8c959f',
]; // prettier-ignore
const CUBE = [0, 95, 135, 175, 215, 255];

const hex = (...channels: readonly number[]) =>
	`#${channels.map(channel => channel.toString(16).padStart(2, '0')).join('')}`;

/** xterm's 256 colours: sixteen named ones, a cube of 6 × 6 × 6, and 24 greys. */
const indexed = (index: number, ground: Ground): string => {
	if (index < 16) {
		return (ground === LIGHT ? SIXTEEN_ON_LIGHT : SIXTEEN)[index] ?? ground.foreground;
	}

	if (index >= 232) {
		const grey = 8 + (index - 232) * 10;
		return hex(grey, grey, grey);
	}

	const place = index - 16;
	return hex(CUBE[Math.floor(place / 36)] ?? 0, CUBE[Math.floor(place / 6) % 6] ?? 0, CUBE[place % 6] ?? 0);
};

const colour = (
	isDefault: boolean,
	isIndexed: boolean,
	value: number,
	fallback: string,
	ground: Ground,
): string => {
	if (isDefault) {
		return fallback;
	}

	return isIndexed ? indexed(value, ground) : hex((value >> 16) & 255, (value >> 8) & 255, value & 255);
};

const styleOf = (cell: IBufferCell, ground: Ground): CellStyle => {
	const {foreground, background} = ground;
	const front = colour(cell.isFgDefault(), cell.isFgPalette(), cell.getFgColor(), foreground, ground);
	const back = colour(cell.isBgDefault(), cell.isBgPalette(), cell.getBgColor(), background, ground);
	const isInverse = Boolean(cell.isInverse());
	return {
		fill: isInverse ? back : front,
		back: isInverse ? front : back,
		isBold: Boolean(cell.isBold()),
		isDim: Boolean(cell.isDim()),
	};
};

// Blanks are made hard: browsers disagree on how to keep several of them.
const escapes: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', ' ': '&#160;'};
const escapeXml = (text: string) => text.replaceAll(/[&<> ]/g, char => escapes[char] ?? char);

/** Cells of one row that look alike, joined; blank cells without a background are left out. */
const runsOf = (line: IBufferLine, cols: number, ground: Ground): Run[] => {
	const runs: Run[] = [];
	for (let column = 0; column < cols; column++) {
		const cell = line.getCell(column);
		if (cell === undefined || cell.getWidth() === 0) {
			continue;
		}

		const style = styleOf(cell, ground);
		const text = cell.getChars() || ' ';
		const last = runs.at(-1);
		const isAlike = last !== undefined && JSON.stringify(last.style) === JSON.stringify(style);
		if (isAlike) {
			last.text += text;
			last.width += cell.getWidth();
		} else {
			runs.push({column, text, width: cell.getWidth(), style});
		}
	}

	return runs.flatMap(run => {
		if (run.style.back !== ground.background) {
			return [run];
		}

		// Blanks before the background are not drawn; each is one cell.
		const start = run.text.trimStart();
		const text = start.trimEnd();
		const before = run.text.length - start.length;
		return text === ''
			? []
			: [{...run, text, column: run.column + before, width: run.width - (run.text.length - text.length)}];
	});
};

const drawRun = ({column, text, width, style}: Run, row: number, ground: Ground): string => {
	const x = (PADDING + column * CELL.width).toFixed(1);
	const y = Number((PADDING + row * CELL.height).toFixed(1));
	const length = (width * CELL.width).toFixed(1);
	const back =
		style.back === ground.background
			? ''
			: `<rect x="${x}" y="${y}" width="${length}" height="${CELL.height}" fill="${style.back}"/>`;
	const weight = `${style.isBold ? ' font-weight="bold"' : ''}${style.isDim ? ' opacity=".6"' : ''}`;
	// The length is given, so that columns stay in line with whatever font the reader has.
	return `${back}<text x="${x}" y="${(y + CELL.baseline).toFixed(1)}" fill="${style.fill}"${weight} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escapeXml(text)}</text>`;
};

/**
 * The screen of an @xterm/headless terminal as an SVG document.
 * @param title what a screen reader says the picture is
 */
export const svgOf = (terminal: Terminal, title: string, {isLight = false} = {}): string => {
	const ground = isLight ? LIGHT : DARK;
	const {active} = terminal.buffer;
	const width = Math.ceil(terminal.cols * CELL.width + 2 * PADDING);
	const height = Math.ceil(terminal.rows * CELL.height + 2 * PADDING);
	const rows = Array.from({length: terminal.rows}, (_, row) => {
		const line = active.getLine(active.baseY + row);
		return line === undefined
			? ''
			: runsOf(line, terminal.cols, ground)
					.map(run => drawRun(run, row, ground))
					.join('');
	}).filter(row => row !== '');
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${title.replaceAll(/[&<>]/g, '')}</title>
<rect width="100%" height="100%" rx="8" fill="${ground.background}"/>
<g font-family="${FONTS}" font-size="${CELL.font}">
${rows.join('\n')}
</g>
</svg>
`;
};
