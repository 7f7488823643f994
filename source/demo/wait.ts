/** Waiting for what the cluster or the gateway does next, by the store's own events. */
import type {ConsoleState, ConsoleStore} from '../console/state/state.js';

/** What was waited for did not come. */
export class NotShown extends Error {
	override name = 'NotShown';
}

/**
 * Resolves with the first value that `read` finds in the store, now or later.
 * @param what Ends the sentence "did not see …" of the NotShown that is thrown after `within` milliseconds.
 */
export async function until<Value>(
	store: ConsoleStore,
	what: string,
	read: (state: ConsoleState) => Value | undefined | false,
	within = 60_000,
): Promise<Value> {
	const {promise, resolve, reject} = Promise.withResolvers<Value>();
	const look = (state: ConsoleState) => {
		const value = read(state);
		if (value !== undefined && value !== false) resolve(value);
	};
	const unsubscribe = store.subscribe(look);
	const timer = setTimeout(
		() => reject(new NotShown(`did not see ${what} within ${within / 1000} s`)),
		within,
	);
	look(store.getState());
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		unsubscribe();
	}
}
