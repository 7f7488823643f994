/**
 * What the record that the labeler keeps on each Revision tells of an earlier split (`routingState`, `routingStateModified`:
 * knative/serving pkg/reconciler/labeler). A Route lists what has traffic or a row, and the newest revision beside it,
 * before that is ready. Pure.
 */
import type {ServiceView} from '../../service/service.js';
import {ownRevisions, second, toSecond, type ReleaseFacts} from './release-facts.js';
import {isNewer, orderOf} from './shares.js';

/** A Revision that no Route lists any more, and since when. */
export type Left = {readonly name: string; readonly at: number; readonly createdAt: number};

/** Those that a Route listed once, as their record says, and that none lists now. */
export function leftOf(facts: ReleaseFacts, whole: string): Left[] {
	return (ownRevisions(facts) ?? []).flatMap(
		({name, routingState, routingStateModified: at, createdAt, deleting}) =>
			name !== whole && routingState === 'reserve' && at !== undefined && createdAt !== undefined && !deleting
				? [{name, at, createdAt}]
				: [],
	);
}

/** It was let go as soon as it was made: no split has listed it. */
const wasNeverListed = ({at, createdAt}: Left) => at - createdAt <= second;

function readySince({revisions}: ReleaseFacts, name: string): number {
	const conditions = revisions?.find(candidate => candidate.name === name)?.conditions ?? [];
	return conditions.find(({type, status}) => type === 'Ready' && status === 'True')?.since ?? 0;
}

/**
 * It was ready when the Route let go of it. The labeler lists the newest revision beside those that have traffic, before
 * it is ready, and lets go of it when a newer one is made: what was not ready by then had no traffic, unless it has
 * failed and recovered since.
 */
const wasReady = (facts: ReleaseFacts, {name, at}: Left) => readySince(facts, name) <= at + second;

/** When the Route began to list `whole`, the last time. */
function arrivalOf(facts: ReleaseFacts, whole: string): {created: number; arrived: number} | undefined {
	const revision = facts.revisions?.find(({name}) => name === whole);
	if (revision?.createdAt === undefined) return undefined;
	const {createdAt: created, routingState, routingStateModified} = revision;
	return {created, arrived: routingState === 'active' ? (routingStateModified ?? created) : created};
}

/**
 * That a newer revision was in the split and is out of it again. Proven where `whole` came back at the moment when that
 * one left; else it may be a revision that the labeler has merely taken its time to let go of.
 */
export function rolledBackBy(
	facts: ReleaseFacts,
	whole: string,
	left: readonly Left[],
): {kind: 'rolled back'; from: string; at: number} | {kind: 'perhaps'; from: string} | undefined {
	const order = orderOf(facts.service, facts.revisions);
	const last = left.filter(candidate => !wasNeverListed(candidate)).toSorted((a, b) => b.at - a.at)[0];
	const newer = left
		.filter(candidate => isNewer(order, candidate.name, whole) === true)
		.toSorted((a, b) => b.at - a.at)
		.find(candidate => !wasNeverListed(candidate));
	if (!newer || !last || last.at - newer.at > second) return undefined;
	const arrival = arrivalOf(facts, whole);
	const cameBack =
		arrival !== undefined &&
		arrival.arrived - arrival.created > second &&
		Math.abs(newer.at - arrival.arrived) <= 2 * second;
	const hasOlder = left.some(({name}) => isNewer(order, whole, name) === true);
	if (!cameBack && hasOlder) return {kind: 'perhaps', from: newer.name};
	return {kind: 'rolled back', from: newer.name, at: newer.at};
}

/**
 * Where all of the traffic follows the latest ready revision, each takes it over from the one before: that is the one
 * which the Route let go of when this one came. Several in the same second are told apart only where the newest was made
 * in that second, too: then it has taken over from the others just before.
 */
export function meantBefore(facts: ReleaseFacts, whole: string, older: readonly Left[]): string | undefined {
	const arrival = arrivalOf(facts, whole);
	if (!arrival) return undefined;
	const order = orderOf(facts.service, facts.revisions);
	// What became ready only after a newer one had was never the latest ready one.
	const came = Math.max(readySince(facts, whole), arrival.created);
	const since = older.filter(
		left =>
			left.at >= toSecond(arrival.created) &&
			readySince(facts, left.name) <= toSecond(came) + second &&
			wasReady(facts, left),
	);
	const last = Math.max(...since.map(({at}) => at));
	const newestFirst = since
		.filter(({at}) => last - at <= second)
		.toSorted((a, b) => (order(b.name) ?? 0) - (order(a.name) ?? 0));
	const [newest, ...others] = newestFirst;
	if (!newest || (others.length > 0 && last - newest.createdAt > second)) return undefined;
	return newest.name;
}

/** The split is the one that `whole` came into, as far as that is told: nobody has written it since that was made. */
export function isUnchangedSince(facts: ReleaseFacts, whole: string): boolean {
	const {trafficWrittenAt} = facts.service;
	const arrival = arrivalOf(facts, whole);
	return arrival !== undefined && trafficWrittenAt !== undefined && trafficWrittenAt <= arrival.created;
}

/**
 * That image and split may have been written at once: the time at which the split was written last is then the moment when
 * `whole` was made. So it is where the same tool has written the image alone, too: fields have no time of their own, only who
 * wrote them has. `trafficWrittenBefore` tells the two apart.
 */
export function mayBeOfOneWrite(facts: ReleaseFacts, whole: string): boolean {
	const {trafficWrittenAt} = facts.service;
	const {created} = arrivalOf(facts, whole) ?? {};
	return created !== undefined && trafficWrittenAt !== undefined && created - trafficWrittenAt <= 2 * second;
}

/**
 * The service with an earlier time after which its split was not written, where its Route tells one. Knative writes the spec of
 * the Route when the split is another one, and not for another image (knative/serving pkg/reconciler/service, reconcileRoute).
 *
 * @param routeWrittenAt `spec.traffic` of the Route has not been written after that; milliseconds since 1970, to the second.
 */
export function trafficWrittenBefore(service: ServiceView, routeWrittenAt: number | undefined): ServiceView {
	const {generation, observedGeneration, trafficWrittenAt} = service;
	const isTold = generation === observedGeneration && routeWrittenAt !== undefined;
	return isTold && trafficWrittenAt !== undefined && routeWrittenAt < trafficWrittenAt
		? {...service, trafficWrittenAt: routeWrittenAt}
		: service;
}

/**
 * What was in the split when `whole` came into it, and has left it since: however short that was, it was listed. Which of
 * several left last does not tell which one had the traffic: a row at 0 % may stay longest.
 */
export function listedBefore(facts: ReleaseFacts, whole: string, older: readonly Left[]): string[] {
	const arrival = arrivalOf(facts, whole);
	if (!arrival) return [];
	return older
		.filter(left => left.at >= toSecond(arrival.arrived) && wasReady(facts, left))
		.toSorted((a, b) => b.at - a.at)
		.map(({name}) => name);
}

/** Those that left last, in the same second; of what was in a split. */
export function lastOf(left: readonly Left[]): string[] {
	const listed = left.filter(candidate => !wasNeverListed(candidate));
	const last = Math.max(...listed.map(({at}) => at));
	return listed.filter(({at}) => last - at <= second).map(({name}) => name);
}
