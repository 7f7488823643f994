/** Readings of the store that more than one place needs. Pure. */
import {absenceOfRevision, absenceOfService, absenceWords, type Absence} from './absence.js';
import type {Pane} from './panes.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import {conditionTrouble, told, type RevisionTrouble} from '../../knative/revision/revision-trouble.js';
import type {ServiceView} from '../../knative/service/service.js';
import {rebased} from '../../knative/split/rebased.js';
import {set, splitOf, type Split, type SplitRow} from '../../knative/split/split.js';
import type {ConsoleState, Draft, ReflectorState, Sheet} from './state.js';
import {compareNames, keyOf, type ObjectName} from '../tables/object-name.js';
import {indexOfName, placeOf} from '../tables/tables.js';
import {selectedIn} from '../../knative/split/slider-row.js';
import {inSplitFirst, sortedRows, type ServiceRow} from './sorted.js';
import {hasInText, visibleServices} from './visible.js';
import {withGoneRevision, withGoneService, type Gone, type Selected} from './selection.js';

export {visibleServices} from './visible.js';

/** What was found last: all selectors ask about the same state, one after the other. */
let lastFound:
	{services: readonly ServiceView[]; selected: Selected; found: ServiceView | undefined} | undefined;

/** The service that is selected, also where a filter hides it; undefined when it is not there (any more). */
function foundService({services, selected}: ConsoleState): ServiceView | undefined {
	if (!selected) return undefined;
	if (lastFound?.services === services && lastFound.selected === selected) return lastFound.found;
	const named = services[indexOfName(services, selected)];
	const found = named?.uid === selected.uid ? named : undefined;
	lastFound = {services, selected, found};
	return found;
}

/** The selected service as far as the operator sees it in the list: what is hidden by the filter is not acted upon. */
export function selectedService(state: ConsoleState): ServiceView | undefined {
	const found = foundService(state);
	return found && (state.filter === '' || indexOfName(visibleServices(state), found) !== -1)
		? found
		: undefined;
}

/** What was selected and is told of no more. */
export function goneService(state: ConsoleState): Selected | undefined {
	const {selected} = state;
	return selected?.wasSeen && !foundService(state) ? selected : undefined;
}

const rowsWithGone = new WeakMap<
	readonly ServiceView[],
	{gone: Selected; absence: Absence; rows: readonly ServiceRow[]}
>();

/** The rows of the list of services: those that are visible, and the place of the selected one when that is gone. */
export function serviceRows(state: ConsoleState): readonly ServiceRow[] {
	return sortedRows(namedRows(state), state.sort, state.verdicts);
}

/** The same in order of namespace and name. */
function namedRows(state: ConsoleState): readonly ServiceRow[] {
	const visible = visibleServices(state);
	const gone = goneService(state);
	if (!gone || !hasInText(gone, state.filter, state.scope)) return visible;
	const absence = absenceOfService(state, gone);
	const known = rowsWithGone.get(visible);
	if (known?.gone === gone && known.absence === absence) return known.rows;
	const {lastTold} = state;
	const last = lastTold?.uid === gone.uid ? lastTold : undefined;
	const rows = withGoneService(visible, gone, {absence, last});
	rowsWithGone.set(visible, {gone, absence, rows});
	return rows;
}

/** Where the selection stands among the rows, or −1. */
export function selectedIndex(state: ConsoleState): number {
	const {selected} = state;
	if (!selected) return -1;
	const rows = serviceRows(state);
	if (state.sort !== 'name') return rows.findIndex(({uid}) => uid === selected.uid);
	// In order; one that is gone may stand before another of its name.
	for (let place = placeOf(rows, selected); ; place++) {
		const row = rows[place];
		if (!row || compareNames(row, selected) !== 0) return -1;
		if (row.uid === selected.uid) return place;
	}
}

/** Why no service is selected, and what to do, as a sentence. */
export function whyNoService(state: ConsoleState): string {
	const {selected} = state;
	if (!selected) return 'Select a service first.';
	if (foundService(state)) return `${selected.name} is hidden by the filter. Esc clears it.`;
	if (!selected.wasSeen) return `${selected.name} is not listed yet.`;
	const what = absenceWords(selected.name, absenceOfService(state, selected));
	const {length} = visibleServices(state);
	return length === 0 && state.filter !== ''
		? `${what}. Esc clears the filter.`
		: `${what}. ↑↓ selects another service.`;
}

/** Why there is no selected service; undefined where there is one. */
export const missingService = (state: ConsoleState): string | undefined =>
	selectedService(state) ? undefined : whyNoService(state);

/** The same of the revision. */
export const missingRevision = (state: ConsoleState): string | undefined =>
	selectedRevision(state) ? undefined : whyNoRevision(state);

/** The same of the counts of its loop. */
export const missingLoop = ({live}: Pick<ConsoleState, 'live'>): string | undefined =>
	live ? undefined : 'Press space to send requests first.';

/** While there is no cluster to ask; undefined where there is one. */
export const notConnected = ({connection}: ConsoleState): string | undefined =>
	connection.kind === 'connected' ? undefined : 'Not connected yet.';

/** What stands in the place of the selected service's parts; where no service is listed, the list says why. */
export function whyNoParts(state: ConsoleState): string {
	return state.selected && serviceRows(state).length > 0 ? whyNoService(state) : '';
}

const none: readonly RevisionView[] = [];

/** Newest first. */
export function revisionsOf(state: ConsoleState, service: ObjectName | undefined): readonly RevisionView[] {
	return service === undefined ? none : (state.revisions.get(keyOf(service)) ?? none);
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
export function knownRevisions(
	state: Pick<ConsoleState, 'feeds' | 'revisions'>,
	service: ObjectName,
): readonly RevisionView[] | undefined {
	const {revisions} = state.feeds;
	const isKnown = revisions.kind === 'live' || oldSince(revisions) !== undefined;
	return state.revisions.get(keyOf(service)) ?? (isKnown ? none : undefined);
}

/** The revisions that are known, each with its state in the words of pane 2. */
export function toldRevisions(
	state: Pick<ConsoleState, 'feeds' | 'revisions' | 'trouble'>,
	service: ObjectName,
): readonly RevisionView[] | undefined {
	const {trouble} = state;
	return knownRevisions(state, service)?.map(revision =>
		told(revision, trouble?.revision === revision.uid ? trouble : undefined),
	);
}

/**
 * The revision that is selected, of the selected service; undefined where it is gone, or another was asked for and is not
 * listed yet.
 */
export function selectedRevision(state: ConsoleState): RevisionView | undefined {
	const service = selectedService(state);
	const chosen = service && state.revision.get(service.uid);
	if (!chosen || !('uid' in chosen)) return undefined;
	return revisionsOf(state, service).find(({uid}) => uid === chosen.uid);
}

/** The selected revision of that service when it is told of no more. */
function goneRevision(state: ConsoleState, service: ServiceView): Selected | undefined {
	const chosen = state.revision.get(service.uid);
	if (!chosen || !('uid' in chosen) || !chosen.wasSeen) return undefined;
	const known = state.revisions.get(keyOf(service));
	// None of them is known: nothing is said of any.
	if (!known) return undefined;
	return known.some(({uid}) => uid === chosen.uid) ? undefined : chosen;
}

/** Whether the selected revision is told of no more: nothing can be done with it. */
export function isRevisionGone(state: ConsoleState): boolean {
	const service = selectedService(state);
	return service !== undefined && goneRevision(state, service) !== undefined;
}

export type RevisionRow = RevisionView | Gone;

const knownRevisionRows = new WeakMap<
	readonly RevisionView[],
	{
		service: ServiceView;
		gone: Selected | undefined;
		absence: Absence | undefined;
		rows: readonly RevisionRow[];
	}
>();

/**
 * The rows of the list of revisions of the selected service, with the place of the selected one when that is gone: those of the split
 * in its order, then the others, newest first. The same array for the same.
 */
export function revisionRows(state: ConsoleState): readonly RevisionRow[] {
	const service = selectedService(state);
	const revisions = revisionsOf(state, service);
	if (!service) return revisions;
	const gone = goneRevision(state, service);
	const absence = gone && absenceOfRevision(state, gone);
	const known = knownRevisionRows.get(revisions);
	if (known?.service === service && known.gone === gone && known.absence === absence) return known.rows;
	const all = gone && absence !== undefined ? withGoneRevision(revisions, gone, absence) : revisions;
	const rows = inSplitFirst(all, service);
	knownRevisionRows.set(revisions, {service, gone, absence, rows});
	return rows;
}

/** Where the selection stands among the rows of the revisions, or −1. */
export function selectedRevisionIndex(state: ConsoleState): number {
	const service = selectedService(state);
	const chosen = service && state.revision.get(service.uid);
	if (!chosen || !('uid' in chosen)) return -1;
	return revisionRows(state).findIndex(({uid}) => uid === chosen.uid);
}

/** Why no revision is selected, and what to do, as a sentence. */
export function whyNoRevision(state: ConsoleState): string {
	const service = selectedService(state);
	if (!service) return whyNoService(state);
	const chosen = state.revision.get(service.uid);
	if (chosen && 'newerThan' in chosen) return 'The new revision is not listed yet.';
	const gone = goneRevision(state, service);
	return gone
		? `${absenceWords(gone.name, absenceOfRevision(state, gone))}. ↑↓ in pane 2 selects another revision.`
		: 'Select a revision first.';
}

/** What keeps a revision from being ready, as its conditions say or, while they say nothing, its pods. */
export function revisionTroubleOf(
	{trouble}: Pick<ConsoleState, 'trouble'>,
	revision: RevisionView | undefined,
): RevisionTrouble | undefined {
	if (!revision) return undefined;
	const isOfIts = trouble !== undefined && trouble.revision === revision.uid;
	return conditionTrouble(revision) ?? (isOfIts ? trouble : undefined);
}

/** Of the newest revision of a service: what an operator who releases it wants to know first. */
export function newestTrouble(
	state: ConsoleState,
	service: ObjectName | undefined,
): RevisionTrouble | undefined {
	return revisionTroubleOf(state, revisionsOf(state, service)[0]);
}

/** The revision that there is something to say about: the selected one, or else the newest. */
export function troubledRevision(state: ConsoleState): RevisionView | undefined {
	const newest = revisionsOf(state, selectedService(state))[0];
	return [selectedRevision(state), newest].find(revision => revisionTroubleOf(state, revision));
}

const noDomains: readonly DomainMapping[] = [];

/** The hosts of its own that lead to a service, as far as they are known. */
export function domainsOf(
	{domains}: Pick<ConsoleState, 'domains'>,
	{namespace, name}: ObjectName,
): readonly DomainMapping[] {
	const all = domains.get(namespace) ?? noDomains;
	return all.length === 0 ? all : all.filter(({service}) => service === name);
}

/** Drafts on top of what the service has by now: once for each of its states, so that the same is no news. */
const onTop = new WeakMap<Draft, {service: ServiceView; draft: Draft}>();

/** The draft on top of what the service has by now: tags that it does not touch are where they are, not where they were. */
export function draftOf(
	{drafts}: Pick<ConsoleState, 'drafts'>,
	service: ServiceView | undefined,
): Draft | undefined {
	const draft = service && drafts.get(service.uid);
	if (!draft) return undefined;
	const known = onTop.get(draft);
	if (known?.service === service) return known.draft;
	const split = rebased({
		base: draft.base,
		mine: draft.split,
		theirs: splitOf(service),
		latestReady: service.latestReady,
	});
	const result = split === draft.split ? draft : {...draft, split};
	onTop.set(draft, {service, draft: result});
	return result;
}

/** What a draft lets follow the latest was of this revision when it was begun, and is of another by now. */
export function latestBefore(
	{split, latest}: Draft,
	{latestReady}: Pick<ServiceView, 'latestReady'>,
): string | undefined {
	return split.some(row => row.latest) && latest !== latestReady ? latest : undefined;
}

/** What the slider shows: the draft, or else what the service has; while an exact share is typed, with that. */
export function shownSplit(
	state: Pick<ConsoleState, 'drafts' | 'row' | 'firstRow' | 'typed' | 'taker'>,
	service: ServiceView,
): Split {
	const split = draftOf(state, service)?.split ?? splitOf(service);
	const percent = Number(state.typed);
	if (state.typed === undefined || state.typed === '' || percent > 100 || state.taker === null) return split;
	const row = rowOf(state, service, split);
	return row ? set(split, row.key, percent, state.taker) : split;
}

/** The row of the slider that was chosen; the first one there was until one was. Undefined when it is not in the split any more. */
export function selectedRow(
	state: Pick<ConsoleState, 'drafts' | 'row' | 'firstRow' | 'typed' | 'taker'>,
	service: ServiceView,
): SplitRow | undefined {
	return rowOf(state, service, shownSplit(state, service));
}

function rowOf(
	{row, firstRow}: Pick<ConsoleState, 'row' | 'firstRow'>,
	{uid}: ServiceView,
	split: Split,
): SplitRow | undefined {
	return selectedIn(split, row.get(uid), firstRow?.uid === uid ? firstRow : undefined);
}

/** The sheet that has the keyboard. */
export function topSheet({sheets}: ConsoleState): Sheet | undefined {
	return sheets.at(-1);
}

/** The pane that has the keyboard; none while a sheet has it. */
export function focusedPane(state: ConsoleState): Pane | undefined {
	return topSheet(state) === undefined ? state.focus : undefined;
}

const noFlags: readonly string[] = [];

/** Words that lead kubectl to the cluster that is connected to. */
export function flagsOf({connection}: ConsoleState): readonly string[] {
	return connection.kind === 'connected' ? connection.flags : noFlags;
}

/** Why the gateway that is asked was taken for that of the service, where the service's own Ingress does not say it. */
export const gatewayGuess = ({gateway}: ConsoleState): string | undefined =>
	gateway.kind === 'found' ? gateway.guess : undefined;

/** Whether it is known where the gateway speaks TLS, where it is asked without. */
export const knowsTlsPort = ({gateway}: ConsoleState): boolean =>
	gateway.kind === 'found' && gateway.secure !== undefined;
