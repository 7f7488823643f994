/** Which verbs of a release lead anywhere as things are, before one of them is pressed. */
import {releaseOf} from '../../knative/release/release.js';
import {abandon} from '../../knative/release/verbs/abandon.js';
import type {Choice} from '../../knative/release/verbs/choice.js';
import {promote} from '../../knative/release/verbs/promote.js';
import {rollBack} from '../../knative/release/verbs/roll-back.js';
import {undo} from '../../knative/release/verbs/undo.js';
import type {ServiceView} from '../../knative/service/service.js';
import {changesOf} from '../session/change-recorder.js';
import {knownRevisions, toldRevisions} from './read.js';
import type {ConsoleState} from './state.js';

const releaseVerbs = ['promote', 'roll back', 'abandon', 'undo'] as const;

export type ReleaseVerb = (typeof releaseVerbs)[number];

/** What goes by changes that are remembered. */
const ofHistory: ReadonlySet<ReleaseVerb> = new Set(['roll back', 'undo']);

/**
 * With the revision that would get 100 %, or be given up; undefined where none would, or where it would be asked which one.
 */
type PossibleVerbs = ReadonlyMap<ReleaseVerb, string | undefined>;

type KnownVerbs = {
	/** What it was told from. */
	readonly from: readonly unknown[];
	readonly verbs: PossibleVerbs;
};

/** By the service as it was read: told again only when it, its revisions or the history are others. */
const known = new WeakMap<ServiceView, KnownVerbs>();

/**
 * What would be reviewed, or asked which revision is meant, if its key were pressed now. What is refused because it is so
 * already, or because there is no canary, is not among them.
 */
export function possibleVerbs(state: ConsoleState, service: ServiceView): PossibleVerbs {
	const {history, trouble, historyUnread} = state;
	const from = [knownRevisions(state, service), history, trouble, historyUnread];
	const before = known.get(service);
	if (before && before.from.every((part, index) => part === from[index])) return before.verbs;
	const facts = {
		service,
		revisions: toldRevisions(state, service),
		changes: changesOf({history}, service.uid),
	};
	const given = abandon(facts);
	const choices: Readonly<Record<ReleaseVerb, Choice>> = {
		promote: promote(facts),
		'roll back': rollBack(facts),
		abandon: given,
		undo: undo(facts),
	};
	const {canary, doubt} = releaseOf(facts);
	const isTried = canary !== undefined || doubt?.about === 'canary';
	const verbs = new Map(
		releaseVerbs.flatMap(verb => {
			const choice = choices[verb];
			// What is only newer is not offered before anybody has tried it.
			if (verb === 'promote' && !isTried) return [];
			if (verb === 'abandon' && given.kind === 'split') return [[verb, given.rejected] as const];
			if (choice.kind === 'split') {
				// To bring back what was rolled back takes more than a key that is offered.
				return choice.guess?.taken === undefined ? [[verb, choice.revision] as const] : [];
			}
			// Where the history cannot be read it is not known that there is nothing to go back to.
			const mayLead = choice.kind === 'ask' || (historyUnread !== undefined && ofHistory.has(verb));
			return mayLead ? [[verb, undefined] as const] : [];
		}),
	);
	known.set(service, {from, verbs});
	return verbs;
}
