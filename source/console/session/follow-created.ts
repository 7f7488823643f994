/** What is said of a revision that was asked for from here, until it is there: that it is made, then how it has turned out. */
import {revisionsOf} from '../state/read.js';
import {notify} from '../state/select.js';
import type {ConsoleStore, Notice} from '../state/state.js';
import type {ObjectName} from '../tables/object-name.js';

/** The notice of a revision of this service that is newer than those that were there when it was asked for. */
export function creatingNotice(service: ObjectName, newerThan: number, text: string): Notice {
	return {tone: 'good', text, creating: {service, newerThan}};
}

/** Keeps the notice of a revision that is being made true. Returns what ends it. */
export function followCreated(store: ConsoleStore): () => void {
	return store.subscribe((state, before) => {
		if (state.revisions !== before.revisions || state.notice !== before.notice) look(store);
	});
}

/** By what is now: a change may be told of after one that it has led to. */
function look(store: ConsoleStore): void {
	const state = store.getState();
	const creating = state.notice?.creating;
	if (!creating) return;
	const {service, newerThan} = creating;
	// Newest first, and the first that is newer than those before is the one that was asked for.
	const created = revisionsOf(state, service).findLast(({generation}) => generation > newerThan);
	if (!created) return;
	const {
		name,
		state: {kind, ready, sentence},
	} = created;
	if (ready) notify(store, {tone: 'good', text: `${name} is Ready. V tests it at its tag.`});
	if (kind === 'failed' && !ready) {
		notify(store, {tone: 'bad', text: `${name} failed. ${sentence} e events · L log · r new revision`});
	}
}
