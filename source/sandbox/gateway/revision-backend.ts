import type {RequestMeter} from '../queue-proxy/queue-proxy.js';
import type {ExchangeCancellation} from './cancellation.js';
import {activatorTimeout, noHealthyUpstream, queueFull, requestTimeout} from './refusal.js';

/** Where a ready pod listens. */
export type PodEndpoint = {
	readonly pod: string;
	readonly host: string;
	readonly port: number;
	/** Who is told of the requests that go there. */
	readonly meter?: RequestMeter;
};

export type BackendSettings = {
	/** By the port's name: `h2c` speaks HTTP/2 to the app, everything else HTTP/1.1. */
	readonly protocol: 'http1' | 'h2c';
	/** How long a request may take in all, seconds. */
	readonly timeoutSeconds: number;
	/** Requests a pod works on at a time; 0 is no limit. */
	readonly containerConcurrency: number;
};

/** A place in a pod, to be given back once the answer is through. */
export type Lease = {readonly endpoint: PodEndpoint; release(): void};

/** What the autoscaler goes by. */
export type Usage = {
	/** Requests under way or waiting now. */
	concurrency: number;
	/** The integral of concurrency over time, request-milliseconds. */
	busy: number;
	/** Requests so far. */
	requests: number;
};

/** Requests that may wait for each place in a pod (queue-proxy's breaker: 10 × containerConcurrency). */
const queueDepth = 10;
/** The activator's own limit for requests that wait for a revision at zero. */
const activatorDepth = 10_000;

const hasLeft = 'the client has left';

type Waiter = {grant(lease: Lease): void; refuse(): void};
type Slot = PodEndpoint & {inFlight: number; drained?: () => void};

/**
 * A revision as the gateway sees it: what the activator holds, and the pods behind queue-proxy with its limits.
 * `onDemand` is called for each request that finds no pod.
 */
export class RevisionBackend {
	#settings: BackendSettings;
	readonly #onDemand: () => void;
	readonly #now: () => number;
	readonly #slots: Slot[] = [];
	readonly #waiters = new Set<Waiter>();
	#concurrency = 0;
	#busy = 0;
	#busyUntil: number;
	#requests = 0;
	#closed = false;

	constructor(settings: BackendSettings, options: {onDemand: () => void; now?: () => number}) {
		this.#settings = settings;
		this.#onDemand = options.onDemand;
		this.#now = options.now ?? (() => performance.now());
		this.#busyUntil = this.#now();
	}

	get settings(): BackendSettings {
		return this.#settings;
	}

	get ready(): number {
		return this.#slots.length;
	}

	get usage(): Usage {
		this.#account(0);
		return {concurrency: this.#concurrency, busy: this.#busy, requests: this.#requests};
	}

	configure(settings: BackendSettings): void {
		this.#settings = settings;
		this.#dispatch();
	}

	add(endpoint: PodEndpoint): void {
		this.#slots.push({...endpoint, inFlight: 0});
		this.#dispatch();
	}

	/** Takes a pod out of the rotation; resolves when the last request in it is through. */
	async remove(pod: string): Promise<void> {
		const index = this.#slots.findIndex(slot => slot.pod === pod);
		const [slot] = index === -1 ? [] : this.#slots.splice(index, 1);
		if (slot && slot.inFlight > 0) {
			await new Promise<void>(resolve => {
				slot.drained = resolve;
			});
		}
	}

	/** The revision is gone: nobody needs to wait for it any more. */
	close(): void {
		this.#closed = true;
		for (const waiter of this.#waiters) {
			waiter.refuse();
		}
	}

	/**
	 * A place in a pod, as soon as there is one.
	 *
	 * @throws Refusal when the queue is full, when the revision is gone, or when the time is over; Error when the client has left.
	 */
	async acquire(cancellation: ExchangeCancellation): Promise<Lease> {
		if (cancellation.reason === 'gone') {
			throw new Error(hasLeft);
		}

		if (this.#closed) {
			throw noHealthyUpstream();
		}

		this.#requests++;
		this.#account(1);
		const slot = this.#freeSlot();
		if (slot) {
			return this.#lease(slot);
		}

		const asleep = this.#slots.length === 0;
		const places = this.#slots.length * this.#settings.containerConcurrency * queueDepth;
		if (this.#waiters.size >= (asleep ? activatorDepth : places)) {
			this.#account(-1);
			throw queueFull();
		}

		return new Promise((resolve, reject) => {
			const leave = (): void => {
				this.#waiters.delete(waiter);
				this.#account(-1);
				if (this.#closed) {
					reject(noHealthyUpstream());
					return;
				}

				const timedOut = this.#slots.length === 0 ? activatorTimeout() : requestTimeout();
				reject(cancellation.reason === 'timeout' ? timedOut : new Error(hasLeft));
			};
			const waiter: Waiter = {
				grant(lease) {
					forget();
					resolve(lease);
				},
				refuse() {
					forget();
					leave();
				},
			};
			this.#waiters.add(waiter);
			const forget = cancellation.onCancel(leave);
			if (asleep) {
				this.#onDemand();
			}
		});
	}

	/** The least busy pod with a place left; the first of several takes turns. */
	#freeSlot(): Slot | undefined {
		const limit = this.#settings.containerConcurrency || Number.POSITIVE_INFINITY;
		let best: Slot | undefined;
		for (const slot of this.#slots) {
			if (slot.inFlight < limit && (!best || slot.inFlight < best.inFlight)) {
				best = slot;
			}
		}

		if (best && this.#slots.length > 1) {
			this.#slots.push(...this.#slots.splice(this.#slots.indexOf(best), 1));
		}

		return best;
	}

	#lease(slot: Slot): Lease {
		slot.inFlight++;
		let held = true;
		return {
			endpoint: slot,
			release: () => {
				if (!held) {
					return;
				}

				held = false;
				slot.inFlight--;
				this.#account(-1);
				if (slot.inFlight === 0) {
					slot.drained?.();
				}

				this.#dispatch();
			},
		};
	}

	#dispatch(): void {
		for (const waiter of this.#waiters) {
			const slot = this.#freeSlot();
			if (!slot) {
				return;
			}

			this.#waiters.delete(waiter);
			waiter.grant(this.#lease(slot));
		}
	}

	#account(change: number): void {
		const now = this.#now();
		this.#busy += this.#concurrency * (now - this.#busyUntil);
		this.#busyUntil = now;
		this.#concurrency += change;
	}
}
