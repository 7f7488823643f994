/** What the answers come to, at one moment. Pure. */
import type {ChangePoint} from '../../stats/change-point.js';
import type {FailureEntry} from '../counting/failure-log.js';
import type {EpochCounts, PastEpoch} from '../counting/past-epochs.js';
import type {AnswersAtTag} from '../counting/tag-answers.js';
import type {SplitSince} from '../counting/split-since.js';
import type {RecordedAnswer} from '../counting/tally.js';
import type {TimelineBucket} from '../counting/timeline.js';
import type {Alarm} from '../judging/alarm.js';
import type {GatewayCondition} from '../judging/gateway-state.js';
import type {Trouble} from '../judging/user-trouble.js';

export type Findings = EpochCounts & {
	settling: boolean;
	/** Answers that came while the split settled: shown, not counted. */
	settlingAnswers: number;
	/** The last 200 answers, the newest last. */
	last: readonly RecordedAnswer[];
	/** What was counted under earlier splits, the newest last; at most 50. */
	history: readonly PastEpoch[];
	/** Since when users have this split, be it counted again or not; the last one that was settled. */
	splitSince: SplitSince;
	/** What is to be said of the gateway itself. */
	gateway: GatewayCondition;
	/** Since when no revision answers at the service's own host; what was counted of users is of before. Milliseconds since 1970. */
	silentSince: number | undefined;
	/** Why nothing may be called good, whatever the shares say. */
	trouble: Trouble | undefined;
	/** It is not known yet whether users get what any host gets. */
	isAnyHostOpen: boolean;
	/** Since when users do not get the split that is set. */
	alarm: Alarm | undefined;
	/** A change of what users get under this split, though nothing was changed. */
	change: ChangePoint | undefined;
	/** By what else revisions that say the same can be told apart, in the words of `--fingerprint`. */
	suggestion: string | undefined;
	/** Revisions with a share that were never heard on their own, in the order of the split. */
	unheard: readonly string[];
	/** Kinds of failure of this split, the newest first. */
	failures: readonly FailureEntry[];
	/** The last hour, by the second and, from ten minutes on, by ten seconds; the newest last. */
	timeline: readonly TimelineBucket[];
	/** All answers at hosts of one revision since the loop began, by revision: whoever counts what pods get takes them out. */
	atTags: ReadonlyMap<string, AnswersAtTag>;
};

/** A change is dated by the second: in that one users may have got both, unless nothing came after it. */
export const startOf = (change: ChangePoint | undefined, now: number): number =>
	change === undefined ? 0 : change.at + 2000 <= now ? change.at + 1000 : change.at;

/** Nobody is accused by what may be any host's. */
export function withheld(verdict: EpochCounts['verdict']): EpochCounts['verdict'] {
	return verdict?.state === 'disagrees' || verdict?.state === 'impossible'
		? {
				...verdict,
				state: 'suspicious',
				sentence: 'Possibly off; not known yet whether any host is answered so.',
			}
		: verdict;
}
