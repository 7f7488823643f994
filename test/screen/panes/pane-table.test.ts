import {expect, test} from 'vitest';
import {panes} from '../../../source/console/state/panes.js';
import {digitOf, paneRows, paneTable, titleOf} from '../../../source/screen/panes/pane-table.js';

test('each pane has a digit that one key can type, and bears it in its title', () => {
	for (const pane of panes) {
		expect(titleOf(pane)).toMatch(/^[1-9] \w/);
		expect(titleOf(pane)).toBe(`${digitOf(pane)} ${paneTable[pane].title}`);
	}
	expect(new Set(panes.map(titleOf)).size).toBe(panes.length);
});

test('each pane stands in one row, from the top, and in the order of the digits within it', () => {
	expect(paneRows.flat().toSorted()).toEqual(panes.toSorted());
	for (const row of paneRows) {
		expect(row.map(digitOf)).toEqual(row.map(digitOf).toSorted((one, other) => one - other));
		expect(new Set(row.map(pane => paneTable[pane].row)).size).toBe(1);
	}
});
