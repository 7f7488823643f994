/** The three ways out of a conflict: theirs stays, mine is put on top and reviewed again, or mine is edited further. */
import {closeSheet, focusPane, notify} from './select.js';
import type {ReviewSheet} from './sheets.js';
import type {ConsoleStore} from './state.js';

/** The review on top, when it ended in a conflict. */
export function conflictOf(store: ConsoleStore): ReviewSheet | undefined {
	const sheet = store.getState().sheets.at(-1);
	return sheet?.kind === 'review' && sheet.phase.kind === 'conflict' ? sheet : undefined;
}

/** Their split stays as it is, and the own draft goes. */
export function takeTheirs(store: ConsoleStore): void {
	const sheet = conflictOf(store);
	if (!sheet) return;
	const {write, name} = sheet.plan;
	store.setState(({drafts}) => {
		const next = new Map(drafts);
		if (write.kind === 'patch') next.delete(write.uid);
		return {drafts: next};
	});
	// The review, and a form below it, which keeps what was typed.
	while (store.getState().sheets.length > 0) closeSheet(store);
	notify(store, {
		tone: 'info',
		text: `The split of ${name} stays as somebody else made it; nothing was written.`,
	});
}

/**
 * Back to where the wish came from, with nothing lost: to the form, or to the slider, where the wish is a draft that was
 * begun on what was there before, so that theirs, mine and base stay to be seen.
 */
export function keepEditing(store: ConsoleStore): void {
	const sheet = conflictOf(store);
	if (!sheet) return;
	const {write, splits, name} = sheet.plan;
	closeSheet(store);
	if (store.getState().sheets.length > 0 || write.kind !== 'patch' || !splits) return;
	store.setState(({drafts, services}) => {
		const draft = drafts.get(write.uid) ?? {
			base: splits.before,
			generation: write.generation,
			split: splits.after,
		};
		// Deleted and made anew it has another uid, under which the slider looks for a draft.
		const uid = services.find(service => service.name === name)?.uid ?? write.uid;
		const next = new Map(drafts);
		next.delete(write.uid);
		return {drafts: next.set(uid, draft)};
	});
	focusPane(store, 'traffic');
}
