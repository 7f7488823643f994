/** What is said of a plan where the history of this machine cannot be read. */
import {expect, it} from 'vitest';
import {withoutHistory} from '../../source/release/without-history.js';
import type {Planned} from '../../source/release/plan-facts.js';
import {planRollback} from '../../source/release/plan-split.js';
import {now, revisionMade, serviceMade, tried} from './parts/made.js';

const plan = planRollback({
	service: serviceMade({traffic: tried, ready: 2}),
	revisions: [revisionMade(2), revisionMade(1)],
	changes: [],
	now,
});
const problem = 'EACCES';
const unread = 'The history of this machine cannot be read (EACCES)';
const nothing: Planned = {ok: false, reason: 'Nothing to undo.'};
const notesOf = (planned: Planned) => (planned.ok ? planned.plan.notes : []);

it('nothing, where it can be read', () => {
	expect(withoutHistory(plan, 'roll back', {problem: undefined, changes: 0})).toBe(plan);
	expect(withoutHistory(nothing, 'undo', {problem: undefined, changes: 0})).toBe(nothing);
});

it.each([
	['undo', 0, 'this goes by notes on the cluster'],
	['undo', 1, 'this goes by notes on the cluster, and what was seen since'],
	['roll back', 0, 'this goes by tags, notes and the list of revisions on the cluster'],
	[
		'roll back',
		1,
		'this goes by tags, notes and the list of revisions on the cluster, and what was seen since',
	],
] as const)('by what a plan to %s goes then, before all else: %i changes seen', (action, changes, by) => {
	const said = withoutHistory(plan, action, {problem, changes});
	expect(notesOf(said)).toEqual([`${unread}: ${by}.`, ...notesOf(plan)]);
	expect(notesOf(plan).length).toBeGreaterThan(0);
});

it('that it is not known what there is to undo, where nothing is known', () => {
	expect(withoutHistory(nothing, 'undo', {problem, changes: 0})).toEqual({
		ok: false,
		reason: `${unread}, so it is not known what there is to undo.`,
	});
});

it('nothing, where the reason for a no is another one', () => {
	const already: Planned = {ok: false, reason: 'It is so.', already: true};
	expect(withoutHistory(already, 'undo', {problem, changes: 0})).toBe(already);
	expect(withoutHistory(nothing, 'undo', {problem, changes: 1})).toBe(nothing);
	expect(withoutHistory(nothing, 'roll back', {problem, changes: 0})).toBe(nothing);
});
