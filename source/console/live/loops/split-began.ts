/** Since when a service has the split that its loop counts under: that may be long before anybody asked. Pure. */
import type {LoopSnapshot, Move} from '../../state/state.js';

/** Milliseconds since 1970. `isSeen`: no more is known than that it was so when it was first looked at. */
export type SplitBegan = {readonly at: number; readonly isSeen: boolean};

/**
 * @param known.move What became of the last change at the gateway, where that was seen: of the template, it may be, and not of
 *   the split.
 * @param known.written When the split became what it is, and the generation that this made, as the service or the history tells.
 */
export function splitBegan(
	{splitSince: {at, isFirst}}: Pick<LoopSnapshot, 'splitSince'>,
	{
		move,
		written,
	}: {move: Move | undefined; written: {at: number | undefined; generation: number | undefined} | undefined},
): SplitBegan {
	if (!isFirst) return {at, isSeen: false};
	const moved = move && !move.isLate && move.generation === written?.generation ? move.movedAt : undefined;
	const begun = moved ?? written?.at;
	return begun === undefined ? {at, isSeen: true} : {at: Math.min(begun, at), isSeen: false};
}
