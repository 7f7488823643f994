/** The review sheet: opened on a plan, tried as a dry run, sent once when it is agreed to, honest about what became of it. */
import {ownLine} from '../../knative/commands/own-line.js';
import type {Cluster} from '../../kube/cluster.js';
import {identityOf} from '../../kube/identity.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {creatingNotice} from '../session/follow-created.js';
import {beginMove, waitingSentence} from '../session/follow-routes.js';
import {forgetForm} from '../forms/forms.js';
import {refuseForm} from '../forms/submit-form.js';
import type {History} from '../session/change-recorder.js';
import {
	awaitRevision,
	changeSheet,
	focusPane,
	formKey,
	notify,
	notifyOnSheet,
	openSheet,
	selectService,
} from '../state/select.js';
import {agreementFor} from '../../release/agreement.js';
import {sendRecorded} from '../../release/recorded.js';
import type {UnderWay} from '../../release/under-way.js';
import {sentenceOfOutcome, type WriteOutcome} from '../../release/send-plan.js';
import {keepTried} from './dry-run.js';
import {conflictWith, lostGround, type LostGround} from './lost-ground.js';
import type {ReviewSheet} from './sheets.js';
import {placed, type Plan, type PlanAction} from '../../release/plan.js';
import {flagsOf, revisionsOf} from '../state/read.js';
import {isShown} from '../state/scope.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {wakeOf} from '../live/wake.js';

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
 * name was typed. Exactly one writing request; while it is under way, or after it, Enter does nothing.
 */
export async function confirmReview(store: ConsoleStore, reviewing: Reviewing): Promise<void> {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'review') return;
	const {plan, confirmation, phase, typed} = sheet;
	if (phase.kind !== 'open' && phase.kind !== 'armed') return;
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

async function sendReviewed(
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

const done: Readonly<Record<PlanAction, (name: string) => string>> = {
	split: () => `Split: the server took it; ${waitingSentence}.`,
	promote: () => `Promoted: the server took it; ${waitingSentence}.`,
	'roll back': () => `Rolled back: the server took it; ${waitingSentence}.`,
	abandon: name => `The release of ${name} was given up: the server took it; ${waitingSentence}.`,
	undo: () => `Undone: the server took it; ${waitingSentence}.`,
	'send again': name =>
		`The split of ${name} was sent again: the server took it; the gateway needs some seconds.`,
	tag: () => `Tagged: the server took it; ${waitingSentence}.`,
	'create revision': name => `Creating a revision of ${name}…`,
	autoscaling: name => `Creating a revision of ${name} with these settings… Existing ones are unchanged.`,
	'create service': name => `${name} created. v test · r new revision`,
	'delete service': name => `${name} is being deleted, with all its revisions.`,
	'delete revision': name => `The revision of ${name} is being deleted.`,
};

/** The same for whoever has left meanwhile: there are neither panes nor keys then. */
export function lastWordsOf(
	{action, name, namespace}: Pick<Plan, 'action' | 'name' | 'namespace'>,
	flags: readonly string[],
): string {
	const line = ownLine(['status', name], {namespace, flags});
	return done[action](name)
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
	const text = done[action](name);
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
	notify(store, missed === undefined ? {tone: 'good', text} : {tone: 'bad', text: `${text} But ${missed}`});
}

function fail(store: ConsoleStore, plan: Plan, outcome: Exclude<WriteOutcome, {kind: 'done'}>): void {
	const sentence = sentenceOfOutcome(outcome, plan);
	const theirs = outcome.kind === 'conflict' ? serviceOf(outcome.theirs) : undefined;
	if (theirs) putService(store, theirs);
	// As it was planned, so that the same can be sent: whoever agreed to it is asked once more, and no word of it counts any more.
	if (outcome.kind === 'conflict' && outcome.sameSpec === true && theirs) {
		const phase: ReviewSheet['phase'] = {kind: 'open', after: sentence};
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

/** In the form stays only what is wrong with what was typed: that the service changed or went is another matter later. */
function refuseInForm(store: ConsoleStore, outcome: WriteOutcome, sentence: string): void {
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
