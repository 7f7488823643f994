/** Which keys the footer offers now: not those that have nothing to act on yet. Pressed all the same they say so. Pure. */
import {taggedEntry} from '../../console/live/request-target.js';
import {isRevisionGone, selectedRevision, selectedService, topSheet} from '../../console/state/read.js';
import {possibleVerbs, type ReleaseVerb} from '../../console/state/possible.js';
import type {ConsoleState, Sheet} from '../../console/state/state.js';
import {isForm} from '../../console/state/select.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Action} from '../keys/key-lookup.js';
import {hidesVariables} from '../sheets/choose/form-fields.js';
import {hidesSecrets} from '../sheets/choose/requests-sheet.js';

const ofService: ReadonlySet<Action> = new Set([
	'newRevision',
	'complete',
	'rollBack',
	'abandon',
	'undo',
	'tag',
	'autoscaling',
	'deleteService',
	'deleteRevision',
	'verifyOnce',
	'verifyTag',
	'pauseResume',
	'requests',
	'yaml',
	'events',
	'logs',
	'open',
]);

/** What is done with the selected revision. */
const ofRevision: ReadonlySet<Action> = new Set(['tag', 'verifyTag', 'deleteRevision']);

/** What steers a loop of requests. */
const ofLoop: ReadonlySet<Action> = new Set(['burst', 'faster', 'comparePairs', 'earlierSplit', 'answers']);

/** What there must be something for: a canary, a way back, a change. */
const ofRelease: Partial<Record<Action, ReleaseVerb>> = {
	complete: 'promote',
	rollBack: 'roll back',
	abandon: 'abandon',
	undo: 'undo',
};

const depending: readonly Action[] = ['uncover', 'newService', 'sendAgain', ...ofService, ...ofLoop];

/** Whether a roll back, where there is one, ends what its pods say is bad for the users of a service. */
export function rollBackEndsAlarm(state: ConsoleState, service: ServiceView): boolean {
	const users = state.users?.uid === service.uid ? state.users : undefined;
	// To go back to the revision that fails cures nothing.
	const isCurable =
		users?.alarm === 'worse' || (users?.alarm === 'failing' && users.snapshot.view.failing?.isOld !== true);
	return isCurable && possibleVerbs(state, service).has('roll back');
}

/** In a fixed order, so that the same are no news. */
export function notOffered(state: ConsoleState): readonly Action[] {
	const service = selectedService(state);
	return depending.filter(action => !isOffered(state, service, action));
}

function isOffered(state: ConsoleState, service: ServiceView | undefined, action: Action): boolean {
	const verb = ofRelease[action];
	// Also above what is only looked at.
	if (verb !== undefined) return service !== undefined && possibleVerbs(state, service).has(verb);
	const top = topSheet(state);
	if (action === 'uncover') return hidesValues(top);
	if (top !== undefined) return true;
	if (action === 'newService') return state.connection.kind === 'connected';
	if (action === 'sendAgain') {
		return service !== undefined && state.verdicts.get(service.uid)?.splitAlarm?.isOver === false;
	}
	if (!ofService.has(action) && !ofLoop.has(action)) return true;
	if (!service || (ofRevision.has(action) && isRevisionGone(state))) return false;
	// Only the URL of a tag leads to one revision.
	if (action === 'verifyTag') return hasTagUrl(state, service);
	return !ofLoop.has(action) || state.live?.uid === service.uid;
}

/** Of what is looked at the values are covered as they come; in a form only what was there before. */
function hidesValues(sheet: Sheet | undefined): boolean {
	if (sheet === undefined) return true;
	if (sheet.kind === 'requests') return hidesSecrets(sheet);
	return !isForm(sheet) || hidesVariables(sheet);
}

function hasTagUrl(state: ConsoleState, service: ServiceView): boolean {
	const revision = selectedRevision(state);
	return revision !== undefined && taggedEntry(service, revision.name) !== undefined;
}
