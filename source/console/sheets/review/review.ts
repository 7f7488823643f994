/** The review sheet: opened on a plan, tried as a dry run, and agreed to, once or twice or by a word, on the ground that it was planned on. */
import type {Cluster} from '../../../kube/cluster.js';
import {agreementFor} from '../../../release/agreement.js';
import {placed, type Plan} from '../../../release/plan.js';
import {wakeOf} from '../../live/wake.js';
import {changeSheet, notify, notifyOnSheet, openSheet} from '../../state/select.js';
import type {ConsoleState, ConsoleStore} from '../../state/state.js';
import {keepTried} from './dry-run.js';
import {conflictWith, lostGround, type LostGround} from './lost-ground.js';
import {refuseInForm, sendReviewed, type Reviewing} from './send-reviewed.js';
import type {ReviewPhase, ReviewSheet} from '../sheets.js';

let reviews = 0;

/** Opens the review and asks the server what it would say; the operator need not wait for that. */
export function openReview(store: ConsoleStore, cluster: Cluster, planned: Plan): void {
	const plan = placed(planned, cluster);
	reviews += 1;
	openSheet(store, {
		...newReview(plan, {context: cluster.context, server: cluster.server}),
		...confirmationFor(store.getState(), plan),
		id: reviews,
		wake: wakeOf(store.getState(), plan),
	});
	keepTried(store, cluster, plan, (outcome, sentence) => refuseInForm(store, outcome, sentence));
}

/** A review of a plan as it is when it opens; one Enter is enough for it, unless more is asked for. */
export function newReview(plan: Plan, on: ReviewSheet['on']): ReviewSheet {
	return {
		kind: 'review',
		id: 0,
		on,
		plan,
		confirmation: 'enter',
		word: '',
		because: '',
		typed: '',
		dryRun: {kind: 'asking'},
		phase: {kind: 'open'},
		isDisarmed: false,
		timesAsked: 1,
		readTo: 0,
		wake: undefined,
	};
}

/** How the plan is to be agreed to, as the sheet shows it. */
function confirmationFor(
	{connection}: Pick<ConsoleState, 'connection'>,
	plan: Pick<Plan, 'action' | 'warnings' | 'name'>,
): Pick<ReviewSheet, 'confirmation' | 'word' | 'because'> {
	const isProduction = connection.kind === 'connected' && connection.production;
	const agreement = agreementFor(plan, {production: isProduction ? connection.context : undefined});
	switch (agreement.kind) {
		case 'once':
			return {confirmation: 'enter', word: '', because: ''};
		case 'twice':
			return {confirmation: 'twice', word: '', because: agreement.because};
		case 'word':
			return {confirmation: 'word', word: agreement.word, because: agreement.because};
	}
}

/** What is typed where the name is asked for; what was said of it before is about what was there before. */
export function typeName(store: ConsoleStore, typed: string): void {
	changeSheet(store, 'review', sheet => ({...sheet, typed}));
	notify(store, undefined);
}

/**
 * Enter on the review on top: sends the plan when it is agreed to, which is at once, at the second Enter, or when the
 * name was typed. Exactly one writing request; while it is under way Enter does nothing, and after it only says why.
 */
export async function confirmReview(store: ConsoleStore, reviewing: Reviewing): Promise<void> {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'review') return;
	const {plan, confirmation, phase, typed} = sheet;
	if (phase.kind === 'sending') return;
	if (phase.kind !== 'open' && phase.kind !== 'armed') {
		const why = endOf[phase.kind];
		return notifyOnSheet(store, {tone: 'bad', text: `Nothing more is sent: ${why}. Esc goes back.`});
	}
	if (sheet.isDisarmed) return askAgain(store, sheet);
	const state = store.getState();
	const lost = lostGround(state, sheet);
	if (lost) return loseGround(store, sheet, lost);
	if (sheet.dryRun.kind === 'refused') {
		return notifyOnSheet(store, {tone: 'bad', text: 'Not sent: the dry run was refused. Esc goes back.'});
	}
	if (confirmation === 'word' && typed !== sheet.word) {
		const text =
			typed === '' ? `Type ${sheet.word} first: ${sheet.because}.` : `${typed} is not ${sheet.word}.`;
		return notifyOnSheet(store, {tone: 'bad', text}, now => lostGround(now, sheet) === undefined);
	}
	if (confirmation === 'twice' && phase.kind === 'open') {
		notify(store, undefined);
		changeSheet(store, 'review', current => ({...current, phase: {kind: 'armed'}}));
		return;
	}
	// That an Enter before was too early is over; the sheet says what is now.
	notify(store, undefined);
	changeSheet(store, 'review', current => ({...current, phase: {kind: 'sending'}}));
	await sendReviewed(store, reviewing, plan);
}

/** Why nothing more is sent, by what has become of it. */
const endOf: Readonly<Record<Exclude<ReviewPhase['kind'], 'open' | 'armed' | 'sending'>, string>> = {
	refused: 'it was refused',
	altered: 'it was sent, and the server has stored something else',
	unknown: 'it was sent, and may have been done',
	conflict: 'the service was changed since you opened this',
};

/** Of a key that means nothing on the review on top: whoever pressed it may think to be elsewhere. */
export function disarmReview(store: ConsoleStore): void {
	changeSheet(store, 'review', sheet =>
		sheet.phase.kind === 'open' || sheet.phase.kind === 'armed'
			? {...sheet, phase: {kind: 'open'}, isDisarmed: true}
			: sheet,
	);
}

/** It was scrolled: so many rows of it, from the top on, have been on the screen. */
export function readReview(store: ConsoleStore, {id}: ReviewSheet, rows: number): void {
	changeSheet(store, 'review', sheet =>
		sheet.id === id && rows > sheet.readTo ? {...sheet, readTo: rows} : sheet,
	);
}

function askAgain(store: ConsoleStore, {id}: ReviewSheet): void {
	notify(store, undefined);
	changeSheet(store, 'review', sheet =>
		sheet.id === id ? {...sheet, isDisarmed: false, timesAsked: sheet.timesAsked + 1} : sheet,
	);
}

/** What the write would have met is known before it is sent. */
function loseGround(store: ConsoleStore, sheet: ReviewSheet, {sentence, now}: LostGround): void {
	const {id, plan} = sheet;
	const said = `Nothing was written. ${sentence}`;
	const conflict = now && conflictWith(plan, now, said);
	const phase: ReviewSheet['phase'] | undefined = conflict && {kind: 'conflict', ...conflict};
	if (!phase) {
		const holds = (state: ConsoleState) => lostGround(state, sheet)?.sentence === sentence;
		return notifyOnSheet(store, {tone: 'bad', text: said}, holds);
	}
	changeSheet(store, 'review', current => (current.id === id ? {...current, phase} : current));
}
