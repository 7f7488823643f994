import * as fc from '../../../support/property.js';
import {render} from 'ink-testing-library';
import {renderToString, Text} from 'ink';
import {describe, expect, test} from 'vitest';
import {listWindow, scrollThumb, windowKeeping} from '../../../../source/screen/widgets/table/list-window.js';
import {List} from '../../../../source/screen/widgets/table/list.js';
import {ThemeContext} from '../../../../source/screen/widgets/theme-context.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';

const topAfter = (previousTop: number, selected: number) =>
	listWindow({previousTop, selected, height: 5, count: 20}).top;
const thumbAt = (top: number) => scrollThumb({top, end: top + 5, above: top, below: 15 - top}, 20, 5);

describe('the window of a list', () => {
	const window = fc.record({
		previousTop: fc.nat(300),
		selected: fc.integer({min: -1, max: 300}),
		height: fc.nat(60),
		count: fc.nat(300),
	});

	test('always holds the selection, never leaves the list, and never wastes a row', () => {
		fc.assert(
			fc.property(window, input => {
				const {top, end, above, below} = listWindow(input);
				const rows = Math.min(input.height, input.count);
				expect([top >= 0, end - top, above, below]).toEqual([true, rows, top, input.count - end]);
				expect(end).toBeLessThanOrEqual(input.count);
				const index = Math.min(input.selected, input.count - 1);
				expect(index < 0 || rows === 0 || (index >= top && index < end)).toBe(true);
			}),
		);
	});

	test('moves only when the selection would leave it', () => {
		expect([
			topAfter(0, 4),
			topAfter(0, 5),
			topAfter(7, 7),
			topAfter(7, 6),
			topAfter(7, 11),
			topAfter(7, 12),
		]).toEqual([0, 1, 7, 6, 7, 8]);
	});

	test('has a thumb that reaches both ends', () => {
		expect([thumbAt(0), thumbAt(15)]).toEqual([
			[0, 1],
			[4, 5],
		]);
		expect(scrollThumb({top: 0, end: 3, above: 0, below: 0}, 3, 5)).toEqual([0, 0]);
	});
});

const names = Array.from({length: 8}, (_, index) => `service-${index}`);

function Names({selected, items = names}: {readonly selected: number; readonly items?: readonly string[]}) {
	return (
		<List
			items={items}
			keyOf={name => name}
			selected={selected}
			width={16}
			height={3}
			empty="No services here: n creates one."
			renderRow={name => <Text wrap="truncate">{name}</Text>}
		/>
	);
}

test('a row that is kept is on the screen wherever the selection is, and so is the selection', () => {
	const lists = fc.integer({min: 3, max: 12}).chain(count =>
		fc.record({
			count: fc.constant(count),
			height: fc.integer({min: 2, max: count - 1}),
			selected: fc.integer({min: 0, max: count - 1}),
			kept: fc.integer({min: 0, max: count - 1}),
			previousTop: fc.nat(count),
		}),
	);
	fc.assert(
		fc.property(lists, ({count, height, selected, kept, previousTop}) => {
			const inner = listWindow({previousTop, selected, height: height - 1, count});
			const {indices, window} = windowKeeping(inner, kept, count);
			expect(indices).toHaveLength(height);
			expect(indices).toContain(kept);
			expect(indices).toEqual([...new Set(indices)].toSorted((one, other) => one - other));
			// Where the selection is marked.
			expect(indices[selected - window.top]).toBe(selected);
			expect(window.end - window.top).toBe(height);
			expect(window.top).toBeGreaterThanOrEqual(0);
			expect(window.end).toBeLessThanOrEqual(count);
		}),
	);
});

test('a list remembers where it stood, and shows where it stands', () => {
	const {lastFrame, rerender, unmount} = render(<Names selected={0} />);
	expect(lastFrame()?.split('\n')).toEqual(['▸ service-0    ┃', '  service-1    │', '  service-2    │']);
	rerender(<Names selected={4} />);
	expect(lastFrame()?.split('\n')).toEqual(['  service-2    │', '  service-3    ┃', '▸ service-4    │']);
	rerender(<Names selected={3} />);
	expect(lastFrame()?.split('\n')).toEqual(['  service-2    │', '▸ service-3    ┃', '  service-4    │']);
	rerender(<Names selected={1} items={names.slice(0, 2)} />);
	expect(
		lastFrame()
			?.split('\n')
			.map(line => line.trimEnd()),
	).toEqual(['  service-0', '▸ service-1', '']);
	unmount();
});

test('an empty list says what that means', () => {
	expect(renderToString(<Names selected={-1} items={[]} />)).toMatch(
		/^No services\s+here: n creates\s+one\./,
	);
});

test('of a moved selection two rows are drawn, of a changed item its own, and all with another theme', () => {
	let drawn: string[] = [];
	const dark = createTheme({});
	const light = createTheme({background: 'light'});
	const list = (selected: number, items: readonly string[], theme = dark) => (
		<ThemeContext value={theme}>
			<List
				items={items}
				keyOf={name => name.slice(0, 9)}
				saidBy={name => name}
				selected={selected}
				width={20}
				height={8}
				renderRow={name => {
					drawn.push(name);
					return <Text wrap="truncate">{name}</Text>;
				}}
			/>
		</ThemeContext>
	);
	const {lastFrame, rerender, unmount} = render(list(0, names));
	expect(drawn).toEqual(names);
	drawn = [];
	rerender(list(1, names));
	expect(drawn).toEqual(['service-0', 'service-1']);
	expect(lastFrame()).toContain('▸ service-1');
	drawn = [];
	rerender(list(1, names.with(5, 'service-5 failed')));
	expect(drawn).toEqual(['service-5 failed']);
	expect(lastFrame()).toContain('  service-5 failed');
	drawn = [];
	rerender(list(1, names, light));
	expect(drawn).toEqual(names);
	unmount();
});
