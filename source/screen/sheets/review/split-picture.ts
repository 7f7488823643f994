/** A split as a bar: what users have now, and what they will have. Pure. */
import {apportion} from '../../../knative/split/apportion.js';
import type {Plan} from '../../../release/plan.js';
import type {RevisionMarks} from '../../panes/revision-marks.js';

/** Columns of the bar at most. */
const longest = 50;

/** What each row is drawn with: as in the panes, and what is not there yet with what is left. */
export function fillsOf(
	rows: readonly {readonly revision: string | undefined}[],
	all: readonly string[],
	marks: RevisionMarks,
): string[] {
	const known = rows.map(({revision}) => (revision === undefined ? undefined : marks.get(revision)?.fill));
	const left = all.filter(fill => !known.includes(fill));
	return known.map(fill => fill ?? left.shift() ?? all.at(-1) ?? '');
}

type Look = {
	readonly isAscii: boolean;
	readonly fills: readonly string[];
	/** Columns that there are for a line. */
	readonly width?: number;
};

/** Of `now` and `then` with the blanks after them, and of the blanks before the numbers. */
const labels = 6;
const gap = 2;

const isWhole = (percents: readonly number[]) => percents.reduce((sum, percent) => sum + percent, 0) === 100;

/** `now   ████▓  90│10` and `then  ▓▓▓▓▓  0│100`; nothing where no share changes. */
export function splitPicture({rows}: Pick<Plan, 'rows'>, look: Look): string[] {
	const moves = rows.some(({before, after}) => (before ?? 0) !== (after ?? 0));
	const before = rows.map(row => row.before ?? 0);
	const after = rows.map(row => row.after ?? 0);
	if (!moves || !isWhole(before) || !isWhole(after)) return [];
	const [now = '', then = ''] = [before, after].map(percents => percents.join(look.isAscii ? '|' : '│'));
	// As long as each other, so that they can be compared.
	const room = (look.width ?? Number.POSITIVE_INFINITY) - labels - gap - Math.max(now.length, then.length);
	const width = Math.min(longest, Math.max(0, room));
	return [`now   ${bar(before, look, width)}  ${now}`, `then  ${bar(after, look, width)}  ${then}`];
}

function bar(percents: readonly number[], look: Look, width: number): string {
	const cells = apportion(percents, width).map((count, index) =>
		(percents[index] ?? 0) > 0 ? Math.max(1, count) : 0,
	);
	const drawn = cells.map((count, index) => (look.fills[index] ?? '').repeat(count)).join('');
	return drawn.slice(0, width);
}
