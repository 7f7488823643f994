/** Binds what is selected by default to an object as soon as there is one, so that it is that one from then on. Pure. */
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {keyOf} from '../tables/object-name.js';
import {indexOfName} from '../tables/tables.js';
import {selectionOf, type RevisionChoice, type Selected} from './selection.js';
import type {Scope} from './scope-kind.js';
import {visibleServices} from './visible.js';

/** What of the state has to do with what is selected. */
type Selecting = {
	services: readonly ServiceView[];
	filter: string;
	scope: Scope;
	revisions: ReadonlyMap<string, readonly RevisionView[]>;
	selected: Selected | undefined;
	revision: ReadonlyMap<string, RevisionChoice>;
};

/**
 * The state with its selection bound: to the first service where none was selected yet, to the newest revision of the
 * selected service where none of that was. The same state where there is nothing to bind.
 */
export function bound<State extends Selecting>(state: State): State {
	const selected = boundService(state);
	const revision = boundRevision(state, selected);
	return selected === state.selected && revision === state.revision ? state : {...state, selected, revision};
}

function boundService(state: Selecting): Selected | undefined {
	const {selected, services} = state;
	if (!selected) {
		const first = visibleServices(state)[0];
		return first && selectionOf(first);
	}
	if (selected.wasSeen) return selected;
	const told = services[indexOfName(services, selected)];
	return told?.uid === selected.uid ? {...selected, wasSeen: true} : selected;
}

function boundRevision(
	{services, revisions, revision}: Selecting,
	selected: Selected | undefined,
): ReadonlyMap<string, RevisionChoice> {
	if (!selected || services[indexOfName(services, selected)]?.uid !== selected.uid) return revision;
	const newest = revisions.get(keyOf(selected))?.[0];
	const chosen = revision.get(selected.uid);
	if (!newest || (chosen && !('newerThan' in chosen && newest.generation > chosen.newerThan))) {
		return revision;
	}
	return new Map(revision).set(selected.uid, selectionOf(newest));
}
