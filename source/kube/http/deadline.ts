/** The time that a request has. */
import {afterAwake, type Timers} from '../timers.js';

/** A signal with a reason of its own, so that a time limit and the caller's wish can be told apart afterwards. */
export type Deadline = {
	readonly signal: AbortSignal;
	/** The time was over. */
	readonly over: boolean;
	/** Begins the time again; until then there is none. */
	start(): void;
	clear(): void;
};

/** @param milliseconds 0: there is no end to it. */
export function deadline(
	timers: Pick<Timers, 'now' | 'after'>,
	milliseconds: number,
	caller: AbortSignal | undefined,
): Deadline {
	const controller = new AbortController();
	let clear: (() => void) | undefined;
	return {
		signal: caller ? AbortSignal.any([controller.signal, caller]) : controller.signal,
		get over() {
			return controller.signal.aborted;
		},
		start() {
			clear?.();
			if (milliseconds > 0) clear = afterAwake(timers, milliseconds, () => controller.abort());
		},
		clear() {
			clear?.();
		},
	};
}
