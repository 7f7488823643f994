/** The console without its screen: the store, and what an operator can do with it. */
import type {Cluster} from '../kube/cluster.js';
import {beginConsole, type BegunConsole, type ConsoleOptions} from './begin.js';
import type {ConnectionControl} from './session/connection.js';
import {keepEditing, takeTheirs} from './sheets/review/conflict-resolution.js';
import {showEvents} from './sheets/events-sheet.js';
import {followCreated} from './session/follow-created.js';
import {followRoutes} from './session/follow-routes.js';
import {createLive, type Live} from './live/live.js';
import {rememberRequests} from './live/remembered-requests.js';
import {tagsByHeader} from './live/tags-by-header.js';
import {verifyRevision} from './live/verify-requests.js';
import {createUsersFollower} from './live/users-follower.js';
import {createLogs, type Logs} from './logs/logs.js';
import {createBesideFollower} from './selected/beside.js';
import {notConnected, revisionsOf, selectedService} from './state/read.js';
import {confirmReview} from './sheets/review/review.js';
import {notify, saidWhy} from './state/select.js';
import {showYaml} from './sheets/yaml-sheet.js';
import type {ConsoleStore} from './state/state.js';
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

/** All of it at one go, for whoever draws no first rows. Ends with its `stop`. */
export const createConsole = (options: ConsoleOptions): Console => completeConsole(beginConsole(options));

/** With all that keys are for; to be called once. */
export function completeConsole(begun: BegunConsole): Console {
	const {store, connection, history, requests, underWay, newsInterval} = begun;
	const chosenByHeader = async (service: ServiceView): Promise<ReadonlySet<string>> => {
		const cluster = connection.cluster();
		return cluster ? tagsByHeader(cluster, service) : new Set();
	};
	const live = createLive(store, newsInterval, chosenByHeader);
	const logs = createLogs(store, newsInterval);
	const {cluster: _, recheckRights: __, stop: ___, prometheus: ____, ...going} = connection;
	const users = createUsersFollower(store, () => connection.cluster(), {
		probed: uid => live.snapshotOf(uid),
		prometheus: () => connection.prometheus(),
	});
	const beside = createBesideFollower(store, () => connection.cluster(), {interval: newsInterval});
	const forget = requests && rememberRequests(store, requests);
	begun.onLeave(async () => {
		users.clear();
		await live.clear();
	});
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
			(live.hasBackground &&
				(state.services !== before.services || state.feeds.services !== before.feeds.services))
		) {
			live.follow();
			users.follow();
		}
	});
	// Of what was told before.
	users.follow();

	/** The cluster, or a word about there being none yet. */
	function reached(): Cluster | undefined {
		const cluster = connection.cluster();
		if (!cluster) saidWhy(store, 'info', notConnected);
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
