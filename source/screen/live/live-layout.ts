/** How many lines of the live pane each part gets, from its height and what there is to be shown. Pure. */

export type LiveLayout = {
	/** Verdicts above the table, and those that stand below it so that nothing moves. */
	above: number;
	below: number;
	/** With its head. */
	table: number;
	/** Lines of the chart; 1 is the short one, 0 none. */
	chart: number;
	/** Failures and answers: beside each other, or below each other. */
	failures: number;
	answers: number;
	isBeside: boolean;
};

/** Rows that have their place from the start, so that a revision or a stranger that appears moves nothing. */
const reservedRows = 3;
const verdictsAbove = 2;
/** From that height on there is room for a chart of several lines, and for rows that are not there yet. */
const roomyFrom = 10;
/** From that height on every row has room. */
const spaciousFrom = 20;
/** Of a lower one, what rows of the table may take where there are more of them. */
const mostOfRows = 0.4;
/** From that width on failures stand beside the answers. */
const wideFrom = 110;
const longestChart = 7;
/** Lines that are left for failures and answers at least. */
const fewestLines = 2;

/**
 * The first verdicts and the table have their lines first, then the chart, further verdicts, and what fails; answers get what
 * is left.
 */
export function liveLayout({
	width,
	height,
	rows,
	weights,
	verdicts,
	failures,
	isAlone = false,
}: {
	/** Of the pane's inside, without the users. */
	width: number;
	height: number;
	/** Rows of the table, revisions of the split, verdicts and kinds of failure there are. */
	rows: number;
	weights: number;
	verdicts: number;
	failures: number;
	/** What else there is to be shown stands elsewhere. */
	isAlone?: boolean;
}): LiveLayout {
	const above = Math.min(verdictsAbove, Math.max(1, height - 3));
	const isRoomy = height >= roomyFrom;
	// In a low window rows take the place of the short chart, and of all answers but a failure; else nothing moves.
	const wanted = isRoomy
		? Math.max(
				reservedRows,
				weights + 1,
				height >= spaciousFrom ? rows : Math.min(rows, Math.floor(height * mostOfRows)),
			)
		: Math.max(2, rows);
	const kept = height > 6 && (isRoomy || failures > 0) ? 1 : 0;
	const table = Math.max(2, Math.min(wanted + 1, height - above - kept));
	let rest = Math.max(0, height - above - table);
	const reserve = (lines: number): number => {
		const taken = Math.max(0, Math.min(lines, rest));
		rest -= taken;
		return taken;
	};
	// Where there is one line for both, what fails is shown, and only else how it went.
	const short = rest > 1 || (rest === 1 && failures === 0) ? 1 : 0;
	const isTall = isRoomy && rest > fewestLines + 2;
	const chart = reserve(isTall ? Math.min(longestChart, rest - fewestLines) : short);
	const isBeside = isRoomy && !isAlone && width >= wideFrom;
	const below = reserve(Math.min(verdicts - above, rest - (failures > 0 ? 1 : 0)));
	if (isBeside) return {above, below, table, chart, failures: rest, answers: rest, isBeside};
	// A failure is never pushed off by answers that are well.
	const failing = reserve(failures === 0 ? 0 : Math.min(failures, Math.max(1, Math.floor(rest / 3))));
	return {above, below, table, chart, failures: failing, answers: rest, isBeside};
}
