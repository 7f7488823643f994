import chalk, {type ColorSupportLevel} from 'chalk';
import {renderToString, Text} from 'ink';
import {afterEach, describe, expect, it} from 'vitest';
import {PiecesLine} from '../../../source/screen/widgets/pieces-line.js';
import {backgrounds, palettes} from '../../../source/terminal/output/palette.js';
import {createTheme, greyed, type TextStyle} from '../../../source/terminal/output/theme.js';
import {drawnAfresh} from '../../support/terminal/fake-terminal.js';

const level = chalk.level;

afterEach(() => {
	chalk.level = level;
});

/** All styles there are, and what a selected row and an edge make of them. */
const styles: readonly TextStyle[] = palettes.flatMap(palette =>
	backgrounds.flatMap(background => {
		const theme = createTheme({env: {}, palette, background});
		const all = [...Object.values(theme.styles), ...Object.values(greyed(theme).styles)];
		return all.flatMap(style => [style, {...style, bold: true}, {...style, underline: true, inverse: true}]);
	}),
);

const levels: readonly ColorSupportLevel[] = [0, 1, 2, 3];

describe.each(levels)('in a terminal with colours of level %i', colours => {
	it('each style looks as a text of that style', async () => {
		chalk.level = colours;
		const pieces = styles.map((style, index) => ({text: `${index % 10}`, style}));
		const texts = pieces.map(({text, style}, index) => (
			<Text key={index} {...style}>
				{text}
			</Text>
		));
		const columns = pieces.length;
		const line = renderToString(<PiecesLine of={pieces} />, {columns});
		expect(line.includes('\u001B')).toBe(colours > 0);
		expect(await drawnAfresh(line, columns, 1)).toEqual(
			await drawnAfresh(renderToString(<Text wrap="truncate">{texts}</Text>, {columns}), columns, 1),
		);
	});
});

it('is cut where its room ends, in its style', async () => {
	chalk.level = 3;
	const line = renderToString(<PiecesLine of={[{text: 'ready to go', style: {color: 'green'}}]} />, {
		columns: 6,
	});
	expect(await drawnAfresh(line, 6, 1)).toEqual(await drawnAfresh('\u001B[32mready…\u001B[39m', 6, 1));
});
