/**
 * The open schedule: when each request is to be sent is fixed beforehand and does not depend on the answers, so that a
 * slow gateway is seen as slow instead of being asked less often (statistics: "coordinated omission"; wrk2, HdrHistogram).
 */
import type {Clock} from './clock.js';
import {systemClock} from './clock.js';

/** Requests a second that are sent at most when nothing else is said. */
export const defaultMaxRate = 50;

export type PaceState = 'paused' | 'running' | 'stopped';

export type PaceOptions = {
	/**
	 * Sends the request of a slot (on the clock's scale; latency counts from there). Settles when the request is over;
	 * what it throws is ignored here.
	 */
	send: (slot: number) => Promise<unknown>;
	/** Called for slots whose request was not sent, with how many: too many in flight, or the process was not there in time. */
	onNotSent?: (slots: number) => void;
	/** Called after state, rate or burst changed, and after a request was over. */
	onChange?: () => void;
	/** Requests a second; 1 when not given. */
	rate?: number;
	/** Above this no rate goes; 50 when not given. */
	maxRate?: number;
	maxInFlight?: number;
	clock?: Clock;
	/** Uniform in [0, 1). */
	random?: () => number;
};

export type Pace = {
	readonly state: PaceState;
	/** Requests a second that are being sent, or would be: those of the burst while there is one. */
	readonly rate: number;
	readonly inFlight: number;
	/** Slots of a burst still to come; 0 when there is none. */
	readonly burstLeft: number;
	/** Starts or resumes: the next slot is now, but never sooner after the last one than the rate allows. */
	start(): void;
	/** No more slots until `start`; what is in flight is waited for. A burst ends. */
	pause(): void;
	/**
	 * Changes the rate (during a burst: the one after it) and returns it, cut to the maximum.
	 * Throws RangeError when it is not a number above 0.
	 */
	setRate(rate: number): number;
	/** `slots` requests at `rate` a second, then what was before, also when that was a pause. A burst in a burst begins it again. */
	burst(slots?: number, rate?: number): void;
	/** Ends for good. */
	stop(): void;
};

/** A slot is moved by at most this share of the period either way, so that two consoles do not ask in step for ever. */
const jitter = 0.1;

/**
 * Milliseconds a slot may be late before it is counted as not sent. Beyond that the process was stopped or starved, and
 * a latency counted from the slot would say that of the gateway.
 */
const tolerance = 1000;

/**
 * A schedule with slots at t0 + k/rate, each moved by up to ±10 % of the period. Paused until `start`.
 * Throws RangeError for a rate that is not a number above 0.
 */
export function createPace({
	send,
	onNotSent,
	onChange,
	rate: initialRate = 1,
	maxRate = defaultMaxRate,
	maxInFlight = 8,
	clock = systemClock,
	random = Math.random,
}: PaceOptions): Pace {
	let state: PaceState = 'paused';
	let baseRate = checkRate(initialRate, maxRate);
	let burst: {left: number; rate: number; pausedBefore: boolean} | undefined;
	let inFlight = 0;
	/** Where the schedule began, and which of its slots is the next. */
	let origin = 0;
	let index = 0;
	let nextSlot = 0;
	/** Where the last slot would have been without jitter. */
	let lastBase = -Infinity;
	let cancelTimer: (() => void) | undefined;

	const currentRate = (): number => burst?.rate ?? baseRate;
	const period = (): number => 1000 / currentRate();

	function restart(): void {
		cancelTimer?.();
		origin = Math.max(clock.now(), lastBase + period());
		index = 0;
		nextSlot = origin;
		wait();
	}

	function wait(): void {
		cancelTimer = clock.after(Math.max(0, nextSlot - clock.now()), onTimer);
	}

	function onTimer(): void {
		const now = clock.now();
		let missed = 0;
		while (state === 'running' && nextSlot <= now) {
			const slot = nextSlot;
			advance();
			if (now - slot > tolerance || inFlight >= maxInFlight) {
				missed++;
			} else {
				void sendSlot(slot);
			}

			countBurst();
		}

		if (missed > 0) {
			onNotSent?.(missed);
			onChange?.();
		}

		if (state === 'running') {
			wait();
		}
	}

	function advance(): void {
		lastBase = origin + index * period();
		index++;
		// From the origin and not from the slot before, so that neither jitter nor a late timer adds up.
		nextSlot = origin + (index + jitter * (2 * random() - 1)) * period();
	}

	function countBurst(): void {
		if (!burst || --burst.left > 0) {
			return;
		}

		const {pausedBefore} = burst;
		burst = undefined;
		if (pausedBefore) {
			state = 'paused';
			onChange?.();
		} else {
			origin = lastBase + period();
			index = 0;
			nextSlot = origin;
		}
	}

	async function sendSlot(slot: number): Promise<void> {
		inFlight++;
		try {
			await send(slot);
		} catch {
			// The outcome is the sender's matter; here it only matters that the request is over.
		} finally {
			inFlight--;
			onChange?.();
		}
	}

	return {
		get state() {
			return state;
		},
		get rate() {
			return currentRate();
		},
		get inFlight() {
			return inFlight;
		},
		get burstLeft() {
			return burst?.left ?? 0;
		},
		start() {
			if (state === 'paused') {
				state = 'running';
				restart();
				onChange?.();
			} else if (burst) {
				burst.pausedBefore = false;
			}
		},
		pause() {
			if (state === 'running') {
				state = 'paused';
				burst = undefined;
				cancelTimer?.();
				onChange?.();
			}
		},
		setRate(rate) {
			baseRate = checkRate(rate, maxRate);
			if (state === 'running' && !burst) {
				restart();
			}

			onChange?.();
			return baseRate;
		},
		burst(slots = 200, rate = 20) {
			if (!Number.isInteger(slots) || slots < 1) {
				throw new RangeError(`A burst of ${slots} requests: give a whole number above 0.`);
			}

			const burstRate = checkRate(rate, maxRate);
			if (state !== 'stopped') {
				burst = {left: slots, rate: burstRate, pausedBefore: burst?.pausedBefore ?? state === 'paused'};
				state = 'running';
				restart();
				onChange?.();
			}
		},
		stop() {
			if (state !== 'stopped') {
				state = 'stopped';
				burst = undefined;
				cancelTimer?.();
				onChange?.();
			}
		},
	};
}

function checkRate(rate: number, maxRate: number): number {
	if (!Number.isFinite(rate) || rate <= 0) {
		throw new RangeError(`A rate of ${rate} requests a second: give a number above 0, at most ${maxRate}.`);
	}

	return Math.min(rate, maxRate);
}
