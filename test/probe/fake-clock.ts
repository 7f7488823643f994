import type {Clock} from '../../source/probe/loop/clock.js';

/** A clock that stands still until it is told to go on. */
export type FakeClock = Clock & {
	/** Lets that much time pass: what is due on the way runs at its time, in order; then microtasks run. */
	pass(milliseconds: number): Promise<void>;
	/** Lets time pass at once, as a process sees it that was stopped meanwhile: what became due runs at the end. */
	jump(milliseconds: number): Promise<void>;
	readonly timers: number;
};

/** Promises of what was just run get their turn, also those that wait for one another. */
async function settle(): Promise<void> {
	await new Promise(resolve => {
		setImmediate(resolve);
	});
}

/** Starts at 1000 ms of the monotonic scale, which is 2024-01-01 00:00:01 UTC. */
export function createFakeClock(): FakeClock {
	let now = 1000;
	let order = 0;
	const timers = new Map<number, {due: number; task: () => void}>();

	function nextDue(until: number): number | undefined {
		let found: number | undefined;
		for (const [id, {due}] of timers) {
			if (due <= until && (found === undefined || due < timers.get(found)!.due)) {
				found = id;
			}
		}

		return found;
	}

	async function runDue(until: number, follow: boolean): Promise<void> {
		for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
			const {due, task} = timers.get(id)!;
			timers.delete(id);
			if (follow) {
				now = Math.max(now, due);
			}

			task();
			await settle();
		}
	}

	return {
		now: () => now,
		date: () => Date.UTC(2024, 0, 1) + now,
		after(milliseconds, task) {
			const id = order++;
			timers.set(id, {due: now + milliseconds, task});
			return () => {
				timers.delete(id);
			};
		},
		async pass(milliseconds) {
			const end = now + milliseconds;
			await settle();
			await runDue(end, true);
			now = end;
			await settle();
		},
		async jump(milliseconds) {
			now += milliseconds;
			await runDue(now, false);
			await settle();
		},
		get timers() {
			return timers.size;
		},
	};
}
