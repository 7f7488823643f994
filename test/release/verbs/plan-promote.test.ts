/** The plan of a promotion. */
import {agreementFor} from '../../../source/release/agreement.js';
import {describe, expect, it} from 'vitest';
import {planPromote} from '../../../source/release/plan-split.js';
import type {Plan} from '../../../source/release/plan.js';
import {condition} from '../../knative/objects.js';
import {one, percents, planned, revisionMade, row, situation, three, two, whole} from '../parts/made.js';
import {factsOf, kindsOf} from '../parts/split-plans.js';

const saidIn = ({warnings, notes}: Plan) => [...warnings.map(({sentence}) => sentence), ...notes];

describe('promoting what follows the latest', () => {
	it.each([0, 10])('pins it, and says so once, from %i %%', percent => {
		const traffic = [
			{revisionName: one, percent: 100 - percent, tag: 'stable'},
			{latestRevision: true, percent, tag: 'canary'},
		];
		const plan = planned(planPromote(factsOf(traffic)));
		expect(saidIn(plan).filter(sentence => sentence.includes('later revisions wait for you'))).toHaveLength(
			1,
		);
		expect(plan.splits?.after.every(({latest}) => !latest)).toBe(true);
	});
});

describe('promoting', () => {
	const wayBack = {to: undefined, wayBack: one};

	it('keeps a way back, and says so', () => {
		const plan = planned(planPromote(situation()));
		expect(plan).toMatchObject({action: 'promote', promotion: {...wayBack, keepsPrevious: true}});
		expect(percents(plan.splits?.after)).toBe(`${one}=0 ${two}=100`);
		expect(planned(planPromote(situation(), {keepsPrevious: true})).promotion?.keepsPrevious).toBe(true);
	});

	it('of another revision than the canary wants a second confirmation, and says why', () => {
		const revisions = [revisionMade(3), revisionMade(2), revisionMade(1)];
		const beside = planned(planPromote(situation({revisions, ready: 3}), {to: three}));
		expect(beside.warnings).toContainEqual({
			kind: 'untried',
			revision: three,
			sentence: `${three} was in no split that is known to have given it traffic: the canary is ${two} (10 %).`,
		});
		expect(agreementFor(beside, {production: undefined})).toEqual({
			kind: 'twice',
			because: `${three} is not what is being tried`,
		});
		const named = planned(planPromote(situation({traffic: whole(two), revisions, ready: 3}), {to: three}));
		expect(named.warnings).toContainEqual({
			kind: 'untried',
			revision: three,
			sentence: `${three} was in no split that is known to have given it traffic: users have ${two}.`,
		});
		expect(agreementFor(named, {production: undefined})).toMatchObject({kind: 'twice'});
		const isOfAnother = [planPromote(situation()), planPromote(situation(), {to: two})].map(
			result => planned(result).isOfAnother,
		);
		expect([...isOfAnother, beside.isOfAnother, named.isOfAnother]).toEqual([
			undefined,
			undefined,
			true,
			true,
		]);
	});

	it('says of what had traffic before that it had it', () => {
		const revisions = [revisionMade(3), revisionMade(2)];
		const note = {undo: [[row(two, 90), row(three, 10)]]};
		const again = planned(
			planPromote(situation({traffic: whole(two), revisions, ready: 3, note}), {to: three}),
		);
		expect(again.warnings[0]?.sentence).toBe(
			`${three} had 10 % of users before, but is not what is being tried: users have ${two}.`,
		);
	});

	it('keeps none, where none is wanted, and says which it would be', () => {
		const plan = planned(planPromote(situation(), {keepsPrevious: false, to: two}));
		expect(plan.promotion).toEqual({to: two, wayBack: one, keepsPrevious: false});
		expect(percents(plan.splits?.after)).toBe(`${two}=100`);
	});

	it('says of no way back, where there is none to keep', () => {
		const failed = revisionMade(1, {conditions: [condition('Ready', 'False', 'ExitCode1', 'it died')]});
		const facts = situation({revisions: [revisionMade(2), failed]});
		expect(planned(planPromote(facts)).promotion).toBeUndefined();
	});

	it('is refused where there is nothing to promote', () => {
		expect(planPromote(situation({traffic: whole(two), revisions: [revisionMade(2)]}))).toEqual({
			ok: false,
			reason: expect.stringContaining('has 100 %'),
			already: true,
		});
	});

	it('asks which one is meant', () => {
		const traffic = [
			{revisionName: one, percent: 60},
			{revisionName: 'by-hand', percent: 40},
		];
		expect(planPromote(situation({traffic, revisions: []}))).toEqual({
			ok: false,
			reason: expect.stringContaining('cannot be told'),
			candidates: [one, 'by-hand'],
		});
	});

	it('takes two presses for what no split lists', () => {
		const facts = situation({traffic: whole(one)});
		const plan = planned(planPromote(facts));
		expect(plan.warnings[0]).toEqual({
			kind: 'guess',
			sentence: expect.stringMatching(/-00002 is newer, but no split lists it\.$/),
			because: expect.stringMatching(/^no split lists .*-00002$/),
		});
		// That it is not being tried has been said by that.
		expect(kindsOf(plan)).not.toContain('untried');
	});
});
