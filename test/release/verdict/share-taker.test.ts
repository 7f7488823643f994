/** Which row takes what another one gives up while no other has a share. */
import {describe, expect, it} from 'vitest';
import {splitOf} from '../../../source/knative/split/split.js';
import type {Facts} from '../../../source/release/plan-facts.js';
import {takerOf} from '../../../source/release/verdict/share-taker.js';
import {now, one, revisionMade, situation, three, two, worseCanary} from '../parts/made.js';

const over = [
	{revisionName: one, percent: 100, tag: 'stable'},
	{revisionName: two, percent: 0, tag: 'canary'},
];
const beside = [...over, {revisionName: three, percent: 0, tag: 'next'}];
const revisions = [revisionMade(3), revisionMade(2), revisionMade(1)];
const takerIn = (facts: Facts, key = one) => takerOf(facts, splitOf(facts.service), key);
const backFrom = {verb: 'roll back', taken: [{revision: two, at: now - 60_000, by: 'ann'}]} as const;

describe('what the revision with all of the traffic gives up', () => {
	it('goes to the canary, whatever else is listed at 0 %', () => {
		expect(takerIn(situation({traffic: over}))).toEqual({ok: true, key: two});
		expect(takerIn(situation({traffic: beside, revisions}))).toEqual({ok: true, key: two});
	});

	it.each<[string, Partial<Facts> & {note?: object}, RegExp]>([
		['was rolled back', {note: backFrom}, /-00002 was rolled back\. Select the row/],
		['is worse', {verdict: worseCanary}, /-00002 is worse\. Select the row/],
		['is slower', {verdict: {...worseCanary, errors: 'not worse', latency: 'slower'}}, /-00002 is slower/],
		['was found worse', {note: {worse: two}}, /-00002 was found worse/],
		[
			'was rejected',
			{revisions: [revisionMade(2, {rejected: {by: 'ann', at: now, why: ''}}), revisionMade(1)]},
			/-00002 was rejected/,
		],
	])('does not go to one that %s', (_, part, reason) => {
		const given = situation({traffic: over, ...part});
		expect(takerIn(given)).toEqual({ok: false, reason: expect.stringMatching(reason)});
	});

	it('does not go to what is not ready, by the row that follows the latest', () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		];
		expect(takerIn(situation({traffic, ready: 2}))).toEqual({ok: true, key: '@latest'});
		const waiting = situation({
			traffic,
			ready: 1,
			edit({status}) {
				status.latestCreatedRevisionName = two;
			},
		});
		expect(takerIn(waiting)).toEqual({
			ok: false,
			reason: `What ${one} gives up would go nowhere for certain: @latest waits for ${two}, which is not ready. Select the row that is to get it.`,
		});
	});

	it('goes to the one that is left where something speaks against the canary', () => {
		expect(takerIn(situation({traffic: beside, revisions, note: backFrom}))).toEqual({ok: true, key: three});
	});

	it('goes nowhere where more than one row could take it', () => {
		const traffic = [
			{revisionName: three, percent: 100},
			{revisionName: two, percent: 0},
			{revisionName: one, percent: 0},
		];
		expect(takerIn(situation({traffic, ready: 3, revisions}), three)).toEqual({
			ok: false,
			reason: expect.stringContaining('more than one row could take it. Select the row'),
		});
	});
});
