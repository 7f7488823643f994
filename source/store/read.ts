/** Readings of the store that more than one place needs. Pure. */
import type {RevisionView} from '../traffic/revision.js';
import type {ServiceView} from '../traffic/service.js';
import {splitOf, type Split, type SplitRow} from '../traffic/split.js';
import type {ConsoleState, Draft, Sheet} from './state.js';

/** The services that the filter lets through, in order of name. */
export function visibleServices({services, filter}: ConsoleState): readonly ServiceView[] {
	const wanted = filter.trim().toLowerCase();
	return wanted === '' ? services : services.filter(({name}) => name.toLowerCase().includes(wanted));
}

export function selectedService(state: ConsoleState): ServiceView | undefined {
	const visible = visibleServices(state);
	return (
		visible.find(({name}) => name === state.service) ?? (state.service === undefined ? visible[0] : undefined)
	);
}

const none: readonly RevisionView[] = [];

/** Newest first. */
export function revisionsOf(state: ConsoleState, service: string | undefined): readonly RevisionView[] {
	return service === undefined ? none : (state.revisions.get(service) ?? none);
}

/** As above; undefined while the watch has not told of any, so that "none" is never said of what is only not known. */
export function knownRevisions(state: ConsoleState, service: string): readonly RevisionView[] | undefined {
	const {kind} = state.feeds.revisions;
	const isKnown = kind === 'live' || kind === 'stale';
	return state.revisions.get(service) ?? (isKnown ? none : undefined);
}

export function selectedRevision(state: ConsoleState): RevisionView | undefined {
	const service = selectedService(state);
	const revisions = revisionsOf(state, service?.name);
	const chosen = service && state.revision.get(service.uid);
	return revisions.find(({name}) => name === chosen) ?? revisions[0];
}

export function draftOf(state: ConsoleState, service: ServiceView | undefined): Draft | undefined {
	return service && state.drafts.get(service.uid);
}

/** What the slider shows: the draft, or else what the service has. */
export function shownSplit(state: ConsoleState, service: ServiceView): Split {
	return draftOf(state, service)?.split ?? splitOf(service);
}

export function selectedRow(state: ConsoleState, service: ServiceView): SplitRow | undefined {
	const split = shownSplit(state, service);
	return split.find(({key}) => key === state.row.get(service.uid)) ?? split[0];
}

export function topSheet({sheets}: ConsoleState): Sheet | undefined {
	return sheets.at(-1);
}
