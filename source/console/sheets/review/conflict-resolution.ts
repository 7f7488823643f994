/** The three ways out of a conflict: theirs stays, mine is put on top and reviewed again, or mine is edited further. */
import {equalSplits, followedBy} from '../../../knative/split/split.js';
import {guardsOf} from '../../../release/plan.js';
import {closeSheet, focusPane, formKey, isForm, notify} from '../../state/select.js';
import {conflictOfReview} from './lost-ground.js';
import type {Conflict, ReviewSheet} from '../sheets.js';
import type {ConsoleStore} from '../../state/state.js';

type ConflictSheet = ReviewSheet & {conflict: Conflict};

/** The review on top, when it is in a conflict: with what its write has met, or would meet as things are. */
export function conflictOf({getState}: Pick<ConsoleStore, 'getState'>): ConflictSheet | undefined {
	const state = getState();
	const sheet = state.sheets.at(-1);
	if (sheet?.kind !== 'review') return undefined;
	const conflict = conflictOfReview(state, sheet);
	return conflict && {...sheet, conflict};
}

/** Their split stays as it is, and the own draft goes. */
export function takeTheirs(store: ConsoleStore): void {
	const sheet = conflictOf(store);
	if (!sheet) return;
	if (sheet.conflict.already) return closeAlready(store, sheet);
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

/** What was wished for is so: nothing of the wish is left, neither as a draft nor in a form; any other draft stays. */
function closeAlready(store: ConsoleStore, {plan, conflict}: ConflictSheet): void {
	const {write, name} = plan;
	store.setState(({drafts, leftForms, sheets}) => {
		const uid = write.kind === 'patch' ? write.uid : '';
		const draft = drafts.get(uid);
		const keptDrafts = new Map(drafts);
		if (draft && equalSplits(draft.split, conflict.mine)) keptDrafts.delete(uid);
		const keptForms = new Map(leftForms);
		for (const sheet of sheets) if (isForm(sheet)) keptForms.delete(formKey(sheet));
		return {sheets: [], drafts: keptDrafts, leftForms: keptForms};
	});
	notify(store, {
		tone: 'info',
		text: `${name} already is as was asked: somebody else made it so; nothing was written.`,
	});
}

/**
 * Back to where the wish came from, with nothing lost: to the form, or to the slider, where the wish is a draft that was
 * begun on what was there before, so that theirs, mine and base stay to be seen.
 */
export function keepEditing(store: ConsoleStore): void {
	const sheet = conflictOf(store);
	if (!sheet) return;
	if (sheet.conflict.already) return closeAlready(store, sheet);
	const {plan} = sheet;
	const {write, splits} = plan;
	closeSheet(store);
	if (store.getState().sheets.length > 0 || write.kind !== 'patch' || !splits) return;
	store.setState(({drafts}) => {
		const draft = drafts.get(write.uid) ?? {
			base: splits.before,
			generation: write.generation,
			latest: followedBy(splits.after) ?? followedBy(splits.before),
			split: splits.after,
			guards: guardsOf(plan),
		};
		return {drafts: new Map(drafts).set(write.uid, draft)};
	});
	focusPane(store, 'traffic');
}
