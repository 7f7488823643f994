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
			for (const [index, row] of drawn.entries()) {
				expect(row.length).toBeLessThanOrEqual(cols);
				for (const [column, character] of [...row].entries()) {
					if (/[╭╮╰╯│]/.test(character)) expect([...(shown[index] ?? '')][column]).toBe(character);
				}
			}
		},
	);

	it('is the title alone where one pane at a time is shown', () => {
		expect(firstFrame(40, 10, 'prod')).toEqual([' kn-canary  prod']);
		expect(firstFrame(12, 3, 'prod')).toEqual([' kn-canary  ']);
	});
});
