import {expect, test} from 'vitest';
import {liveLayout} from '../../../source/screen/live/live-layout.js';

const layout = (part: Partial<Parameters<typeof liveLayout>[0]>) =>
	liveLayout({width: 76, height: 6, rows: 2, weights: 2, verdicts: 2, failures: 0, ...part});
const lines = ({isBeside, ...parts}: ReturnType<typeof liveLayout>) =>
	parts.above +
	parts.below +
	parts.table +
	parts.chart +
	(isBeside ? parts.answers : parts.answers + parts.failures);

test('a window of 80 columns and 24 rows has a line for how it went, and for a failure once there is one', () => {
	expect(layout({})).toMatchObject({above: 2, table: 3, chart: 1, failures: 0, answers: 0});
	expect(layout({failures: 1})).toMatchObject({above: 2, table: 3, chart: 0, failures: 1});
	expect(layout({failures: 9})).toMatchObject({chart: 0, failures: 1});
	// One that users got is a row of the table.
	expect(layout({failures: 1, rows: 3})).toMatchObject({above: 2, table: 4});
});

test('in a low window rows come before the chart and before answers that are well', () => {
	expect(layout({height: 7, rows: 2})).toMatchObject({table: 3, chart: 1});
	expect(layout({height: 7, rows: 4})).toMatchObject({above: 2, table: 5, chart: 0, answers: 0});
	// A failure keeps its line.
	expect(layout({height: 7, rows: 4, failures: 1})).toMatchObject({table: 4, failures: 1});
});

test('what stands above does not move when a failure or another row comes', () => {
	for (const height of [7, 8, 10, 14, 24]) {
		const before = layout({height, width: 116});
		const after = layout({height, width: 116, rows: 3, failures: 2, verdicts: 2});
		expect(after.above).toBe(before.above);
		// A low window has no rows that are not there yet.
		expect(after.table).toBe(height < 10 ? 4 : before.table);
	}
});

test('a taller window has the chart of several lines, and failures beside answers where it is wide', () => {
	expect(layout({width: 116, height: 13})).toMatchObject({table: 4, chart: 5, answers: 2, isBeside: true});
	expect(layout({width: 196, height: 23, failures: 3})).toMatchObject({chart: 7, failures: 10, answers: 10});
	expect(layout({width: 90, height: 20, failures: 3})).toMatchObject({
		chart: 7,
		failures: 2,
		isBeside: false,
	});
});

test('no layout has more lines than there are, nor fewer than none', () => {
	for (let height = 1; height < 60; height++) {
		for (const width of [20, 76, 116, 196]) {
			for (const rows of [0, 2, 3, 9]) {
				for (const failures of [0, 1, 12]) {
					for (const verdicts of [1, 2, 5]) {
						const found = layout({height, width, rows, failures, verdicts});
						expect(Object.values(found).every(value => typeof value === 'boolean' || value >= 0)).toBe(true);
						expect(lines(found)).toBeLessThanOrEqual(Math.max(height, 3));
						const isShown = height < 6 || failures === 0 || found.failures > 0 || rows > 2;
						expect(isShown).toBe(true);
					}
				}
			}
		}
	}
});
