/** What is remembered of a pod that is asked again and again: what it tells, which port to ask, and when. Pure but for what it holds. */
import type {AskedFor, PodReport} from './ask-pod.js';

/** Milliseconds: a pod is asked no more often. */
export const shortestPeriod = 2000;
const longestBackOff = 60_000;
/** Failures at port 9091 beyond which a pod that told exact counts is asked for its rate instead. */
const fewFailures = 1;

/** What is known of a pod by now. */
export type PodKnowledge = {
	/** What it told last; undefined before it told anything. */
	readonly tells: AskedFor | undefined;
	/** Why it tells nothing, in words; undefined while it does. */
	readonly failure: string | undefined;
	/** Why it tells no exact counts, in words; undefined where it does, and where they are switched off. */
	readonly noCounts: string | undefined;
};

export type PodMemory = {
	/** When it was asked last; milliseconds since 1970. */
	askedAt: number;
	readonly known: PodKnowledge;
	/** Whether it has failed, and is left alone for a while. */
	isResting(now: number): boolean;
	/** Whether port 9091 told nothing, and is not asked for a while. */
	isWithoutCounts(now: number): boolean;
	/** @param isPrometheus Whether its queue-proxy is configured to tell exact counts. */
	record(report: PodReport, of: {askedFor: AskedFor; now: number; isPrometheus: boolean}): void;
};

/** Milliseconds to wait after so many failures. */
const backOff = (failures: number): number => Math.min(longestBackOff, shortestPeriod * 2 ** failures);

/** Of a pod that was never asked. */
export function createPodMemory(): PodMemory {
	let known: PodKnowledge = {tells: undefined, failure: undefined, noCounts: undefined};
	let askedAt = -Infinity;
	/** One after the other, until it answered. */
	let failures = 0;
	/** How often port 9091 told nothing, since it did. */
	let withoutCounts = 0;
	let rateUntil = -Infinity;

	return {
		get askedAt() {
			return askedAt;
		},
		set askedAt(at) {
			askedAt = at;
		},
		get known() {
			return known;
		},
		isResting: now => failures > 0 && now - askedAt < backOff(failures),
		isWithoutCounts: now => now < rateUntil,
		record(report, {askedFor, now, isPrometheus}) {
			switch (report.kind) {
				case 'counts':
					failures = 0;
					withoutCounts = 0;
					known = {tells: 'counts', failure: undefined, noCounts: undefined};
					return;
				case 'rate':
					failures = 0;
					known = {...known, tells: 'rate', failure: undefined};
					return;
				case 'gone':
					failures++;
					// The list of pods is a moment behind; one that it goes on to have is not gone.
					if (failures > 1) {
						known = {...known, failure: 'the API server says that there is no such pod (404)'};
					}
					return;
				case 'forbidden':
					return;
				case 'closed':
				case 'failed': {
					const sentence = report.kind === 'failed' ? report.sentence : undefined;
					const didCount = known.tells === 'counts';
					if (sentence !== undefined && (askedFor === 'rate' || (didCount && failures < fewFailures))) {
						failures++;
						known = {...known, failure: sentence};
						return;
					}
					withoutCounts++;
					rateUntil = now + backOff(withoutCounts);
					// A queue-proxy that has only begun listens a moment later than its pod runs.
					const isUnexpected = isPrometheus && withoutCounts > 1;
					const noCounts = sentence ?? (isUnexpected ? 'port 9091: nobody listens' : undefined);
					// The rate of one that told counts is asked for with the next round.
					if (didCount) failures = 0;
					known = {...known, tells: didCount ? undefined : known.tells, noCounts};
				}
			}
		},
	};
}
