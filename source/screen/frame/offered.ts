/** Which keys the footer offers now: not those that have nothing to act on yet. Pressed all the same they say so. Pure. */
import {selectedService, topSheet} from '../../console/state/read.js';
import type {ConsoleState} from '../../console/state/state.js';
import type {Action} from '../keys/key-lookup.js';

const ofService: ReadonlySet<Action> = new Set([
	'newRevision',
	'complete',
	'rollBack',
	'abandon',
	'undo',
	'tag',
	'autoscaling',
	'verifyOnce',
	'verifyTag',
	'pauseResume',
	'requests',
	'yaml',
	'events',
	'logs',
	'open',
]);

/** What steers a loop of requests. */
const ofLoop: ReadonlySet<Action> = new Set(['burst', 'faster', 'comparePairs', 'earlierSplit', 'answers']);

const depending: readonly Action[] = ['newService', ...ofService, ...ofLoop];

/** In a fixed order, so that the same are no news. */
export const notOffered = (state: ConsoleState): readonly Action[] =>
	depending.filter(action => !isOffered(state, action));

function isOffered(state: ConsoleState, action: Action): boolean {
	if (topSheet(state) !== undefined) return true;
	if (action === 'newService') return state.connection.kind === 'connected';
	if (!ofService.has(action) && !ofLoop.has(action)) return true;
	const service = selectedService(state);
	if (!service) return false;
	if (action === 'undo') return state.history.some(({uid}) => uid === service.uid);
	return !ofLoop.has(action) || state.live?.uid === service.uid;
}
