import {describe, expect, it} from 'vitest';
import {windowSize} from '../../../source/terminal/output/window-size.js';

describe('the size of a window to draw in', () => {
	it.each([
		['is what the terminal says', {columns: 132, rows: 43}, {}, {columns: 132, rows: 43}],
		['is of one cell at least', {columns: 1, rows: 1}, {}, {columns: 1, rows: 1}],
		[
			'is what the environment says where the terminal says nothing',
			{columns: 0, rows: 0},
			{COLUMNS: '100', LINES: '30'},
			{columns: 100, rows: 30},
		],
		['is the usual one where nobody says it', {}, {COLUMNS: 'wide', LINES: '0'}, {columns: 80, rows: 24}],
		['is no more than is ever seen', {columns: 65_535, rows: 65_535}, {}, {columns: 1000, rows: 300}],
		['is as tall as is ever seen', {columns: 100, rows: 5000}, {}, {columns: 100, rows: 300}],
		[
			'is no more than that by the environment either',
			{},
			{COLUMNS: '9999', LINES: '9999'},
			{columns: 1000, rows: 300},
		],
	])('%s', (_, terminal, env, size) => {
		expect(windowSize(terminal, env)).toEqual(size);
	});
});
