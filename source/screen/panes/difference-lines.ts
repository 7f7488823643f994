/** What is different between the canary and what users had, under the list of revisions, where rows are left. Pure. */
import type {RevisionRow} from '../../console/state/read.js';
import {isGone} from '../../console/state/selection.js';
import type {Release} from '../../knative/release/release.js';
import {differences} from '../../knative/revision/revision-differences.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import {shortImage, shortRevision} from '../format.js';
import {cutText, widthOf} from '../widgets/table/fit-text.js';
import {wrapLine, type DocumentLine} from '../widgets/document.js';
import type {RevisionMarks} from '../release/revision-marks.js';

/**
 * @param room Rows there are for it: with one it is one line, with more a line for each difference.
 */
export function differenceLines(
	{name}: Pick<ServiceView, 'name'>,
	revisions: readonly RevisionRow[],
	{
		release: {canary, stable},
		marks,
		room,
		width,
		theme: {styles, glyphs},
	}: {
		release: Pick<Release, 'canary' | 'stable'>;
		marks: RevisionMarks;
		room: number;
		width: number;
		theme: Pick<Theme, 'styles' | 'glyphs'>;
	},
): DocumentLine[] {
	const viewOf = (revision: string | undefined) => {
		const row = revisions.find(candidate => candidate.name === revision);
		return row === undefined || isGone(row) ? undefined : row;
	};
	const fresh = viewOf(canary?.revision);
	const old = viewOf(stable?.revision);
	if (room < 1 || !fresh || !old || fresh === old) return [];
	const fillOf = (revision: string) => marks.get(revision)?.fill ?? '';
	const label = (revision: string) => `${fillOf(revision)} ${shortRevision(revision, name)}`.trim();
	const images = [old.image, fresh.image].map(image => shortImage(image));
	// Of two that differ before their last part, all of it.
	const [before = '', after = ''] = images[0] === images[1] ? [old.image, fresh.image] : images;
	const found = differences({...old, image: before}, {...fresh, image: after});
	const said = found.length > 0 ? found : ['same image, environment, resources and scale'];
	const spelled = said.map(text => text.replaceAll('→', glyphs.arrow));
	const short = `${fillOf(fresh.name)} vs ${fillOf(old.name)}: ${spelled.join(` ${glyphs.bullet} `)}`;
	if (widthOf(short) <= width) return [{text: short, style: styles.muted}];
	if (room >= spelled.length + 2) {
		return [
			{text: ' '},
			{text: `${label(fresh.name)} vs ${label(old.name)}:`, style: styles.muted},
			...spelled.map(text => ({text: cutText(`  ${text}`, width, glyphs), style: styles.muted})),
		];
	}
	const rows = wrapLine({text: short}, width);
	const last = cutText(rows.slice(room - 1).join(' '), width, glyphs);
	return [...rows.slice(0, room - 1), last]
		.filter(text => text !== '')
		.map(text => ({text, style: styles.muted}));
}
