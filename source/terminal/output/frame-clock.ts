/** Time as the writer sees it, so that tests can make it pass. */
export type FrameClock = {
	/** Milliseconds; never goes back. */
	now(): number;
	/** Runs `task` once, after that many milliseconds; returns the way to call it off. */
	after(milliseconds: number, task: () => void): () => void;
};

export const frameClock: FrameClock = {
	now: () => performance.now(),
	after(milliseconds, task) {
		const timer = setTimeout(task, milliseconds).unref();
		return () => clearTimeout(timer);
	},
};
