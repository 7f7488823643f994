/** A split as a bar: what users have now, and what they will have. Pure. */
import {apportion} from '../../../knative/split/apportion.js';
import type {Plan} from '../../../release/plan.js';
import type {Piece} from '../../../terminal/output/pieces.js';
import type {RevisionMark} from '../../release/revision-marks.js';

type PictureRoom = {
	readonly isAscii: boolean;
	readonly marks: readonly RevisionMark[];
	/** Columns that there are for a line. */
	readonly width?: number;
};

/** Columns of the bar where nothing says how many there are. */
const usual = 50;

/** Of `now` and `then` with the blanks after them, and of the blanks before the numbers. */
const labels = 6;
const gap = 2;

const isWhole = (percents: readonly number[]) => percents.reduce((sum, percent) => sum + percent, 0) === 100;

/** `now   ████▓  90│10` and `then  ▓▓▓▓▓  0│100`; nothing where no share changes. */
export function splitPicture({rows}: Pick<Plan, 'rows'>, look: PictureRoom): (readonly Piece[])[] {
	const moves = rows.some(({before, after}) => (before ?? 0) !== (after ?? 0));
	const before = rows.map(row => row.before ?? 0);
	const after = rows.map(row => row.after ?? 0);
	if (!moves || !isWhole(before) || !isWhole(after)) return [];
	const [now = '', then = ''] = [before, after].map(percents => percents.join(look.isAscii ? '|' : '│'));
	// As long as each other, so that they can be compared.
	const room = (look.width ?? Number.POSITIVE_INFINITY) - labels - gap - Math.max(now.length, then.length);
	const width = Number.isFinite(room) ? Math.max(0, room) : usual;
	return [
		[{text: 'now   '}, ...bar(before, look, width), {text: `  ${now}`}],
		[{text: 'then  '}, ...bar(after, look, width), {text: `  ${then}`}],
	];
}

function bar(percents: readonly number[], {marks}: PictureRoom, width: number): Piece[] {
	let left = width;
	return apportion(percents, width).map((count, index): Piece => {
		const {fill = '', style = {}} = marks[index] ?? {};
		const cells = Math.min(left, (percents[index] ?? 0) > 0 ? Math.max(1, count) : 0);
		left -= cells;
		return {text: fill.repeat(cells), style};
	});
}
