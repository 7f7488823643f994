/**
 * Puts together what pods say of their requests, round by round: how many each revision got within each stretch of time, with
 * counters that begin again, pods that come and go, and the requests of this console removed. Pure.
 */
import type {PodRequestCounts} from '../formats/request-counts.js';
import type {Stat} from '../formats/stat.js';
import {difference, emptyCounts, isLess} from './count-difference.js';
import {createOwnRemover, type OwnSent} from './own-requests.js';
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

export type LedgerRound = OwnSent & {
	readonly at: number;
	/** The pods that run, by revision, however many were asked. */
	readonly pods: ReadonlyMap<string, readonly string[]>;
	readonly samples: readonly PodSample[];
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

/** Milliseconds before a rate is asked for within which the requests came: it is that of the last second that was over. */
const rateReachesBack = 2000;

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
	const ownRequests = createOwnRemover();
	/** Pods that were ready when the stretch began. */
	let readyBefore: ReadonlySet<string> | undefined;

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
		const {counted, rates} = delta;
		const read = new Set([...counted, ...rates.keys()]);
		const scale = read.size > 0 && uids.length > read.size ? uids.length / read.size : 1;
		const {requests, failed, rejected, open} = ownRequests.remove(revision, delta);
		const rate = [...rates].reduce((sum, [uid, perSecond]) => (counted.has(uid) ? sum : sum + perSecond), 0);
		const ownRate = rates.size > 0 && counted.size === 0 ? ownRequests.takeRest(revision) / seconds : 0;
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
				ownRequests.begin(round);
				readyBefore = round.ready;
				pending = new Map();
				isSettling = round.isSettling;
				leaveOut(round);
				return undefined;
			}
			const seconds = (round.at - from) / 1000;
			if (!isWhole(round) || seconds <= 0) return undefined;
			const sent = ownRequests.add(round);
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
