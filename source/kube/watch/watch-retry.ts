/** How long a reflector waits after a failure, and what makes it worth while to try sooner. */
import type {ServerSignal} from '../cluster.js';
import type {WatchEnd} from './watch-end.js';
import type {Timers} from '../timers.js';

export type Wait = {milliseconds: number; /** The signals that end it. */ until: readonly ServerSignal[]};

const firstDelay = 800;
const longestDelay = 30_000;
/** Permissions and CRDs change by the hand of a person. */
const slowDelay = 60_000;
/** Somebody is about to log in again, and looks at the screen meanwhile. */
const loginDelay = 3600;
/** A server may ask a client to wait, but not so long that the console never comes back. */
const longestRetryAfter = 10 * 60_000;

/** The wait after an ending that is one of `failures` in a row. */
export function waitFor(
	ending: Exclude<WatchEnd, {after: 'nothing' | 'silence'}>,
	failures: number,
	timers: Pick<Timers, 'random'>,
): Wait {
	if (ending.after === 'long wait') {
		const {refusal} = ending;
		const delay = refusal.kind === 'forbidden' && refusal.status === 401 ? loginDelay : slowDelay;
		return {milliseconds: delay * (0.75 + timers.random() / 2), until: ['wanted', 'logged in', 'written']};
	}
	const exponential = Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
	// Between half and all of it: many consoles must not come back together after an outage of the API server.
	const own = exponential * (0.5 + timers.random() / 2);
	const asked = ending.after === 'back-off' ? (ending.retryAfter ?? 0) * 1000 : 0;
	return {
		milliseconds: Math.max(own, Math.min(asked, longestRetryAfter)),
		// Others are answered while this is refused (a server is busy, say): that is no reason to come back sooner.
		until: ending.after === 'loss' ? ['wanted', 'reached'] : ['wanted'],
	};
}
