/** What holds of any split, whatever is done to it. */
import * as fc from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {apportion} from '../../../source/knative/split/apportion.js';
import {
	addRow,
	completeOn,
	even,
	follow,
	latestKey,
	lock,
	move,
	pin,
	set,
	splitOf,
	takeOut,
	toTargets,
	type Split,
} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';
import {written} from './notation.js';

const anySplit = fc
	.array(
		fc.record({
			weight: fc.integer({min: 0, max: 1000}),
			locked: fc.boolean(),
			tags: fc.integer({min: 0, max: 2}),
		}),
		{minLength: 1, maxLength: 12},
	)
	.map((rows): Split => {
		const shares = apportion(
			rows.map(row => row.weight),
			100,
		);
		return rows.map((row, index) => {
			const key = index === 0 ? latestKey : `r${index}`;
			return {
				key,
				revision: `r${index}`,
				latest: index === 0,
				percent: shares[index] ?? 0,
				tags: Array.from({length: row.tags}, (_, tag) => `t${index}x${tag}`),
				locked: row.locked,
			};
		});
	});

type SplitStep = (rows: Split) => {
	rows: Split;
	/** Keys that the step itself is about. */ own: readonly string[];
};
const index = fc.nat({max: 11});
const keyAt = (rows: Split, position: number) => rows[position % rows.length]?.key ?? '';
const anyStep = fc.oneof(
	fc
		.tuple(index, fc.integer({min: -120, max: 120}))
		.map(([at, delta]): SplitStep => rows => ({rows: move(rows, keyAt(rows, at), delta), own: []})),
	fc
		.tuple(index, fc.integer({min: -10, max: 110}))
		.map(([at, percent]): SplitStep => rows => ({rows: set(rows, keyAt(rows, at), percent), own: []})),
	fc.constant<SplitStep>(rows => ({rows: even(rows), own: []})),
	index.map((at): SplitStep => rows => ({rows: completeOn(rows, keyAt(rows, at)), own: []})),
	index.map((at): SplitStep => rows => ({rows: lock(rows, keyAt(rows, at)), own: []})),
	index.map((at): SplitStep => rows => ({rows: addRow(rows, `new${at}`), own: []})),
	index.map((at): SplitStep => rows => {
		const {split: after, refused} = takeOut(rows, keyAt(rows, at));
		return {rows: after, own: refused === undefined ? [keyAt(rows, at)] : []};
	}),
	index.map((at): SplitStep => rows =>
		// Merging with the row that follows the latest already adds a share to that one, be it locked.
		({rows: follow(rows, keyAt(rows, at), 'r0').split, own: [keyAt(rows, at), latestKey]}),
	),
	fc.constant<SplitStep>(rows => ({
		rows: pin(rows).split,
		own: [latestKey, rows.find(row => row.latest)?.revision ?? ''],
	})),
);

describe('whatever is done', () => {
	test('the sum is 100, shares are whole, keys unique, locks hold and tags survive', () => {
		fc.assert(
			fc.property(anySplit, fc.array(anyStep, {maxLength: 20}), (start, steps) => {
				let rows = start;
				for (const step of steps) {
					const before = rows;
					const {rows: after, own} = step(before);
					rows = after;
					expect(rows.reduce((sum, row) => sum + row.percent, 0)).toBe(100);
					expect(rows.every(row => Number.isInteger(row.percent) && row.percent >= 0)).toBe(true);
					expect(new Set(rows.map(row => row.key)).size).toBe(rows.length);
					for (const row of before.filter(candidate => !own.includes(candidate.key))) {
						const same = rows.find(candidate => candidate.key === row.key);
						expect(same?.tags).toEqual(row.tags);
						expect(row.locked ? same?.percent : row.percent).toBe(row.percent);
					}
				}
				expect(
					splitOf(serviceView({traffic: toTargets(rows)})).map(row => [row.key, row.percent, row.tags]),
				).toEqual(rows.map(row => [row.key, row.percent, row.tags]));
			}),
			{numRuns: 300},
		);
	});

	test('moving a row anywhere, in any steps, and back restores every row', () => {
		fc.assert(
			fc.property(
				anySplit,
				index,
				fc.array(fc.integer({min: -120, max: 120}), {maxLength: 8}),
				(start, at, deltas) => {
					const key = keyAt(start, at);
					const home = start.find(row => row.key === key)?.percent ?? 0;
					let rows = start;
					for (const delta of deltas) rows = move(rows, key, delta);
					const away = rows.find(row => row.key === key)?.percent ?? 0;
					rows = move(rows, key, home - away);
					expect(written(rows)).toBe(written(start));
				},
			),
			{numRuns: 300},
		);
	});

	test('the others keep their proportions to within one percent', () => {
		fc.assert(
			fc.property(anySplit, index, fc.integer({min: -100, max: 100}), (start, at, delta) => {
				const key = keyAt(start, at);
				const rows = move(start, key, delta);
				const others = start.filter(row => row.key !== key && !row.locked);
				const sum = others.reduce((total, row) => total + row.percent, 0);
				const left = rows
					.filter(row => others.some(other => other.key === row.key))
					.reduce((total, row) => total + row.percent, 0);
				for (const other of others) {
					const exact = sum === 0 ? left / others.length : (other.percent / sum) * left;
					const percent = rows.find(row => row.key === other.key)?.percent ?? Number.NaN;
					expect(Math.abs(percent - exact)).toBeLessThan(1);
				}
			}),
		);
	});

	test('equal shares differ by 1 at most', () => {
		fc.assert(
			fc.property(anySplit, start => {
				const shares = even(start)
					.filter(row => !row.locked)
					.map(row => row.percent);
				const [first = 0] = shares;
				expect(Math.max(first, ...shares) - Math.min(first, ...shares)).toBeLessThanOrEqual(1);
			}),
		);
	});
});
