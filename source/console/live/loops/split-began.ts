/** Since when a service has the split that its loop counts under: that may be long before anybody asked. Pure. */
import type {LoopSnapshot, Move} from '../../state/state.js';

/** Milliseconds since 1970. `isSeen`: no more is known than that it was so when it was first looked at. */
export type SplitBegan = {readonly at: number; readonly isSeen: boolean};

/**
 * @param known.move What became of the last change at the gateway, where that was seen.
 * @param known.written When the split became what it is, as the service or the history tells.
 */
export function splitBegan(
	{history, since, weights}: Pick<LoopSnapshot, 'history' | 'since' | 'weights'>,
	{generation, move, written}: {generation: number; move: Move | undefined; written: number | undefined},
): SplitBegan {
	// Counts that begin again are of the same split.
	const other = history.findLastIndex(past => !isSame(past.weights, weights));
	const at = history[other + 1]?.since ?? since;
	if (other >= 0) return {at, isSeen: false};
	const moved = move && !move.isLate && move.generation === generation ? move.movedAt : undefined;
	const begun = moved ?? written;
	return begun === undefined ? {at, isSeen: true} : {at: Math.min(begun, at), isSeen: false};
}

const isSame = (one: LoopSnapshot['weights'], other: LoopSnapshot['weights']) =>
	one.length === other.length &&
	one.every(
		({revision, percent}, index) => revision === other[index]?.revision && percent === other[index].percent,
	);
