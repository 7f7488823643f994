/** The review sheet: opened on a plan, tried as a dry run, sent once with Enter, and honest about what became of it. */
import type {Cluster} from '../cluster/cluster.js';
import {createService, guardedPatch, type WriteOptions, type WriteOutcome} from '../cluster/write.js';
import {parseService} from '../traffic/service.js';
import {splitOf, type Split} from '../traffic/split.js';
import {refuseForm, forgetForm} from './forms.js';
import {changeSheet, focusPane, formKey, notify, openSheet, selectService} from './select.js';
import type {Plan, ReviewSheet} from './sheets.js';
import type {ConsoleStore} from './state.js';

/** How many writes the log keeps. */
const logLength = 200;

/** Opens the review and asks the server what it would say; the operator need not wait for that. */
export function openReview(store: ConsoleStore, cluster: Cluster, plan: Plan): void {
	openSheet(store, {kind: 'review', plan, dryRun: {kind: 'asking'}, phase: {kind: 'open'}});
	void tryDry(store, cluster, plan);
}

async function tryDry(store: ConsoleStore, cluster: Cluster, plan: Plan): Promise<void> {
	const outcome = await send(cluster, plan, {dryRun: true});
	const dryRun = ((): ReviewSheet['dryRun'] => {
		switch (outcome.kind) {
			case 'done':
				return {kind: 'accepted'};
			case 'not made':
			case 'unknown':
			case 'read only':
				return {kind: 'unknown', sentence: outcome.sentence};
			case 'refused':
				return outcome.status === 429 || outcome.status >= 500
					? {kind: 'unknown', sentence: outcome.sentence}
					: {kind: 'refused', sentence: outcome.sentence};
			case 'conflict':
			case 'gone':
			case 'exists':
				return {kind: 'refused', sentence: sentenceOf(outcome, plan)};
		}
	})();
	changeSheet(store, 'review', sheet => (sheet.plan === plan ? {...sheet, dryRun} : sheet));
	if (dryRun.kind === 'refused')
		refuseForm(store, outcome.kind === 'refused' ? outcome.full : dryRun.sentence);
}

/**
 * Sends the plan of the review on top. Exactly one writing request; a second call while it is under way does nothing.
 */
export async function confirmReview(store: ConsoleStore, cluster: Cluster): Promise<void> {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'review' || sheet.phase.kind !== 'open') return;
	const {plan} = sheet;
	changeSheet(store, 'review', current => ({...current, phase: {kind: 'sending'}}));
	const outcome = await send(cluster, plan, {
		reason: plan.action,
		onSent: ({at}) => log(store, plan, at),
	});
	logOutcome(store, plan, outcome);
	if (outcome.kind === 'done') {
		succeed(store, plan);
		return;
	}
	fail(store, plan, outcome);
}

async function send(cluster: Cluster, plan: Plan, options: WriteOptions): Promise<WriteOutcome> {
	const {write, namespace, name} = plan;
	if (write.kind === 'create') return createService(cluster, write.manifest, options);
	const {uid, generation, operations} = write;
	return guardedPatch(cluster, {namespace, name, uid, generation}, operations, options);
}

function log(store: ConsoleStore, plan: Plan, at: number): void {
	store.setState(({writes}) => ({
		writes: [
			...writes.slice(1 - logLength),
			{at, title: `${plan.action} ${plan.name}`, command: plan.commands[0] ?? '', outcome: ''},
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
					outcome: outcome.kind === 'done' ? 'done' : sentenceOf(outcome, plan),
				},
			],
		};
	});
}

function succeed(store: ConsoleStore, plan: Plan): void {
	const {write, name, action} = plan;
	store.setState(state => {
		const drafts = new Map(state.drafts);
		const changes = new Map(state.changes);
		if (write.kind === 'patch') {
			if (action !== 'create revision') drafts.delete(write.uid);
			const own = changes.get(write.uid) ?? [];
			if (action === 'undo') changes.set(write.uid, own.slice(0, -1));
			else if (plan.splits) changes.set(write.uid, [...own, {...plan.splits, at: Date.now()}]);
		}
		// The review, and the form it came from.
		return {sheets: [], drafts, changes};
	});
	if (write.kind === 'create') {
		forgetForm(store, formKey({kind: 'create service'}));
		if (plan.namespace === store.getState().namespace) {
			store.setState({filter: ''});
			selectService(store, name);
		}
		focusPane(store, 'services');
		notify(store, {
			tone: 'good',
			text:
				plan.namespace === store.getState().namespace
					? `${name} was created. v asks it once, r makes a revision of it.`
					: `${name} was created in ${plan.namespace}; :ns ${plan.namespace} goes there.`,
		});
		return;
	}
	if (action === 'create revision') {
		forgetForm(store, formKey({kind: 'create revision', uid: write.uid}));
		focusPane(store, 'revisions');
		notify(store, {
			tone: 'good',
			text: `A new revision is on its way. When it is Ready, V asks it at its tag.`,
		});
		return;
	}
	notify(store, {
		tone: 'good',
		text: `${{split: 'Split', complete: 'Completed', 'roll back': 'Rolled back', undo: 'Undone', 'create service': ''}[action]}: the server took it; pane 3 says when the gateway has it.`,
	});
}

function fail(store: ConsoleStore, plan: Plan, outcome: Exclude<WriteOutcome, {kind: 'done'}>): void {
	const sentence = sentenceOf(outcome, plan);
	if (outcome.kind === 'conflict') {
		changeSheet(store, 'review', sheet => ({
			...sheet,
			phase: {kind: 'conflict', sentence, theirs: theirSplit(outcome.theirs)},
		}));
		return;
	}
	changeSheet(store, 'review', sheet => ({...sheet, phase: {kind: 'refused', sentence}}));
	refuseForm(store, outcome.kind === 'refused' ? outcome.full : sentence);
}

function theirSplit(object: unknown): Split | undefined {
	const parsed = parseService(object);
	return parsed.ok ? splitOf(parsed.value) : undefined;
}

/** What became of it, with which object, and what to do. */
function sentenceOf(outcome: Exclude<WriteOutcome, {kind: 'done'}>, {namespace, name}: Plan): string {
	switch (outcome.kind) {
		case 'conflict':
			return `Not done: somebody changed ${name} while you were looking. Nothing was written.`;
		case 'gone':
			return `Not done: ${name} does not exist in namespace ${namespace} any more.`;
		case 'exists':
			return `services.serving.knative.dev "${name}" already exists`;
		case 'refused':
			return outcome.retryAfter === undefined
				? `The server refused: ${outcome.sentence}`
				: `The server is busy: ${outcome.sentence}. Try again in ${outcome.retryAfter} s.`;
		case 'not made':
		case 'read only':
			return `Not done: ${outcome.sentence}`;
		case 'unknown':
			return `Not known whether it was done: ${outcome.sentence}`;
	}
}
