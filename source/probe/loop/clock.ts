/** Time as the probe sees it, so that tests can make it pass. */
export type Clock = {
	/** Milliseconds on the scale of `performance.now()`: never goes back. */
	now(): number;
	/** Milliseconds since 1970, for people. */
	date(): number;
	/** Runs `task` once, after that many milliseconds; returns the way to call it off. */
	after(milliseconds: number, task: () => void): () => void;
};

export const systemClock: Clock = {
	now: () => performance.now(),
	date: () => Date.now(),
	after(milliseconds, task) {
		const timer = setTimeout(task, milliseconds);
		return () => {
			clearTimeout(timer);
		};
	},
};
