/**
 * What real users get from the revisions of a service, as their pods tell: with nothing installed in the cluster, through the
 * API server. The front door of this room.
 */
import type {Cluster} from '../kube/cluster.js';
import {systemTimers, type Timers} from '../kube/timers.js';
import type {ReflectorState} from '../kube/watch/reflector.js';
import {createLedger, type Ledger, type LedgerStretch, type PodSample} from './counting/ledger.js';
import type {OwnRequests} from './counting/own-requests.js';
import type {EarlierSplit} from './counting/users-alarms.js';
import {usersView, type UsersView} from './counting/users-view.js';
import {recentMilliseconds, type UsersWeight} from './counting/users-window.js';
import {areTagsAmong, grpcErrors, problemsOf, tagsAmong, type UsersProblem} from './problems.js';
import {createScraper, type Round, type Scrape} from './scrape/scraper.js';

export type {UsersFailing} from './counting/users-alarms.js';
export type {UsersView} from './counting/users-view.js';
export type {UsersRow, UsersWeight, UsersWindow} from './counting/users-window.js';
export type {LedgerStretch} from './counting/ledger.js';
export type {OwnCounts, OwnRequests} from './counting/own-requests.js';
export type {UsersProblem} from './problems.js';

export type UsersSplit = {
	/** `status.traffic`, in its order. */
	readonly weights: readonly UsersWeight[];
	/** Revisions that have an address of their own, at a tag: requests there are not sent by the split. */
	readonly tagged?: readonly string[];
	/** Whether the gateway is still being switched to it. */
	readonly isSettling: boolean;
	/** The new revision, and the one that it is compared with. */
	readonly pair: {fresh: string; old: string} | undefined;
	/** Whether a revision of it speaks gRPC: its errors have HTTP 200, so that no count of statuses tells of them. */
	readonly isGrpc?: boolean;
};

/** Percents before and after, in the order of each split. */
export type UsersSplitChange = {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly before: readonly number[];
	readonly after: readonly number[];
};

export type UsersSnapshot = {
	/**
	 * `unserved`: the route has no split, so that there is nobody to ask · `waiting`: nothing was counted yet · `counting` ·
	 * `unknown`: nothing can be, the problems say why.
	 */
	readonly state: 'unserved' | 'waiting' | 'counting' | 'unknown';
	readonly view: UsersView;
	/** Where the split was changed, oldest first. */
	readonly changes: readonly UsersSplitChange[];
	/** What is wrong or left out, the worst first. */
	readonly problems: readonly UsersProblem[];
	/** Questions asked of the API server so far, about pods. */
	readonly asked: number;
};

export type UsersMeter = {
	/** The split that is judged. Another one begins another epoch. */
	setSplit(split: UsersSplit): void;
	start(): void;
	/** Nothing is asked until it is started again; what was counted stays. */
	pause(): void;
	readonly isRunning: boolean;
	snapshot(): UsersSnapshot;
	/** Told after each round, and when the list of pods becomes current or ceases to be. Returns the way to stop. */
	subscribe(listener: () => void): () => void;
	/** Ends it for good. */
	stop(): void;
};

/** Half an hour at one in two seconds: what verdicts and charts go by. */
const mostStretches = 900;
/** Rounds in which a pod may fail to answer before that is what is told. */
const fewRounds = 2;
/** Changes of the split that are kept for charts. */
const mostChanges = 50;

/**
 * @param own The requests of this console itself, by revision, since it began: they are removed.
 * @param ownOpen Those of which it is not known whose they were, at each revision that it may have been: their failures are left out.
 */
export function createUsersMeter({
	cluster,
	namespace,
	own = () => new Map(),
	ownOpen = () => new Map(),
	recent = recentMilliseconds,
	timers = systemTimers,
}: {
	cluster: Cluster;
	namespace: string;
	own?: () => OwnRequests;
	ownOpen?: () => OwnRequests;
	/** Milliseconds that are recent; half a minute unless told. */
	recent?: number;
	timers?: Timers;
}): UsersMeter {
	const listeners = new Set<() => void>();
	let split: UsersSplit = {weights: [], isSettling: false, pair: undefined};
	let since = timers.now();
	let ledger: Ledger = createLedger();
	let stretches: LedgerStretch[] = [];
	let changes: UsersSplitChange[] = [];
	let earlier: EarlierSplit | undefined;
	let last: Round | undefined;
	let watch: ReflectorState = {kind: 'connecting'};
	let asked = 0;
	let isRunning = false;

	/** Since it was started. */
	let rounds = 0;

	const tell = () => {
		for (const listener of listeners) listener();
	};
	const scraper = createScraper({
		cluster,
		namespace,
		timers,
		onRound: addRound,
		onState(state) {
			watch = state;
			tell();
		},
	});

	function addRound(round: Round): void {
		last = round;
		rounds++;
		asked += round.scrapes.length;
		const stretch = ledger.add({
			at: round.at,
			pods: podsByRevision(round),
			samples: round.scrapes.flatMap(sampleOf),
			own: own(),
			ownOpen: ownOpen(),
			ready: new Set(round.pods.flatMap(({uid, isReady}) => (isReady ? [uid] : []))),
			isSettling: split.isSettling,
		});
		if (stretch) stretches = [...stretches.slice(1 - mostStretches), stretch];
		tell();
	}

	/** Also those without a pod: they get nothing, which is something that is known. */
	function podsByRevision({pods}: Round): ReadonlyMap<string, readonly string[]> {
		const byRevision = new Map<string, string[]>(split.weights.map(({revision}) => [revision, []]));
		for (const {revision, uid} of pods) byRevision.set(revision, [...(byRevision.get(revision) ?? []), uid]);
		return byRevision;
	}

	/** A pod that does not answer once may do so the next time; a right that is missing stays so. */
	function untold(problems: readonly UsersProblem[]): UsersSnapshot['state'] {
		const isBarred = problems.some(
			({kind}) => kind === 'forbidden' || kind === 'unlisted' || (kind === 'unread' && rounds > fewRounds),
		);
		return isBarred ? 'unknown' : 'waiting';
	}

	return {
		setSplit(next) {
			const isOther = keyOf(next) !== keyOf(split);
			const isRetagged = next.tagged?.join() !== split.tagged?.join();
			// A split that has not arrived yet begins when it is there.
			const begun = since;
			if (isOther || isRetagged || split.isSettling) since = timers.now();
			if (isOther && split.weights.length > 0) {
				const change = {at: since, before: percentsOf(split), after: percentsOf(next)};
				changes = [...changes.slice(1 - mostChanges), change];
				// One that was over before anything was counted under it tells nothing: that before it still does.
				const isTold = stretches.some(({earliest, isSettling}) => earliest >= begun && !isSettling);
				earlier = isTold || !earlier ? {weights: split.weights, until: since} : earlier;
			}
			split = next;
			if (isOther) scraper.setRevisions(next.weights.map(({revision}) => revision));
		},
		start() {
			if (isRunning) return;
			isRunning = true;
			// What came while nobody asked is not counted: nothing is known of when.
			ledger = createLedger();
			rounds = 0;
			scraper.start();
		},
		pause() {
			isRunning = false;
			scraper.pause();
		},
		get isRunning() {
			return isRunning;
		},
		snapshot() {
			const view = usersView(stretches, {
				...split,
				since,
				changed: changes.at(-1)?.at,
				earlier,
				recent,
			});
			// From rates nothing is said of errors anyway.
			const isUntold = split.isGrpc === true && view.recent.requests > 0;
			const isTold = view.recent.seconds > 0 && view.isCurrent;
			const problems = [
				...problemsOf(last, watch),
				...(isUntold ? [grpcErrors] : []),
				...(isTold && areTagsAmong(split, view.recent) ? [tagsAmong] : []),
			];
			return {
				state: split.weights.length === 0 ? 'unserved' : isTold ? 'counting' : untold(problems),
				view,
				changes,
				problems,
				asked,
			};
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		stop() {
			isRunning = false;
			listeners.clear();
			scraper.pause();
		},
	};
}

const percentsOf = ({weights}: UsersSplit) => weights.map(({percent}) => percent);
const keyOf = ({weights}: UsersSplit): string =>
	weights.map(({revision, percent}) => `${revision} ${percent}`).join('\n');

function sampleOf({pod, at, report}: Scrape): PodSample[] {
	const {uid, revision, isNew} = pod;
	if (report.kind === 'counts') {
		return [{uid, revision, isNew, at, said: {kind: 'counts', counts: report.counts}}];
	}
	return report.kind === 'rate' ? [{uid, revision, isNew, at, said: {kind: 'rate', stat: report.stat}}] : [];
}
