/** Tells listeners that something changed, but each only so often. */
import type {Clock} from './clock.js';

export type Publisher = {
	/**
	 * Calls `listener` after changes, never within the call that changed something, and `interval` milliseconds after the
	 * last time at the earliest: it is asked again for every change. The last change is always told. Returns the way to stop.
	 */
	subscribe(listener: () => void, interval: () => number): () => void;
	changed(): void;
	stop(): void;
};

type Subscriber = {
	listener: () => void;
	interval: () => number;
	last: number;
	cancel: (() => void) | undefined;
};

/**
 * Each listener has an interval of its own, in milliseconds, which is asked for each time: what happens within it is
 * told once, at its end.
 */
export function createPublisher(clock: Clock): Publisher {
	const subscribers = new Set<Subscriber>();

	function schedule(subscriber: Subscriber): void {
		subscriber.cancel ??= clock.after(
			Math.max(0, subscriber.last + subscriber.interval() - clock.now()),
			() => {
				subscriber.cancel = undefined;
				subscriber.last = clock.now();
				subscriber.listener();
			},
		);
	}

	return {
		subscribe(listener, interval) {
			const subscriber: Subscriber = {
				listener,
				interval,
				last: -Infinity,
				cancel: undefined,
			};
			subscribers.add(subscriber);
			return () => {
				subscribers.delete(subscriber);
				subscriber.cancel?.();
			};
		},
		changed() {
			for (const subscriber of subscribers) {
				schedule(subscriber);
			}
		},
		stop() {
			for (const {cancel} of subscribers) {
				cancel?.();
			}

			subscribers.clear();
		},
	};
}
