/**
 * How many pods each Revision should have: the initial scale, what its requests ask for, zero when there are none.
 *
 * Source: knative/serving pkg/autoscaler/scaling/autoscaler.go, pkg/reconciler/autoscaling/kpa/{kpa,scaler}.go.
 */
import type {RevisionBackend} from '../gateway/revision-backend.js';
import type {Pace} from '../state.js';
import type {Key, StoredRevision} from './objects.js';
import {scaleBounds, type ScaleBounds} from './scale-bounds.js';

/** What a Revision's Active condition says, and the scale wanted. */
export type Scale = {
	desired: number;
	active: {status: 'True' | 'False' | 'Unknown'; reason: string; message: string};
	/** Whether the initial scale has been reached once. */
	initialized: boolean;
};

type Sample = {
	/** In time of the sandbox: which samples are in the window. */
	at: number;
	/** In real time, in which requests are worked on. */
	real: number;
	busy: number;
	requests: number;
};

type State = {
	bounds: ScaleBounds;
	backend: RevisionBackend;
	desired: number;
	ready: number;
	initialized: boolean;
	/** Of the window, oldest first. */
	samples: Sample[];
	/** When the last request was seen under way. */
	busyAt: number;
	/** When it was found idle: the pods stay for the grace period. */
	idleSince: number | undefined;
	panicUntil: number;
	/** The most pods asked for since panic began. */
	panicPods: number;
};

/** Milliseconds between two decisions (KPA's tick-interval). */
const tickInterval = 2000;
/** Milliseconds the last pod stays after the window has passed without a request (scale-to-zero-grace-period). */
const grace = 30_000;
/** Pods of one revision that this one process can carry. */
const capacity = 50;

const queued = 'Requests to the target are being buffered as resources are provisioned.';
const noTraffic = 'The target is not receiving traffic.';

export type Autoscaler = {
	/** Takes a revision up, or its changed annotations. */
	manage(key: Key, revision: StoredRevision, backend: RevisionBackend): void;
	forget(key: Key): void;
	scaleOf(key: Key): Scale | undefined;
	/** A request waits and there is no pod. */
	wake(key: Key): void;
	/** How many pods are ready now. */
	observe(key: Key, ready: number): void;
	/** Begins to decide by what the gateway measures. Without effect at an infinite pace, where no time passes to be idle in. */
	start(): void;
	stop(): void;
};

/** @param changed is called when the scale wanted, or what is said of it, may be another one. */
export function createAutoscaler(pace: Pace, changed: (key: Key) => void): Autoscaler {
	const states = new Map<Key, State>();
	const clock = (): number => performance.now() * (Number.isFinite(pace.factor) ? pace.factor : 1);
	let cancel: (() => void) | undefined;

	function set(key: Key, state: State, desired: number): void {
		const {min, max} = state.bounds;
		const wanted = Math.min(Math.max(desired, min), max, capacity);
		if (wanted !== state.desired) {
			state.desired = wanted;
			changed(key);
		}
	}

	function tick(): void {
		for (const [key, state] of states) {
			decide(key, state, clock());
		}

		cancel = pace.after(tickInterval, tick);
	}

	function decide(key: Key, state: State, now: number): void {
		const {concurrency, busy, requests} = state.backend.usage;
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

		if (!state.initialized || state.ready === 0) {
			return;
		}

		const idle = now - state.busyAt;
		if (idle >= state.bounds.window && state.bounds.min === 0) {
			if (state.idleSince === undefined) {
				state.idleSince = now;
				changed(key);
			} else if (now - state.idleSince >= Math.max(grace, state.bounds.retention)) {
				set(key, state, 0);
			}

			return;
		}

		set(key, state, Math.max(1, wantedPods(state, now)));
	}

	return {
		manage(key, revision, backend) {
			const bounds = scaleBounds(revision);
			const state = states.get(key);
			if (state) {
				state.bounds = bounds;
				state.backend = backend;
				set(key, state, state.desired);
				return;
			}

			// What has been ready before is not started again from its initial scale by looking at it anew.
			const now = clock();
			states.set(key, {
				bounds,
				backend,
				desired: Math.min(Math.max(bounds.initial, bounds.min), bounds.max, capacity),
				ready: 0,
				initialized: false,
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
			return state && {desired: state.desired, initialized: state.initialized, active: activeOf(state)};
		},
		wake(key) {
			const state = states.get(key);
			if (!state) {
				return;
			}

			state.busyAt = clock();
			state.idleSince = undefined;
			set(key, state, Math.max(state.desired, 1, state.bounds.activation));
			changed(key);
		},
		observe(key, ready) {
			const state = states.get(key);
			if (!state || state.ready === ready) {
				return;
			}

			state.ready = ready;
			if (!state.initialized && ready >= Math.max(state.bounds.initial, state.bounds.min)) {
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

function activeOf(state: State): Scale['active'] {
	if (state.idleSince !== undefined || state.desired === 0) {
		return {status: 'False', reason: 'NoTraffic', message: noTraffic};
	}

	return state.ready > 0
		? {status: 'True', reason: '', message: ''}
		: {status: 'Unknown', reason: 'Queued', message: queued};
}

/** Pods by the average of the window, or of the panic window when that asks for far more than there are. */
function wantedPods(state: State, now: number): number {
	const {bounds, samples, ready} = state;
	const stable = Math.ceil(average(samples, bounds.metric, now - bounds.window) / bounds.target);
	const panic = Math.ceil(
		average(samples, bounds.metric, now - bounds.window * bounds.panicWindow) / bounds.target,
	);
	if (panic / Math.max(1, ready) >= bounds.panicThreshold) {
		state.panicUntil = now + bounds.window;
	}

	if (now >= state.panicUntil) {
		state.panicPods = 0;
		// At most half of the pods go at a time (max-scale-down-rate 2).
		return Math.max(stable, Math.floor(ready / 2));
	}

	state.panicPods = Math.max(state.panicPods, panic, ready);
	return state.panicPods;
}

/** The average of the metric since `from`, as far as there are samples. */
function average(samples: readonly Sample[], metric: ScaleBounds['metric'], from: number): number {
	const last = samples.at(-1);
	const recent = samples.filter(({at}) => at >= from);
	// With a short window there is one sample only: the step before it is better than nothing.
	const first = recent.length > 1 ? recent[0] : samples.at(-2);
	const passed = first && last ? last.real - first.real : 0;
	if (!first || !last || passed <= 0) {
		return 0;
	}

	return metric === 'rps'
		? ((last.requests - first.requests) / passed) * 1000
		: (last.busy - first.busy) / passed;
}
