/** Which verbs of a release lead anywhere as things are, before one of them is pressed. */
import {abandon} from '../../knative/release/verbs/abandon.js';
import {promote} from '../../knative/release/verbs/promote.js';
import {rollBack} from '../../knative/release/verbs/roll-back.js';
import {undo} from '../../knative/release/verbs/undo.js';
import type {ServiceView} from '../../knative/service/service.js';
import {changesOf} from '../session/change-recorder.js';
import {knownRevisions, toldRevisions} from './read.js';
import type {ConsoleState} from './state.js';

const releaseVerbs = ['promote', 'roll back', 'abandon', 'undo'] as const;

export type ReleaseVerb = (typeof releaseVerbs)[number];

type PossibleVerbs = {
	/** What it was told from. */
	readonly from: readonly unknown[];
	readonly verbs: ReadonlySet<ReleaseVerb>;
};

/** By the service as it was read: told again only when it, its revisions or the history are others. */
const known = new WeakMap<ServiceView, PossibleVerbs>();

/**
 * What would be reviewed, or asked which revision is meant, if its key were pressed now. What is refused because it is so
 * already, or because there is no canary, is not among them.
 */
export function possibleVerbs(state: ConsoleState, service: ServiceView): ReadonlySet<ReleaseVerb> {
	const {history, trouble, historyUnread} = state;
	const from = [knownRevisions(state, service), history, trouble, historyUnread];
	const before = known.get(service);
	if (before && before.from.every((part, index) => part === from[index])) return before.verbs;
	const facts = {
		service,
		revisions: toldRevisions(state, service),
		changes: changesOf({history}, service.uid),
	};
	const isRefused: Readonly<Record<ReleaseVerb, () => boolean>> = {
		promote: () => promote(facts).kind === 'refused',
		// Where the history cannot be read it is not known that there is nothing to go back to.
		'roll back': () => rollBack(facts).kind === 'refused' && historyUnread === undefined,
		abandon: () => abandon(facts).kind === 'refused',
		undo: () => undo(facts).kind === 'refused' && historyUnread === undefined,
	};
	const verbs = new Set(releaseVerbs.filter(verb => !isRefused[verb]()));
	known.set(service, {from, verbs});
	return verbs;
}
