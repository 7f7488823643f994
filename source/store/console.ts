/**
 * The console without its screen: the store, and what an operator can do with it. Made in cli.tsx and handed down.
 */
import type {Cluster} from '../cluster/cluster.js';
import type {GatewayAddress} from '../cluster/gateway-address.js';
import {listNamespaces, namespaceExists} from '../cluster/namespaces.js';
import type {Asking} from '../probe/asking.js';
import {printable} from '../traffic/printable.js';
import {parseService, type ServiceView} from '../traffic/service.js';
import type {RevisionView} from '../traffic/revision.js';
import {equalSplits, splitOf} from '../traffic/split.js';
import {refusedRight, submitForm} from './forms.js';
import {createLive, type Live} from './live.js';
import {planComplete, planRollback, planSplit, planUndo, type Planned} from './plan.js';
import {draftOf, revisionsOf, selectedService} from './read.js';
import {confirmReview, openReview} from './review.js';
import {changeSheet, closeSheet, focusPane, notify, openSheet} from './select.js';
import {startSession, type Session} from './session.js';
import type {Plan} from './sheets.js';
import {createConsoleStore, type ConsoleState, type ConsoleStore, type SplitChange} from './state.js';

export type Console = {
	readonly store: ConsoleStore;
	readonly live: Live;
	/** Watches the cluster; before that the store is empty and every writing action says that it is connecting. */
	readonly connected: (cluster: Cluster) => void;
	/** There is no cluster: says why, for good. */
	readonly failed: (sentence: string) => void;
	readonly reviewDraft: () => void;
	readonly complete: () => void;
	readonly rollBack: () => void;
	readonly undo: () => void;
	readonly submitForm: () => void;
	/** Enter on the review: sends it, or after a conflict puts the same wish on top of what is there now. */
	readonly confirm: () => Promise<void>;
	readonly chooseNamespace: () => Promise<void>;
	readonly changeNamespace: (namespace: string) => Promise<void>;
	readonly stop: () => Promise<void>;
};

type Facts = {
	service: ServiceView;
	revisions: readonly RevisionView[];
	changes: readonly SplitChange[];
	state: ConsoleState;
};

/**
 * @param to What is being connected to, for the screen until it is.
 * @param gateway The operator's own word for where the gateway is.
 */
export function createConsole({
	to,
	namespace = '',
	gateway,
	asking,
}: {
	to: string;
	namespace?: string | undefined;
	gateway?: GatewayAddress | undefined;
	asking?: Asking | undefined;
}): Console {
	const store = createConsoleStore({to, namespace, asking});
	const live = createLive(store);
	let cluster: Cluster | undefined;
	let session: Session | undefined;

	const unfollow = store.subscribe((state, before) => {
		if (
			state.services !== before.services ||
			state.revisions !== before.revisions ||
			state.service !== before.service ||
			state.filter !== before.filter ||
			state.gateway !== before.gateway
		) {
			live.follow();
		}
	});

	function open(current: Cluster, name: string): void {
		session?.stop();
		session = startSession(store, {
			cluster: current,
			namespace: name,
			gateway: gateway && {...gateway, via: '--gateway'},
		});
	}

	/** Runs with the cluster and the selected service, or says what is missing. */
	function withService(run: (cluster: Cluster, facts: Facts) => void): void {
		const state = store.getState();
		const service = selectedService(state);
		if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
		if (!service) return notify(store, {tone: 'info', text: 'Select a service first.'});
		if (!state.rights.patch.allowed) return notify(store, {tone: 'bad', text: refusedRight(state, 'patch')});
		const revisions = revisionsOf(state, service.name);
		run(cluster, {service, revisions, changes: state.changes.get(service.uid) ?? [], state});
	}

	function review(planned: (facts: Facts) => Planned): void {
		withService((current, facts) => {
			const result = planned(facts);
			if (!result.ok) return notify(store, {tone: 'info', text: result.reason});
			openReview(store, current, result.plan);
		});
	}

	const console: Console = {
		store,
		live,
		connected(connectedCluster) {
			cluster = connectedCluster;
			const {context, server, user, readOnly} = cluster;
			store.setState({connection: {kind: 'connected', context, server, user, readOnly}});
			open(cluster, store.getState().namespace || cluster.namespace);
		},
		failed(sentence) {
			const said = sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/[.!?]?$/, '.');
			store.setState({connection: {kind: 'failed', sentence: said}});
		},
		reviewDraft() {
			review(({service, revisions, state}) => {
				const draft = draftOf(state, service);
				if (!draft || equalSplits(draft.split, splitOf(service))) {
					return {ok: false, reason: 'Nothing to review: ←→ moves the selected row, = makes all even.'};
				}
				return {ok: true, plan: planSplit(service, revisions, draft.split)};
			});
		},
		complete() {
			review(({service, revisions}) => planComplete(service, revisions));
		},
		rollBack() {
			review(({service, revisions, changes}) => planRollback(service, revisions, changes));
		},
		undo() {
			review(({service, revisions, changes}) => planUndo(service, revisions, changes));
		},
		submitForm() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			const outcome = submitForm(store);
			if (outcome.kind === 'plan') openReview(store, cluster, outcome.plan);
		},
		async confirm() {
			const sheet = store.getState().sheets.at(-1);
			if (!cluster || sheet?.kind !== 'review') return;
			if (sheet.phase.kind === 'open') return confirmReview(store, cluster);
			if (sheet.phase.kind !== 'conflict') return;
			await readAgain(cluster, sheet.plan);
			closeSheet(store);
			replan(sheet.plan);
		},
		async chooseNamespace() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			openSheet(store, {kind: 'namespaces', names: []});
			const listed = await listNamespaces(cluster);
			changeSheet(store, 'namespaces', () => ({
				kind: 'namespaces',
				names: listed.names,
				...(listed.kind === 'unlisted' ? {sentence: listed.sentence} : {}),
			}));
		},
		async changeNamespace(wanted) {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			if (wanted === store.getState().namespace) return;
			if ((await namespaceExists(cluster, wanted)) === false) {
				notify(store, {
					tone: 'bad',
					text: `There is no namespace ${printable(wanted)}; :ns lists those there are.`,
				});
				return;
			}
			open(cluster, wanted);
			store.setState({filter: ''});
			focusPane(store, 'services');
		},
		async stop() {
			unfollow();
			session?.stop();
			await live.stop();
			await cluster?.close();
		},
	};

	/** The watch may be a moment behind the conflict that a write has just met. */
	async function readAgain(current: Cluster, plan: Plan): Promise<void> {
		const path = `/apis/serving.knative.dev/v1/namespaces/${plan.namespace}/services/${plan.name}`;
		const answer = await current.request({method: 'GET', path});
		const parsed = parseService(answer.body);
		if (answer.status !== 200 || !parsed.ok) return;
		const {value} = parsed;
		store.setState(({services}) => ({
			services: services.map(service => (service.uid === value.uid ? value : service)),
		}));
	}

	/** The same wish, planned on the service as it is now: to be reviewed again. */
	function replan({action, splits}: Plan): void {
		switch (action) {
			case 'complete':
				return console.complete();
			case 'roll back':
				return console.rollBack();
			case 'undo':
				return console.undo();
			case 'create service':
			case 'create revision':
				return console.submitForm();
			case 'split':
				return review(({service, revisions}) => ({
					ok: true,
					plan: planSplit(service, revisions, splits?.after ?? splitOf(service)),
				}));
		}
	}

	return console;
}
