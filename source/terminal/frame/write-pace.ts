/**
 * How often a line takes a frame. Writing to a terminal is synchronous on Linux: when the line cannot keep up, the write
 * waits, and with it the whole program, keys and all. So the time that writes take says how full the line is.
 */

/** A write that takes longer than this, in milliseconds, has waited for the line. */
const blocking = 20;
/** No frame waits longer than this. */
const longest = 1000;
/** What a key has caused waits for this part of the time. */
const keyShare = 1 / 4;

export class WritePace {
	#interval = 0;
	#lastWrite = -Infinity;

	/** Milliseconds between two frames that nobody asked for; 0 on a line that keeps up. */
	get interval(): number {
		return this.#interval;
	}

	/**
	 * A write is over. One that had to wait makes the next frame wait twice as long as it did, so that most of the time is
	 * left to keys; one that did not halves the time.
	 */
	wrote(duration: number, now: number): void {
		this.#lastWrite = now;
		if (duration > blocking) this.#interval = Math.min(longest, Math.max(this.#interval, 2 * duration));
		else this.#interval = this.#interval > blocking ? this.#interval / 2 : 0;
	}

	/** Milliseconds until the next frame may be written; 0 when it may be now. */
	wait(now: number, {isForKey}: {isForKey: boolean}): number {
		return Math.max(0, this.#lastWrite + this.#interval * (isForKey ? keyShare : 1) - now);
	}
}
