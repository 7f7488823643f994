/**
 * How many pods a revision's requests ask for: by the average of the window, and by that of the panic window when it asks
 * for far more than there are.
 *
 * Source: knative/serving pkg/autoscaler/scaling/autoscaler.go.
 */
import type {ScaleBounds} from './scale-bounds.js';

export type ConcurrencySample = {
	/** In time of the sandbox: which samples are in the window. */
	at: number;
	/** In real time, in which requests are worked on. */
	real: number;
	busy: number;
	requests: number;
};

/** What the decision goes by; kept from one to the next. */
export type Demand = {
	bounds: ScaleBounds;
	ready: number;
	/** Of the window, oldest first. */
	samples: ConcurrencySample[];
	/** What was wanted within the delay of scaling down, oldest first. */
	wanted: {at: number; pods: number}[];
	panicUntil: number;
	/** The most pods asked for since panic began. */
	panicPods: number;
};

/** The most pods wanted within the delay of scaling down. */
export function delayed(state: Demand, now: number, pods: number): number {
	const from = now - state.bounds.scaleDownDelay;
	state.wanted = [...state.wanted.filter(({at}) => at >= from), {at: now, pods}];
	return Math.max(...state.wanted.map(wanted => wanted.pods));
}

/** Pods by the average of the window, or of the panic window when that asks for far more than there are. */
export function wantedPods(state: Demand, now: number): number {
	const {bounds, samples, ready} = state;
	const stable = Math.ceil(average(samples, bounds.metric, now - bounds.window) / bounds.target);
	const panic = Math.ceil(
		average(samples, bounds.metric, now - bounds.window * bounds.panicWindow) / bounds.target,
	);
	const limited = (pods: number): number =>
		Math.min(
			Math.max(pods, Math.floor(ready / bounds.maxDownRate)),
			Math.ceil(bounds.maxUpRate * Math.max(1, ready)),
		);
	if (panic / Math.max(1, ready) >= bounds.panicThreshold) {
		state.panicUntil = now + bounds.window;
	}

	if (now >= state.panicUntil) {
		state.panicPods = 0;
		return limited(stable);
	}

	// In panic pods only come.
	state.panicPods = Math.max(state.panicPods, limited(panic), ready);
	return state.panicPods;
}

/** The average of the metric since `from`, as far as there are samples. */
function average(samples: readonly ConcurrencySample[], metric: ScaleBounds['metric'], from: number): number {
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
