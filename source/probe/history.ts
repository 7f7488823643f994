/** What was counted under earlier splits. */
import type {LoopSnapshot} from './loop.js';

/** An epoch that is over: the counts as they were at its end. */
export type PastEpoch = Pick<
	LoopSnapshot,
	| 'weights'
	| 'since'
	| 'sent'
	| 'notSent'
	| 'answered'
	| 'errors'
	| 'unattributed'
	| 'statusCodes'
	| 'rows'
	| 'verdict'
> & {
	/** When the split was changed; milliseconds since 1970. */
	until: number;
};

/** Epochs that are kept; a release has a handful. */
const limit = 50;

/** The history with the epoch that ends now, the newest last; unchanged when nothing was counted in it. */
export function withEpoch(
	history: readonly PastEpoch[],
	snapshot: LoopSnapshot,
	until: number,
): readonly PastEpoch[] {
	const {weights, since, sent, notSent, answered, errors, unattributed, statusCodes, rows, verdict} =
		snapshot;
	if (snapshot.settling || answered + notSent === 0) {
		return history;
	}

	const past = {
		weights,
		since,
		until,
		sent,
		notSent,
		answered,
		errors,
		unattributed,
		statusCodes,
		rows,
		verdict,
	};
	return [...history, past].slice(-limit);
}
