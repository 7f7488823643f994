/** Bytes to the terminal, and how it takes them: at which pace, and whether it takes any at the moment. */
import type {FrameClock} from '../frame-clock.js';
import type {TerminalStream} from './terminal-stream.js';
import {WritePace} from './write-pace.js';

/** Milliseconds to wait for a terminal that takes nothing at the moment. */
const longestWait = 1000;

export type PacedOutput = {
	/** Sends it now, whatever the pace. */
	write: (bytes: string) => void;
	/** The terminal takes nothing at the moment: what is written now would wait in a queue. */
	readonly isStuck: boolean;
	/** Bytes so far. */
	readonly sent: number;
	/** Milliseconds until the line takes the next frame, at most 1000; 0 when it does now. */
	wait(options: {isForKey: boolean}): number;
};

/**
 * @param options.preemptions How often this process has lost its processor to another one so far.
 * @param options.onReady The terminal takes something again.
 */
export function createPacedOutput(
	terminal: TerminalStream,
	{
		clock,
		preemptions,
		onReady,
	}: {clock: Pick<FrameClock, 'now'>; preemptions: () => number; onReady: () => void},
): PacedOutput {
	const pace = new WritePace();
	let isStuck = false;
	let sent = 0;
	return {
		write(bytes) {
			const start = clock.now();
			const before = preemptions();
			const length = Buffer.byteLength(bytes);
			sent += length;
			const written = (wasPreempted: () => boolean) => {
				const end = clock.now();
				pace.wrote(length, end - start, end, wasPreempted);
			};
			let hasToWait = false;
			terminal.write(bytes, () => {
				if (!hasToWait) return;
				written(() => false);
				isStuck = false;
				onReady();
			});
			hasToWait = (terminal.writableLength ?? 0) > 0;
			if (hasToWait) isStuck = true;
			else written(() => preemptions() !== before);
		},
		get isStuck() {
			return isStuck;
		},
		get sent() {
			return sent;
		},
		wait: options => (isStuck ? longestWait : pace.wait(clock.now(), options)),
	};
}
