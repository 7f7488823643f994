/** Where the operator is: focus, selection, filter, sheets. Nothing here asks or changes anything outside the store. */
import {
	revisionRows,
	selectedIndex,
	selectedRevisionIndex,
	selectedRow,
	selectedService,
	serviceRows,
	shownSplit,
	visibleServices,
} from './read.js';
import {serviceSorts} from './sorted.js';
import {hasInText} from './visible.js';
import {isGone, selectionOf, type Selected} from './selection.js';
import type {FormSheet} from '../sheets/sheets.js';
import type {ConsoleState, ConsoleStore, Notice, Sheet} from './state.js';
import {panes, type Pane} from './panes.js';

export type SelectionStep = {by: number} | {to: 'top' | 'bottom'};

/** The item that a step leads to; where nothing is selected, the first one. */
function stepped<Item>(items: readonly Item[], index: number, step: SelectionStep): Item | undefined {
	if ('to' in step) return step.to === 'top' ? items[0] : items.at(-1);
	if (index === -1) return items[0];
	return items[Math.min(items.length - 1, Math.max(0, index + step.by))];
}

/** A share that was half typed is dropped: it was meant for the pane that is left. */
export function focusPane(store: ConsoleStore, focus: Pane): void {
	store.setState({focus, typed: undefined});
}

/** To the next pane, or with -1 to the one before; around at the ends. */
export function cyclePane(store: ConsoleStore, by: 1 | -1): void {
	const {focus} = store.getState();
	focusPane(store, panes[(panes.indexOf(focus) + by + panes.length) % panes.length] ?? focus);
}

/** What moves the selection in each pane; undefined where there is nothing to select. */
const paneSteps: Readonly<Record<Pane, ((store: ConsoleStore, step: SelectionStep) => void) | undefined>> = {
	services(store, step) {
		const state = store.getState();
		const next = stepped(serviceRows(state), selectedIndex(state), step);
		if (next && !isGone(next)) selectService(store, next);
	},
	revisions(store, step) {
		const state = store.getState();
		const service = selectedService(state);
		const next = stepped(revisionRows(state), selectedRevisionIndex(state), step);
		if (service && next && !isGone(next)) selectRevision(store, service.uid, next);
	},
	traffic(store, step) {
		const state = store.getState();
		const service = selectedService(state);
		if (!service) return;
		const split = shownSplit(state, service);
		const index = split.findIndex(({key}) => key === selectedRow(state, service)?.key);
		const next = stepped(split, index, step);
		if (next) store.setState({row: new Map(state.row).set(service.uid, next.key), typed: undefined});
	},
	live: stepAnswers,
};

/** Back through the answers that are kept, and on to the newest, which is followed again. */
function stepAnswers(store: ConsoleStore, step: SelectionStep): void {
	const {live, answersUpTo} = store.getState();
	const last = live?.snapshot.last ?? [];
	if (!live || last.length === 0) return;
	const newest = last.length - 1;
	const found =
		answersUpTo?.uid === live.uid ? last.findIndex(({order}) => order === answersUpTo.order) : newest;
	const from = found === -1 ? (answersUpTo?.uid === live.uid ? 0 : newest) : found;
	const to = 'to' in step ? (step.to === 'top' ? 0 : newest) : Math.min(newest, Math.max(0, from + step.by));
	const answer = last[to];
	store.setState({
		answersUpTo: to === newest || !answer ? undefined : {uid: live.uid, order: answer.order},
	});
}

/** Moves the selection of the focused pane; stays at the ends. */
export function moveSelection(store: ConsoleStore, step: SelectionStep): void {
	paneSteps[store.getState().focus]?.(store, step);
}

/** @param wasSeen Whether the watch has told of it; else it is awaited. */
export function selectService(
	store: ConsoleStore,
	{uid, namespace, name}: Pick<Selected, 'uid' | 'namespace' | 'name'>,
	{wasSeen = true}: {wasSeen?: boolean} = {},
): void {
	const selected = {uid, namespace, name, wasSeen};
	store.setState({selected, selectedBefore: selected, typed: undefined});
}

/** `service` is the uid of the service. It is not focused by that. */
export function selectRevision(
	store: ConsoleStore,
	service: string,
	revision: Pick<Selected, 'uid' | 'namespace' | 'name'> & {generation: number},
): void {
	store.setState(state => ({revision: new Map(state.revision).set(service, selectionOf(revision))}));
}

/**
 * A revision of that service that is newer than this generation of its template is selected as soon as it is listed: the
 * operator has just asked for it.
 */
export function awaitRevision(store: ConsoleStore, {uid, newerThan}: {uid: string; newerThan: number}): void {
	store.setState(state => ({revision: new Map(state.revision).set(uid, {newerThan})}));
}

/** The services are focused, and what is selected and filtered now is kept for Esc. */
export function openFilter(store: ConsoleStore): void {
	store.setState(({selected, filter}) => ({
		filtering: true,
		focus: 'services',
		selectedBefore: selected,
		filterKept: filter,
	}));
}

/**
 * While it is typed the first service that is found is selected, unless the one that was selected before is found, too.
 * Where none is found that one still is: half a word is no wish to leave it.
 */
export function setFilter(store: ConsoleStore, typed: string): void {
	store.setState(state => {
		const kept = state.filtering ? state.filterKept : '';
		// As in a form: what stands there is replaced by what is typed, and edited by other keys.
		const filter = kept !== '' && typed.startsWith(kept) ? typed.slice(kept.length) : typed;
		return {filterKept: '', ...filtered(state, filter)};
	});
}

function filtered(state: ConsoleState, filter: string): Pick<ConsoleState, 'filter' | 'selected'> {
	const before = state.filtering ? state.selectedBefore : state.selected;
	if (filter.trim() === '') return {filter, selected: before};
	const visible = visibleServices({...state, filter});
	const [first] = visible;
	const isFound =
		before && (hasInText(before, filter, state.scope) || visible.some(({uid}) => uid === before.uid));
	return {filter, selected: isFound || !first ? before : selectionOf(first)};
}

/** With `keep` the services stay filtered; without it all are shown again. The selection stays either way. */
export function closeFilter(store: ConsoleStore, {keep}: {keep: boolean}): void {
	store.setState(({filter}) => ({filter: keep ? filter : '', filtering: false, selectedBefore: undefined}));
}

/** Puts a sheet on top of those that are open. What was said and half typed is of what lies below, and ends. */
export function openSheet(store: ConsoleStore, sheet: Sheet): void {
	store.setState(({sheets}) => ({
		sheets: [...sheets, sheet],
		find: undefined,
		notice: undefined,
		typed: undefined,
	}));
}

/** Closes the sheet on top. What was typed into a form is kept for the next time it is opened. */
export function closeSheet(store: ConsoleStore): void {
	store.setState(({sheets, leftForms}) => {
		const top = sheets.at(-1);
		const rest = {sheets: sheets.slice(0, -1), find: undefined};
		return top && isForm(top) ? {...rest, leftForms: new Map(leftForms).set(formKey(top), top)} : rest;
	});
}

/** What became of a write outlives the review that says it, unless it stands in the form beneath. */
function leaveSheet(store: ConsoleStore): void {
	const {sheets} = store.getState();
	const top = sheets.at(-1);
	closeSheet(store);
	if (top?.kind !== 'review' || sheets.some(isForm)) return;
	const {phase} = top;
	const text = phase.kind === 'open' ? phase.after : 'sentence' in phase ? phase.sentence : undefined;
	if (text !== undefined && phase.kind !== 'conflict') notify(store, {tone: 'bad', text});
}

/** Whether what is typed there is kept when it is left. */
export function isForm(sheet: Sheet): sheet is FormSheet {
	return (
		sheet.kind === 'create service' ||
		sheet.kind === 'create revision' ||
		sheet.kind === 'autoscaling' ||
		sheet.kind === 'tag'
	);
}

/** Under which a form that was left is found again: one for a new service, one of each kind for what it is about. */
export function formKey(
	form:
		| {kind: 'create service'}
		| {kind: 'create revision' | 'autoscaling'; uid: string}
		| {kind: 'tag'; uid: string; revision: string},
): string {
	switch (form.kind) {
		case 'create service':
			return form.kind;
		case 'create revision':
		case 'autoscaling':
			return `${form.kind} ${form.uid}`;
		case 'tag':
			return `${form.kind} ${form.uid} ${form.revision}`;
	}
}

function isKind<Kind extends Sheet['kind']>(
	sheet: Sheet | undefined,
	kind: Kind,
): sheet is Extract<Sheet, {kind: Kind}> {
	return sheet?.kind === kind;
}

/** Changes the uppermost sheet of that kind, if there is one. */
export function changeSheet<Kind extends Sheet['kind']>(
	store: ConsoleStore,
	kind: Kind,
	change: (sheet: Extract<Sheet, {kind: Kind}>) => Sheet,
): void {
	store.setState(({sheets}) => {
		const index = sheets.findLastIndex(sheet => sheet.kind === kind);
		const sheet = sheets[index];
		return isKind(sheet, kind) ? {sheets: sheets.with(index, change(sheet))} : {};
	});
}

/** Shows the values of variables, or covers them again. */
export function toggleUncovered(store: ConsoleStore): void {
	store.setState(({isUncovered}) => ({isUncovered: !isUncovered}));
}

/** Gives the focused pane the whole window, or shows all panes again. */
export function toggleEnlarged(store: ConsoleStore): void {
	store.setState(({isEnlarged}) => ({isEnlarged: !isEnlarged}));
}

/** Says one thing in the message line instead of what stands there; undefined clears it. */
export function notify(store: ConsoleStore, notice: Notice | undefined): void {
	store.setState({notice});
}

/** News that is none any more when it `isStillSo` no more: then it is taken back, unless something else was said since. */
export function notifyWhile(
	store: ConsoleStore,
	notice: Notice,
	isStillSo: (state: ConsoleState) => boolean,
): void {
	notify(store, notice);
	const unsubscribe = store.subscribe(state => {
		if (state.notice === notice && isStillSo(state)) return;
		unsubscribe();
		if (state.notice === notice) notify(store, undefined);
	});
}

/**
 * Says why something cannot be done, for as long as it is so.
 *
 * @param why The reason as a sentence; undefined where there is none (any more).
 * @returns Whether there was one.
 */
export function saidWhy(
	store: ConsoleStore,
	tone: Notice['tone'],
	why: (state: ConsoleState) => string | undefined,
): boolean {
	const text = why(store.getState());
	if (text === undefined) return false;
	notifyWhile(store, {tone, text}, state => why(state) === text);
	return true;
}

/** A review in the place of another one is another sheet: it is to be read from its top, and agreed to again. */
export const sheetName = (sheet: Sheet): string => ('id' in sheet ? `${sheet.kind} ${sheet.id}` : sheet.kind);

/** What is said of the sheet on top, or to a key that was pressed on it: it goes with that, or before, when it holds no more. */
export function notifyOnSheet(
	store: ConsoleStore,
	notice: Notice,
	isStillSo: (state: ConsoleState) => boolean = () => true,
): void {
	const {sheets} = store.getState();
	const top = sheets.at(-1);
	if (!top) return notify(store, notice);
	const name = sheetName(top);
	const isThere = ({sheets: now}: ConsoleState) => now.some(sheet => sheetName(sheet) === name);
	notifyWhile(store, notice, state => isThere(state) && isStillSo(state));
}

/**
 * One level back: digits being typed, the notice, the enlarged pane, the filter, in that order of nearness; at the panes
 * there is nothing further back. True when there was something to leave.
 */
export function stepBack(store: ConsoleStore): boolean {
	const state: ConsoleState = store.getState();
	if (state.sheets.length > 0) leaveSheet(store);
	else if (state.typed !== undefined) store.setState({typed: undefined});
	else if (state.notice) notify(store, undefined);
	else if (state.isEnlarged) toggleEnlarged(store);
	else if (state.filter !== '') setFilter(store, '');
	else return false;
	return true;
}

/** The next order of the list of services. */
export function cycleSort(store: ConsoleStore): void {
	store.setState(({sort}) => ({
		sort: serviceSorts[(serviceSorts.indexOf(sort) + 1) % serviceSorts.length] ?? 'name',
	}));
}
