/**
 * Whether the ground of an open review has changed since it was opened: what it shows is not what its write would meet,
 * or it may not or cannot be sent any more. Then nothing can be agreed to. Pure.
 */
import type {ServiceView} from '../../../knative/service/service.js';
import {equalSplits, giveTheSame, splitOf} from '../../../knative/split/split.js';
import {doubtSince, latestSince} from '../../../release/doubt-since.js';
import type {Plan} from '../../../release/plan.js';
import {changesOf} from '../../session/change-recorder.js';
import {refusedRight, rightOfPlan} from '../../session/rights.js';
import {toldRevisions} from '../../state/read.js';
import type {ConsoleState} from '../../state/state.js';
import {canaryVerdictOf} from '../../state/known-facts.js';
import {absenceOfRevision, absenceWords} from '../../state/absence.js';
import {keyOf} from '../../tables/object-name.js';
import {indexOfName} from '../../tables/tables.js';
import type {Conflict, ReviewSheet} from '../sheets.js';
import {targetStatusOf} from '../target-status.js';

export type LostGround = {
	/** What has changed, as a sentence. */
	sentence: string;
	/** The service as it is now, where the same one was changed. */
	now?: ServiceView;
};

export type Grounds = Pick<
	ConsoleState,
	| 'services'
	| 'revisions'
	| 'namespace'
	| 'scope'
	| 'feeds'
	| 'moves'
	| 'rights'
	| 'connection'
	| 'standing'
	| 'unreadable'
	| 'selector'
	| 'trouble'
	| 'live'
	| 'history'
>;

/** Undefined as long as nothing is known that would keep the review from being agreed to. */
export function lostGround(state: Grounds, {plan, phase, on}: ReviewSheet): LostGround | undefined {
	if (phase.kind !== 'open' && phase.kind !== 'armed') return undefined;
	const {connection, feeds} = state;
	if (
		connection.kind !== 'connected' ||
		connection.context !== on.context ||
		connection.server !== on.server
	) {
		return {sentence: `This is not the context ${on.context} any more.`};
	}
	const withheld = refusedRight(state, rightOfPlan(plan), plan.namespace);
	if (withheld !== undefined) return {sentence: withheld};
	const moved = movedGround(state, plan);
	if (moved) return moved;
	const {services: feed} = feeds;
	if (feed.kind === 'stale' || feed.kind === 'offline') {
		return {sentence: `The API server is away: ${feed.why.replace(/[.]$/, '')}.`};
	}
	return undefined;
}

/** What was changed or has gone since the plan was made. */
function movedGround(state: Grounds, plan: Plan): LostGround | undefined {
	const {write, splits, name, namespace} = plan;
	if (write.kind === 'create') {
		const isThere = indexOfName(state.services, {namespace, name}) !== -1;
		return isThere ? {sentence: `There is a service ${name} by now.`} : undefined;
	}
	const uid = write.kind === 'delete revision' ? write.serviceUid : write.uid;
	const status = targetStatusOf(state, {uid, name, namespace});
	if (status.kind === 'not told') return undefined;
	if (status.kind === 'gone') return {sentence: `${absenceWords(name, status.absence)}.`};
	if (status.kind === 'another') {
		return {sentence: `${name} was deleted, and the one there now is another.`};
	}
	const {service} = status;
	if (write.kind === 'delete revision') return movedRevision(state, service, write);
	const latest = latestSince(plan, service);
	if (service.generation <= write.generation) {
		// That a revision became ready is no change of the spec, and its users are others all the same.
		if (latest !== undefined) return {sentence: `${latest}.`, now: service};
		const facts = {service, revisions: toldRevisions(state, service), changes: changesOf(state, uid)};
		const verdict = canaryVerdictOf(state, uid, facts);
		const doubt = doubtSince(plan, {...facts, verdict, now: Date.now()});
		return doubt === undefined ? undefined : {sentence: doubt};
	}
	const move = state.moves.get(uid);
	const isOwn = move?.own === true && move.generation === service.generation;
	const who = isOwn ? 'An earlier change of yours' : (service.lastModifier ?? 'Somebody else');
	const also = latest === undefined ? '' : `; ${latest}`;
	const sentence = `${who} changed ${changed(splits, service)}${also}.`;
	return {sentence, now: service};
}

/** What plans that are of no split would meet is not known apart. */
function changed(splits: Plan['splits'], service: ServiceView): string {
	if (splits === undefined) return service.name;
	return `${equalSplits(splits.before, splitOf(service)) ? 'the template' : 'the split'} of ${service.name}`;
}

function movedRevision(
	state: Grounds,
	service: ServiceView,
	{revision, uid}: Extract<Plan['write'], {kind: 'delete revision'}>,
): LostGround | undefined {
	const known = state.revisions.get(keyOf(service));
	const named = known?.find(({name}) => name === revision);
	if (known && named?.uid !== uid) {
		if (named) return {sentence: `${revision} was deleted, and the one there now is another.`};
		const absence = absenceOfRevision(state, {namespace: service.namespace, name: revision});
		return {sentence: `${absenceWords(revision, absence)}.`};
	}
	const targets = [...service.specTraffic, ...service.statusTraffic];
	return targets.some(target => target.revision === revision)
		? {sentence: `${revision} is in the split of ${service.name} by now.`}
		: undefined;
}

/** Whether Enter applies it as things are. */
export function canConfirm(state: Grounds, sheet: ReviewSheet): boolean {
	const {phase, dryRun} = sheet;
	return (
		(phase.kind === 'open' || phase.kind === 'armed') &&
		dryRun.kind !== 'refused' &&
		lostGround(state, sheet) === undefined
	);
}

/** The conflict of a review: the one its write has met, or the one that it would meet as is known already. */
export function conflictOfReview(state: Grounds, sheet: ReviewSheet): Conflict | undefined {
	const {phase, plan} = sheet;
	if (phase.kind === 'conflict') return phase;
	const lost = lostGround(state, sheet);
	return lost?.now && plan.splits
		? conflictWith(plan, lost.now, `${lost.sentence} Nothing was written.`)
		: undefined;
}

/** What was there, what is there now and what is wanted, side by side. `theirs` is undefined where it cannot be read. */
export function conflictWith(
	plan: Plan,
	theirs: ServiceView | undefined,
	sentence: string,
): Conflict | undefined {
	const {splits, name} = plan;
	if (!splits) return undefined;
	const already = theirs !== undefined && isAsAsked(theirs, plan);
	return {
		sentence: already
			? `Nothing was written, and nothing is left to do: ${name} already is as was asked. It changed since you opened this.`
			: sentence,
		base: splits.before,
		mine: splits.after,
		theirs: theirs && splitOf(theirs),
		by: theirs?.lastModifier,
		already,
	};
}

/** Whether a write of the split alone would change nothing on what is there now. */
function isAsAsked(theirs: ServiceView, {action, write, splits}: Plan): boolean {
	const changesTemplate = action === 'create revision' || action === 'autoscaling';
	if (write.kind !== 'patch' || write.uid !== theirs.uid || changesTemplate || !splits) return false;
	return giveTheSame(splitOf(theirs), splits.after);
}
