import {describe, expect, it} from 'vitest';
import {firstFrame} from '../../source/screen/first-frame.js';
import {openBuiltConsole} from '../support/console.js';

const sizes = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

describe('the first frame', () => {
	it.each(sizes)(
		'has its panes where the console draws them, at %i columns and %i rows',
		async (cols, rows) => {
			const drawn = firstFrame(cols, rows, 'sandbox');
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
		expect(firstFrame(40, 10, 'prod')).toEqual([' kn-canary  prod']);
		expect(firstFrame(12, 3, 'prod')).toEqual([' kn-canary  ']);
	});
});
