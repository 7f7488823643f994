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

/** Milliseconds that Node waits at most (24 days); beyond that it does not wait at all. */
const longestWait = 2 ** 31 - 1;

export const systemTimers: Timers = {
	now: Date.now,
	after(milliseconds, task) {
		const timer = startTimer(task, Math.min(milliseconds, longestWait));
		return () => stopTimer(timer);
	},
	async sleep(milliseconds, signal) {
		if (signal.aborted) return;
		const {promise, resolve} = Promise.withResolvers<void>();
		const wake = () => resolve();
		const timer = startTimer(wake, Math.min(milliseconds, longestWait));
		signal.addEventListener('abort', wake, {once: true});
		await promise;
		stopTimer(timer);
		signal.removeEventListener('abort', wake);
	},
	random: Math.random,
};

/** Milliseconds that a timer may be late before nobody is taken to have been there. More than a busy machine takes. */
const tolerance = 1000;

/**
 * As `after`, for the time that others have to answer: when the process was stopped or its machine slept meanwhile, what came is
 * still to be read, so all of the time begins again.
 */
export function afterAwake(
	timers: Pick<Timers, 'now' | 'after'>,
	milliseconds: number,
	task: () => void,
): () => void {
	let callOff: (() => void) | undefined;
	const wait = () => {
		const due = timers.now() + milliseconds;
		callOff = timers.after(milliseconds, () => {
			if (timers.now() > due + tolerance) wait();
			else task();
		});
	};
	wait();
	return () => callOff?.();
}
