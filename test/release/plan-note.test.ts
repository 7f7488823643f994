import {describe, expect, it} from 'vitest';
import type {TrafficTarget} from '../../source/knative/objects/wire.js';
import {splitOf} from '../../source/knative/split/split.js';
import type {Facts, Planned} from '../../source/release/plan-facts.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planTags,
	planUndo,
} from '../../source/release/plan-split.js';
import {revisionName} from '../knative/objects.js';
import {
	half,
	noteIn,
	now,
	one,
	operationsOf,
	percents,
	planned,
	revisionMade,
	row,
	situation,
	three,
	two,
	whole,
	worseCanary,
	type Noted,
} from './parts/made.js';

const rejections = (count: number) =>
	Array.from({length: count}, (_, index) => ({
		revision: revisionName(index + 3),
		by: 'ann',
		at: now,
		why: '5xx',
	}));
const withThose = (count: number) => [
	...Array.from({length: count}, (_, index) => revisionMade(index + 3)),
	revisionMade(2),
	revisionMade(1),
];

it('says which one was found worse, and later writes go on saying so', () => {
	const found = noteIn(planned(planRollback({...situation(), verdict: worseCanary})));
	expect(found?.worse).toBe(two);
	expect(noteIn(planned(planRollback(situation({note: {worse: two}}))))?.worse).toBe(two);
	expect(noteIn(planned(planRollback(situation())))?.worse).toBeUndefined();
});

/** After half of the users were given to the canary. */
const shared = (note: Noted) => noteIn(planned(planSplit(situation({note}), half(situation()))))?.isWhole;

it('tells on whether all that was taken from the canary is told since it came', () => {
	expect(shared({verb: 'new revision', canary: undefined})).toBe(true);
	expect(shared({isWhole: true, canary: two})).toBe(true);
	expect(shared({isWhole: true, canary: three})).toBeUndefined();
	expect(shared({verb: 'split'})).toBeUndefined();
});

it('says that what was rolled back is so again where the promotion of another one is undone', () => {
	const revisions = [revisionMade(3), revisionMade(2), revisionMade(1)];
	const taken = [{revision: two, at: now - 60_000, by: 'ann'}];
	const traffic = [
		{revisionName: one, percent: 90, tag: 'stable'},
		{revisionName: two, percent: 0, tag: 'canary'},
		{revisionName: three, percent: 10},
	];
	const trying = situation({traffic, ready: 3, revisions, note: {verb: 'split', canary: three, taken}});
	const promoted = noteIn(planned(planPromote(trying)));
	expect(promoted?.stable).toBe(three);
	expect(promoted?.taken).toEqual([{...taken[0], isOver: true}]);
	const everything = {ready: 3, revisions, traffic: whole(three)};
	const undo = [splitOf(trying.service)];
	const note = {verb: 'promote' as const, stable: three, canary: undefined, taken: promoted?.taken};
	expect(noteIn(planned(planUndo(situation({...everything, note: {...note, undo}}))))?.taken).toEqual(taken);
	// It is not tried again by that.
	const other = situation({...everything, note: {...note, undo: [[row(one, 50), row(three, 50)]]}});
	expect(noteIn(planned(planUndo(other)))?.taken).toEqual(promoted?.taken);
});

describe('the note in the patch', () => {
	it('says who has which part, since when, by whom, and what undo puts back', () => {
		const facts = situation();
		expect(noteIn(planned(planSplit(facts, half(facts))))).toEqual({
			generation: 6,
			verb: 'split',
			stable: one,
			canary: two,
			previous: undefined,
			followed: false,
			since: now,
			by: 'ann',
			split: half(facts).map(({anchor: _anchor, ...rest}) => rest),
			undo: [splitOf(facts.service)],
			rejected: [],
		});
	});

	it('is left out while it is not known what time it is', () => {
		const facts = situation({now: undefined});
		expect(operationsOf(planned(planSplit(facts, half(facts)))).map(({path}) => path)).toEqual([
			'/spec/traffic',
		]);
	});

	it('has no name where it is not known who writes', () => {
		const {user: _user, ...facts} = situation();
		expect(noteIn(planned(planSplit(facts, half(facts))))?.by).toBe('');
	});

	it('keeps what undo would put back before, the last one first, where it is about the present split', () => {
		const earlier = [row(one, 100, ['stable'])];
		const facts = situation({note: {undo: [earlier]}});
		expect(noteIn(planned(planSplit(facts, half(facts))))?.undo.map(percents)).toEqual([
			`${one}=90 ${two}=10`,
			`${one}=100`,
		]);
		const stale = situation({note: {undo: [earlier], split: earlier}});
		expect(noteIn(planned(planSplit(stale, half(stale))))?.undo.map(percents)).toEqual([
			`${one}=90 ${two}=10`,
		]);
	});

	it('of an undo has what was before that, and not what is undone', () => {
		const last = [row(one, 80, ['stable']), row(two, 20, ['canary'])];
		const facts = situation({note: {undo: [last, [row(one, 100)]]}});
		const plan = planned(planUndo(facts));
		expect(percents(plan.splits?.after)).toBe(`${one}=80 ${two}=20`);
		expect(noteIn(plan)?.undo.map(percents)).toEqual([`${one}=100`]);
	});

	it.each<[string, boolean | undefined, Noted | undefined, (facts: Facts) => Planned]>([
		['a change of shares, where it did', true, {followed: true}, facts => planSplit(facts, half(facts))],
		[
			'a change of shares, where it did not',
			false,
			{followed: false},
			facts => planSplit(facts, half(facts)),
		],
		['a change of shares, where nothing is noted', false, undefined, facts => planSplit(facts, half(facts))],
		['a roll back, where it did', true, {followed: true}, facts => planRollback(facts)],
		['a promotion, which ends the release', false, {followed: true}, facts => planPromote(facts)],
		[
			'a change, where the note is about another split',
			false,
			{followed: true, split: [row(one, 100)]},
			facts => planSplit(facts, half(facts)),
		],
	])('says whether all followed the latest before the release, of %s', (_, followed, note, plan) => {
		expect(noteIn(planned(plan(situation({...(note && {note})}))))?.followed).toBe(followed);
	});

	it('of a change that begins a release has for the canary what gains and is not what users have', () => {
		const facts = situation({traffic: whole(one)});
		expect(noteIn(planned(planSplit(facts, [row(one, 90), row(two, 10)])))).toMatchObject({
			stable: one,
			canary: two,
		});
		const traffic = [...whole(two), {revisionName: one, percent: 0}];
		const beside = situation({traffic, revisions: [revisionMade(3), revisionMade(2), revisionMade(1)]});
		const gains = [row(two, 90), row(one, 0), row(three, 10)];
		expect(noteIn(planned(planSplit(beside, gains)))).toMatchObject({stable: two, canary: three});
	});

	it('has no canary where that leaves the split, or nothing gains but what users have', () => {
		const facts = situation();
		const note = noteIn(planned(planSplit(facts, [row(one, 100, ['stable'])])));
		expect(note).toMatchObject({stable: one});
		expect(note?.canary).toBeUndefined();
		const tagged = planned(planTags(situation({traffic: whole(one)}), one, ['live']));
		expect(noteIn(tagged)).toMatchObject({verb: 'tag', stable: one});
		expect(noteIn(tagged)?.canary).toBeUndefined();
	});

	it('says what users had before what they have, as the note about the present split does', () => {
		const traffic: TrafficTarget[] = [
			{revisionName: two, percent: 100, tag: 'stable'},
			{revisionName: one, percent: 0, tag: 'previous'},
		];
		const noted = {verb: 'promote', stable: two, canary: undefined, previous: one} as const;
		const next = [row(two, 100, ['stable']), row(one, 0, ['previous', 'old'])];
		const facts = situation({traffic, note: noted});
		expect(noteIn(planned(planSplit(facts, next)))?.previous).toBe(one);
		const other = situation({traffic, note: {...noted, stable: three}});
		expect(noteIn(planned(planSplit(other, next)))?.previous).toBe(three);
		const stale = situation({traffic, note: {...noted, split: [row(one, 100)]}});
		expect(noteIn(planned(planSplit(stale, next)))?.previous).toBeUndefined();
	});

	it('keeps what was rejected and bears no mark yet, four of them at most', () => {
		const facts = situation({note: {rejected: rejections(4)}, revisions: withThose(4)});
		expect(noteIn(planned(planSplit(facts, half(facts))))?.rejected).toEqual(rejections(4));
		const more = situation({note: {rejected: rejections(5)}, revisions: withThose(5)});
		expect(noteIn(planned(planSplit(more, half(more))))?.rejected).toEqual(rejections(4));
		const abandoned = noteIn(planned(planAbandon(facts, {why: 'slow'})));
		expect(abandoned?.rejected).toEqual([{revision: two, by: 'ann', at: now, why: 'slow'}, ...rejections(3)]);
	});

	it('has what is given up again once, with the latest reason', () => {
		const rejected = [{revision: two, by: 'bob', at: now - 1000, why: 'old'}];
		const facts = situation({note: {rejected}});
		expect(noteIn(planned(planAbandon(facts, {why: 'slow'})))?.rejected).toEqual([
			{revision: two, by: 'ann', at: now, why: 'slow'},
		]);
	});
});
