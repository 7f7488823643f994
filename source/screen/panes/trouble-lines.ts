/** What is wrong with a revision and what to do, as lines at the foot of the pane of the revisions. Pure. */
import {loggedRevision} from '../../console/logs/logs.js';
import {selectedService, troubledRevision, revisionTroubleOf} from '../../console/state/read.js';
import type {ConsoleState} from '../../console/state/state.js';
import type {Glyphs} from '../../terminal/output/theme.js';
import {shortRevision} from '../format.js';
import type {Size} from '../layout.js';
import {wrapLine} from '../widgets/document.js';

/** Rows of the pane for what is wrong; the table keeps its heading and two rows at least. */
const mostSaid = 3;
const leastTable = 3;

export type TroubleLines = {
	readonly what: readonly string[];
	/** What to do; undefined where there is no room for it. */
	readonly todo: string | undefined;
	/** Not all of what is wrong has room. */
	readonly isCut: boolean;
};

/**
 * Of the selected revision, or of the newest, if one of them does not become ready.
 *
 * @param size Cells in the frame of the pane.
 */
export function troubleLinesOf(
	state: ConsoleState,
	{width, height}: Size,
	glyphs: Pick<Glyphs, 'bad'>,
): TroubleLines | undefined {
	const service = selectedService(state);
	const revision = troubledRevision(state);
	const trouble = revisionTroubleOf(state, revision);
	if (!service || !revision || !trouble) return undefined;
	const rows = Math.max(0, Math.min(mostSaid, height - leastTable));
	if (rows === 0) return {what: [], todo: undefined, isCut: true};
	const text = `${glyphs.bad} ${shortRevision(revision.name, service.name)}: ${trouble.sentence}`;
	const wrapped = wrapLine({text}, width);
	// What to do is not what has to give way: the last row for what is wrong is cut, not the one after it.
	const own = Math.max(1, rows - 1);
	const what = [...wrapped.slice(0, own - 1), wrapped.slice(own - 1).join(' ')].filter(line => line !== '');
	const isServed = service.latestReady !== undefined && service.latestReady !== revision.name;
	// In other panes the log is of what users reach.
	const log = loggedRevision(state) === revision.name ? 'L log' : 'L in pane 2: log';
	const todo = `e events · ${log} · r new revision`;
	const longer = isServed ? [`${todo} · R roll back`] : [];
	const told = [...longer, todo].find(words => words.length <= width) ?? 'e events · r new revision';
	return {
		what,
		todo: rows === 1 ? undefined : told,
		isCut: wrapped.length > own,
	};
}
