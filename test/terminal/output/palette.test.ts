/** Every text can be read, on a dark and on a light background. */
import {describe, expect, test} from 'vitest';
import {
	backgroundByEnvironment,
	backgroundOf,
	backgrounds,
	luminance,
	palettes,
} from '../../../source/terminal/output/palette.js';
import {createTheme, greyed, type TextStyles} from '../../../source/terminal/output/theme.js';
import {contrast, ofName, type Colour} from '../../support/terminal/colours.js';

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];

const cases = palettes.flatMap(palette =>
	backgrounds.flatMap(background =>
		['xterm-256color', 'xterm'].map(term => [palette, background, term] as const),
	),
);

describe.each(cases)('the %s palette on a %s background, in %s', (palette, background, TERM) => {
	const theme = createTheme({env: {TERM, LANG: 'C.UTF-8'}, palette, background});
	const [ground, ink] = background === 'light' ? [white, black] : [black, white];

	const contrasts = (styles: TextStyles) =>
		Object.values(styles).map(({color, dimColor}) => {
			const colour = color === undefined ? ink : ofName(color);
			// As xterm.js dims: half of it is of the background.
			const shown = dimColor ? colour.map((part, index) => (part + (ground[index] ?? 0)) / 2) : colour;
			return contrast(shown, ground);
		});

	test('has a contrast of 4.5 at least for every text, old or new', () => {
		expect(Math.min(...contrasts(theme.styles))).toBeGreaterThanOrEqual(4.5);
		expect(Math.min(...contrasts(greyed(theme).styles))).toBeGreaterThanOrEqual(4.5);
	});

	test.runIf(palette === 'high-contrast')('has one of 7 where that was asked for', () => {
		expect(Math.min(...contrasts(theme.styles))).toBeGreaterThanOrEqual(7);
		expect(Math.min(...contrasts(greyed(theme).styles))).toBeGreaterThanOrEqual(7);
	});
});

test('the background is what the terminal says it is', () => {
	expect(luminance({red: 1, green: 1, blue: 1})).toBeCloseTo(1);
	expect(backgroundOf({red: 0, green: 0.17, blue: 0.21})).toBe('dark');
	expect(backgroundOf({red: 0.99, green: 0.96, blue: 0.89})).toBe('light');
	expect(backgroundOf({red: 0.2, green: 0.2, blue: 0.2})).toBe('dark');
});

test.each([
	['15;0', 'dark'],
	['0;15', 'light'],
	['0;default;15', 'light'],
	['0;7', 'light'],
	['12;8', 'dark'],
	['default;default', undefined],
	['', undefined],
	['0;99', undefined],
])('COLORFGBG=%s is %s', (COLORFGBG, background) => {
	expect(backgroundByEnvironment({COLORFGBG})).toBe(background);
	expect(createTheme({env: {COLORFGBG, TERM: 'xterm-256color'}}).styles.bad.color).toBe(
		background === 'light' ? 'ansi256(124)' : 'redBright',
	);
});
