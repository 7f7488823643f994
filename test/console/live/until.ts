/** Waiting for what a console comes to know. */
import type {Console} from '../../../source/console/console.js';

type State = ReturnType<Console['store']['getState']>;

/** What `find` finds in the state, now or as soon as it finds something there. */
export async function until<Found>(
	{store}: Console,
	find: (state: State) => Found | undefined,
): Promise<Found> {
	const {promise, resolve} = Promise.withResolvers<Found>();
	const look = (state: State): void => {
		const found = find(state);
		if (found !== undefined) resolve(found);
	};
	const unsubscribe = store.subscribe(look);
	look(store.getState());
	return promise.finally(unsubscribe);
}
