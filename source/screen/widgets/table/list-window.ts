export type ListWindow = {
	/** Index of the first row shown. */
	readonly top: number;
	/** Index after the last row shown. */
	readonly end: number;
	/** Rows hidden above and below. */
	readonly above: number;
	readonly below: number;
};

/**
The rows of a list to show, moved as little as possible from `previousTop`: the window moves only when the selection
would leave it, so that rows do not jump and little has to be sent over a slow line.
@param count rows of the list
@param height rows on the screen
@param selected index of the selected row; −1 for none
*/
export const listWindow = ({
	previousTop,
	selected,
	height,
	count,
}: {
	readonly previousTop: number;
	readonly selected: number;
	readonly height: number;
	readonly count: number;
}): ListWindow => {
	const rows = Math.max(0, Math.min(height, count));
	let top = previousTop;
	if (selected >= 0 && rows > 0) {
		const index = Math.min(selected, count - 1);
		top = Math.max(index - rows + 1, Math.min(top, index));
	}

	// No blank rows at the end while there are hidden ones above.
	top = Math.max(0, Math.min(top, count - rows));
	const end = top + rows;
	return {top, end, above: top, below: count - end};
};

/**
The rows of a list of which one is always shown, whatever the selection is: where it is outside of the window it stands at that end
of it.
@param inner a window of `listWindow` for a row less than there is room for
@param kept index of the row that is always shown
@returns the indices of the rows from the top, and a window of so many rows for the scroll bar
*/
export const windowKeeping = (
	{top, end}: ListWindow,
	kept: number,
	count: number,
): {readonly indices: readonly number[]; readonly window: ListWindow} => {
	const isAbove = kept < top || (kept < end && end >= count);
	const window = isAbove ? {top: top - 1, end} : {top, end: end + 1};
	const indices = Array.from({length: window.end - window.top}, (_, row) => window.top + row);
	if (kept < top) indices[0] = kept;
	if (kept >= end) indices[indices.length - 1] = kept;
	return {indices, window: {...window, above: window.top, below: count - window.end}};
};

/** Which cells of a scroll bar of `height` cells are its thumb: [from, to). At least one cell; none when all is shown. */
export const scrollThumb = (
	{top, end}: ListWindow,
	count: number,
	height: number,
): readonly [number, number] => {
	const rows = end - top;
	if (rows >= count || height < 1) {
		return [0, 0];
	}

	const length = Math.max(1, Math.round((rows / count) * height));
	const from = Math.round((top / (count - rows)) * (height - length));
	return [from, from + length];
};
