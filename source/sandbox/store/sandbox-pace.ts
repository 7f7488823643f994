import type {SandboxPace} from '../shared-store.js';
import {createTaskQueue, type Task} from './task-queue.js';

/** The longest delay a Node timer takes; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;
/** Milliseconds, real and of the sandbox, that may be made up for; what the machine is late beyond has not passed in the sandbox. */
const mostLate = {real: 20, sandbox: 1000};
/** Milliseconds of sandbox time that pass without any of the real one when there is much to do. */
const longestLeap = 100;
/** Milliseconds of real time for which something may hold the sandbox's. */
const longestHold = 1000;

/**
 * How fast time passes in the sandbox.
 *
 * However fast, things happen in the order of their times: what is due later waits for what is due earlier and for what
 * follows from that, and time stands still while it is held. So no deadline passes before the steps that were to come before
 * it, only because the machine takes its own time for each.
 *
 * @param factor how many times as fast as the real Knative: 1 is real time, 10 at 10× speed, Infinity at once
 *   (each task still runs later, never inside the call that asked for it; in the order of asking).
 * @throws RangeError when the factor is not above 0.
 */
export function createPace(factor: number): SandboxPace {
	if (!(factor > 0)) {
		throw new RangeError(`the pace of the sandbox must be above 0, not ${factor}`);
	}

	return Number.isFinite(factor) ? steady(factor) : instant();
}

function instant(): SandboxPace {
	return {
		factor: Number.POSITIVE_INFINITY,
		now: () => performance.now(),
		after(_milliseconds, task) {
			// A timer of 0 ms waits for 1 ms; with hundreds of steps that adds up. Not unref'd: the event loop sleeps on
			// immediates that are, until something else wakes it.
			const immediate = setImmediate(task);
			return () => clearImmediate(immediate);
		},
		hold: () => nothing,
	};
}

const nothing = (): void => {};

function steady(factor: number): SandboxPace {
	const queue = createTaskQueue();
	/** Real milliseconds that have not passed in the sandbox. */
	let lost = 0;
	let holdCount = 0;
	let heldAt = 0;
	/** When what was done last was due. */
	let reached = 0;
	let isWorking = false;
	let disarm = nothing;
	const leeway = Math.min(mostLate.real, mostLate.sandbox / factor);

	const real = (): number => (holdCount > 0 ? heldAt : performance.now()) - lost;

	function arm(): void {
		disarm();
		const {first} = queue;
		if (!first || holdCount > 0) {
			return;
		}

		const wait = first.due / factor - real();
		if (wait <= 0 && first.due - reached <= longestLeap) {
			const immediate = setImmediate(work);
			disarm = () => clearImmediate(immediate);
		} else {
			const timer = setTimeout(work, Math.min(Math.max(wait, 1), longestDelay));
			timer.unref();
			disarm = () => clearTimeout(timer);
		}
	}

	/** One task at a time: what it sets going besides (a listener that opens, a promise) comes before the next. */
	function work(): void {
		const {first} = queue;
		if (!first) {
			return;
		}

		// A timer may come a little early; a long one comes again.
		const late = real() - first.due / factor;
		if (late > -1) {
			lost += Math.max(0, late - leeway);
			reached = Math.max(reached, first.due);
			queue.remove(first);
			arm();
			isWorking = true;
			try {
				first.run();
			} finally {
				isWorking = false;
			}
		} else {
			arm();
		}
	}

	function now(): number {
		if (isWorking) {
			return reached;
		}

		return Math.max(reached, Math.min(real() * factor, queue.first?.due ?? Number.POSITIVE_INFINITY));
	}

	return {
		factor,
		now,
		after(milliseconds, run) {
			const task: Task = {due: now() + Math.max(0, milliseconds), run};
			queue.add(task);
			if (queue.first === task) {
				arm();
			}

			return () => {
				const isNext = queue.first === task;
				queue.remove(task);
				if (isNext) {
					arm();
				}
			};
		},
		hold() {
			if (holdCount === 0) {
				heldAt = performance.now();
			}

			holdCount++;
			disarm();
			let isHeld = true;
			const release = (): void => {
				if (isHeld) {
					isHeld = false;
					clearTimeout(timer);
					holdCount--;
					if (holdCount === 0) {
						lost += performance.now() - heldAt;
						arm();
					}
				}
			};
			const timer = setTimeout(release, longestHold);
			timer.unref();
			return release;
		},
	};
}
