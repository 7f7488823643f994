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

/** Where a clause ends; only where none does a colon is an end: what follows it is what it is about. */
const endsOfClauses = [/[,;] (?=\S)| · /g, /: (?=\S)/g];

/** The same at the end of a clause, where as many as there is room for fill half of it: half a remedy is none. */
export function cutAtClause(text: string, width: number, ellipsis: string): string {
	if (widthOf(text) <= width) return text;
	const whole = endsOfClauses
		.map(ends =>
			[...text.matchAll(ends)]
				.map(({index}) => `${text.slice(0, index)} ${ellipsis}`)
				.findLast(part => widthOf(part) <= width),
		)
		.find(part => part !== undefined && widthOf(part) >= width / 2);
	return whole ?? cutText(text, width, {ellipsis});
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
