/**
 * What a plan would say or warn of by now, and did not when it was made: that a revision became ready, a mark on one, an owner of
 * the Service, or how the canary does, moves neither the uid nor the generation of the Service, which are all that the write
 * is guarded by. Pure.
 */
import {sharesOf} from '../knative/release/evidence/shares.js';
import {releaseOf} from '../knative/release/release.js';
import type {ReleaseFacts} from '../knative/release/evidence/release-facts.js';
import {ownerWarnings, trafficWarnings, type Warning} from '../knative/release/warnings.js';
import {latestGuard, type PatchOperation} from '../knative/objects/patch.js';
import type {ServiceView} from '../knative/service/service.js';
import type {Split} from '../knative/split/split.js';
import {baseWarnings} from './base-offer.js';
import type {Plan} from './plan.js';
import {verdictWarnings, type CanaryVerdict} from './verdict/canary-verdict.js';

/** Of a roll back, only that nobody wants to have what it goes to: it waits for nothing else. */
const kindsFor = (action: Plan['action']): readonly Warning['kind'][] =>
	action === 'roll back' ? ['rejected'] : ['rejected', 'worse', 'slower', 'not ready', 'missing', 'owner'];

/**
 * As a sentence; undefined as long as the plan says all there is to say.
 *
 * @param facts.verdict How the canary does by now; undefined where it is not compared.
 */
export function doubtSince(
	{action, guardedAs, splits, made, warnings}: Plan,
	facts: Omit<ReleaseFacts, 'changes'> & {now?: number | undefined; verdict?: CanaryVerdict | undefined},
): string | undefined {
	const {service, revisions, now, verdict} = facts;
	if (!splits) return doubtOf(ownerWarnings(service), {warnings}, ['owner']);
	if (!revisions) return undefined;
	const {before, after} = splits;
	const known = {...facts, changes: []};
	const {stable, whole} = releaseOf(known);
	const present = made
		? [...baseWarnings(known, made), ...ownerWarnings(service)]
		: [
				...verdictWarnings(verdict, {action: guardedAs ?? action, before: sharesOf(service), after}),
				...trafficWarnings(service, revisions, before, after, {
					now,
					users: stable?.revision ?? whole,
					isBack: action === 'roll back',
				}),
			];
	return doubtOf(present, {warnings}, kindsFor(action));
}

/** The first of these kinds that the plan has not said, as a sentence. */
export function doubtOf(
	present: readonly Warning[],
	{warnings}: Pick<Plan, 'warnings'>,
	kinds: readonly Warning['kind'][],
): string | undefined {
	const isSaid = ({kind, revision, owner}: Warning) =>
		warnings.some(
			warning => warning.kind === kind && warning.revision === revision && warning.owner === owner,
		);
	const fresh = present.find(warning => kinds.includes(warning.kind) && !isSaid(warning));
	return fresh && `${fresh.sentence} This was not known when it was planned.`;
}

/**
 * What of a split follows the latest revision, and so is of another revision once that is another: what users had, or what they
 * are to get. A way back to a revision by its name waits for nothing of that.
 */
function latestOf({splits, action}: Pick<Plan, 'splits' | 'action'>): Split[number] | undefined {
	if (!splits || action === 'roll back' || action === 'abandon') return undefined;
	const {before, after} = splits;
	// What follows it after that has no name yet.
	const makesNext = action === 'create revision' || action === 'autoscaling';
	return before.find(({latest}) => latest) ?? (makesNext ? undefined : after.find(({latest}) => latest));
}

/**
 * That what follows the latest revision is another one by now than the plan has named, as a clause: what users had is not what
 * it says, or they would get what it does not say. Undefined as long as it is not.
 */
export function latestSince(
	plan: Pick<Plan, 'splits' | 'action'>,
	{latestReady}: Pick<ServiceView, 'latestReady'>,
): string | undefined {
	const row = latestOf(plan);
	if (!row || row.revision === latestReady) return undefined;
	const {revision: named} = row;
	if (latestReady === undefined) return `${named} is not the latest ready revision any more`;
	return `latest is ${latestReady} now, and ${named === undefined ? 'none was ready' : `was ${named}`}`;
}

/** The same for the server to see to; nothing where the latest has no name yet, since what is not there cannot be tested. */
export function latestGuards(plan: Pick<Plan, 'splits' | 'action'>): PatchOperation[] {
	const named = latestOf(plan)?.revision;
	return named === undefined ? [] : [latestGuard(named)];
}
