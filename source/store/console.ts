/**
 * The console without its screen: the store, and what an operator can do with it. Made in cli.tsx and handed down.
 */
import {readAutoscalingDefaults} from '../cluster/autoscaling-defaults.js';
import type {Cluster} from '../cluster/cluster.js';
import type {GatewayAddress} from '../cluster/gateway-address.js';
import {listNamespaces, namespaceExists} from '../cluster/namespaces.js';
import type {Asking} from '../probe/asking.js';
import {printable} from '../traffic/printable.js';
import {splitOf} from '../traffic/split.js';
import {chooseContext, lossesOf, refuseContext, type Contexts} from './contexts.js';
import {conflictOf, keepEditing, takeTheirs} from './conflict.js';
import {showEvents} from './events.js';
import {followRoutes} from './follow.js';
import {openScalingForm, submitForm} from './forms.js';
import {changesOf, createHistory, type HistoryFile} from './history.js';
import {nextId} from './inspect.js';
import {createLive, type Live} from './live.js';
import {createLogs, type Logs} from './logs.js';
import {planComplete, planRollback, planSplit, planUndo, type Facts, type Planned} from './plan.js';
import {planDeleteRevision, planDeleteService} from './plan-object.js';
import {draftOf, knownRevisions, revisionsOf, selectedRevision, selectedService} from './read.js';
import {confirmReview, openReview} from './review.js';
import {refusedRight, type RightName} from './rights.js';
import {changeSheet, closeSheet, focusPane, notify, openSheet} from './select.js';
import {startSession, type Session} from './session.js';
import type {Plan} from './sheets.js';
import {showYaml} from './yaml.js';
import {createConsoleStore, initialState, type ConsoleState, type ConsoleStore} from './state.js';

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
	readonly deleteService: () => void;
	readonly deleteRevision: () => void;
	/** Opens the autoscaling sheet and asks for the defaults of the cluster to put beside it. */
	readonly scaling: () => void;
	readonly submitForm: () => void;
	/** Enter on the review: sends it, once it is agreed to. */
	readonly confirm: () => Promise<void>;
	/** After a conflict: theirs stays, mine is put on top and reviewed again, or mine is edited further. */
	readonly takeTheirs: () => void;
	readonly putMineOnTop: () => void;
	readonly keepEditing: () => void;
	/** Reads what is selected anew and shows it as YAML. */
	readonly showYaml: () => Promise<void>;
	/** Follows the events of what is selected. */
	readonly showEvents: () => void;
	/** Follows the log of what is selected; `logs` steers it. */
	readonly showLogs: () => void;
	readonly logs: Omit<Logs, 'open'>;
	readonly chooseNamespace: () => Promise<void>;
	readonly changeNamespace: (namespace: string) => Promise<void>;
	/** Shows the contexts of the kubeconfig. */
	readonly chooseContext: () => Promise<void>;
	/**
	 * Leaves this context for another, or for the one before with `-`. Asks first when something would be lost that was not
	 * sent, unless it may be.
	 */
	readonly changeContext: (name: string, options?: {mayLose?: boolean}) => Promise<void>;
	readonly stop: () => Promise<void>;
};

/** Milliseconds between two publications of the same data: faster than an eye reads. */
const fastestNews = 100;

/**
 * @param to What is being connected to, for the screen until it is.
 * @param gateway The operator's own word for where the gateway is.
 * @param frameInterval Milliseconds that the terminal needs between two frames: what is only news comes no faster.
 * @param history Where the history is kept; without it, it lives as long as the console.
 * @param contexts The way to the other contexts of the kubeconfig.
 * @param production Contexts of that name are production: a write there needs the name of the service.
 */
export function createConsole({
	to,
	namespace = '',
	gateway,
	asking,
	history: historyFile,
	production,
	contexts,
	frameInterval = () => 0,
}: {
	to: string;
	namespace?: string | undefined;
	gateway?: GatewayAddress | undefined;
	asking?: Asking | undefined;
	history?: HistoryFile | undefined;
	production?: RegExp | undefined;
	contexts?: Contexts | undefined;
	frameInterval?: () => number;
}): Console {
	const store = createConsoleStore({to, namespace, asking});
	const newsInterval = () => Math.max(fastestNews, frameInterval());
	const live = createLive(store, newsInterval);
	const logs = createLogs(store, newsInterval);
	const history = createHistory(store, historyFile);
	let cluster: Cluster | undefined;
	let session: Session | undefined;
	/** The context that was the first, which what was said of the gateway is about; and the one before this one. */
	let home: string | undefined;
	let contextBefore: string | undefined;
	let switches = 0;

	const unfollowRoutes = followRoutes(store);
	const unfollow = store.subscribe((state, before) => {
		const service = selectedService(state);
		// Of thousands of services and revisions only those of the one that is asked concern the loop.
		if (
			service !== selectedService(before) ||
			revisionsOf(state, service?.name) !== revisionsOf(before, service?.name) ||
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
			gateway: current.context === home ? gateway && {...gateway, via: '--gateway'} : undefined,
			interval: newsInterval,
			onService: service => history.saw(service),
		});
	}

	async function askDefaults(current: Cluster): Promise<void> {
		const answer = await readAutoscalingDefaults(current);
		if (cluster !== current) return;
		store.setState({
			scalingDefaults: answer.kind === 'known' ? {kind: 'known', ...answer.defaults} : answer,
		});
	}

	/** Ends all that is of this cluster: what it still says, or what is still asked of it, is for nobody. */
	async function leave(next: string): Promise<void> {
		const left = cluster;
		cluster = undefined;
		session?.stop();
		session = undefined;
		// What was written, and who changed what, is true of wherever one goes.
		store.setState(({asking: asked, history: changes, historyProblem, writes}) => ({
			...initialState({to: next, namespace: '', asking: asked}),
			history: changes,
			historyProblem,
			writes,
		}));
		await live.clear();
		await history.flush();
		await left?.close();
	}

	/** Opens the review of what is planned on the selected service, or says what is missing. */
	function review(planned: (facts: Facts, state: ConsoleState) => Planned, right: RightName = 'patch'): void {
		const state = store.getState();
		const service = selectedService(state);
		if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
		if (!service) return notify(store, {tone: 'info', text: 'Select a service first.'});
		const withheld = refusedRight(state, right);
		if (withheld !== undefined) return notify(store, {tone: 'bad', text: withheld});
		const result = planned(
			{
				service,
				revisions: knownRevisions(state, service.name),
				changes: changesOf(state, service.uid),
				now: Date.now(),
			},
			state,
		);
		if (!result.ok) return notify(store, {tone: 'info', text: result.reason});
		openReview(store, cluster, result.plan);
	}

	const console: Console = {
		store,
		live,
		connected(connectedCluster) {
			cluster = connectedCluster;
			home ??= cluster.context;
			const {context, server, user, readOnly} = cluster;
			const isProduction = production?.test(context) ?? false;
			store.setState({
				connection: {kind: 'connected', context, server, user, readOnly, production: isProduction},
			});
			void history.load();
			open(cluster, store.getState().namespace || cluster.namespace);
		},
		failed(sentence) {
			// What was said of the gateway was said of a cluster that there is none of.
			home ??= '';
			const said = sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/[.!?]?$/, '.');
			store.setState({connection: {kind: 'failed', sentence: said}});
		},
		reviewDraft() {
			review((facts, state) => {
				const draft = draftOf(state, facts.service);
				const planned = draft && planSplit(facts, draft.split);
				if (planned?.ok) return planned;
				return {ok: false, reason: 'Nothing to review: ←→ moves the selected row, = makes all even.'};
			});
		},
		complete() {
			review(planComplete);
		},
		rollBack() {
			review(planRollback);
		},
		undo() {
			review(planUndo);
		},
		deleteService() {
			review(({service, revisions}) => ({ok: true, plan: planDeleteService(service, revisions)}), 'delete');
		},
		deleteRevision() {
			review(({service}, state) => {
				const revision = selectedRevision(state);
				if (!revision) return {ok: false, reason: 'Select a revision first.'};
				return planDeleteRevision(service, revision);
			}, 'deleteRevision');
		},
		scaling() {
			if (!openScalingForm(store) || !cluster) return;
			void askDefaults(cluster);
		},
		submitForm() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			const outcome = submitForm(store);
			if (outcome.kind === 'plan') openReview(store, cluster, outcome.plan);
		},
		async confirm() {
			if (!cluster) return;
			await confirmReview(store, {cluster, history, onForbidden: () => session?.recheckRights()});
		},
		takeTheirs() {
			takeTheirs(store);
		},
		putMineOnTop() {
			const sheet = conflictOf(store);
			if (!sheet) return;
			closeSheet(store);
			replan(sheet.plan);
		},
		keepEditing() {
			keepEditing(store);
		},
		async showYaml() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			await showYaml(store, cluster);
		},
		showEvents() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			showEvents(store, cluster, newsInterval);
		},
		showLogs() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			logs.open(cluster);
		},
		logs,
		async chooseNamespace() {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			openSheet(store, {kind: 'namespaces', names: []});
			const asked = cluster;
			const listed = await listNamespaces(asked);
			if (cluster !== asked) return;
			changeSheet(store, 'namespaces', () => ({
				kind: 'namespaces',
				names: listed.names,
				...(listed.kind === 'unlisted' ? {sentence: listed.sentence} : {}),
			}));
		},
		async changeNamespace(wanted) {
			if (!cluster) return notify(store, {tone: 'info', text: 'Not connected yet.'});
			if (wanted === store.getState().namespace) return;
			const asked = cluster;
			const exists = await namespaceExists(asked, wanted);
			if (cluster !== asked) return;
			if (exists === false) {
				notify(store, {
					tone: 'bad',
					text: `There is no namespace ${printable(wanted)}; :ns lists those there are.`,
				});
				return;
			}
			open(asked, wanted);
			store.setState({filter: ''});
			focusPane(store, 'services');
		},
		async chooseContext() {
			if (!contexts)
				return notify(store, {tone: 'info', text: 'There is no kubeconfig to choose from here.'});
			await chooseContext(store, contexts, {here: cluster?.context, production});
		},
		async changeContext(name, {mayLose = false} = {}) {
			const state = store.getState();
			const wanted = name === '-' ? contextBefore : name;
			const tell = (text: string) => notify(store, {tone: 'info', text});
			if (!contexts) return tell('There is no kubeconfig to choose from here.');
			if (state.connection.kind === 'connecting') return tell('Not connected yet.');
			if (wanted === undefined)
				return tell('There is no context before this one; :ctx lists those there are.');
			if (wanted === cluster?.context) return tell(`This is the context ${printable(wanted)}.`);
			const lost = lossesOf(state);
			if (lost.length > 0 && !mayLose) {
				return openSheet(store, {kind: 'leave context', id: nextId(), to: wanted, lost});
			}
			const turn = ++switches;
			let next: Cluster;
			try {
				next = await contexts.connect(wanted);
			} catch (error) {
				return refuseContext(store, wanted, error);
			}
			// Another one was wanted meanwhile, or the end.
			if (turn !== switches) return next.close();
			const before = cluster?.context;
			await leave(printable(wanted));
			if (turn !== switches) return next.close();
			contextBefore = before ?? contextBefore;
			console.connected(next);
			const back = before === undefined ? '' : ` :ctx - goes back to ${printable(before)}.`;
			notify(store, {tone: 'info', text: `This is the context ${printable(wanted)}.${back}`});
		},
		async stop() {
			switches++;
			unfollow();
			unfollowRoutes();
			// What follows the cluster for a sheet ends with it.
			store.setState({sheets: []});
			session?.stop();
			await live.stop();
			await history.flush();
			await cluster?.close();
		},
	};

	/** The same wish, planned on the service as it is now: to be reviewed again. */
	function replan({action, splits}: Plan): void {
		switch (action) {
			case 'complete':
				return console.complete();
			case 'roll back':
				return console.rollBack();
			case 'undo':
				return console.undo();
			case 'split':
				return review(facts => planSplit(facts, splits?.after ?? splitOf(facts.service)));
			case 'delete service':
				return console.deleteService();
			case 'delete revision':
				return console.deleteRevision();
			case 'tag':
			case 'autoscaling':
			case 'create service':
			case 'create revision':
				return console.submitForm();
		}
	}

	return console;
}
