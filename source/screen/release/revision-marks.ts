/** By what each revision of a service is told from the others in every pane: one fill and one hue. Pure. */
import type {ServiceView} from '../../knative/service/service.js';
import type {TextStyle, Theme} from '../../terminal/output/theme.js';

export type RevisionMark = {readonly fill: string; readonly style: TextStyle};

/** Of each revision in the split, and of the canary and the stable one; others have none. */
export type RevisionMarks = ReadonlyMap<string, RevisionMark>;

type Roles = Readonly<Record<'canary' | 'stable', {readonly revision: string} | undefined>>;

/** All there are, no two alike: of what is stable, of what is tried, then of others. */
export function allMarks({
	glyphs: {fills},
	styles,
}: Pick<Theme, 'glyphs' | 'styles'>): readonly RevisionMark[] {
	return [styles.stable, styles.canary, styles.other, styles.plain, styles.further, styles.other].map(
		(style, index) => ({
			fill: fills[index] ?? fills[0],
			style,
		}),
	);
}

/**
 * What is stable has the first fill and what is tried the second, wherever they stand in the split; the rest follows in its order.
 * Where a part is known, neither of the two is lent to another revision: what is kept at 0 % after a promotion is no canary.
 */
export function revisionMarks(
	{statusTraffic, specTraffic}: Pick<ServiceView, 'statusTraffic' | 'specTraffic'>,
	{canary, stable}: Roles,
	look: Pick<Theme, 'glyphs' | 'styles'>,
): RevisionMarks {
	const marks = allMarks(look);
	const taken = new Map<string, number>();
	if (stable) taken.set(stable.revision, 0);
	if (canary && !taken.has(canary.revision)) taken.set(canary.revision, 1);
	const used = new Set(taken.values());
	const free = marks
		.map((_, index) => index)
		.filter(index => !used.has(index) && (used.size === 0 || index > 1));
	for (const {revision} of [...statusTraffic, ...specTraffic]) {
		if (revision === undefined || taken.has(revision)) continue;
		// More than there are fills: the last one stands for all of these.
		taken.set(revision, free.shift() ?? marks.length - 1);
	}
	return new Map(
		[...taken].flatMap(([revision, index]) => {
			const mark = marks[index];
			return mark ? [[revision, mark] as const] : [];
		}),
	);
}

/**
 * What each row is drawn with, in every pane: that of its revision; what is not there yet with what is left, and a revision that
 * is there and in no split never with what is tried or stable.
 */
export function marksOf(
	rows: readonly {readonly revision: string | undefined}[],
	all: readonly RevisionMark[],
	marks: RevisionMarks,
): RevisionMark[] {
	const known = rows.map(({revision}) => (revision === undefined ? undefined : marks.get(revision)));
	const left = all.filter(({fill}) => known.every(mark => mark?.fill !== fill));
	const next = (isThere: boolean) => {
		const ofOthers = isThere && marks.size > 0 ? left.findIndex(mark => all.indexOf(mark) > 1) : 0;
		return left.splice(Math.max(0, ofOthers), 1)[0];
	};
	return rows.map(
		({revision}, index) =>
			known[index] ?? next(revision !== undefined) ?? all.at(-1) ?? {fill: '', style: {}},
	);
}
