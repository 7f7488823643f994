/**
 * Requests that have no answer yet. One that waits for longer than any answer took is no answer that is well: nothing is called good
 * on the answers alone, while a part of users gets none.
 */
import type {Clock} from '../loop/clock.js';

export type Waiting = {
	/** A request was sent. Returns what is to be called when it is over. */
	sent(): () => void;
	/** One was answered after so many milliseconds. */
	answered(latency: number): void;
	/** Requests that are overdue. */
	readonly overdue: number;
	/** What is under way counts no longer, as its answers do not. */
	clear(): void;
};

/** Milliseconds: whoever gets no answer for so long thinks that there is none. */
const least = 2000;

/** @param options.onOverdue Something may be overdue by now: that nothing came is news as well. */
export function createWaiting({clock, onOverdue}: {clock: Clock; onOverdue: () => void}): Waiting {
	let longest = 0;
	let underWay = new Set<{at: number}>();
	let cancel: (() => void) | undefined;
	/** Milliseconds. */
	const overdueAfter = () => Math.max(least, 2 * longest);

	function schedule(): void {
		cancel ??= clock.after(overdueAfter(), () => {
			cancel = undefined;
			if (underWay.size === 0) return;
			onOverdue();
			schedule();
		});
	}

	return {
		sent() {
			const request = {at: clock.now()};
			const among = underWay.add(request);
			schedule();
			return () => {
				among.delete(request);
			};
		},
		answered(latency) {
			longest = Math.max(longest, latency);
		},
		get overdue() {
			return [...underWay].filter(({at}) => clock.now() - at >= overdueAfter()).length;
		},
		clear() {
			underWay = new Set();
			cancel?.();
			cancel = undefined;
		},
	};
}
