import type {Pace} from '../state.js';

/** The longest delay a Node timer takes; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

/**
 * How fast time passes in the sandbox.
 *
 * @param factor how many times as fast as the real Knative: 1 is real time, 10 ten times as fast, Infinity at once
 *   (each task still runs later, never inside the call that asked for it).
 * @throws RangeError when the factor is not above 0.
 */
export function createPace(factor: number): Pace {
	if (!(factor > 0)) {
		throw new RangeError(`the pace of the sandbox must be above 0, not ${factor}`);
	}

	return {
		factor,
		after(milliseconds, task) {
			const delay = Math.min(Math.max(0, milliseconds) / factor, longestDelay);
			if (delay === 0) {
				// A timer of 0 ms waits for 1 ms; with hundreds of steps that adds up. Not unref'd: the event loop sleeps on
				// immediates that are, until something else wakes it.
				const immediate = setImmediate(task);
				return () => clearImmediate(immediate);
			}

			const timer = setTimeout(task, delay);
			timer.unref();
			return () => clearTimeout(timer);
		},
	};
}
