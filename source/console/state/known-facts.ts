/** What a plan on a service is made from, as the console knows it now. */
import type {ServiceView} from '../../knative/service/service.js';
import {releaseOf, type ReleaseFacts} from '../../knative/release/release.js';
import type {Placeholders} from '../../knative/release/verbs/role-tags.js';
import type {AtTags, CanaryVerdict} from '../../release/verdict/canary-verdict.js';
import {verdictOfPairs} from '../../release/verdict/verdict-of-pairs.js';
import type {Facts} from '../../release/plan-facts.js';
import {changesOf} from '../session/change-recorder.js';
import {toldRevisions} from './read.js';
import type {ConsoleState} from './state.js';

/** All that plans, reviews and headless commands decide by, of one moment. */
export function factsOf(state: ConsoleState, service: ServiceView): Facts {
	const known = releaseFactsOf(state, service);
	const {live} = state;
	const trouble = live?.uid === service.uid ? live.snapshot.trouble?.sentence : undefined;
	const verdict = canaryVerdictOf(state, service.uid, known);
	return {...known, trouble, verdict, atTags: atTagsOf(state, service.uid)};
}

/** Of the pairs of this split where there are some: what a revision answered before may have been mended. Undefined where a tag may lead elsewhere. */
function atTagsOf({live}: Pick<ConsoleState, 'live'>, uid: string): AtTags | undefined {
	if (live?.uid !== uid || live.snapshot.tagDoubt) return undefined;
	const {atTags, comparison} = live.snapshot;
	const pairs = comparison ? [comparison.old, comparison.fresh] : [];
	return new Map([
		...atTags,
		...pairs
			.filter(({asked}) => asked > 0)
			.map(({revision, asked, failed}) => [revision, {requests: asked, failed}] as const),
	]);
}

function releaseFactsOf(state: ConsoleState, service: ServiceView): Facts {
	return {
		service,
		revisions: toldRevisions(state, service),
		changes: changesOf(state, service.uid),
		now: Date.now(),
		user: state.connection.kind === 'connected' ? state.connection.user : '',
		placeholders: placeholdersIn(state, service.namespace),
	};
}

/** What was asked for, and the names of the services that are listed, each of which has one of Kubernetes. */
function placeholdersIn({placeholders, services}: ConsoleState, namespace: string): Placeholders {
	const asked = [...placeholders].flatMap(([key, state]) =>
		key.startsWith(`${namespace}/`) ? [[key.slice(namespace.length + 1), state] as const] : [],
	);
	const listed = services.filter(service => service.namespace === namespace);
	return new Map([...asked, ...listed.map(({name}) => [name, 'taken'] as const)]);
}

/** Of the pairs that the loop of this service has sent, when they were of the canary and of what users had. */
export function canaryVerdictOf(
	{live}: Pick<ConsoleState, 'live'>,
	uid: string,
	facts: ReleaseFacts,
): CanaryVerdict | undefined {
	const comparison = live?.uid === uid ? live.snapshot.comparison : undefined;
	if (!comparison || comparison.pairs === 0) return undefined;
	const {canary, stable} = releaseOf(facts);
	const {fresh, old} = comparison;
	if (fresh.revision !== canary?.revision || (stable && old.revision !== stable.revision)) return undefined;
	return verdictOfPairs(comparison);
}
