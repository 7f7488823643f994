/**
 * How many pods each Revision should have: the initial scale, what its requests ask for, zero when there are none.
 *
 * Source: knative/serving pkg/autoscaler/scaling/autoscaler.go, pkg/reconciler/autoscaling/kpa/{kpa,scaler}.go.
 */
import type {RevisionBackend} from '../../gateway/revision-backend.js';
import type {ObjectStore, SandboxPace} from '../../shared-store.js';
import type {ObjectKey, StoredRevision} from '../objects.js';
import {scaleBounds, tickInterval} from './scale-bounds.js';
import {delayed, wantedPods, type Demand} from './wanted-pods.js';

/** What a Revision's Active condition says, and the scale wanted. */
export type DesiredScale = {
	desired: number;
	active: {status: 'True' | 'False' | 'Unknown'; reason: string; message: string};
	/** Whether the initial scale has been reached once. */
	initialized: boolean;
	/** Pods that serve. */
	ready: number;
	/** Whether the scale comes of a decision: until the first measurement nobody says what it should be. */
	isDecided: boolean;
};

type State = Demand & {
	backend: RevisionBackend;
	desired: number;
	initialized: boolean;
	isDecided: boolean;
	/** When the last request was seen under way. */
	busyAt: number;
	/** When it was found idle: the pods stay for the grace period. */
	idleSince: number | undefined;
	/** Since when pods are wanted of which none is ready. */
	activatingSince: number | undefined;
	/** Whether it was given up because of that. */
	timedOut: boolean;
};

/** Pods of one revision that this one process can carry. */
const capacity = 50;

const queued = 'Requests to the target are being buffered as resources are provisioned.';
const noTraffic = 'The target is not receiving traffic.';
const notActivated = 'The target could not be activated.';

export type Autoscaler = {
	/** Takes a revision up, or its changed annotations. */
	manage(key: ObjectKey, revision: StoredRevision, backend: RevisionBackend): void;
	forget(key: ObjectKey): void;
	scaleOf(key: ObjectKey): DesiredScale | undefined;
	/** A request waits and there is no pod. */
	wake(key: ObjectKey): void;
	/** How many pods are ready now. */
	observe(key: ObjectKey, ready: number): void;
	/** Begins to decide by what the gateway measures. Without effect at an infinite pace, where no time passes to be idle in. */
	start(): void;
	stop(): void;
};

/**
 * @param store for the settings of config-autoscaler, which are read with each revision that is managed.
 * @param changed is called when the scale wanted, or what is said of it, may be another one.
 */
export function createAutoscaler(
	store: ObjectStore,
	pace: SandboxPace,
	changed: (key: ObjectKey) => void,
): Autoscaler {
	const states = new Map<ObjectKey, State>();
	const clock = (): number => pace.now();
	let cancel: (() => void) | undefined;

	function set(key: ObjectKey, state: State, desired: number): void {
		const {min, max} = state.bounds;
		const wanted = Math.min(Math.max(desired, min), max, capacity);
		if (wanted !== state.desired) {
			state.desired = wanted;
			noteActivation(state);
			changed(key);
		}
	}

	function noteActivation(state: State): void {
		if (state.desired === 0 || state.ready > 0) {
			state.activatingSince = undefined;
		} else {
			state.activatingSince ??= clock();
		}
	}

	function tick(): void {
		for (const [key, state] of states) {
			decide(key, state, clock());
		}

		cancel = pace.after(tickInterval, tick);
	}

	function decide(key: ObjectKey, state: State, now: number): void {
		const {concurrency, busy, requests} = state.backend.usage;
		if (state.desired === 0 && state.ready === 0 && concurrency === 0) {
			// Asleep: a request wakes it, not a tick.
			return;
		}

		const last = state.samples.at(-1);
		state.samples.push({at: now, real: performance.now(), busy, requests});
		state.samples = state.samples.filter(({at}) => at >= now - state.bounds.window);
		if (concurrency > 0 || (last && last.requests !== requests)) {
			state.busyAt = now;
			if (state.idleSince !== undefined) {
				state.idleSince = undefined;
				changed(key);
			}
		}

		if (state.ready === 0) {
			giveUp(key, state, now, concurrency);
		}

		if (!state.initialized || state.ready === 0) {
			return;
		}

		if (!state.isDecided) {
			state.isDecided = true;
			changed(key);
		}

		const idle = now - state.busyAt;
		if (idle >= state.bounds.window && state.bounds.min === 0 && state.bounds.scaleToZero) {
			if (state.idleSince === undefined) {
				state.idleSince = now;
				changed(key);
			} else if (now - state.idleSince >= state.bounds.grace) {
				set(key, state, 0);
			}

			return;
		}

		set(key, state, Math.max(1, delayed(state, now, wantedPods(state, now))));
	}

	/** A revision without requests whose pods have not become ready in time gets no more of them. */
	function giveUp(key: ObjectKey, state: State, now: number, concurrency: number): void {
		const {activatingSince, bounds} = state;
		if (
			activatingSince !== undefined &&
			concurrency === 0 &&
			bounds.min === 0 &&
			bounds.scaleToZero &&
			now - activatingSince >= bounds.activationTimeout
		) {
			state.timedOut = true;
			set(key, state, 0);
		}
	}

	return {
		manage(key, revision, backend) {
			const bounds = scaleBounds(store, revision);
			const state = states.get(key);
			if (state) {
				state.bounds = bounds;
				state.backend = backend;
				if (bounds.min > 0 || !bounds.scaleToZero) {
					state.idleSince = undefined;
				}

				set(key, state, state.desired);
				return;
			}

			// What has been ready before and sleeps is not started again from its initial scale by looking at it again.
			const now = clock();
			const initial = isAsleep(revision) ? bounds.min : Math.max(bounds.initial, bounds.min);
			const first = Math.min(initial, bounds.max, capacity);
			states.set(key, {
				bounds,
				backend,
				desired: first,
				ready: 0,
				initialized: first === 0,
				isDecided: first === 0,
				activatingSince: first === 0 ? undefined : now,
				timedOut: false,
				wanted: [],
				samples: [],
				busyAt: now,
				idleSince: undefined,
				panicUntil: 0,
				panicPods: 0,
			});
			changed(key);
		},
		forget(key) {
			states.delete(key);
		},
		scaleOf(key) {
			const state = states.get(key);
			return (
				state && {
					desired: state.desired,
					initialized: state.initialized,
					ready: state.ready,
					// At an infinite pace nothing is measured.
					isDecided: state.isDecided || (state.initialized && !Number.isFinite(pace.factor)),
					active: activeOf(state),
				}
			);
		},
		wake(key) {
			const state = states.get(key);
			if (!state) {
				return;
			}

			state.busyAt = clock();
			state.idleSince = undefined;
			state.timedOut = false;
			set(key, state, Math.max(state.desired, 1, state.bounds.activation));
			changed(key);
		},
		observe(key, ready) {
			const state = states.get(key);
			if (!state || state.ready === ready) {
				return;
			}

			state.ready = ready;
			noteActivation(state);
			if (!state.initialized && ready >= Math.min(threshold(state), capacity)) {
				state.initialized = true;
				state.busyAt = clock();
			}

			changed(key);
		},
		start() {
			if (Number.isFinite(pace.factor) && !cancel) {
				// Nobody is idle for the time before anybody looked.
				for (const state of states.values()) {
					state.busyAt = clock();
					state.samples = [];
					state.activatingSince = state.activatingSince === undefined ? undefined : clock();
				}

				cancel = pace.after(tickInterval, tick);
			}
		},
		stop() {
			cancel?.();
			states.clear();
		},
	};
}

/** Whether a revision says of itself that it has been ready and was scaled to zero. */
function isAsleep({status}: StoredRevision): boolean {
	const statusOf = (name: string): string | undefined =>
		status?.conditions?.find(({type}) => type === name)?.status;
	return statusOf('Ready') === 'True' && statusOf('Active') === 'False';
}

/** Ready pods from which a revision counts as active (kpa.go activeThreshold). */
function threshold({bounds, initialized}: State): number {
	return Math.max(bounds.min, initialized ? 1 : bounds.initial);
}

function activeOf(state: State): DesiredScale['active'] {
	if (state.idleSince !== undefined || state.desired === 0) {
		return state.timedOut
			? {status: 'False', reason: 'TimedOut', message: notActivated}
			: {status: 'False', reason: 'NoTraffic', message: noTraffic};
	}

	return state.ready >= Math.min(threshold(state), capacity)
		? {status: 'True', reason: '', message: ''}
		: {status: 'Unknown', reason: 'Queued', message: queued};
}
