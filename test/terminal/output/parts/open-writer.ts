/** A frame writer before a terminal that is emulated, on a clock that stands still. */
import {createFrameWriter} from '../../../../source/terminal/output/frame-writer.js';
import {createFakeClock} from '../../../probe/fake-clock.js';
import {FakeTerminal, type Widths} from '../../../support/terminal/fake-terminal.js';

/** It has been entered, and what that sent is forgotten. */
export function open(columns = 80, rows = 24, preemptions = () => 0, widths?: Widths) {
	const terminal = new FakeTerminal(columns, rows, widths);
	const clock = createFakeClock();
	const writer = createFrameWriter(terminal, {clock, preemptions, signals: terminal});
	writer.enter();
	terminal.takeBytes();
	return {terminal, clock, writer};
}

/** Lines of a frame. */
export const rows = (...lines: string[]) => lines.join('\n');
