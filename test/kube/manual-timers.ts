/** Time that passes when a test says so. */
import type {Timers} from '../../source/kube/timers.js';

export type ManualTimers = Timers & {
	/** Lets that many milliseconds pass and runs what is due. */
	advance(milliseconds: number): void;
	/** How long the next sleeper wants to sleep; waits until there is one. */
	sleeping(): Promise<number>;
};

export function manualTimers(random = () => 0.5): ManualTimers {
	let now = 1_000_000;
	const tasks = new Set<{at: number; task: () => void}>();
	const sleepers: number[] = [];
	let onSleep: (() => void) | undefined;
	const after: Timers['after'] = (milliseconds, task) => {
		const entry = {at: now + milliseconds, task};
		tasks.add(entry);
		return () => tasks.delete(entry);
	};
	return {
		now: () => now,
		random,
		after,
		async sleep(milliseconds, signal) {
			if (signal.aborted) return;
			sleepers.push(milliseconds);
			onSleep?.();
			await new Promise<void>(resolve => {
				const callOff = after(milliseconds, resolve);
				signal.addEventListener(
					'abort',
					() => {
						callOff();
						resolve();
					},
					{once: true},
				);
			});
		},
		advance(milliseconds) {
			now += milliseconds;
			for (const entry of [...tasks].toSorted((a, b) => a.at - b.at)) {
				if (entry.at <= now && tasks.delete(entry)) entry.task();
			}
		},
		async sleeping() {
			while (sleepers.length === 0) {
				await new Promise<void>(resolve => {
					onSleep = resolve;
				});
			}
			return sleepers.shift()!;
		},
	};
}
