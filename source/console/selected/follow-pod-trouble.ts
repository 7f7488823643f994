/** What is wrong with the pods of the newest revision of the selected service, for as long as it is not ready. */
import type {Cluster} from '../../kube/cluster.js';
import {corePath} from '../../kube/paths.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {reflect} from '../../kube/watch/reflector.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {podTrouble} from '../../knative/revision/revision-trouble.js';
import {revisionsOf, selectedService} from '../state/read.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {createPodTable} from '../tables/pod-table.js';

/** Milliseconds for which a selected revision has to be unready before its pods are asked about: most are ready by then. */
const rest = 500;
/** Milliseconds after which a container that runs should answer its readiness probe, which comes every second. */
const promptness = 3000;

const nothing = (): void => {};

/** The revision that is to be looked into: of older ones nobody expects any more that they become ready. */
function unreadyRevision(state: ConsoleState): RevisionView | undefined {
	const newest = revisionsOf(state, selectedService(state))[0];
	const isUnready = newest?.state.kind === 'deploying' || newest?.state.kind === 'waking';
	return isUnready && newest.uid !== '' ? newest : undefined;
}

/**
 * Follows the selection: lists and watches the pods of one revision at a time, and of none while the newest is ready. Who may
 * not list pods is told nothing more than Knative says.
 */
export function followPodTrouble(
	store: ConsoleStore,
	{cluster, timers = systemTimers}: {cluster: Cluster; timers?: Pick<Timers, 'after'> | undefined},
): {stop(): void} {
	let followed: string | undefined;
	let stopFollowing = nothing;

	function follow(revision: RevisionView | undefined): void {
		if (revision?.uid === followed) return;
		stopFollowing();
		followed = revision?.uid;
		stopFollowing = nothing;
		if (store.getState().trouble) store.setState({trouble: undefined});
		if (!revision) return;
		let reflector: {stop(): void} | undefined;
		const callOff = timers.after(rest, () => {
			reflector = watchPods(store, cluster, revision, timers);
		});
		stopFollowing = () => {
			callOff();
			reflector?.stop();
		};
	}

	follow(unreadyRevision(store.getState()));
	const unsubscribe = store.subscribe(state => follow(unreadyRevision(state)));
	return {
		stop() {
			unsubscribe();
			stopFollowing();
		},
	};
}

function watchPods(
	store: ConsoleStore,
	cluster: Cluster,
	{uid, name, namespace}: RevisionView,
	timers: Pick<Timers, 'after'>,
): {stop(): void} {
	const pods = createPodTable();
	let isLate = false;
	let isStopped = false;
	const publish = (): void => {
		if (isStopped || !pods.isListed) return;
		const trouble = podTrouble(pods.list(), isLate);
		const before = store.getState().trouble;
		if (trouble?.sentence === before?.sentence && trouble?.word === before?.word) return;
		store.setState({trouble: trouble && {...trouble, revision: uid}});
	};
	// By the time here: that of the cluster may be another one.
	const callOff = timers.after(promptness, () => {
		isLate = true;
		publish();
	});
	const reflector = reflect(
		cluster,
		{
			path: corePath('pods', namespace),
			query: {labelSelector: `serving.knative.dev/revision=${name}`},
		},
		{
			onChange(change) {
				pods.apply(change);
				publish();
			},
			// Whether they may be read or not: there is nothing to say then.
			onState() {},
		},
	);
	return {
		stop() {
			isStopped = true;
			callOff();
			reflector.stop();
		},
	};
}
