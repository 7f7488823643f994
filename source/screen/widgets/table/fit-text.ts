import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** Where a text that is too long is cut; the ellipsis stands there. */
export type CutPosition = 'start' | 'middle' | 'end';

/** Columns a text takes on the screen: wide characters take two, combining ones none. */
export const widthOf = (text: string): number => stringWidth(text);

export type CutOptions = {
	/** @default 'end' */
	readonly position?: CutPosition;
	/** @default '…' */
	readonly ellipsis?: string;
};

/**
A text cut to at most `width` columns (an integer; below one nothing is left). Names of Kubernetes objects differ at their
end (`helloworld-go-00002`): cut them at the start.
*/
export const cutText = (
	text: string,
	width: number,
	{position = 'end', ellipsis = '…'}: CutOptions = {},
): string => {
	if (width < 1) {
		return '';
	}

	return widthOf(text) <= width ? text : cliTruncate(text, width, {position, truncationCharacter: ellipsis});
};

/** The same at the end of a clause, where as many as there is room for fill half of it: half a remedy is none. */
export function cutAtClause(text: string, width: number, ellipsis: string): string {
	if (widthOf(text) <= width) return text;
	const clauses = text.split(/(?<=[,;:]) (?=\S)/);
	const whole = clauses
		.map((_, index) => clauses.slice(0, index + 1).join(' '))
		.map(part => `${part.replace(/[,;:]$/, '')} ${ellipsis}`)
		.findLast(part => widthOf(part) <= width);
	return whole === undefined || widthOf(whole) < width / 2 ? cutText(text, width, {ellipsis}) : whole;
}

export type PadOptions = CutOptions & {
	/** @default 'left' */
	readonly align?: 'left' | 'right' | undefined;
};

/** A text cut and padded with spaces to exactly `width` columns. */
export const fitText = (text: string, width: number, options: PadOptions = {}): string => {
	const cut = cutText(text, width, options);
	// Half of a wide character cannot be shown, so a cut text may be one column short.
	const padding = ' '.repeat(Math.max(0, width - widthOf(cut)));
	return options.align === 'right' ? padding + cut : cut + padding;
};
