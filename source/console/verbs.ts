/** Each verb of the console: what it plans on the service that is meant, and the review or the words that come of it. */
import {behindService, meantBy} from '../knative/release/revision-by-word.js';
import {releaseOf} from '../knative/release/release.js';
import {sharesMeant} from '../knative/release/shares-meant.js';
import {rebased} from '../knative/split/rebased.js';
import {equalSplits, followedBy, pinnedAsMeant, splitOf, wholeOf} from '../knative/split/split.js';
import {canaryTag, tagsOfPromotion} from '../knative/release/verbs/role-tags.js';
import type {ServiceView} from '../knative/service/service.js';
import type {Cluster} from '../kube/cluster.js';
import {guardsOf, type Plan} from '../release/plan.js';
import {planAgain, planDeleteRevision, planDeleteService} from '../release/plan-object.js';
import type {Facts, Planned, PlanOptions} from '../release/plan-facts.js';
import {planPromote, planRollback, planSplit, planUndo} from '../release/plan-split.js';
import {readSplitWrite} from '../kube/read-route.js';
import {withoutHistory} from '../release/without-history.js';
import {setAndGot} from './live/verdicts.js';
import type {History} from './session/change-recorder.js';
import {refusedRight, type RightName} from './session/rights.js';
import {askRevision, choose, reviewAbandon} from './sheets/choice-sheet.js';
import {conflictOf} from './sheets/review/conflict-resolution.js';
import {changedSince, latestMoved} from './sheets/review/moved-since.js';
import {afterAsking, askPlaceholders} from './sheets/placeholders.js';
import {openReview} from './sheets/review/review.js';
import type {AskedVerb} from './sheets/sheets.js';
import {absenceWords} from './state/absence.js';
import {targetStatusOf} from './sheets/target-status.js';
import {discardDraft} from './state/draft.js';
import {factsOf} from './state/known-facts.js';
import {
	draftOf,
	latestBefore,
	selectedRevision,
	selectedService,
	missingService,
	whyNoRevision,
} from './state/read.js';
import {closeSheet, notify, notifyWhile, saidWhy} from './state/select.js';
import type {ConsoleState, ConsoleStore} from './state/state.js';

export type Verbs = {
	readonly reviewDraft: () => void;
	/** The same for shares that are typed, as `sharesMeant` takes them: `stable=90 00002=10`. */
	readonly reviewShares: (words: string) => void;
	/**
	 * Resolves when its review is open, or it is said why not: the names of new tags are asked for before.
	 *
	 * @param word Which revision is meant, as `meantBy` takes it; empty where the release is to tell.
	 */
	readonly complete: (word?: string) => Promise<void>;
	/** On the review of a promotion: whether what users had stays in the split as the way back. */
	readonly dropOrKeepPrevious: () => void;
	/** @param word As above. */
	readonly rollBack: (word?: string) => void;
	/** Gives the release up: `why` in the operator's words. */
	readonly abandon: (why?: string) => void;
	/** The answer to a question: which revision is meant. */
	readonly choose: (value: string) => void;
	readonly undo: () => void;
	/** Sends the split that is set once more, for a gateway that does not have it. */
	readonly sendAgain: () => void;
	readonly deleteService: () => void;
	readonly deleteRevision: () => void;
	/** After a conflict: the same wish on the service as it is now, to be reviewed again. */
	readonly putMineOnTop: () => Promise<void>;
};

/** By the history, which may be one that cannot be read. */
const unread = ({changes}: Facts, {historyUnread: problem}: ConsoleState) => ({
	problem,
	changes: changes.length,
});
/** With the revision that a word means; without a word the release tells which one it is. */
const planWith = (facts: Facts, word: string, plan: (to: string | undefined) => Planned): Planned => {
	const typed = behindService(word, facts.service);
	if (!typed.ok) return typed;
	const named = typed.words.join(' ');
	const meant = named === '' ? undefined : meantBy(named, facts);
	return meant?.ok === false ? meant : plan(meant?.revision);
};

const rollBackPlan = (facts: Facts, state: ConsoleState, word: string): Planned =>
	planWith(facts, word, to => withoutHistory(planRollback(facts, {to}), 'roll back', unread(facts, state)));

/** What is typed where it has to be asked, and no answer can be offered: which revisions there are is not known. */
const commands: Readonly<Partial<Record<AskedVerb, string>>> = {promote: 'promote', 'roll back': 'rollback'};
const undoPlan: Planner = (facts, state) => withoutHistory(planUndo(facts), 'undo', unread(facts, state));

/** What turns the facts about a service into a plan. */
type Planner = (facts: Facts, state: ConsoleState) => Planned;

/** What the verbs need of the session that they are used in. */
type VerbDependencies = {
	/** The cluster that is connected to, if any. */
	readonly cluster: () => Cluster | undefined;
	/** The same, after saying on the screen that there is none yet. */
	readonly reached: () => Cluster | undefined;
	readonly history: Pick<History, 'reading'>;
	/** Sends the form that is open to its review once more. */
	readonly submitForm: () => Promise<void>;
};

/** The split that the sheet has called mine: what followed the latest is pinned where that is another revision by now. */
function planMineOnTop(plan: Plan, facts: Facts): Planned {
	const {splits} = plan;
	const {service} = facts;
	const theirs = splitOf(service);
	const guards = guardsOf(plan);
	if (!splits) return planSplit(facts, theirs, guards);
	const {before: base, after} = splits;
	const {latestReady} = service;
	const mine = pinnedAsMeant(after, latestReady, canaryTag);
	const meant = mine === after ? undefined : followedBy(after);
	const warnings = latestMoved(meant, service, `mine is pinned to ${meant}`);
	return planSplit(facts, rebased({base, mine, theirs, latestReady}), {warnings, ...guards});
}

/** None of them writes: each ends in a review, or in words that say why there is none. */
export function createVerbs(
	store: ConsoleStore,
	{cluster: connected, reached, history, submitForm}: VerbDependencies,
): Verbs {
	/** Opens the review of what is planned on the selected service, or says what is missing. */
	function review(planned: Planner, right: RightName = 'patch', verb?: AskedVerb): void {
		const state = store.getState();
		const service = selectedService(state);
		if (service) return reviewOf(service, planned, right, verb);
		if (reached()) saidWhy(store, 'info', missingService);
	}

	/** The same for a service that was bound before, whatever is selected. */
	function reviewOf(
		service: ServiceView,
		planned: Planner,
		right: RightName = 'patch',
		verb?: AskedVerb,
	): void {
		const cluster = reached();
		if (!cluster) return;
		const state = store.getState();
		if (saidWhy(store, 'bad', now => refusedRight(now, right, service.namespace))) return;
		const result = planned(factsOf(state, service), state);
		if (result.ok) return openReview(store, cluster, result.plan);
		if (verb && result.candidates && result.candidates.length > 0) {
			const asked = verb === 'roll back' ? readSplitWrite(cluster, factsOf(state, service)) : undefined;
			if (!asked) return askRevision(store, service, result, {verb});
			return askedFirst(service, asked, (told, now) =>
				told && now.generation === service.generation
					? reviewOf(told, planned, right, verb)
					: askRevision(store, service, result, {verb}),
			);
		}
		// What Knative says to be so already is not what users get.
		const verdict = state.verdicts.get(service.uid);
		const got = verdict?.splitAlarm?.isOver === false ? setAndGot(verdict.shares) : undefined;
		if (got !== undefined && (result.already === true || verb !== undefined)) {
			const text = `${result.reason} That is what Knative says; ${got}. S sends the split again; else look at the KIngress and the gateway's pods.`;
			return notify(store, {tone: 'bad', text});
		}
		const command = verb && result.candidates ? commands[verb] : undefined;
		const named = command === undefined ? '' : ` :${command} REVISION names it.`;
		const canary = result.instead && releaseOf(factsOf(state, service)).canary?.revision;
		const instead = canary === undefined ? '' : ` X gives ${canary} up.`;
		const text = `${result.reason}${named}${instead}`;
		notifyWhile(store, {tone: 'info', text}, now => {
			const newest = now.services.find(({uid}) => uid === service.uid);
			if (!newest) return false;
			// Planned again only where it could have become another plan.
			const isAsBefore =
				newest === service &&
				now.revisions === state.revisions &&
				now.drafts === state.drafts &&
				now.history === state.history;
			if (isAsBefore) return true;
			const again = planned(factsOf(now, newest), now);
			return !again.ok && again.reason === result.reason;
		});
	}

	/** Before somebody is asked which one, what may tell it is. */
	function askedFirst(
		service: ServiceView,
		asked: Promise<ServiceView | undefined>,
		goOn: (told: ServiceView | undefined, now: ServiceView) => void,
	): void {
		let told: ServiceView | undefined;
		const reading = (async () => {
			told = await asked;
		})();
		const open = () => {
			const status = targetStatusOf(store.getState(), service);
			goOn(told, status.kind === 'there' ? status.service : service);
		};
		void afterAsking(store, reading, open, 'Asking the server when the split was written…');
	}

	/** What becomes of the template is asked again: what users run may be something else by now. */
	function abandonAgain(service: ServiceView, {givenUp}: Plan): void {
		const cluster = reached();
		if (!cluster) return;
		reviewAbandon(store, cluster, service, {why: givenUp?.why ?? '', to: givenUp?.revision});
	}

	/** Its tags may be new ones, of which the names have to be free. */
	async function reviewPromotion(
		service: ServiceView,
		options: PlanOptions = {},
		{word = '', instead}: {word?: string; instead?: (facts: Facts) => Planned} = {},
	): Promise<void> {
		const planned: Planner = facts => {
			const plan = planWith(facts, word, (to = options.to) => planPromote(facts, {...options, to}));
			return plan.ok || !instead ? plan : instead(facts);
		};
		const open = () => {
			const status = targetStatusOf(store.getState(), service);
			const newest = status.kind === 'there' ? status.service : service;
			reviewOf(newest, planned, 'patch', 'promote');
		};
		const cluster = connected();
		await afterAsking(store, cluster && askPlaceholders(store, cluster, service, tagsOfPromotion), open);
	}

	/** The same wish, planned on the service as it is now: to be reviewed again. Never on another one. */
	async function putMineOnTop(plan: Plan): Promise<void> {
		const {action, write, name, splits} = plan;
		if (write.kind !== 'patch') return;
		const status = targetStatusOf(store.getState(), {uid: write.uid, name, namespace: plan.namespace});
		if (status.kind !== 'there') {
			const why =
				status.kind === 'not told'
					? `${name} is not listed here`
					: absenceWords(name, status.kind === 'gone' ? status.absence : 'deleted');
			return notify(store, {tone: 'bad', text: `${why}: there is nothing to apply this to.`});
		}
		closeSheet(store);
		const {service} = status;
		// What the sheet has called mine: by theirs another revision may be the one that a verb would take by itself.
		const to = splits && wholeOf(splits.after);
		switch (action) {
			case 'promote':
				// By theirs it may be no promotion any more: then it is the same split.
				return reviewPromotion(
					service,
					{to, keepsPrevious: plan.promotion?.keepsPrevious},
					{instead: facts => planMineOnTop(plan, facts)},
				);
			case 'abandon':
				return abandonAgain(service, plan);
			case 'roll back':
				return reviewOf(service, facts => planRollback(facts, {to}));
			case 'send again':
				return reviewOf(service, planAgain);
			// To undo would take back theirs by now.
			case 'undo':
			case 'split':
				return reviewOf(service, facts => planMineOnTop(plan, facts));
			case 'tag':
			case 'autoscaling':
			case 'create revision':
				return submitForm();
			case 'create service':
			case 'delete service':
			case 'delete revision':
				return;
		}
	}

	return {
		reviewShares(words) {
			review(facts => {
				const typed = behindService(words, facts.service);
				if (!typed.ok) return typed;
				const parsed = sharesMeant(typed.words, facts);
				return parsed.ok ? planSplit(facts, parsed.split) : parsed;
			});
		},
		reviewDraft() {
			review((facts, state) => {
				const draft = draftOf(state, facts.service);
				const then = draft && latestBefore(draft, facts.service);
				const planned =
					draft &&
					planSplit(facts, draft.split, {
						warnings: [
							...changedSince(draft, facts.service, {...state, now: facts.now}),
							...latestMoved(then, facts.service, 'users would get that one'),
						],
						...draft.guards,
					});
				if (planned?.ok) return planned;
				// Begun on another split, and what it asked for has come by another way.
				if (planned?.already && draft && !equalSplits(draft.base, draft.split)) {
					discardDraft(store);
					return planned;
				}
				return {ok: false, reason: 'Nothing to review: ←→ moves the selected row, = makes all even.'};
			});
		},
		dropOrKeepPrevious() {
			const sheet = store.getState().sheets.at(-1);
			if (sheet?.kind !== 'review' || !sheet.plan.promotion) return;
			const {plan, phase} = sheet;
			if (plan.write.kind !== 'patch' || (phase.kind !== 'open' && phase.kind !== 'armed')) return;
			const status = targetStatusOf(store.getState(), {...plan, uid: plan.write.uid});
			if (status.kind !== 'there') return;
			const {promotion} = sheet.plan;
			closeSheet(store);
			reviewOf(status.service, facts =>
				planPromote(facts, {to: promotion.to, keepsPrevious: !promotion.keepsPrevious}),
			);
		},
		async complete(word = '') {
			const service = selectedService(store.getState());
			if (service) await reviewPromotion(service, {}, {word});
			else review(facts => planPromote(facts), 'patch', 'promote');
		},
		rollBack(word = '') {
			review((facts, state) => rollBackPlan(facts, state, word), 'patch', 'roll back');
		},
		abandon(why = '') {
			const state = store.getState();
			const service = selectedService(state);
			const cluster = reached();
			if (!cluster) return;
			if (!service) return void saidWhy(store, 'info', missingService);
			reviewAbandon(store, cluster, service, {why});
		},
		choose(value) {
			const cluster = reached();
			if (cluster) void choose(store, cluster, value);
		},
		undo() {
			const service = selectedService(store.getState());
			// What there is to undo is not known before; it is of the service that was selected then.
			if (!service) return review(undoPlan);
			const open = () => reviewOf(service, undoPlan);
			void afterAsking(store, history.reading, open, 'Reading the history…');
		},
		sendAgain() {
			review(planAgain);
		},
		deleteService() {
			review(({service, revisions}) => ({ok: true, plan: planDeleteService(service, revisions)}), 'delete');
		},
		deleteRevision() {
			review(({service}, state) => {
				const revision = selectedRevision(state);
				if (!revision) return {ok: false, reason: whyNoRevision(state)};
				return planDeleteRevision(service, revision);
			}, 'deleteRevision');
		},
		async putMineOnTop() {
			const sheet = conflictOf(store);
			if (!sheet || sheet.conflict.already) return;
			await putMineOnTop(sheet.plan);
		},
	};
}
