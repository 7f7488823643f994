/** Tells the frames that change something on the screen from those that draw rows again in case others have written there. */
import {FakeTerminal} from './fake-terminal.js';

const beginsFrame = '\u001B[?2026h';

/**
@param before All that the program had written to its terminal at first.
@param since What it has written after that.
@returns of each frame that changed a cell its bytes, with what was asked of the terminal with it, and how many frames changed none
*/
export async function framesOf(
	{columns, rows}: {readonly columns: number; readonly rows: number},
	before: string,
	since: string,
): Promise<{changing: number[]; repairs: number}> {
	const terminal = new FakeTerminal(columns, rows);
	terminal.write(before);
	const changing: number[] = [];
	let repairs = 0;
	let shown = await terminal.cells();
	for (const [index, text] of since.split(beginsFrame).entries()) {
		const part = index === 0 ? text : beginsFrame + text;
		terminal.write(part);
		const shows = await terminal.cells();
		if (shows.some((row, at) => row !== shown[at])) changing.push(Buffer.byteLength(part));
		else if (index > 0) repairs++;
		shown = shows;
	}

	return {changing, repairs};
}
