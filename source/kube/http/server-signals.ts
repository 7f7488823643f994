/**
 * What one request learns about the API server is told to all that watch it: a watch on a dead connection notices
 * nothing by itself for a long time, and one that waits for its next try does not notice that there is nothing left to
 * wait for.
 */
import type {TransportError} from '../cluster.js';
import {type ServerSignal} from '../cluster.js';

export type ServerSignals = {
	readonly on: (listener: (sign: ServerSignal) => void) => () => void;
	publish(sign: ServerSignal): void;
	/** A request was answered with that HTTP status. */
	answered(status: number): void;
	/** Something was refused with 401, a request or a watch. */
	refused(): void;
	/** There was no answer; `error` says why. */
	failed(error: TransportError): void;
};

/** One for each connection to a cluster. `reached` and `logged in` are published by the first answer that shows it. */
export function createServerSignals(): ServerSignals {
	const listeners = new Set<(sign: ServerSignal) => void>();
	let isLost = false;
	let isLoggedOut = false;

	function publish(sign: ServerSignal): void {
		for (const listener of listeners) listener(sign);
	}

	return {
		on(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		publish,
		answered(status) {
			if (isLost) {
				isLost = false;
				publish('reached');
			}
			if (isLoggedOut && status !== 401) {
				isLoggedOut = false;
				publish('logged in');
			}
		},
		refused() {
			isLoggedOut = true;
		},
		failed({isUnanswered}) {
			isLost = true;
			if (isUnanswered) publish('unanswered');
		},
	};
}
