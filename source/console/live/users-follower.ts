/**
 * What the users of the selected service get, as its pods tell: beside what the probes of `live.ts` get, and never mixed with it.
 * Only reads, so that it begins by itself once the selection rests; it pauses when nobody has looked for a while.
 */
import type {Cluster} from '../../kube/cluster.js';
import {routeSettled} from '../../knative/service/service-state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {PrometheusPlace} from '../../users/prometheus-place.js';
import type {OwnCounts, OwnRequests, UsersMeter, UsersProblem, UsersSplit} from '../../users/users.js';
import {knownRevisions, selectedService} from '../state/read.js';
import type {ConsoleState, ConsoleStore, LoopSnapshot} from '../state/state.js';
import {comparedRevisions, speaksGrpc, taggedRevisions} from './compared-pair.js';
import {usersAlarm} from './users-lines.js';

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
/** Milliseconds until news are shown: the list of the pods and what the nearest of them say make one frame, not one each. */
const together = 100;

type MeasuredService = {
	uid: string;
	meter: UsersMeter;
	/** Milliseconds for which requests of the loop stay among those that are told; undefined where they are removed. */
	ownFor: number | undefined;
	/** When the loop was seen to run; milliseconds of a clock that never goes back. */
	ranAt: number;
	told: string;
	unsubscribe: () => void;
};

/**
 * @param cluster The cluster one is connected to by now.
 * @param options.probed What the loop of a service has counted by now: its requests are in what the pods say.
 * @param options.prometheus Where the numbers of this cluster are had from; from the pods when undefined.
 */
export function createUsersFollower(
	store: ConsoleStore,
	cluster: () => Cluster | undefined,
	{
		probed,
		prometheus,
	}: {
		probed: (uid: string) => LoopSnapshot | undefined;
		prometheus: () => PrometheusPlace | undefined;
	},
): UsersFollower {
	let measured: MeasuredService | undefined;
	let chosen: string | undefined;
	let restTimer: NodeJS.Timeout | undefined;
	let attentionTimer: NodeJS.Timeout | undefined;
	let newsTimer: NodeJS.Timeout | undefined;
	let era = 0;

	function publishSoon(): void {
		newsTimer ??= setTimeout(() => publish(), together);
		newsTimer.unref();
	}

	function publish(isPaused = false): void {
		clearTimeout(newsTimer);
		newsTimer = undefined;
		if (!measured || measured.uid !== chosen) return;
		const loop = probed(measured.uid);
		const snapshot = measured.meter.snapshot();
		const problems = [...snapshot.problems, ...ownAmong(measured, loop)];
		store.setState({
			users: {
				uid: measured.uid,
				snapshot: {...snapshot, problems},
				isPaused,
				// What was so when somebody last looked is no alarm.
				alarm: isPaused ? undefined : usersAlarm(snapshot),
			},
		});
	}

	function end(): void {
		clearTimeout(restTimer);
		clearTimeout(attentionTimer);
		clearTimeout(newsTimer);
		newsTimer = undefined;
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
		const place = prometheus();
		const {meter, ownFor} = place
			? await meterByPrometheus(place, asked, service)
			: {meter: await meterByPods(asked, service), ownFor: undefined};
		if (begun !== era || chosen !== service.uid || measured) return;
		const unsubscribe = meter.subscribe(publishSoon);
		measured = {uid: service.uid, meter, ownFor, ranAt: -Infinity, told: '', unsubscribe};
		tell(service, measured);
		meter.start();
		publishSoon();
		attend();
	}

	async function meterByPods(asked: Cluster, {uid, namespace}: ServiceView): Promise<UsersMeter> {
		const {createUsersMeter} = await import('../../users/users.js');
		const own = createOwnTally(sentBy);
		const open = createOwnTally(openIn);
		const toldBy = (tally: OwnTally) => () => {
			const loop = probed(uid);
			if (loop) tally.add(loop);
			return tally.counts();
		};
		return createUsersMeter({cluster: asked, namespace, own: toldBy(own), ownOpen: toldBy(open)});
	}

	function tell(service: ServiceView, to: MeasuredService): void {
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
			// Who has the gateway asked looks at what comes of it.
			if (measured && probed(measured.uid)?.state === 'running') return attend();
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

async function meterByPrometheus(
	place: PrometheusPlace,
	asked: Cluster,
	{namespace, name}: ServiceView,
): Promise<{meter: UsersMeter; ownFor: number}> {
	const {askPrometheusAt} = await import('../../users/prometheus-answer.js');
	const {createPrometheusMeter, shortestLook} = await import('../../users/prometheus.js');
	const meter = createPrometheusMeter({ask: askPrometheusAt(place, asked), namespace, service: name});
	return {meter, ownFor: shortestLook};
}

/** Requests of the loop that are told as if they were those of users: those of no certain revision, or by Prometheus all of them. */
function ownAmong(measured: MeasuredService, loop: LoopSnapshot | undefined): readonly UsersProblem[] {
	const isRunning = loop?.state === 'running';
	if (measured.ownFor === undefined) {
		const unknown = isRunning ? loop.rows.filter(({candidates}) => candidates.length !== 1) : [];
		return unknown.length > 0 ? [ownRequests(unknown)] : [];
	}
	const now = performance.now();
	if (isRunning) measured.ranAt = now;
	const isAmong = now - measured.ranAt < measured.ownFor;
	return isAmong ? [{kind: 'own', sentence: 'includes the requests of this console'}] : [];
}

/** Of those it is not known which pod's they are among. */
function ownRequests(rows: LoopSnapshot['rows']): UsersProblem {
	const failed = numberOf(rows.filter(({code = ''}) => /^[45]/.test(code)));
	const leftOut = failed === 0 ? '' : `; ${failed} that failed are in no count of failures`;
	return {
		kind: 'own',
		sentence: `includes ${numberOf(rows)} requests of this console that are not attributed${leftOut}`,
	};
}

const numberOf = (rows: LoopSnapshot['rows']): number => rows.reduce((total, {n}) => total + n, 0);

/** The split of a service as its users are measured by. */
function splitOfUsers(service: ServiceView, state: ConsoleState): UsersSplit {
	const percents = new Map<string, number>();
	for (const {revision, percent} of service.statusTraffic) {
		percents.set(revision, (percents.get(revision) ?? 0) + percent);
	}
	const revisions = knownRevisions(state, service) ?? [];
	return {
		weights: [...percents].map(([revision, percent]) => ({revision, percent})),
		tagged: taggedRevisions(service.statusTraffic),
		isSettling: !routeSettled(service) || service.splitDoubt !== undefined,
		pair: comparedRevisions(service, revisions),
		isGrpc: speaksGrpc(service.statusTraffic, revisions),
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
	add(snapshot: LoopSnapshot): void;
	/** Since the tally was made. */
	counts(): OwnRequests;
};

type SentProbes = OwnCounts & {key: string; revision: string};

const nothingSent: OwnCounts = {requests: 0, failed: 0, rejected: 0};

/** The requests of the loop by revision, through all of its epochs: each begins to count from 0. */
function createOwnTally(sentIn: (snapshot: LoopSnapshot) => readonly SentProbes[]): OwnTally {
	const total = new Map<string, OwnCounts>();
	const before = new Map<string, OwnCounts>();
	return {
		add(snapshot) {
			for (const {key, revision, ...sent} of sentIn(snapshot)) {
				const earlier = before.get(key);
				const base = earlier && earlier.requests <= sent.requests ? earlier : nothingSent;
				const sum = total.get(revision) ?? nothingSent;
				total.set(revision, {
					requests: sum.requests + sent.requests - base.requests,
					failed: sum.failed + sent.failed - base.failed,
					rejected: sum.rejected + sent.rejected - base.rejected,
				});
				before.set(key, sent);
			}
		},
		counts: () => new Map(total),
	};
}

/** What is known of whose the answers were: those at the service's host, in every epoch, and those at the revisions' own. */
function sentBy({history, since, rows, atTags}: LoopSnapshot): SentProbes[] {
	return [
		...rowsOf({history, since, rows}).flatMap(({epoch, row}) =>
			row.candidates.length === 1 ? sentIn(epoch, row) : [],
		),
		...[...atTags].map(([revision, counts]) => ({key: `tag ${revision}`, revision, ...counts})),
	];
}

/** Those that may be of several revisions, at each of them. */
const openIn = (snapshot: LoopSnapshot): SentProbes[] =>
	rowsOf(snapshot).flatMap(({epoch, row}) => (row.candidates.length > 1 ? sentIn(epoch, row) : []));

const rowsOf = ({history, since, rows}: Pick<LoopSnapshot, 'history' | 'since' | 'rows'>) =>
	[...history, {since, rows}].flatMap(epoch => epoch.rows.map(row => ({epoch: epoch.since, row})));

const sentIn = (since: number, {key, candidates, code = '', n}: LoopSnapshot['rows'][number]): SentProbes[] =>
	candidates.map(revision => ({
		key: `${since} ${key} of ${revision}`,
		revision,
		requests: n,
		failed: code.startsWith('5') ? n : 0,
		rejected: code.startsWith('4') ? n : 0,
	}));
