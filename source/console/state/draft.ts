/** The operator's unsent split: begun at the first touch of the slider, kept until it is sent or thrown away. */
import {
	addRow,
	equalSplits,
	even,
	follow,
	lacksTaker,
	lock,
	move,
	partedLatest,
	pin,
	set,
	splitOf,
	takeOut,
	type Split,
	type SplitRow,
} from '../../knative/split/split.js';
import {waitingLatest} from '../../knative/release/evidence/shares.js';
import {canaryTag} from '../../knative/release/verbs/role-tags.js';
import type {ServiceView} from '../../knative/service/service.js';
import {takerOf} from '../../release/verdict/share-taker.js';
import {factsOf} from './known-facts.js';
import {
	draftOf,
	knownRevisions,
	missingService,
	selectedRevision,
	selectedRow,
	selectedService,
} from './read.js';
import {notify, saidWhy} from './select.js';
import type {ConsoleStore, Draft} from './state.js';

/** What an operation needs: the service, the split as shown and the selected row's key. */
type Current = {service: ServiceView; draft: Draft; key: string};

/** Undefined without one of them, which is said. */
function current(store: ConsoleStore): Current | undefined {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) {
		saidWhy(store, 'info', missingService);
		return undefined;
	}
	const split = splitOf(service);
	const draft = draftOf(state, service) ?? {
		base: split,
		generation: service.generation,
		latest: service.latestReady,
		split,
	};
	const row = selectedRow(state, service);
	if (!row) {
		const chosen = state.row.get(service.uid) ?? state.firstRow?.key ?? 'The selected row';
		notify(store, {tone: 'info', text: `${chosen} is not in the split any more. ↑↓ selects a row.`});
		return undefined;
	}
	return {service, draft, key: row.key};
}

/** Keeps the draft; one that asks for nothing any more is dropped, unless locks were set in it. */
function keep(store: ConsoleStore, service: ServiceView, draft: Draft): void {
	store.setState(({drafts}) => {
		const next = new Map(drafts);
		const idle = equalSplits(draft.base, draft.split) && draft.split.every(row => !row.locked);
		if (idle && draft.generation === service.generation) next.delete(service.uid);
		else next.set(service.uid, draft);
		return {drafts: next, typed: undefined};
	});
}

type Taking = {taker?: string; refused?: string};

/**
 * The row that takes what the selected one gives up, where the shares do not tell; `refused` where no row is to have it without
 * being asked for.
 */
function takerFor(store: ConsoleStore, {service, draft, key}: Current): Taking {
	if (!lacksTaker(draft.split, key)) return {};
	const found = takerOf(factsOf(store.getState(), service), draft.split, key);
	return found.ok ? {taker: found.key} : {refused: found.reason};
}

/** The same for the share that was typed: never another row than was shown meanwhile. */
function shownTaker(store: ConsoleStore, found: Current): Taking {
	const {taker: shown} = store.getState();
	const now = takerFor(store, found);
	if (now.taker === undefined || now.taker === shown) return now;
	return {
		refused: `What ${found.key} gives up would go to ${now.taker} by now, which was not shown. Type it again.`,
	};
}

/** @param takes Who takes what the selected row gives up, if it gives up something of the percent that it has. */
function change(
	store: ConsoleStore,
	operation: (split: Split, key: string, taker: string | undefined) => Split,
	takes: (found: Current, percent: number) => Taking = () => ({}),
): void {
	const found = current(store);
	if (!found) return;
	const {service, draft, key} = found;
	const {percent = 0} = draft.split.find(row => row.key === key) ?? {};
	const {taker, refused} = takes(found, percent);
	if (refused !== undefined) return notify(store, {tone: 'bad', text: refused});
	const split = operation(draft.split, key, taker);
	if (split === draft.split) {
		const locked = draft.split.find(row => row.key === key)?.locked;
		if (draft.split.length === 1) {
			notify(store, {tone: 'info', text: 'The split has one row: press a to add a revision to it.'});
		} else if (locked) notify(store, {tone: 'info', text: `${key} is locked: press o to unlock it.`});
		return;
	}
	keep(store, service, {...draft, split});
}

/** Gives the selected row so many percent more, or less below 0; the rows that are not locked make up for it. */
export function nudge(store: ConsoleStore, percent: number): void {
	change(
		store,
		(split, key, taker) => move(split, key, percent, taker),
		found => (percent < 0 ? takerFor(store, found) : {}),
	);
}

/** Gives all rows that are not locked the same share, to a percent. */
export function evenShares(store: ConsoleStore): void {
	change(store, even);
}

/** Locks the selected row, or unlocks it: no other row changes the share of a locked one. */
export function toggleLock(store: ConsoleStore): void {
	change(store, lock);
}

/** Takes the selected row out of the split, its tags with it. */
export function takeRowOut(store: ConsoleStore): void {
	const found = current(store);
	if (!found) return;
	const {service, draft, key} = found;
	const {taker, refused: unmeant} = takerFor(store, found);
	if (unmeant !== undefined) return notify(store, {tone: 'bad', text: unmeant});
	const {split, refused} = takeOut(draft.split, key, taker);
	if (refused !== undefined) return notify(store, {tone: 'bad', text: refused});
	keep(store, service, {...draft, split});
	// The selection goes with the row to the one below, or the last: this is what the operator has just done.
	const index = draft.split.findIndex(row => row.key === key);
	const next = split[Math.min(index, split.length - 1)];
	if (next) store.setState(({row}) => ({row: new Map(row).set(service.uid, next.key)}));
}

/** Adds the revision selected in the revisions pane at 0 %, or else the newest that is not listed. */
export function addRevision(store: ConsoleStore): void {
	const found = current(store);
	if (!found) return;
	const {service, draft} = found;
	const state = store.getState();
	const listed = new Set(draft.split.map(row => row.revision));
	const revisions = knownRevisions(state, service);
	if (!revisions) {
		return notify(store, {tone: 'info', text: `The revisions of ${service.name} are not known yet.`});
	}
	const wanted = selectedRevision(state);
	const revision =
		wanted && !listed.has(wanted.name) ? wanted : revisions.find(({name}) => !listed.has(name));
	if (!revision) return notify(store, {tone: 'info', text: 'All revisions are in the split already.'});
	keep(store, service, {...draft, split: addRow(draft.split, revision.name)});
	store.setState(({row}) => ({row: new Map(row).set(service.uid, revision.name)}));
}

/** What follows the latest is another revision: the users of this row would get that one, which nobody has asked for. */
function notFollowed({name, latestReady}: ServiceView, {key, percent}: SplitRow): string {
	if (latestReady === undefined) return `No revision of ${name} is ready: there is none to follow.`;
	const loss = percent > 0 ? `: its ${percent} % would go to ${latestReady}` : '';
	return `${key} is not the latest ready revision${loss}. f is for the row of ${latestReady}.`;
}

/**
 * Pins the row that follows the latest revision, or lets the pinned one of that revision follow it: never without being asked,
 * and never so that users get another revision by it.
 */
export function toggleFollow(store: ConsoleStore): void {
	const found = current(store);
	if (!found) return;
	const {service, draft, key} = found;
	const row = draft.split.find(candidate => candidate.key === key);
	if (row && !row.latest && row.revision !== service.latestReady) {
		return notify(store, {tone: 'bad', text: notFollowed(service, row)});
	}
	const waiting = row?.latest ? waitingLatest(service)?.revision : undefined;
	if (row && waiting !== undefined && row.percent === 0) {
		const text = `${key} has 0 % and waits for ${waiting}, which is not ready: there is nothing to pin.`;
		return notify(store, {tone: 'info', text});
	}
	const {split, refused} =
		waiting !== undefined && row?.revision !== undefined
			? {split: partedLatest(draft.split, canaryTag), refused: undefined}
			: row?.latest
				? pin(draft.split)
				: follow(draft.split, key, service.latestReady);
	if (refused !== undefined) return notify(store, {tone: 'bad', text: refused});
	keep(store, service, {...draft, split});
	const selected = row?.latest ? row.revision : '@latest';
	if (selected !== undefined) {
		store.setState(state => ({row: new Map(state.row).set(service.uid, selected)}));
	}
}

/**
 * Begins to type an exact share of the selected row: digits follow. Where what it gives up has nowhere to go that is said, and
 * nothing is drawn of what is typed: digits would otherwise do what they do in the panes.
 */
export function beginValue(store: ConsoleStore): void {
	const found = current(store);
	if (!found) return;
	const {taker, refused} = takerFor(store, found);
	const notice = refused === undefined ? undefined : ({tone: 'bad', text: refused} as const);
	store.setState({typed: '', taker: notice ? null : taker, notice});
}

/** A digit of an exact share. What it makes of the split is shown; `setTyped` takes it over. */
export function typeDigit(store: ConsoleStore, digit: string): void {
	const {typed: before = ''} = store.getState();
	const typed = `${before}${digit}`.replace(/^0+(?=\d)/, '');
	if (typed.length > 3) return;
	store.setState(({taker, notice}) => ({typed, notice: taker === null ? notice : undefined}));
}

/** Takes the last digit that was typed away; without one typing ends. */
export function eraseDigit(store: ConsoleStore): void {
	store.setState(({typed}) => ({
		typed: typed === undefined || typed === '' ? undefined : typed.slice(0, -1),
	}));
}

/**
 * Gives the selected row the share that was typed; one above 100 stays typed, with a sentence. True when there is a draft
 * then, to be reviewed.
 */
export function setTyped(store: ConsoleStore): boolean {
	const {typed = ''} = store.getState();
	const percent = Number(typed);
	if (typed === '' || percent > 100) {
		const text =
			typed === ''
				? 'Type a share from 0 to 100.'
				: `${typed} % is more than there is: a share is 0 to 100 %.`;
		notify(store, {tone: typed === '' ? 'info' : 'bad', text});
		return false;
	}
	store.setState({typed: undefined});
	change(
		store,
		(split, key, taker) => set(split, key, percent, taker),
		(found, had) => (percent < had ? shownTaker(store, found) : {}),
	);
	const state = store.getState();
	return state.notice === undefined && draftOf(state, selectedService(state)) !== undefined;
}

/** A row that was in the draft alone is gone with it: the first one is selected then. */
function withoutAdded(rows: ReadonlyMap<string, string>, service: ServiceView): ReadonlyMap<string, string> {
	const next = new Map(rows);
	if (!splitOf(service).some(({key}) => key === rows.get(service.uid))) next.delete(service.uid);
	return next;
}

/** Throws the draft of the selected service away. True when there was one. */
export function discardDraft(store: ConsoleStore): boolean {
	const state = store.getState();
	const service = selectedService(state);
	if (!service || !state.drafts.has(service.uid)) return false;
	store.setState(({drafts}) => {
		const next = new Map(drafts);
		next.delete(service.uid);
		return {drafts: next, typed: undefined, row: withoutAdded(state.row, service)};
	});
	return true;
}
