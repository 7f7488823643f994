/** Time and chance, handed down so that tests need not wait for them. */
import {clearTimeout as stopTimer, setTimeout as startTimer} from 'node:timers';

export type Timers = {
	/** Milliseconds since 1970. */
	now(): number;
	/** Runs `task` after that many milliseconds; returns the way to call it off. */
	after(milliseconds: number, task: () => void): () => void;
	/** Resolves after that many milliseconds, or at once when the signal is aborted. */
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
	/** From 0 to below 1. */
	random(): number;
};

export const systemTimers: Timers = {
	now: Date.now,
	after(milliseconds, task) {
		const timer = startTimer(task, milliseconds);
		return () => stopTimer(timer);
	},
	async sleep(milliseconds, signal) {
		if (signal.aborted) return;
		const {promise, resolve} = Promise.withResolvers<void>();
		const wake = () => resolve();
		const timer = startTimer(wake, milliseconds);
		signal.addEventListener('abort', wake, {once: true});
		await promise;
		stopTimer(timer);
		signal.removeEventListener('abort', wake);
	},
	random: Math.random,
};
