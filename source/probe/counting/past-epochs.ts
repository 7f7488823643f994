/** What was counted under earlier splits. */
import type {Report, Weight} from './loop-report.js';
import type {TallyCounts} from './tally.js';

/** What is counted under one split. */
export type EpochCounts = TallyCounts &
	Report & {
		/** The configured split that is being judged, as it was given. */
		weights: readonly Weight[];
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
	epoch: EpochCounts,
	until: number,
): readonly PastEpoch[] {
	return epoch.answered + epoch.notSent === 0 ? history : [...history, {...epoch, until}].slice(-limit);
}
