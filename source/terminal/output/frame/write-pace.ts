/**
 * How often a line takes a frame. Writing to a terminal is synchronous on Linux: when the line cannot keep up, the write
 * waits, and with it the whole program, keys and all. By then there is a queue of many seconds ahead of every frame, so
 * it is not enough to write a little less often: from what such a write took the speed of the line is known, and no
 * more is written than it takes, until the queue is gone and further on.
 */

/**
 * A write that takes longer than this, in milliseconds, has waited for the line, unless this process has waited for its
 * processor.
 */
const blocking = 20;
/** No frame waits longer than this. */
const longest = 1000;
/** What a key has caused waits for this part of the time. */
const keyShare = 1 / 4;
/** Bytes that wait in a pseudo-terminal of Linux when it takes no more: 8 KiB (pty.c) and the 4 KiB of its reader (n_tty.c). */
const capacity = 12_288;
/** Two writes that had to wait are taken together when there is less than this between them, in milliseconds. */
const near = 5000;
/** More writes than these between the two that the line took at once, and it was not full in between. */
const tolerated = 3;
/** No line is slower, in bytes in a millisecond: 1,200 baud. */
const slowest = 0.1;
/** Part of the speed that is used, so that the queue grows shorter. */
const share = 0.8;
/**
 * Milliseconds after which a line that no write has waited for is taken to be twice as fast: soon, as long as it was found to
 * be slow but once, which may have been a mistake.
 */
const trust = {atFirst: 15_000, later: 60_000};
/** Bytes in a millisecond from which on a line takes every frame. */
const fast = 100;

/** Told of each write, how many bytes and how long; says when the next frame may go. Milliseconds. */
export class WritePace {
	/** What the line takes, in bytes in a millisecond, and when that was found; undefined as long as it takes all. */
	#slow: {speed: number; at: number; trust: number} | undefined;
	/** Bytes that the line had not taken yet, as far as is known, when the last write was over. */
	#queued = 0;
	#lastWrite = -Infinity;
	/** When a write that had to wait was over, and what was written since. The queue was full then. */
	#full: {at: number; bytes: number; writes: number} | undefined;

	/**
	 * A write of so many bytes has taken `duration` milliseconds and is over `now`.
	 * @param wasPreempted Whether this process has lost its processor meanwhile: then the time says nothing of the line. Asked only
	 * where that matters: it takes a call of the system.
	 */
	wrote(bytes: number, duration: number, now: number, wasPreempted: () => boolean): void {
		this.#queued = this.#left(now) + bytes;
		this.#lastWrite = now;
		if (this.#full) this.#full.bytes += bytes;
		if (duration <= blocking || wasPreempted()) {
			if (this.#full) this.#full.writes++;
			return;
		}
		// Once it may have been anything. Twice, with hardly a write between that went at once, it is the line, and as the queue
		// was full both times, what was written between is what the line has taken.
		const {at, bytes: taken, writes} = this.#full ?? {at: -Infinity, bytes: 0, writes: 0};
		if (writes <= tolerated && now - at < near + duration) {
			this.#slow = {
				speed: Math.max(slowest, (share * taken) / (now - at)),
				at: now,
				trust: this.#slow ? trust.later : trust.atFirst,
			};
			this.#queued = capacity;
		} else if (this.#slow) {
			this.#slow = {...this.#slow, at: now, trust: trust.later};
			this.#queued = capacity;
		}
		this.#full = {at: now, bytes: 0, writes: 0};
	}

	/** Milliseconds until the next frame may be written; 0 when it may be now. */
	wait(now: number, {isForKey}: {isForKey: boolean}): number {
		const left = this.#left(now);
		if (left === 0) return 0;
		const backlog = Math.min(left / this.#speed(now), this.#lastWrite + longest - now);
		return Math.max(0, isForKey ? backlog * keyShare : backlog);
	}

	/** Bytes that the line has still to take. */
	#left(now: number): number {
		const speed = this.#speed(now);
		return speed === Infinity ? 0 : Math.max(0, this.#queued - speed * (now - this.#lastWrite));
	}

	/** A line may become faster without a sign of it: with time it is trusted more, first slowly, then fast (as TCP CUBIC). */
	#speed(now: number): number {
		if (!this.#slow) return Infinity;
		const speed = this.#slow.speed * (1 + ((now - this.#slow.at) / this.#slow.trust) ** 3);
		return speed > fast ? Infinity : speed;
	}
}
