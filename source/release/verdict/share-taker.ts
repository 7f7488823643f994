/**
 * Which row takes what another one gives up while no other has a share: the one that is being tried, or the one to go back to.
 * Never one that something speaks against: whoever wants users to have that says so by its own row. Pure.
 */
import {noteOf, rejectionOf} from '../../knative/release/evidence/release-facts.js';
import {rolledBackBefore} from '../../knative/release/evidence/rolled-back.js';
import {releaseOf} from '../../knative/release/release.js';
import type {Split, SplitRow} from '../../knative/split/split.js';
import type {Facts} from '../plan-facts.js';
import {isStillWorse} from './canary-verdict.js';

/** The key of a row; or why there is none, as a sentence that says what to do. */
export type Taker = {ok: true; key: string} | {ok: false; reason: string};

/** @param split As it is shown. Of its rows the locked ones take nothing. */
export function takerOf(facts: Facts, split: Split, key: string): Taker {
	const others = split.filter(row => row.key !== key && !row.locked);
	const objections = others.map(row => objectionTo(facts, row));
	const free = others.filter((_, index) => objections[index] === undefined);
	const {canary, stable} = releaseOf(facts);
	const found =
		[canary, stable].flatMap(role => free.find(({revision}) => revision === role?.revision) ?? []).at(0) ??
		(free.length === 1 ? free[0] : undefined);
	if (found) return {ok: true, key: found.key};
	const because = free.length > 0 ? 'more than one row could take it' : objections.join(', ');
	return {
		ok: false,
		reason: `What ${key} gives up would go nowhere for certain: ${because}. Select the row that is to get it.`,
	};
}

/** Why users are not to get it by the way, as a clause. */
function objectionTo(facts: Facts, {key, latest, revision}: SplitRow): string | undefined {
	const {latestCreated, latestReady} = facts.service;
	if (latest && latestCreated !== undefined && latestCreated !== latestReady) {
		return `${key} waits for ${latestCreated}, which is not ready`;
	}
	if (revision === undefined) return 'nothing is ready to follow';
	if (rejectionOf(facts, revision)) return `${revision} was rejected`;
	const back = rolledBackBefore(facts, revision, facts.now);
	if (back) return back.because;
	const {verdict} = facts;
	if (verdict?.canary.revision === revision) {
		if (verdict.errors === 'worse') return `${revision} is worse`;
		if (verdict.latency === 'slower') return `${revision} is slower`;
	}
	const isNoted = noteOf(facts)?.note.worse === revision && isStillWorse(verdict, revision);
	return isNoted ? `${revision} was found worse` : undefined;
}
