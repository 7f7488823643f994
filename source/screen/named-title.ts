/** Titles that end in the name of an object: cut so that the name still tells it from those beside it. */
import {knownRevisions, selectedService} from '../console/state/read.js';
import {isAcross} from '../console/state/scope.js';
import type {ConsoleState} from '../console/state/state.js';
import {keyOf} from '../console/tables/object-name.js';
import {useConsoleState} from './use-console.js';
import {closestTo, tellApart} from './widgets/table/tell-apart.js';
import {widthOf} from './widgets/table/fit-text.js';
import {useTheme} from './widgets/theme-context.js';

/** Columns of a top border that are no title: corners, mark, the blank behind it and one piece of line. */
const aroundTitle = 4;

/** Names so many are enough to be told from: those that it could be taken for. */
const mostOthers = 12;

/**
 * `words` and `name`, for the frame of a pane or a sheet that is `width` columns wide: whole where it fits, else with a name that
 * is cut where no other service, or revision of the selected one, is like it.
 */
export function useNamedTitle(words: string, name: string, width: number): string {
	const {glyphs} = useTheme();
	const room = Math.max(8, width - aroundTitle - widthOf(words) - 1);
	const shown = useConsoleState(state => {
		if (widthOf(name) <= room) return name;
		const others = closestTo(name, namesIn(state), mostOthers);
		return tellApart([name, ...others], room, {ellipsis: glyphs.ellipsis})[0] ?? name;
	});
	return name === '' ? words : `${words} ${shown}`;
}

function namesIn(state: ConsoleState): string[] {
	const service = selectedService(state);
	const revisions = service ? (knownRevisions(state, service) ?? []) : [];
	return [
		...state.services.map(each => (isAcross(state) ? keyOf(each) : each.name)),
		...revisions.map(revision => revision.name),
	];
}
