/**
 * Puts together what pods say of their requests, round by round: how many each revision got within each stretch of time, with
 * counters that begin again, pods that come and go, and the requests of this console removed. Pure.
 */
import type {PodRequestCounts} from '../formats/request-counts.js';
import type {Stat} from '../formats/stat.js';
import {difference, emptyCounts, isLess} from './count-difference.js';
import {tookAtMost} from './quantile.js';

/** What one pod said. */
export type PodSample = {
	readonly uid: string;
	readonly revision: string;
	/** Whether its queue-proxy began to count after the ledger did. */
	readonly isNew: boolean;
	/** When it was asked: what it has counted by then came before. Milliseconds. */
	readonly at: number;
	readonly said:
		| {readonly kind: 'counts'; readonly counts: PodRequestCounts}
		| {readonly kind: 'rate'; readonly stat: Stat};
};

/** Requests that this console has sent itself since it began, by revision: they are in what the pods say. */
export type OwnRequests = ReadonlyMap<string, OwnCounts>;

export type OwnCounts = {
	readonly requests: number;
	/** Of them: answered with a 5xx, and with a 4xx. */
	readonly failed: number;
	readonly rejected: number;
};

export type LedgerRound = {
	readonly at: number;
	/** The pods that run, by revision, however many were asked. */
	readonly pods: ReadonlyMap<string, readonly string[]>;
	readonly samples: readonly PodSample[];
	readonly own: OwnRequests;
	/**
	 * Those that may be of a revision, or of another one, since it began: of what failed nobody can say whose it was. Each is at
	 * every revision that it may be of.
	 */
	readonly ownOpen?: OwnRequests;
	/** Uids of the pods that are ready to take requests; all of them unless told. */
	readonly ready?: ReadonlySet<string>;
	/** Whether what comes now belongs to no split: the gateway is being switched. */
	readonly isSettling: boolean;
};

export type RevisionPart = {
	/** Requests a second, all pods together. An estimate where `isExact` is false. */
	readonly perSecond: number;
	/**
	 * The same, below 0 where more requests of this console were removed than its pods had told of by then: over several stretches
	 * that evens out, which what is never below 0 does not.
	 */
	readonly balance: number;
	/** Requests of this console a second that were answered in it: what was, or will be, removed. */
	readonly ownPerSecond: number;
	/** From counts of all of its pods; otherwise from rates, or from some of the pods. */
	readonly isExact: boolean;
	/** Whether some are missing that a pod counted last before it ended, or before its queue-proxy began again. */
	readonly isCut: boolean;
	/** 0 where nothing is counted. */
	readonly requests: number;
	readonly failed: number;
	readonly rejected: number;
	/** Of the failures that were counted: left out above, because they may be of this console. */
	readonly open?: {readonly failed: number; readonly rejected: number};
	readonly buckets: ReadonlyMap<number, number>;
	/** Milliseconds within which nearly all ended that its pods have ever told of; undefined where that is none. */
	readonly everTook: number | undefined;
	/** Whether a pod of it was ready when the stretch began. */
	readonly isServing: boolean;
	/** Requests under way, where that is told. */
	readonly concurrency: number | undefined;
	readonly pods: {readonly all: number; readonly read: number};
};

/** What came between two rounds in which each pod that could be read was. */
export type LedgerStretch = {
	readonly from: number;
	readonly to: number;
	/** Milliseconds: none of its requests came before that. Earlier than `from` where pods are asked one after the other. */
	readonly earliest: number;
	readonly isSettling: boolean;
	readonly byRevision: ReadonlyMap<string, RevisionPart>;
};

export type Ledger = {
	/** Adds a round; returns the stretch that it ends, if it ends one. */
	add(round: LedgerRound): LedgerStretch | undefined;
};

/** Rounds without an answer after which a pod is waited for no longer. */
const mostMissed = 2;

/** Stretches within which failures of this console that may be of a revision are looked for among those it counted. */
const openStretches = 15;

/** Milliseconds before a rate is asked for within which the requests came: it is that of the last second that was over. */
const rateReachesBack = 2000;

type FailureCounts = {failed: number; rejected: number};
type OpenFailures = FailureCounts & {sent: readonly Readonly<FailureCounts>[]};

type PodState = {
	revision: string;
	/** What the next counts are compared with; undefined where that is not known. */
	counts: PodRequestCounts | undefined;
	at: number;
	missed: number;
};

type Delta = {
	requests: number;
	failed: number;
	rejected: number;
	buckets: Map<number, number>;
	/** Requests a second of each pod that said so, and of how many there were. */
	rates: Map<string, number>;
	/** Requests under way at each pod that said so. */
	underWay: Map<string, number>;
	counted: Set<string>;
	isCut: boolean;
	earliest: number;
};

const nothing = (): Delta => ({
	requests: 0,
	failed: 0,
	rejected: 0,
	buckets: new Map(),
	rates: new Map(),
	underWay: new Map(),
	counted: new Set(),
	isCut: false,
	earliest: Infinity,
});

/** Empty: the first round only says where counting begins. */
export function createLedger(): Ledger {
	const known = new Map<string, PodState>();
	let pending = new Map<string, Delta>();
	let from: number | undefined;
	let isSettling = false;
	let ownBefore: OwnRequests = new Map();
	/** Pods that were ready when the stretch began. */
	let readyBefore: ReadonlySet<string> | undefined;
	/** Own requests that the pods have not told of yet. */
	const ownLeft = new Map<string, {requests: number; failed: number; rejected: number}>();
	let openBefore: OwnRequests = new Map();
	/** By revision: what may be its own failures of this console, of each of the last stretches, and how many were left out. */
	const openLeft = new Map<string, OpenFailures>();

	const deltaOf = (revision: string): Delta => {
		const found = pending.get(revision) ?? nothing();
		pending.set(revision, found);
		return found;
	};

	function addSample({uid, revision, isNew, at, said}: PodSample): void {
		const before = known.get(uid);
		const delta = deltaOf(revision);
		if (said.kind === 'rate') {
			delta.rates.set(uid, said.stat.requests);
			delta.underWay.set(uid, said.stat.concurrency);
			delta.earliest = Math.min(delta.earliest, at - rateReachesBack);
			known.set(uid, {revision, counts: undefined, at, missed: 0});
			return;
		}
		// A pod that was there before has counted before: from the second time on it is known how much.
		const base = before ? before.counts : isNew ? emptyCounts : undefined;
		if (base) {
			const hasFallen = isLess(said.counts, base);
			delta.isCut ||= hasFallen;
			add(delta, hasFallen ? said.counts : difference(base, said.counts));
			delta.counted.add(uid);
			if (before) delta.earliest = Math.min(delta.earliest, before.at);
		}
		known.set(uid, {revision, counts: said.counts, at, missed: 0});
	}

	/**
	 * What a pod goes on to count while stretches end without it belongs to no stretch that is known: the next counts of it are what
	 * later ones are compared with, and no more.
	 */
	function leaveOut({pods, at}: LedgerRound): void {
		for (const [revision, uids] of pods) {
			for (const uid of uids) {
				const pod = known.get(uid);
				if (!pod) known.set(uid, {revision, counts: undefined, at, missed: mostMissed + 1});
				else if (pod.missed > 0) pod.counts = undefined;
			}
		}
	}

	/** Whether every pod that is waited for has said something since the last stretch. */
	function isWhole(round: LedgerRound): boolean {
		for (const uids of round.pods.values()) {
			for (const uid of uids) {
				const pod = known.get(uid);
				if (pod && pod.missed > 0 && pod.missed <= mostMissed) return false;
			}
		}
		return true;
	}

	function part(
		revision: string,
		uids: readonly string[],
		{seconds, sent}: {seconds: number; sent: number},
	): RevisionPart {
		const delta = pending.get(revision) ?? nothing();
		const own = ownOf(revision);
		const {counted, rates} = delta;
		const read = new Set([...counted, ...rates.keys()]);
		const scale = read.size > 0 && uids.length > read.size ? uids.length / read.size : 1;
		const requests = Math.max(0, delta.requests - own.requests);
		const counted5xx = Math.max(0, Math.min(requests, delta.failed - own.failed));
		const counted4xx = Math.max(0, Math.min(requests - counted5xx, delta.rejected - own.rejected));
		const open = openOf(revision, {failed: counted5xx, rejected: counted4xx});
		const failed = counted5xx - open.failed;
		const rejected = counted4xx - open.rejected;
		own.requests -= Math.min(own.requests, delta.requests);
		own.failed -= Math.min(own.failed, delta.failed);
		own.rejected -= Math.min(own.rejected, delta.rejected);
		const rate = [...rates].reduce((sum, [uid, perSecond]) => (counted.has(uid) ? sum : sum + perSecond), 0);
		const ownRate = rates.size > 0 && counted.size === 0 ? own.requests / seconds : 0;
		if (ownRate > 0) own.requests = 0;
		const balance = (requests / seconds + rate - ownRate) * scale;
		return {
			perSecond: Math.max(0, balance),
			balance,
			ownPerSecond: (sent / seconds) * scale,
			isExact:
				scale === 1 &&
				[...rates.keys()].every(uid => counted.has(uid)) &&
				(uids.length === 0 || read.size > 0),
			isCut: delta.isCut,
			requests,
			failed,
			rejected,
			...((open.failed > 0 || open.rejected > 0) && {open}),
			buckets: delta.buckets,
			everTook: everTook(uids),
			isServing: uids.some(uid => readyBefore?.has(uid) ?? true),
			concurrency:
				delta.underWay.size === 0
					? undefined
					: [...delta.underWay.values()].reduce((sum, one) => sum + one, 0) * scale,
			pods: {all: uids.length, read: Math.min(uids.length, read.size)},
		};
	}

	function everTook(uids: readonly string[]): number | undefined {
		const buckets = new Map<number, number>();
		for (const uid of uids) {
			for (const {buckets: told} of known.get(uid)?.counts?.byStatus.values() ?? []) {
				for (const {bound, count} of told) buckets.set(bound, (buckets.get(bound) ?? 0) + count);
			}
		}
		return tookAtMost(buckets);
	}

	function ownOf(revision: string): {requests: number; failed: number; rejected: number} {
		const left = ownLeft.get(revision) ?? {requests: 0, failed: 0, rejected: 0};
		ownLeft.set(revision, left);
		return left;
	}

	/** Of the failures that a revision counted, those that may be of this console. A pod counts one before its answer is here. */
	function openOf(revision: string, counted: FailureCounts): FailureCounts {
		const left = openLeft.get(revision);
		if (!left) return {failed: 0, rejected: 0};
		const taken = (kind: keyof FailureCounts): number => {
			const most = Math.min(counted[kind], left[kind]);
			left[kind] -= most;
			return most;
		};
		return {failed: taken('failed'), rejected: taken('rejected')};
	}

	function addOpen(round: LedgerRound): void {
		for (const [revision, sent] of round.ownOpen ?? []) {
			const before = openBefore.get(revision);
			const since = {
				failed: Math.max(0, sent.failed - (before?.failed ?? 0)),
				rejected: Math.max(0, sent.rejected - (before?.rejected ?? 0)),
			};
			const left = openLeft.get(revision) ?? {sent: [], failed: 0, rejected: 0};
			const kept = [...left.sent, since].slice(-openStretches);
			const limit = (kind: keyof FailureCounts) =>
				Math.min(
					left[kind] + since[kind],
					kept.reduce((sum, stretch) => sum + stretch[kind], 0),
				);
			openLeft.set(revision, {sent: kept, failed: limit('failed'), rejected: limit('rejected')});
		}
		openBefore = new Map(round.ownOpen);
	}

	return {
		add(round) {
			// A clock that was set back: what was known is of no time any more.
			if (from !== undefined && round.at < from) {
				from = undefined;
				known.clear();
			}
			const answered = new Set(round.samples.map(({uid}) => uid));
			const running = new Set([...round.pods.values()].flat());
			for (const [uid, pod] of known) {
				// What a pod counted since it was last asked is gone with it.
				if (!running.has(uid)) {
					known.delete(uid);
					if (pod.counts) deltaOf(pod.revision).isCut = true;
				} else if (!answered.has(uid)) pod.missed++;
			}
			for (const sample of round.samples) addSample(sample);
			isSettling ||= round.isSettling;
			if (from === undefined) {
				// The first round is what all others are compared with.
				from = round.at;
				ownBefore = new Map(round.own);
				openBefore = new Map(round.ownOpen);
				readyBefore = round.ready;
				pending = new Map();
				isSettling = round.isSettling;
				leaveOut(round);
				return undefined;
			}
			const seconds = (round.at - from) / 1000;
			if (!isWhole(round) || seconds <= 0) return undefined;
			const sent = new Map<string, number>();
			for (const [revision, own] of round.own) {
				const before = ownBefore.get(revision);
				const left = ownOf(revision);
				for (const what of ['requests', 'failed', 'rejected'] as const) {
					left[what] += Math.max(0, own[what] - (before?.[what] ?? 0));
				}
				sent.set(revision, Math.max(0, own.requests - (before?.requests ?? 0)));
			}
			addOpen(round);
			const revisions = new Set([...round.pods.keys(), ...pending.keys()]);
			const stretch: LedgerStretch = {
				from,
				to: round.at,
				earliest: Math.min(from, ...[...pending.values()].map(({earliest}) => earliest)),
				isSettling,
				byRevision: new Map(
					[...revisions].map(revision => [
						revision,
						part(revision, round.pods.get(revision) ?? [], {seconds, sent: sent.get(revision) ?? 0}),
					]),
				),
			};
			ownBefore = new Map(round.own);
			readyBefore = round.ready;
			from = round.at;
			pending = new Map();
			isSettling = round.isSettling;
			leaveOut(round);
			return stretch;
		},
	};
}

function add(delta: Delta, {byStatus}: PodRequestCounts): void {
	for (const [status, {count, buckets}] of byStatus) {
		delta.requests += count;
		if (status.startsWith('5')) delta.failed += count;
		if (status.startsWith('4')) delta.rejected += count;
		for (const {bound, count: within} of buckets) {
			delta.buckets.set(bound, (delta.buckets.get(bound) ?? 0) + within);
		}
	}
}
