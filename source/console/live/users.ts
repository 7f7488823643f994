/**
 * What the users of the selected service get, as its pods tell: beside what the probes of `live.ts` get, and never mixed with it.
 * Only reads, so that it begins by itself once the selection rests; it pauses when nobody has looked for a while.
 */
import type {Cluster} from '../../kube/cluster.js';
import {routeSettled} from '../../knative/service/service-state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {PrometheusPlace} from '../../users/prometheus-place.js';
import type {OwnRequests, UsersMeter, UsersProblem, UsersSplit} from '../../users/users.js';
import {knownRevisions, selectedService} from '../state/read.js';
import type {ConsoleState, ConsoleStore, LoopSnapshot} from '../state/state.js';
import {comparedRevisions} from './compared-pair.js';

export type UsersFollower = {
	/** Follows the store: selection and split. To be called whenever one of them may have changed. */
	follow(): void;
	/** Ends what is measured: there is another cluster. */
	clear(): void;
	stop(): void;
};

/** Milliseconds that the selection has to rest: who passes by a service does not ask its pods. */
const rest = 1000;
/** Milliseconds without anything done at the console after which nobody is taken to look. */
const attention = 600_000;

type Measured = {uid: string; meter: UsersMeter; own: OwnTally; told: string; unsubscribe: () => void};

/**
 * @param cluster The cluster one is connected to by now.
 * @param prometheus Where the numbers are had from; from the pods when not given.
 */
export function createUsersFollower(
	store: ConsoleStore,
	cluster: () => Cluster | undefined,
	prometheus?: PrometheusPlace,
): UsersFollower {
	let measured: Measured | undefined;
	let chosen: string | undefined;
	let restTimer: NodeJS.Timeout | undefined;
	let attentionTimer: NodeJS.Timeout | undefined;
	let era = 0;

	function publish(isPaused = false): void {
		if (!measured || measured.uid !== chosen) return;
		const {live} = store.getState();
		if (live?.uid === measured.uid) measured.own.take(live.snapshot);
		const snapshot = measured.meter.snapshot();
		const unknown =
			live?.uid === measured.uid && live.snapshot.state === 'running' ? live.snapshot.unattributed : 0;
		const problems = [...snapshot.problems, ...(unknown > 0 ? [ownRequests(unknown)] : [])];
		store.setState({users: {uid: measured.uid, snapshot: {...snapshot, problems}, isPaused}});
	}

	function end(): void {
		clearTimeout(restTimer);
		clearTimeout(attentionTimer);
		measured?.unsubscribe();
		measured?.meter.stop();
		measured = undefined;
		if (store.getState().users) store.setState({users: undefined});
	}

	async function begin(service: ServiceView): Promise<void> {
		const asked = cluster();
		if (!asked) return;
		const begun = era;
		// Loaded with the first use: the first frame needs none of it.
		const [{createUsersMeter}, {askPrometheusAt, createPrometheusMeter}] = await Promise.all([
			import('../../users/users.js'),
			import('../../users/prometheus.js'),
		]);
		if (begun !== era || chosen !== service.uid || measured) return;
		const own = createOwnTally();
		const {namespace, name} = service;
		const meter = prometheus
			? createPrometheusMeter({ask: askPrometheusAt(prometheus, asked), namespace, service: name})
			: createUsersMeter({
					cluster: asked,
					namespace,
					own: () => {
						const {live} = store.getState();
						if (live?.uid === service.uid) own.take(live.snapshot);
						return own.counts();
					},
				});
		measured = {uid: service.uid, meter, own, told: '', unsubscribe: meter.subscribe(() => publish())};
		tell(service, measured);
		meter.start();
		publish();
		attend();
	}

	function tell(service: ServiceView, to: Measured): void {
		const split = splitOfUsers(service, store.getState());
		const told = JSON.stringify(split);
		if (told === to.told) return;
		to.told = told;
		to.meter.setSplit(split);
	}

	/** Somebody is there. */
	function attend(): void {
		clearTimeout(attentionTimer);
		if (measured && !measured.meter.isRunning) {
			measured.meter.start();
			publish();
		}
		attentionTimer = setTimeout(() => {
			const {live} = store.getState();
			// Who has the gateway asked looks at what comes of it.
			if (live?.snapshot.state === 'running') return attend();
			measured?.meter.pause();
			publish(true);
		}, attention);
		attentionTimer.unref();
	}

	const unfollow = store.subscribe((state, before) => {
		if (isDoneByHand(state, before) && measured) attend();
	});

	return {
		follow() {
			const service = selectedService(store.getState());
			if (service?.uid !== chosen) {
				chosen = service?.uid;
				era++;
				end();
				if (!service) return;
				restTimer = setTimeout(() => {
					const now = selectedService(store.getState());
					if (now && now.uid === chosen) void begin(now);
				}, rest);
				restTimer.unref();
				return;
			}
			if (service && measured) tell(service, measured);
		},
		clear() {
			era++;
			chosen = undefined;
			end();
		},
		stop() {
			unfollow();
			era++;
			chosen = undefined;
			end();
		},
	};
}

/** Of those it is not known which pod's they are among. */
const ownRequests = (number: number): UsersProblem => ({
	kind: 'own',
	sentence: `includes ${number} requests of this console that are not attributed`,
});

/** The split of a service as its users are measured by. */
function splitOfUsers(service: ServiceView, state: ConsoleState): UsersSplit {
	const percents = new Map<string, number>();
	for (const {revision, percent} of service.statusTraffic) {
		percents.set(revision, (percents.get(revision) ?? 0) + percent);
	}
	return {
		weights: [...percents].map(([revision, percent]) => ({revision, percent})),
		isSettling: !routeSettled(service),
		pair: comparedRevisions(service, knownRevisions(state, service) ?? []),
	};
}

const byHand = [
	'focus',
	'selected',
	'revision',
	'row',
	'filter',
	'sheets',
	'drafts',
	'typed',
	'notice',
] as const;

function isDoneByHand(state: ConsoleState, before: ConsoleState): boolean {
	return byHand.some(part => state[part] !== before[part]);
}

type OwnTally = {
	take(snapshot: LoopSnapshot): void;
	/** Since the tally was made. */
	counts(): OwnRequests;
};

type Sent = {key: string; revision: string; requests: number; failed: number};

/** The requests of the loop by revision, through all of its epochs: each begins to count from 0. */
function createOwnTally(): OwnTally {
	const total = new Map<string, {requests: number; failed: number}>();
	const before = new Map<string, Sent>();
	return {
		take(snapshot) {
			for (const sent of sentBy(snapshot)) {
				const {key, revision, requests, failed} = sent;
				const earlier = before.get(key);
				const base =
					earlier && earlier.requests <= requests && earlier.failed <= failed ? earlier : undefined;
				const sum = total.get(revision) ?? {requests: 0, failed: 0};
				total.set(revision, {
					requests: sum.requests + requests - (base?.requests ?? 0),
					failed: sum.failed + failed - (base?.failed ?? 0),
				});
				before.set(key, sent);
			}
		},
		counts: () => total,
	};
}

/** What is known of whose the answers were: those at the service's host, and those of pairs at the revisions' own. */
function sentBy({rows, comparison}: LoopSnapshot): Sent[] {
	const pair = comparison ? [comparison.fresh, comparison.old] : [];
	return [
		...rows.flatMap(({revision, n, errors}) =>
			revision === undefined ? [] : [{key: `host ${revision}`, revision, requests: n, failed: errors}],
		),
		...pair.map(({revision, asked, failed}) => ({
			key: `pair ${revision}`,
			revision,
			requests: asked,
			failed,
		})),
	];
}
