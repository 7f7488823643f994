/** Colours as xterm comes with them, and how well one is read on another. */
import type xterm from '@xterm/headless';
import {luminance} from '../../../source/terminal/output/palette.js';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly number[];

const sixteen: readonly Colour[] = [
	[0, 0, 0],
	[205, 0, 0],
	[0, 205, 0],
	[205, 205, 0],
	[0, 0, 238],
	[205, 0, 205],
	[0, 205, 205],
	[229, 229, 229],
	[127, 127, 127],
	[255, 0, 0],
	[0, 255, 0],
	[255, 255, 0],
	[92, 92, 255],
	[255, 0, 255],
	[0, 255, 255],
	[255, 255, 255],
];

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

const cubePart = (step: number): number => (step === 0 ? 0 : 55 + step * 40);

/** Of the 256: the sixteen, a cube of 6 by 6 by 6, and 24 greys. */
export function ofNumber(number: number): Colour {
	if (number < 16) return sixteen[number] ?? [];
	if (number >= 232) return Array.from({length: 3}, () => 8 + (number - 232) * 10);
	const place = number - 16;
	return [cubePart(Math.floor(place / 36)), cubePart(Math.floor(place / 6) % 6), cubePart(place % 6)];
}

/** In Ink's spelling: `red`, `redBright`, `ansi256(94)`. */
export function ofName(name: string): Colour {
	const [, number] = /^ansi256\((\d+)\)$/.exec(name) ?? [];
	if (number !== undefined) return ofNumber(Number(number));
	const isBright = name.endsWith('Bright');
	const index = names.indexOf(isBright ? name.slice(0, -'Bright'.length) : name);
	if (index === -1) throw new Error(`${name} is no colour that is known here`);
	return ofNumber(index + (isBright ? 8 : 0));
}

const luminanceOf = (colour: Colour): number => {
	const [red = 0, green = 0, blue = 0] = colour.map(part => part / 255);
	return luminance({red, green, blue});
};

/** WCAG 2.2: from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
	const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

/** The lowest contrast of all the texts on a screen, whose default colours are `ground` and its opposite. */
export function leastContrast(emulator: InstanceType<typeof xterm.Terminal>, ground: Colour): number {
	const ink = ground.map(part => 255 - part);
	let least = 21;
	for (let row = 0; row < emulator.rows; row++) {
		const line = emulator.buffer.active.getLine(emulator.buffer.active.baseY + row);
		for (let column = 0; column < emulator.cols; column++) {
			const cell = line?.getCell(column);
			// Borders are no text.
			if (!cell || /^[\s\u2500-\u257F]*$/.test(cell.getChars())) continue;
			const front = cell.isFgDefault() ? ink : ofNumber(cell.getFgColor());
			const back = cell.isBgDefault() ? ground : ofNumber(cell.getBgColor());
			const dimmed = cell.isDim() ? front.map((part, index) => (part + (back[index] ?? 0)) / 2) : front;
			least = Math.min(least, contrast(dimmed, back));
		}
	}
	return least;
}
