/** A split as a bar: what users have now, and what they will have. Pure. */
import {apportion} from '../../../knative/split/apportion.js';
import type {Plan} from '../../../release/plan.js';

/** One a row, in order: told apart by their shape, so that it needs no colour. */
const fills = {unicode: ['█', '▓', '▒', '░'], ascii: ['#', '=', '-', '.']} as const;

/** Columns of the bar: with its labels it fits into the narrowest window. */
const width = 50;

/** What a row is drawn with. */
export function fillOf(index: number, {isAscii}: {isAscii: boolean}): string {
	const set = isAscii ? fills.ascii : fills.unicode;
	return set[Math.min(index, set.length - 1)] ?? '';
}

const isWhole = (percents: readonly number[]) => percents.reduce((sum, percent) => sum + percent, 0) === 100;

/** `now   ████▓  90│10` and `then  ▓▓▓▓▓  0│100`; nothing where no share changes. */
export function splitPicture({rows}: Pick<Plan, 'rows'>, look: {isAscii: boolean}): string[] {
	const moves = rows.some(({before, after}) => (before ?? 0) !== (after ?? 0));
	const before = rows.map(row => row.before ?? 0);
	const after = rows.map(row => row.after ?? 0);
	if (!moves || !isWhole(before) || !isWhole(after)) return [];
	return [`now   ${bar(before, look)}`, `then  ${bar(after, look)}`];
}

function bar(percents: readonly number[], look: {isAscii: boolean}): string {
	const cells = apportion(percents, width).map((count, index) =>
		(percents[index] ?? 0) > 0 ? Math.max(1, count) : 0,
	);
	const drawn = cells.map((count, index) => fillOf(index, look).repeat(count)).join('');
	return `${drawn.slice(0, width)}  ${percents.join(look.isAscii ? '|' : '│')}`;
}
