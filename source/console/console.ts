/** The console without its screen: the store, and what an operator can do with it. */
import type {Cluster} from '../kube/cluster.js';
import type {GivenGateway} from '../kube/gateway/gateway-address.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import {createConnection, type ConnectionControl} from './session/connection.js';
import type {Contexts} from './sheets/contexts-sheet.js';
import {keepEditing, takeTheirs} from './sheets/conflict-resolution.js';
import {showEvents} from './sheets/events-sheet.js';
import {followCreated} from './session/follow-created.js';
import {followRoutes} from './session/follow-routes.js';
import {createHistory, type HistoryFile} from './session/change-recorder.js';
import {createLive, type Live} from './live/live.js';
import {rememberRequests} from './live/remembered-requests.js';
import type {RequestMemory} from '../journal/request-memory.js';
import {tagsByHeader} from './live/tags-by-header.js';
import {verifyRevision} from './live/verify-requests.js';
import {createUsersFollower} from './live/users.js';
import type {PrometheusPlace} from '../users/prometheus-place.js';
import {createLogs, type Logs} from './logs/logs.js';
import {createBesideFollower} from './selected/beside.js';
import {revisionsOf, selectedService} from './state/read.js';
import {createUnderWay, type UnderWay} from '../release/under-way.js';
import {confirmReview} from './sheets/review.js';
import {notify} from './state/select.js';
import {showYaml} from './sheets/yaml-sheet.js';
import {createConsoleStore, type ConsoleStore} from './state/state.js';
import type {ServiceView} from '../knative/service/service.js';
import {createFormActions, type FormActions} from './forms/form-actions.js';
import {createVerbs, type Verbs} from './verbs.js';

/** Before it is connected the store is empty, and every writing action says that it is connecting. */
export type Console = Omit<ConnectionControl, 'cluster' | 'prometheus' | 'recheckRights' | 'stop'> &
	Verbs &
	FormActions & {
		readonly store: ConsoleStore;
		readonly live: Live;
		/** Lists everything that is watched again, at once, also what was to wait for its next try. */
		readonly askAnew: () => void;
		/** Enter on the review: sends it, once it is agreed to. */
		readonly confirm: () => Promise<void>;
		/** After a conflict: theirs stays, or mine is edited further. */
		readonly takeTheirs: () => void;
		readonly keepEditing: () => void;
		/** Reads what is selected again and shows it as YAML. */
		readonly showYaml: () => Promise<void>;
		/** Follows the events of what is selected. */
		readonly showEvents: () => void;
		/** Follows the log of what is selected; `logs` steers it. */
		readonly showLogs: () => void;
		readonly logs: Omit<Logs, 'open'>;
		/** Asks the selected revision once. */
		readonly verifyRevision: () => Promise<void>;
		/** Whether there is room for events and a log beside the answers: only then they are followed. */
		readonly wantBeside: (isWanted: boolean) => void;
		readonly stop: () => Promise<void>;
	};

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
 * @param prometheus Where the users' numbers of the first context are had from; from the pods when not given.
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
	requestOptions,
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
	requestOptions?: RequestOptions | undefined;
	history?: HistoryFile | undefined;
	requests?: RequestMemory | undefined;
	production?: RegExp | undefined;
	prometheus?: PrometheusPlace | undefined;
	contexts?: Contexts | undefined;
	underWay?: UnderWay | undefined;
	frameInterval?: () => number;
}): Console {
	const store = createConsoleStore({to, namespace, requestOptions});
	const newsInterval = () => Math.max(fastestNews, frameInterval());
	const chosenByHeader = async (service: ServiceView): Promise<ReadonlySet<string>> => {
		const cluster = connection.cluster();
		return cluster ? tagsByHeader(cluster, service) : new Set();
	};
	const live = createLive(store, newsInterval, chosenByHeader);
	const logs = createLogs(store, newsInterval);
	const history = createHistory(store, historyFile);
	const connection = createConnection(store, {
		gateway,
		prometheus,
		allNamespaces,
		selector,
		production,
		contexts,
		newsInterval,
		onConnected(connected) {
			history.lookUp(connected);
			void history.load();
		},
		onService: service => history.saw(service),
		async onLeave() {
			users.clear();
			await live.clear();
			await history.flush();
			await requests?.flush();
		},
	});
	const {cluster: _, recheckRights: __, stop: ___, prometheus: ____, ...going} = connection;
	const users = createUsersFollower(store, () => connection.cluster(), {
		probed: uid => live.snapshotOf(uid),
		prometheus: () => connection.prometheus(),
	});
	const beside = createBesideFollower(store, () => connection.cluster(), {interval: newsInterval});
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

	const ways = {cluster: () => connection.cluster(), reached};
	const forms = createFormActions(store, ways);
	const verbs = createVerbs(store, {...ways, history, submitForm: forms.submitForm});

	return {
		store,
		live,
		...going,
		...verbs,
		...forms,
		askAnew() {
			const cluster = reached();
			if (!cluster) return;
			// The line is needed for what comes of it.
			notify(store, undefined);
			cluster.askNow();
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
		verifyRevision: async () => verifyRevision(store, chosenByHeader),
		wantBeside: beside.want,
		async stop() {
			unfollow();
			forget?.();
			unfollowRoutes();
			unfollowCreated();
			beside.stop();
			// What follows the cluster for a sheet ends with it.
			store.setState({sheets: []});
			connection.stop();
			users.stop();
			await live.stop();
			await history.flush();
			await requests?.flush();
			await connection.cluster()?.close();
		},
	};
}
