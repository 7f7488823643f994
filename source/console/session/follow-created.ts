/** What is said of a revision that was asked for from here, until it is there: that it is made, then how it has turned out. */
import {revisionsOf} from '../state/read.js';
import {notify} from '../state/select.js';
import type {ConsoleState, ConsoleStore, Notice} from '../state/state.js';
import type {ObjectName} from '../tables/object-name.js';
import {indexOfName} from '../tables/tables.js';

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
	if (ready) {
		const how = isTagged(state, service, name)
			? 'V tests it at its tag.'
			: 't adds a tag, at which V tests it.';
		notify(store, {tone: 'good', text: `${name} is Ready. ${how}`});
	}
	if (kind === 'failed' && !ready) {
		notify(store, {tone: 'bad', text: `${name} failed. ${sentence} e events · L log · r new revision`});
	}
}

/** Whether a tag leads to it, or will as soon as the service is told to have it as its latest. */
function isTagged({services}: ConsoleState, service: ObjectName, revision: string): boolean {
	const {specTraffic = []} = services[indexOfName(services, service)] ?? {};
	return specTraffic.some(
		target => target.tag !== undefined && (target.latest || target.revision === revision),
	);
}
