import {stripVTControlCharacters} from 'node:util';
import {Box} from 'ink';
import {render} from 'ink-testing-library';
import {describe, expect, it, onTestFinished} from 'vitest';
import {firstContents} from '../../../source/screen/frame/first-contents.js';
import {firstFrame, firstHeader} from '../../../source/screen/frame/first-frame.js';
import {Header} from '../../../source/screen/frame/header.js';
import {layoutOf} from '../../../source/screen/layout.js';
import {ServicesPane} from '../../../source/screen/panes/services-pane.js';
import {ThemeContext} from '../../../source/screen/widgets/theme-context.js';
import {ConsoleContext} from '../../../source/screen/use-console.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {openBuiltConsole} from '../../support/program/console.js';
import {startWorld, until} from '../../support/world.js';

const sizes = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

const plainFrame = (columns: number, rows: number, to: string) =>
	firstFrame(columns, rows, {header: firstHeader(to, columns)}).map(row => stripVTControlCharacters(row));

const isEmpty = (row = '') => /^[│|] *[│|]$/.test(row.trimEnd());

describe('the first frame', () => {
	it.each(sizes)(
		'has its panes where the console draws them, at %i columns and %i rows',
		async (cols, rows) => {
			const drawn = plainFrame(cols, rows, 'sandbox');
			await using terminal = openBuiltConsole({cols, rows});
			await terminal.until(/checkout[^]*watching|watching[^]*checkout/);
			const shown = terminal.screen().split('\n');
			expect(drawn.every(row => row.length <= cols)).toBe(true);
			// Border characters of the one that stand elsewhere in the other. All of both are one column wide.
			const moved = drawn.flatMap((row, line) =>
				Array.from(row.matchAll(/[╭╮╰╯│]/g)).filter(
					({0: piece, index}) => shown[line]?.charAt(index) !== piece,
				),
			);
			expect(moved).toEqual([]);
		},
	);

	it('is the title alone where one pane at a time is shown', () => {
		expect(plainFrame(40, 10, 'prod')).toEqual([' kn-canary  prod']);
		expect(plainFrame(12, 3, 'prod')).toEqual([' kn-canary  ']);
	});

	it.each([
		{what: 'a few services', columns: 80, rows: 24, isAscii: false, crowd: 0},
		{what: 'a few services in ASCII', columns: 120, rows: 40, isAscii: true, crowd: 0},
		{what: 'more services than rows', columns: 100, rows: 30, isAscii: false, crowd: 40},
	])('says of $what what the console will say', async ({columns, rows, isAscii, crowd}) => {
		const world = await startWorld(crowd === 0 ? {} : {crowd: {services: crowd, revisions: 1}});
		onTestFinished(async () => world.stop());
		const console = await world.console('cart');
		await until(console.store, 'the gateway', ({gateway}) => gateway.kind === 'found');
		const theme = createTheme({isAscii});
		const size = layoutOf(columns, rows);
		if (size.kind !== 'all') throw new TypeError('That window has no room for a pane of services.');
		const drawn = firstFrame(
			columns,
			rows,
			firstContents(console.store.getState(), {columns, rows, theme}),
			theme,
		);
		const {lastFrame, unmount} = render(
			<ThemeContext value={theme}>
				<ConsoleContext value={console}>
					<Box flexDirection="column" width={columns}>
						<Header width={columns} />
						<ServicesPane {...size.sizes.services} />
					</Box>
				</ConsoleContext>
			</ThemeContext>,
		);
		const shown = stripVTControlCharacters(lastFrame() ?? '').split('\n');
		unmount();
		const first = drawn
			.slice(0, shown.length)
			.map((row, line) =>
				stripVTControlCharacters(row).slice(0, line === 0 ? columns : size.sizes.services.width),
			);
		// What is known of the selected service stands in rows that the services leave; it comes with the console.
		expect(first.map(row => row.trimEnd())).toEqual(
			shown.map((row, line) => (isEmpty(first[line]) ? (first[line] ?? '') : row).trimEnd()),
		);
		expect(first.join('\n')).toMatch(/SERVICE/);
	});
});
