/**
 * Why a request comes to an end before its answer is through, told to whoever works on it. What an AbortSignal would be,
 * without its price: one is needed for each request.
 */
export class ExchangeCancellation {
	#reason: 'gone' | 'timeout' | undefined;
	#listeners: Set<() => void> | undefined;

	/** `gone` when the client has left, `timeout` when its time is over, undefined while neither is so. */
	get reason(): 'gone' | 'timeout' | undefined {
		return this.#reason;
	}

	/** Tells everybody. The first reason stays. */
	cancel(reason: 'gone' | 'timeout'): void {
		if (this.#reason !== undefined) {
			return;
		}

		this.#reason = reason;
		const listeners = this.#listeners;
		this.#listeners = undefined;
		for (const listener of listeners ?? []) {
			listener();
		}
	}

	/** Calls back once it is cancelled; at once when it is already. Returns the way not to be called. */
	onCancel(listener: () => void): () => void {
		if (this.#reason !== undefined) {
			listener();
			return () => {};
		}

		this.#listeners ??= new Set();
		this.#listeners.add(listener);
		return () => {
			this.#listeners?.delete(listener);
		};
	}
}
