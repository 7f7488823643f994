/** Readings of the store that more than one place needs. Pure. */
import type {RevisionView} from '../../knative/revision/revision.js';
import {conditionTrouble, type Trouble} from '../../knative/revision/trouble.js';
import type {ServiceView} from '../../knative/service/service.js';
import {splitOf, type Split, type SplitRow} from '../../knative/split/split.js';
import type {ConsoleState, Draft, ReflectorState, Sheet} from './state.js';
import {indexOfName} from '../tables/tables.js';

/** By the services they are taken from: every part of the screen asks, at every change. */
const filtered = new WeakMap<readonly ServiceView[], {wanted: string; visible: readonly ServiceView[]}>();

const isWanted = ({name}: ServiceView, wanted: string) => name.toLowerCase().includes(wanted);

/** The services that the filter lets through, in order of name: the same array for the same services and filter. */
export function visibleServices({
	services,
	filter,
}: Pick<ConsoleState, 'services' | 'filter'>): readonly ServiceView[] {
	const wanted = filter.trim().toLowerCase();
	if (wanted === '') return services;
	const known = filtered.get(services);
	if (known?.wanted === wanted) return known.visible;
	const visible = services.filter(service => isWanted(service, wanted));
	filtered.set(services, {wanted, visible});
	return visible;
}

/** Where the selected service stands among the visible ones, or −1. */
export function selectedIndex(state: ConsoleState): number {
	const visible = visibleServices(state);
	if (state.service === undefined) return visible.length > 0 ? 0 : -1;
	return indexOfName(visible, state.service);
}

export function selectedService(state: ConsoleState): ServiceView | undefined {
	return visibleServices(state)[selectedIndex(state)];
}

const none: readonly RevisionView[] = [];

/** Newest first. */
export function revisionsOf(state: ConsoleState, service: string | undefined): readonly RevisionView[] {
	return service === undefined ? none : (state.revisions.get(service) ?? none);
}

/** Of when the objects of a watch are, milliseconds since 1970; undefined while they are current, or there are none. */
export function oldSince(feed: ReflectorState): number | undefined {
	return feed.kind === 'stale' || feed.kind === 'forbidden' || feed.kind === 'missing'
		? feed.since
		: undefined;
}

/**
 * As revisionsOf; undefined while nobody has told of them, neither the list of all nor an answer about this service
 * alone, so that "none" is never said of what is only not known.
 */
export function knownRevisions(state: ConsoleState, service: string): readonly RevisionView[] | undefined {
	const {revisions} = state.feeds;
	const isKnown = revisions.kind === 'live' || oldSince(revisions) !== undefined;
	return state.revisions.get(service) ?? (isKnown ? none : undefined);
}

export function selectedRevision(state: ConsoleState): RevisionView | undefined {
	const service = selectedService(state);
	const revisions = revisionsOf(state, service?.name);
	const chosen = service && state.revision.get(service.uid);
	return revisions.find(({name}) => name === chosen) ?? revisions[0];
}

/** What keeps a revision from being ready, as its conditions say or, while they say nothing, its pods. */
export function troubleOf(
	{trouble}: Pick<ConsoleState, 'trouble'>,
	revision: RevisionView | undefined,
): Trouble | undefined {
	if (!revision) return undefined;
	const isOfIts = trouble !== undefined && trouble.revision === revision.uid;
	return conditionTrouble(revision) ?? (isOfIts ? trouble : undefined);
}

/** Of the newest revision of a service: what an operator who releases it wants to know first. */
export function newestTrouble(state: ConsoleState, service: string | undefined): Trouble | undefined {
	return troubleOf(state, revisionsOf(state, service)[0]);
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
