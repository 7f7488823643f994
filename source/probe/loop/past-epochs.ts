/** What was counted under earlier splits. */
import type {SplitVerdict} from '../../stats/split-verdict.js';
import type {Row, Weight} from './loop-report.js';

/** What is counted under one split. */
export type EpochCounts = {
	/** The configured split that is being judged, as it was given. */
	weights: readonly Weight[];
	/** Since when these counts; milliseconds since 1970. */
	since: number;
	sent: number;
	notSent: number;
	/** Answers and failures that are counted. */
	answered: number;
	errors: number;
	/** 4xx of which it is not known whether they are failures. */
	refused: number;
	/** The gateway's own answers and connections that never were; not in `answered`. */
	gatewayAnswers: number;
	unreached: number;
	unattributed: number;
	statusCodes: Readonly<Record<string, number>>;
	rows: readonly Row[];
	verdict: SplitVerdict | undefined;
};

/** An epoch that is over: the counts as they were at its end. */
export type PastEpoch = EpochCounts & {
	/** When the split was changed; milliseconds since 1970. */
	until: number;
};

/** Epochs that are kept; a release has a handful. */
const limit = 50;

/** The history with the epoch that ends now, the newest last; unchanged when nothing was counted in it. */
export function withEpoch(
	history: readonly PastEpoch[],
	snapshot: EpochCounts & {settling: boolean},
	until: number,
): readonly PastEpoch[] {
	if (snapshot.settling || snapshot.answered + snapshot.notSent === 0) {
		return history;
	}

	return [...history, {...countsOf(snapshot), until}].slice(-limit);
}

/** The counts without what else a snapshot has. */
function countsOf({
	weights,
	since,
	sent,
	notSent,
	answered,
	errors,
	refused,
	gatewayAnswers,
	unreached,
	unattributed,
	statusCodes,
	rows,
	verdict,
}: EpochCounts): EpochCounts {
	return {
		weights,
		since,
		sent,
		notSent,
		answered,
		errors,
		refused,
		gatewayAnswers,
		unreached,
		unattributed,
		statusCodes,
		rows,
		verdict,
	};
}
