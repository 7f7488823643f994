/** What a roll back says where there is nothing to take back, and what it leaves in the split. */
import {describe, expect, it} from 'vitest';
import type {Change, ReleaseFacts} from '../../../../source/knative/release/evidence/release-facts.js';
import {rollBack} from '../../../../source/knative/release/verbs/roll-back.js';
import {splitOf, toTargets, type Split} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import {moment} from '../../../../source/knative/text/moment.js';
import {revisionName, revisionView, serviceView, type ServiceChange} from '../../objects.js';
import {notedAt, noting} from '../noted.js';

const [one, two] = [revisionName(1), revisionName(2)];
const now = notedAt + 60_000;

/** All on the first revision, with the canary at 0 %. */
const beside: TrafficTarget[] = [
	{revisionName: one, percent: 100, tag: 'stable'},
	{revisionName: two, percent: 0, tag: 'canary'},
];
const shares = (first: number): TrafficTarget[] =>
	beside.map((target, index) => ({...target, percent: index === 0 ? first : 100 - first}));
const splitWith = (first: number): Split => splitOf(serviceView({traffic: shares(first), ready: 2}));

function factsOf(
	traffic: TrafficTarget[],
	{edit, changes = []}: Pick<ServiceChange, 'edit'> & {changes?: readonly Change[]} = {},
): ReleaseFacts {
	const service = serviceView({traffic, ready: 2, ...(edit && {edit})});
	return {service, revisions: [revisionView(2), revisionView(1)], changes};
}

/** Of a service that was changed twice. */
const changedTwice: ServiceChange['edit'] = ({metadata}) => {
	metadata.generation = 2;
};
const latest = (percent: number): TrafficTarget => ({latestRevision: true, percent, tag: 'canary'});

/** What a roll back makes of these targets. */
const choiceOf = (traffic: TrafficTarget[]) => {
	const choice = rollBack(factsOf(traffic));
	if (choice.kind !== 'split') throw new Error(JSON.stringify(choice));
	return {...choice, targets: toTargets(choice.split)};
};

it('asks where what users had was deleted, and names what there is', () => {
	const traffic: TrafficTarget[] = [
		{revisionName: one, percent: 90, tag: 'stable'},
		{revisionName: revisionName(3), percent: 10, tag: 'canary'},
	];
	const revisions = [revisionView(3), revisionView(2)];
	const facts = {service: serviceView({traffic, ready: 3}), revisions, changes: []};
	expect(rollBack(facts)).toEqual({
		kind: 'ask',
		question: `${one} is what users had, and does not exist any more.`,
		candidates: [two],
	});
	expect(rollBack({...facts, revisions: undefined})).toMatchObject({kind: 'split', revision: one});
});

describe('of a canary that has no traffic', () => {
	const nothing = `Nothing to roll back: ${two} has 0 %, ${one} has 100 %.`;

	it('is refused, and giving it up is named instead', () => {
		expect(rollBack(factsOf(beside))).toEqual({kind: 'refused', reason: nothing, instead: 'abandon'});
	});

	it('says that users never got it where the note does', () => {
		const edit = noting({generation: 5, split: splitWith(100), verb: 'new revision'});
		expect(rollBack(factsOf(beside, {edit}))).toEqual({
			kind: 'refused',
			reason: `Nothing to roll back: users never got ${two}; ${one} has 100 %.`,
			instead: 'abandon',
		});
	});

	const alone = serviceView({traffic: [{revisionName: one, percent: 100}], ready: 1});
	it.each([
		['the note is of a version that told of no undo', {verb: 'undo', undo: []}, 'has 0 %, '],
		['it was changed since by such a version', {verb: 'tag', undo: [splitWith(100)]}, 'has 0 %, '],
		['what came before is not kept', {verb: 'tag', undo: [splitWith(100)], isWhole: true}, 'has 0 %, '],
		[
			'all is told since it came',
			{verb: 'tag', undo: [splitWith(100), splitOf(alone)], isWhole: true},
			'never got',
		],
	] as const)('says that users never got it only as far as it is known: %s', (_, note, words) => {
		const edit = noting({generation: 5, split: splitWith(100), ...note});
		expect(rollBack(factsOf(beside, {edit}))).toMatchObject({reason: expect.stringContaining(words)});
	});

	it('says when that was and by whom where the note knows of its traffic', () => {
		const edit = noting({generation: 5, split: splitWith(100), undo: [splitWith(90)]});
		expect(rollBack(factsOf(beside, {edit}), {now})).toEqual({
			kind: 'refused',
			already: true,
			reason: `${two} was rolled back already at ${moment(notedAt, now)} by ann: ${one} has 100 %.`,
			instead: 'abandon',
		});
	});

	it.each([
		['undo', [splitWith(90)]],
		['tag', [splitWith(100), splitWith(90)]],
	] as const)('says no moment where the note is of a %s since', (verb, undo) => {
		const edit = noting({generation: 5, split: splitWith(100), verb, undo});
		expect(rollBack(factsOf(beside, {edit}), {now})).toMatchObject({
			reason: `${two} was rolled back already: ${one} has 100 %.`,
		});
	});

	it.each([
		['bob', 'bob'],
		['', 'somebody'],
	])('says what only this machine remembers: by %j', (by, who) => {
		const taken: Change = {
			before: splitWith(90),
			after: splitWith(100),
			generation: 2,
			at: notedAt,
			by,
			own: true,
			reason: 'split',
		};
		expect(rollBack(factsOf(beside, {edit: changedTwice, changes: [taken]}), {now})).toMatchObject({
			reason: `${nothing} This machine remembers that it had some until ${who} changed it at ${moment(notedAt, now)}.`,
		});
		const never = {...taken, before: splitWith(100)};
		expect(rollBack(factsOf(beside, {edit: changedTwice, changes: [never]}), {now})).toMatchObject({
			reason: nothing,
		});
	});
});

describe('of a canary that has traffic', () => {
	it('leaves it in the split at 0 % with its tag', () => {
		const {targets, notes, parts, revision} = choiceOf(shares(60));
		expect(targets).toEqual(beside);
		expect(notes).toEqual([`Back to ${one}: tagged stable, and has traffic.`]);
		expect(parts).toEqual({stable: one, canary: two, previous: undefined});
		expect(revision).toBe(one);
	});

	it('says that it pins only where the row that follows the latest has traffic', () => {
		const [first] = shares(60);
		if (!first) throw new Error('no row');
		expect(choiceOf([first, latest(40)]).notes).toContain(`Pins ${one} (was: follow latest).`);
		const unused = [...shares(60), {latestRevision: true, percent: 0}];
		expect(choiceOf(unused).notes.join(' ')).not.toContain('Pins');
	});

	it('gives no tags to a split without any', () => {
		const untagged = shares(60).map(({tag: _tag, ...target}) => target);
		expect(choiceOf(untagged).targets).toEqual([
			{revisionName: one, percent: 100},
			{revisionName: two, percent: 0},
		]);
	});
});
