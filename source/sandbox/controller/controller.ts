/**
 * The frame every controller runs in: a queue of keys, each reconciled from the state there is (level-triggered), again
 * whenever something it looks at has changed.
 */
import type {StateChange, ObjectStore, SandboxPace} from '../shared-store.js';
import type {EventRecorder} from './events.js';
import type {ObjectKey} from './objects.js';

export type ControllerContext = {
	store: ObjectStore;
	pace: SandboxPace;
	events: EventRecorder;
	/** The wall clock of the sandbox, milliseconds since 1970. */
	now: () => number;
	/** A number in [0, 1). */
	random: () => number;
	/** For what should not happen: a reconcile that threw. */
	report: (error: unknown, where: string) => void;
};

export type Reconciler = {
	name: string;
	/** The keys to look at again after a change. */
	keysOf(change: StateChange): readonly ObjectKey[];
	/** Makes the state what it should be, as far as it goes now. */
	reconcile(key: ObjectKey): void;
};

export type Controller = {
	/** Looks at the key again. */
	enqueue(key: ObjectKey): void;
	enqueueAfter(key: ObjectKey, milliseconds: number): void;
	stop(): void;
};

/** Milliseconds from a change to the reconcile that answers it (knative-semantics: configuration and route observe in 10–50). */
const observation = 25;
/** Milliseconds until a reconcile that threw is tried again. */
const retry = 1000;

export function startController(
	{store, pace, report}: ControllerContext,
	reconciler: Reconciler,
): Controller {
	const queued = new Set<ObjectKey>();
	const cancels = new Set<() => void>();
	let stopped = false;

	function later(milliseconds: number, task: () => void): void {
		const cancel = pace.after(milliseconds, () => {
			cancels.delete(cancel);
			if (!stopped) {
				task();
			}
		});
		cancels.add(cancel);
	}

	function enqueue(key: ObjectKey): void {
		if (stopped || queued.has(key)) {
			return;
		}

		queued.add(key);
		later(observation, () => {
			// Removed first: a change that the reconcile itself makes asks for another one.
			queued.delete(key);
			try {
				reconciler.reconcile(key);
			} catch (error) {
				report(error, `${reconciler.name} ${key}`);
				later(retry, () => enqueue(key));
			}
		});
	}

	const unsubscribe = store.subscribe(change => {
		for (const key of reconciler.keysOf(change)) {
			enqueue(key);
		}
	});

	return {
		enqueue,
		enqueueAfter(key, milliseconds) {
			later(milliseconds, () => enqueue(key));
		},
		stop() {
			stopped = true;
			unsubscribe();
			for (const cancel of cancels) {
				cancel();
			}

			cancels.clear();
		},
	};
}
