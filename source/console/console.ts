/** The console without its screen: the store, and what an operator can do with it. */
import {readAutoscalingDefaults} from '../kube/read-autoscaling-defaults.js';
import type {Cluster} from '../kube/cluster.js';
import type {GivenGateway} from '../kube/gateway/gateway-address.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import {equalSplits, splitOf, type Split} from '../knative/split/split.js';
import {createConnection, type ConnectionControl} from './session/connection.js';
import type {Contexts} from './sheets/contexts-sheet.js';
import {conflictOf, keepEditing, takeTheirs} from './sheets/conflict-resolution.js';
import {discardDraft} from './state/draft.js';
import {showEvents} from './sheets/events-sheet.js';
import {followCreated} from './session/follow-created.js';
import {followRoutes} from './session/follow-routes.js';
import {baseRead, openRevisionForm, openScalingForm, submitForm, tagsOfForm} from './forms/forms.js';
import {previousTag, stableTag} from '../knative/release/verbs/role-tags.js';
import {afterAsking, askPlaceholders} from './sheets/placeholders.js';
import {readBase} from '../release/read-base.js';
import {createHistory, type HistoryFile} from './session/change-recorder.js';
import {createLive, type Live} from './live/live.js';
import {rememberRequests} from './live/remembered-requests.js';
import type {RequestMemory} from '../journal/request-memory.js';
import {tagsByHeader} from './live/tags-by-header.js';
import {setAndGot} from './live/verdicts.js';
import {createUsersFollower} from './live/users.js';
import type {PrometheusPlace} from '../users/prometheus-place.js';
import {createLogs, type Logs} from './logs/logs.js';
import {
	planPromote,
	planRollback,
	planSplit,
	planUndo,
	type Facts,
	type Planned,
} from '../release/plan-split.js';

import {planAgain, planDeleteRevision, planDeleteService} from '../release/plan-object.js';
import {
	draftOf,
	revisionsOf,
	selectedRevision,
	selectedService,
	whyNoRevision,
	whyNoService,
} from './state/read.js';
import type {ServiceView} from '../knative/service/service.js';
import {targetStatusOf} from './sheets/target-status.js';
import {createUnderWay, type UnderWay} from '../release/under-way.js';
import {withoutHistory} from '../release/without-history.js';
import {askRevision, choose, reviewAbandon} from './sheets/choice-sheet.js';
import type {AskedVerb} from './sheets/sheets.js';
import {confirmReview, openReview} from './sheets/review.js';
import {factsOf} from './state/facts.js';
import {refusedRight, type RightName} from './session/rights.js';
import {closeSheet, notify} from './state/select.js';
import type {Plan} from '../release/plan.js';
import {showYaml} from './sheets/yaml-sheet.js';
import {createConsoleStore, type ConsoleState, type ConsoleStore} from './state/state.js';

/** Before it is connected the store is empty, and every writing action says that it is connecting. */
export type Console = Omit<ConnectionControl, 'cluster' | 'recheckRights' | 'stop'> & {
	readonly store: ConsoleStore;
	readonly live: Live;
	/** Lists everything that is watched anew, at once, also what was to wait for its next try. */
	readonly askAnew: () => void;
	readonly reviewDraft: () => void;
	/** The same for a split that was put together elsewhere. */
	readonly reviewSplit: (service: ServiceView, split: Split) => void;
	/** Resolves when its review is open, or it is said why not: the names of new tags are asked for before. */
	readonly complete: () => Promise<void>;
	/** On the review of a promotion: whether what users had stays in the split as the way back. */
	readonly dropOrKeepPrevious: () => void;
	readonly rollBack: () => void;
	/** Gives the release up: `why` in the operator's words. */
	readonly abandon: (why?: string) => void;
	/** The answer to a question: which revision is meant. */
	readonly choose: (value: string) => void;
	readonly undo: () => void;
	/** Sends the split that is set once more, for a gateway that does not have it. */
	readonly sendAgain: () => void;
	readonly deleteService: () => void;
	readonly deleteRevision: () => void;
	/** Opens the autoscaling sheet and asks for the defaults of the cluster to put beside it. */
	readonly scaling: () => void;
	/** Opens the form for a new revision. */
	readonly newRevision: () => void;
	/** Resolves like `complete`. */
	readonly submitForm: () => Promise<void>;
	/** Enter on the review: sends it, once it is agreed to. */
	readonly confirm: () => Promise<void>;
	/** After a conflict: theirs stays, mine is put on top and reviewed again, or mine is edited further. */
	readonly takeTheirs: () => void;
	readonly putMineOnTop: () => Promise<void>;
	readonly keepEditing: () => void;
	/** Reads what is selected anew and shows it as YAML. */
	readonly showYaml: () => Promise<void>;
	/** Follows the events of what is selected. */
	readonly showEvents: () => void;
	/** Follows the log of what is selected; `logs` steers it. */
	readonly showLogs: () => void;
	readonly logs: Omit<Logs, 'open'>;
	readonly stop: () => Promise<void>;
};

/** By the history, which may be one that cannot be read. */
const unread = ({changes}: Facts, {historyUnread: problem}: ConsoleState) => ({
	problem,
	changes: changes.length,
});
const rollBackPlan: Planner = (facts, state) =>
	withoutHistory(planRollback(facts), 'roll back', unread(facts, state));
const undoPlan: Planner = (facts, state) => withoutHistory(planUndo(facts), 'undo', unread(facts, state));

/** What turns the facts about a service into a plan. */
type Planner = (facts: Facts, state: ConsoleState) => Planned;

/** Milliseconds between two publications of the same data: faster than an eye reads. */
const fastestNews = 100;

/**
 * @param to What is being connected to, for the screen until it is.
 * @param gateway The operator's own word for where the gateway is.
 * @param allNamespaces The first context is shown with all its namespaces.
 * @param selector Only services with these labels are shown.
 * @param frameInterval Milliseconds that the terminal needs between two frames: what is only news comes no faster.
 * @param history Where the history is kept; without it, it lives as long as the console.
 * @param requests Where it is kept how each service is asked; without it, that lives as long as the console.
 * @param prometheus Where the users' numbers are had from; from the pods when not given.
 * @param contexts The way to the other contexts of the kubeconfig.
 * @param underWay Where a write that is under way is told, for who is ended meanwhile.
 * @param production Contexts of that name are production: a write there needs the name of the service.
 */
export function createConsole({
	to,
	namespace = '',
	allNamespaces = false,
	gateway,
	selector,
	asking,
	history: historyFile,
	requests,
	production,
	prometheus,
	contexts,
	underWay = createUnderWay(),
	frameInterval = () => 0,
}: {
	to: string;
	namespace?: string | undefined;
	allNamespaces?: boolean | undefined;
	gateway?: GivenGateway | undefined;
	selector?: string | undefined;
	asking?: RequestOptions | undefined;
	history?: HistoryFile | undefined;
	requests?: RequestMemory | undefined;
	production?: RegExp | undefined;
	prometheus?: PrometheusPlace | undefined;
	contexts?: Contexts | undefined;
	underWay?: UnderWay | undefined;
	frameInterval?: () => number;
}): Console {
	const store = createConsoleStore({to, namespace, asking});
	const newsInterval = () => Math.max(fastestNews, frameInterval());
	const live = createLive(store, newsInterval, async service => {
		const cluster = connection.cluster();
		return cluster ? tagsByHeader(cluster, service) : new Set();
	});
	const logs = createLogs(store, newsInterval);
	const history = createHistory(store, historyFile, {isWhole: selector === undefined});
	const connection = createConnection(store, {
		gateway,
		allNamespaces,
		selector,
		production,
		contexts,
		newsInterval,
		onConnected: () => void history.load(),
		onService: service => history.saw(service),
		async onLeave() {
			users.clear();
			await live.clear();
			await history.flush();
		},
	});
	const {cluster: _, recheckRights: __, stop: ___, ...going} = connection;
	const users = createUsersFollower(store, () => connection.cluster(), {
		probed: uid => live.snapshotOf(uid),
		prometheus,
	});
	const forget = requests && rememberRequests(store, requests);
	const unfollowRoutes = followRoutes(store);
	const unfollowCreated = followCreated(store);
	const unfollow = store.subscribe((state, before) => {
		const service = selectedService(state);
		// Of thousands of services and revisions only those of the one that is asked concern the loop.
		if (
			service !== selectedService(before) ||
			revisionsOf(state, service) !== revisionsOf(before, service) ||
			state.gateway !== before.gateway ||
			state.requests !== before.requests ||
			(live.hasBackground && state.services !== before.services)
		) {
			live.follow();
			users.follow();
		}
	});

	/** The cluster, or a word about there being none yet. */
	function reached(): Cluster | undefined {
		const cluster = connection.cluster();
		if (!cluster) notify(store, {tone: 'info', text: 'Not connected yet.'});
		return cluster;
	}

	async function askDefaults(current: Cluster): Promise<void> {
		const answer = await readAutoscalingDefaults(current);
		if (connection.cluster() !== current) return;
		store.setState({
			scalingDefaults: answer.kind === 'known' ? {kind: 'known', ...answer.defaults} : answer,
		});
		if (answer.kind === 'known' || store.getState().sheets.at(-1)?.kind !== 'autoscaling') return;
		const text = `The defaults of this cluster are not known, Knative's own are shown: ${answer.why}`;
		notify(store, {tone: 'info', text});
	}

	/** Reads what users run whole, for a form that may be a change of that. */
	async function askRunning(current: Cluster, revision: string): Promise<void> {
		const service = selectedService(store.getState());
		if (!service) return;
		const read = await readBase(current, service.namespace, revision);
		if (connection.cluster() !== current) return;
		if (read.ok) return baseRead(store, service.uid, read.base);
		notify(store, {tone: 'bad', text: `What users run cannot be read: ${read.reason}`});
	}

	/** Opens the review of what is planned on the selected service, or says what is missing. */
	function review(planned: Planner, right: RightName = 'patch', verb?: AskedVerb): void {
		const state = store.getState();
		const service = selectedService(state);
		if (service) return reviewOf(service, planned, right, verb);
		if (reached()) notify(store, {tone: 'info', text: whyNoService(state)});
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
		const withheld = refusedRight(state, right, service.namespace);
		if (withheld !== undefined) return notify(store, {tone: 'bad', text: withheld});
		const result = planned(factsOf(state, service), state);
		if (result.ok) return openReview(store, cluster, result.plan);
		if (verb && result.candidates && result.candidates.length > 0) {
			return askRevision(store, service, result, {verb});
		}
		// What Knative says to be so already is not what users get.
		const verdict = state.verdicts.get(service.uid);
		const got = verdict?.splitAlarm?.isOver === false ? setAndGot(verdict.shares) : undefined;
		if (got !== undefined && (result.already === true || verb !== undefined)) {
			const text = `${result.reason} That is what Knative says; ${got}. S sends the split again; else look at the KIngress and the gateway's pods.`;
			return notify(store, {tone: 'bad', text});
		}
		const instead = result.instead ? ' X gives the release up.' : '';
		notify(store, {tone: 'info', text: `${result.reason}${instead}`});
	}

	const console: Console = {
		store,
		live,
		...going,
		askAnew() {
			const cluster = reached();
			if (!cluster) return;
			// The line is needed for what comes of it.
			notify(store, undefined);
			cluster.askNow();
		},
		reviewSplit(service, split) {
			reviewOf(service, facts => planSplit(facts, split));
		},
		reviewDraft() {
			review((facts, state) => {
				const draft = draftOf(state, facts.service);
				const planned = draft && planSplit(facts, draft.split);
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
		async complete() {
			const service = selectedService(store.getState());
			if (service) await reviewPromotion(service);
			else review(facts => planPromote(facts), 'patch', 'promote');
		},
		rollBack() {
			review(rollBackPlan, 'patch', 'roll back');
		},
		abandon(why = '') {
			const state = store.getState();
			const service = selectedService(state);
			const cluster = reached();
			if (!cluster) return;
			if (!service) return notify(store, {tone: 'info', text: whyNoService(state)});
			reviewAbandon(store, cluster, service, {why});
		},
		choose(value) {
			const cluster = reached();
			if (cluster) void choose(store, cluster, value);
		},
		undo() {
			const service = selectedService(store.getState());
			// What there is to undo is not known before; it is of the service that was selected then.
			if (history.reading && service) void history.reading.then(() => reviewOf(service, undoPlan));
			else review(undoPlan);
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
		scaling() {
			const cluster = connection.cluster();
			const {isOpen, offer} = openScalingForm(store);
			if (!isOpen || !cluster) return;
			void askDefaults(cluster);
			if (offer) void askRunning(cluster, offer.revision);
		},
		newRevision() {
			const cluster = connection.cluster();
			const offer = openRevisionForm(store);
			if (cluster && offer) void askRunning(cluster, offer.revision);
		},
		async submitForm() {
			const cluster = reached();
			if (!cluster) return;
			const submit = () => {
				const outcome = submitForm(store);
				if (outcome.kind === 'plan') openReview(store, cluster, outcome.plan);
			};
			const wanted = tagsOfForm(store.getState());
			const asked = wanted && askPlaceholders(store, cluster, wanted.service, wanted.tags);
			await afterAsking(store, asked, submit);
		},
		async confirm() {
			const cluster = connection.cluster();
			if (cluster) {
				await confirmReview(store, {
					cluster,
					history,
					underWay,
					onForbidden: () => connection.recheckRights(),
				});
			}
		},
		takeTheirs() {
			takeTheirs(store);
		},
		async putMineOnTop() {
			const sheet = conflictOf(store);
			if (!sheet || sheet.conflict.already) return;
			await putMineOnTop(sheet.plan);
		},
		keepEditing() {
			keepEditing(store);
		},
		async showYaml() {
			const cluster = reached();
			if (cluster) await showYaml(store, cluster);
		},
		showEvents() {
			const cluster = reached();
			if (cluster) showEvents(store, cluster, newsInterval);
		},
		showLogs() {
			const cluster = reached();
			if (cluster) logs.open(cluster);
		},
		logs,
		async stop() {
			unfollow();
			forget?.();
			unfollowRoutes();
			unfollowCreated();
			// What follows the cluster for a sheet ends with it.
			store.setState({sheets: []});
			connection.stop();
			users.stop();
			await live.stop();
			await history.flush();
			await connection.cluster()?.close();
		},
	};

	/** What becomes of the template is asked again: what users run may be something else by now. */
	function abandonAgain(service: ServiceView, {reject}: Plan): void {
		const cluster = reached();
		if (!cluster) return;
		reviewAbandon(store, cluster, service, {why: reject?.mark.why ?? '', to: reject?.revision});
	}

	/** Its tags may be new ones, of which the names have to be free. */
	async function reviewPromotion(service: ServiceView): Promise<void> {
		const open = () => {
			const status = targetStatusOf(store.getState(), service);
			const newest = status.kind === 'there' ? status.service : service;
			reviewOf(newest, facts => planPromote(facts), 'patch', 'promote');
		};
		const cluster = connection.cluster();
		await afterAsking(
			store,
			cluster && askPlaceholders(store, cluster, service, [stableTag, previousTag]),
			open,
		);
	}

	/** The same wish, planned on the service as it is now: to be reviewed again. Never on another one. */
	async function putMineOnTop(plan: Plan): Promise<void> {
		const {action, write, name, splits} = plan;
		if (write.kind !== 'patch') return;
		const status = targetStatusOf(store.getState(), {uid: write.uid, name, namespace: plan.namespace});
		if (status.kind !== 'there') {
			const why = status.kind === 'not told' ? 'is not listed here' : 'was deleted';
			return notify(store, {tone: 'bad', text: `${name} ${why}: there is nothing to apply this to.`});
		}
		closeSheet(store);
		const {service} = status;
		switch (action) {
			case 'promote':
				return reviewPromotion(service);
			case 'abandon':
				return abandonAgain(service, plan);
			case 'roll back':
				return reviewOf(service, rollBackPlan);
			case 'undo':
				return reviewOf(service, undoPlan);
			case 'send again':
				return reviewOf(service, planAgain);
			case 'split':
				return reviewOf(service, facts => planSplit(facts, splits?.after ?? splitOf(service)));
			case 'tag':
			case 'autoscaling':
			case 'create revision':
				return console.submitForm();
			case 'create service':
			case 'delete service':
			case 'delete revision':
				return;
		}
	}

	return console;
}
