/** What comes after the Enter on a review: the write, what became of it, and where the console goes from there. */
import {ownLine} from '../../../knative/commands/own-line.js';
import {parseService, type ServiceView} from '../../../knative/service/service.js';
import type {Cluster} from '../../../kube/cluster.js';
import {identityOf} from '../../../kube/identity.js';
import type {Plan, PlanAction} from '../../../release/plan.js';
import {sendRecorded} from '../../../release/recorded.js';
import {hasSaidNo, sentenceOfOutcome, type WriteOutcome} from '../../../release/send-plan.js';
import type {UnderWay} from '../../../release/under-way.js';
import {forgetForm} from '../../forms/forms.js';
import {refuseForm} from '../../forms/submit-form.js';
import type {History} from '../../session/change-recorder.js';
import {creatingNotice} from '../../session/follow-created.js';
import {beginMove, waitingSentence} from '../../session/follow-routes.js';
import {flagsOf, revisionsOf} from '../../state/read.js';
import {isShown} from '../../state/scope.js';
import {awaitRevision, changeSheet, focusPane, formKey, notify, selectService} from '../../state/select.js';
import type {ConsoleStore} from '../../state/state.js';
import {conflictWith} from './lost-ground.js';
import type {ReviewSheet} from '../sheets.js';

/** How many writes the log keeps. */
const logLength = 200;

/** What a review needs beside the store. */
export type Reviewing = {
	cluster: Cluster;
	history: History;
	/** Where what is under way is told, for who is ended meanwhile. */
	underWay: UnderWay;
	/** The server has said no to something that was offered: what may be done has to be asked again. */
	onForbidden: () => void;
};

/**
 * Sends what was agreed to, once, and tells what became of it: to the sheet, the form that it came from, the log and the history.
 * Only a sheet that still shows this very plan is changed.
 */
export async function sendReviewed(
	store: ConsoleStore,
	{cluster, history, underWay, onForbidden}: Reviewing,
	plan: Plan,
): Promise<void> {
	const {write} = plan;
	const release = write.kind === 'patch' ? history.hold(write.uid) : () => {};
	// The watch may tell of a new one before the answer is there.
	const newestBefore = revisionsOf(store.getState(), plan)[0]?.generation ?? 0;
	const mine = underWay.begin(`${plan.action} ${plan.name}`);
	try {
		const sent = await sendRecorded(cluster, plan, history.file, {onSent: ({at}) => log(store, plan, at)});
		const {outcome, entry, open} = sent;
		mine.settled({
			sentence:
				outcome.kind === 'done'
					? lastWordsOf(plan, flagsOf(store.getState()))
					: sentenceOfOutcome(outcome, plan),
		});
		logOutcome(store, plan, outcome);
		if (outcome.kind === 'done' || outcome.kind === 'altered') follow(store, plan, outcome, sent.at);
		if (entry) history.own(entry);
		if (open) history.attempted(open);
		if (sent.problem !== undefined) {
			const historyProblem = `The history is kept only until you quit: ${sent.problem}.`;
			store.setState(state => ({historyProblem: state.historyProblem ?? historyProblem}));
		}
		if (outcome.kind === 'done') return succeed(store, plan, outcome, newestBefore);
		if (outcome.kind === 'refused' && outcome.status === 403) onForbidden();
		fail(store, plan, outcome);
	} finally {
		mine.end();
		release();
	}
}

/** Of a patch: what was stored is followed to the gateway. */
function follow(
	store: ConsoleStore,
	{write}: Plan,
	{object, unchanged}: Extract<WriteOutcome, {kind: 'done' | 'altered'}>,
	at: number,
): void {
	const generation = identityOf(object)?.generation;
	if (write.kind === 'patch' && generation !== undefined && !unchanged) {
		beginMove(store, write.uid, generation, at);
	}
}

function log(store: ConsoleStore, plan: Plan, at: number): void {
	store.setState(({writes}) => ({
		writes: [
			...writes.slice(1 - logLength),
			{
				at,
				title: `${plan.action} ${plan.name}`,
				command: plan.commands[0] ?? '',
				outcome: '',
				...(plan.splits && {change: {service: plan.name, rows: plan.rows}}),
			},
		],
	}));
}

function logOutcome(store: ConsoleStore, plan: Plan, outcome: WriteOutcome): void {
	store.setState(({writes}) => {
		const last = writes.at(-1);
		if (!last || last.outcome !== '') return {};
		return {
			writes: [
				...writes.slice(0, -1),
				{
					...last,
					outcome: outcome.kind === 'done' ? 'done' : sentenceOfOutcome(outcome, plan),
				},
			],
		};
	});
}

type SentPlan = Pick<Plan, 'action' | 'name' | 'givenUp'>;

const deeds: Readonly<Partial<Record<PlanAction, (plan: SentPlan) => string>>> = {
	promote: () => 'Promoted',
	'roll back': () => 'Rolled back',
	undo: () => 'Undone',
	abandon: ({name, givenUp}) => `Given up, ${givenUp?.revision ?? name} rejected`,
};

/** What a change of who gets the traffic is called once it is made; undefined for one that is told by its shares alone. */
const deedOf = (plan: SentPlan): string | undefined => deeds[plan.action]?.(plan);

const sent = (plan: SentPlan, deed = deedOf(plan)): string =>
	`${deed}: the server took it; ${waitingSentence}.`;

const done: Readonly<Record<PlanAction, (plan: SentPlan) => string>> = {
	split: plan => sent(plan, 'Split'),
	promote: sent,
	'roll back': sent,
	abandon: sent,
	undo: sent,
	'send again': ({name}) =>
		`The split of ${name} was sent again: the server took it; the gateway needs some seconds.`,
	tag: plan => sent(plan, 'Tagged'),
	'create revision': ({name}) => `Creating a revision of ${name}…`,
	autoscaling: ({name}) => `Creating a revision of ${name} with these settings… Existing ones are unchanged.`,
	'create service': ({name}) => `${name} created. v test · r new revision`,
	'delete service': ({name}) => `${name} is being deleted, with all its revisions.`,
	'delete revision': ({name}) => `The revision of ${name} is being deleted.`,
};

/** The same for whoever has left meanwhile: there are neither panes nor keys then. */
export function lastWordsOf(plan: SentPlan & Pick<Plan, 'namespace'>, flags: readonly string[]): string {
	const {action, name, namespace} = plan;
	const line = ownLine(['status', name], {namespace, flags});
	return done[action](plan)
		.replace(waitingSentence, () => `${line} says when the gateway has it`)
		.replace(/ v test · r new revision$/, '');
}

/** @param newerThan Generation of the template of the newest revision there was before it was sent. */
function succeed(
	store: ConsoleStore,
	plan: Plan,
	{object, missed}: Extract<WriteOutcome, {kind: 'done'}>,
	newerThan: number,
): void {
	const {write, name, action} = plan;
	const keepsDraft = ['create revision', 'autoscaling', 'tag', 'send again'].includes(action);
	store.setState(({drafts}) => {
		const next = new Map(drafts);
		// What says nothing about a draft of the split must not cost one.
		if (write.kind === 'patch' && !keepsDraft) next.delete(write.uid);
		// The review, and the form it came from.
		return {sheets: [], drafts: next};
	});
	const text = done[action](plan);
	if (write.kind === 'create') {
		forgetForm(store, formKey({kind: 'create service'}));
		const isHere = isShown(store.getState(), plan.namespace);
		const uid = identityOf(object)?.uid;
		if (isHere && uid !== undefined) {
			store.setState({filter: ''});
			selectService(store, {uid, namespace: plan.namespace, name}, {wasSeen: false});
		}
		focusPane(store, 'services');
		const elsewhere = `${name} was created in ${plan.namespace}; :ns ${plan.namespace} goes there.`;
		return notify(store, {tone: 'good', text: isHere ? text : elsewhere});
	}
	if (action === 'create revision' || action === 'autoscaling') {
		if (write.kind === 'patch') {
			forgetForm(store, formKey({kind: action, uid: write.uid}));
			awaitRevision(store, {uid: write.uid, newerThan});
		}
		focusPane(store, 'revisions');
		const isTagged = plan.splits?.after.some(({latest, tags}) => latest && tags.length > 0) === true;
		const test = action === 'create revision' && isTagged ? ' V tests it once it is Ready.' : '';
		return notify(store, creatingNotice(plan, newerThan, `${text}${test}`));
	}
	if (missed !== undefined) return notify(store, {tone: 'bad', text: `${text} But ${missed}`});
	const arriving = write.kind === 'patch' && {uid: write.uid, deed: deedOf(plan)};
	notify(store, {tone: 'good', text, ...(arriving && {arriving})});
}

function fail(store: ConsoleStore, plan: Plan, outcome: Exclude<WriteOutcome, {kind: 'done'}>): void {
	const sentence = sentenceOfOutcome(outcome, plan);
	const theirs = outcome.kind === 'conflict' ? serviceOf(outcome.theirs) : undefined;
	if (theirs) putService(store, theirs);
	// As it was planned, so that the same can be sent: whoever agreed to it is asked once more, and no word of it counts any more.
	if (mayPass(outcome) && (outcome.kind !== 'conflict' || theirs)) {
		const phase: ReviewSheet['phase'] = {kind: 'open', after: sentence};
		refuseInForm(store, outcome, sentence);
		return changeSheet(store, 'review', sheet =>
			sheet.plan === plan ? {...sheet, phase, typed: '', timesAsked: sheet.timesAsked + 1} : sheet,
		);
	}
	const phase = ((): ReviewSheet['phase'] => {
		if (outcome.kind === 'unknown' || outcome.kind === 'altered') return {kind: outcome.kind, sentence};
		const conflict = outcome.kind === 'conflict' ? conflictWith(plan, theirs, sentence) : undefined;
		return conflict ? {kind: 'conflict', ...conflict} : {kind: 'refused', sentence};
	})();
	changeSheet(store, 'review', sheet => (sheet.plan === plan ? {...sheet, phase} : sheet));
	refuseInForm(store, outcome, sentence);
}

/** Whether it was not made for a reason that may be gone at the next try: the server has not said no to it. */
function mayPass(outcome: Exclude<WriteOutcome, {kind: 'done'}>): boolean {
	const {kind} = outcome;
	return (kind === 'refused' || kind === 'not made' || kind === 'conflict') && !hasSaidNo(outcome);
}

/** In the form stays only what is wrong with what was typed: that the service changed or went is another matter later. */
export function refuseInForm(store: ConsoleStore, outcome: WriteOutcome, sentence: string): void {
	if (outcome.kind === 'conflict' || outcome.kind === 'gone' || outcome.kind === 'altered') return;
	refuseForm(store, outcome.kind === 'refused' ? outcome.full : sentence);
}

function serviceOf(object: unknown): ServiceView | undefined {
	const parsed = parseService(object);
	return parsed.ok ? parsed.value : undefined;
}

/** What was just read is newer than what the watch has told so far, if it is. */
export function putService(store: ConsoleStore, fresh: ServiceView): void {
	store.setState(({services}) => ({
		services: services.map(service =>
			service.uid === fresh.uid && service.generation < fresh.generation ? fresh : service,
		),
	}));
}
