/** Binds what is selected by default to an object as soon as there is one, so that it is that one from then on. Pure. */
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {splitOf} from '../../knative/split/split.js';
import {keyOf} from '../tables/object-name.js';
import {indexOfName} from '../tables/tables.js';
import {selectionOf, type RevisionChoice, type Selected} from './selection.js';
import {firstRowOf, selectedIn, type FirstRow} from '../../knative/split/slider-row.js';
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
	row: ReadonlyMap<string, string>;
	firstRow: FirstRow | undefined;
	lastTold: ServiceView | undefined;
	moves: ReadonlyMap<string, {own: boolean; generation: number}>;
};

/**
 * The state with its selection bound: to the first service where none was selected yet, to the newest revision of the
 * selected service and the first row of its slider where none of those was. The same state where there is nothing to bind.
 */
export function bound<State extends Selecting>(state: State): State {
	const selected = boundService(state);
	const revision = boundRevision(state, selected);
	const lastTold = lastToldOf(state, selected);
	const firstRow = boundRow(state, lastTold);
	const isSame =
		selected === state.selected &&
		revision === state.revision &&
		lastTold === state.lastTold &&
		firstRow === state.firstRow;
	return isSame ? state : {...state, selected, revision, lastTold, firstRow};
}

/** As it is told now; as it was told last where it is not any more. */
function lastToldOf(
	{services, lastTold}: Selecting,
	selected: Selected | undefined,
): ServiceView | undefined {
	if (!selected) return undefined;
	const named = services[indexOfName(services, selected)];
	if (named?.uid === selected.uid) return named;
	return lastTold?.uid === selected.uid ? lastTold : undefined;
}

/** Another one only for another service, or where an own change has taken the row out. */
function boundRow(state: Selecting, service: ServiceView | undefined): FirstRow | undefined {
	if (!service || state.row.has(service.uid)) return undefined;
	const {firstRow} = state;
	if (firstRow?.uid !== service.uid) return firstRowOf(service);
	const move = state.moves.get(service.uid);
	const isOwn = move?.own === true && move.generation === service.generation;
	const isThere = selectedIn(splitOf(service), undefined, firstRow) !== undefined;
	return isOwn && !isThere ? firstRowOf(service) : firstRow;
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
