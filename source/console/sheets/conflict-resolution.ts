/** The three ways out of a conflict: theirs stays, mine is put on top and reviewed again, or mine is edited further. */
import {equalSplits} from '../../knative/split/split.js';
import {closeSheet, focusPane, formKey, isForm, notify} from '../state/select.js';
import type {ReviewSheet} from './sheets.js';
import type {ConsoleStore} from '../state/state.js';

type ConflictSheet = ReviewSheet & {phase: Extract<ReviewSheet['phase'], {kind: 'conflict'}>};

/** The review on top, when it ended in a conflict. */
export function conflictOf({getState}: Pick<ConsoleStore, 'getState'>): ConflictSheet | undefined {
	const sheet = getState().sheets.at(-1);
	if (sheet?.kind !== 'review' || sheet.phase.kind !== 'conflict') return undefined;
	return {...sheet, phase: sheet.phase};
}

/** Their split stays as it is, and the own draft goes. */
export function takeTheirs(store: ConsoleStore): void {
	const sheet = conflictOf(store);
	if (!sheet) return;
	if (sheet.phase.already) return closeAlready(store, sheet);
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
function closeAlready(store: ConsoleStore, {plan, phase}: ConflictSheet): void {
	const {write, name} = plan;
	store.setState(({drafts, leftForms, sheets}) => {
		const uid = write.kind === 'patch' ? write.uid : '';
		const draft = drafts.get(uid);
		const keptDrafts = new Map(drafts);
		if (draft && equalSplits(draft.split, phase.mine)) keptDrafts.delete(uid);
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
	if (sheet.phase.already) return closeAlready(store, sheet);
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
