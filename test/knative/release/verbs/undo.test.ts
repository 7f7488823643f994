/** Undo by what a machine remembers, where nothing is noted on the service. */
import {describe, expect, it} from 'vitest';
import type {Change, ReleaseFacts} from '../../../../source/knative/release/evidence/facts.js';
import {undo, undoable} from '../../../../source/knative/release/verbs/undo.js';
import {splitOf, type Split} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import {revisionName, revisionView, serviceView} from '../../objects.js';

const [one, two] = [revisionName(1), revisionName(2)];
const shares = (first: number): TrafficTarget[] => [
	{revisionName: one, percent: first},
	{revisionName: two, percent: 100 - first},
];
const splitWith = (first: number): Split => splitOf(serviceView({traffic: shares(first), ready: 2}));

const change = (generation: number, before: Split, after: Split, reason: string): Change => ({
	before,
	after,
	generation,
	at: Date.UTC(2026, 0, 2, 4, generation),
	by: 'ann',
	own: true,
	reason,
});

function factsWith(traffic: TrafficTarget[], changes: readonly Change[], created = 2): ReleaseFacts {
	const service = serviceView({
		traffic,
		ready: created,
		edit(object) {
			object.metadata.generation = changes.at(-1)?.generation ?? 1;
		},
	});
	const revisions = Array.from({length: created}, (_, index) => revisionView(created - index));
	return {service, revisions, changes};
}

const percents = (split: Split) => split.map(({percent}) => percent);

describe('what undo would put back', () => {
	it('leaves out the change that was undone, and the undo', () => {
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(90), splitWith(50), 'split'),
			change(4, splitWith(50), splitWith(90), 'undo: too many errors'),
		];
		expect(undoable(factsWith(shares(90), changes)).map(percents)).toEqual([[100, 0]]);
	});

	it('keeps a change that an undo did not take back', () => {
		// The first undo had to leave out a revision that was not ready, so it did not end where the first change did.
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(90), splitWith(50), 'split'),
			change(4, splitWith(50), splitWith(85), 'undo'),
			change(5, splitWith(85), splitWith(70), 'undo'),
		];
		expect(undoable(factsWith(shares(70), changes)).map(percents)).toEqual([
			[85, 15],
			[100, 0],
		]);
	});

	it('is nothing where a change in between was not seen', () => {
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(80), splitWith(50), 'split'),
		];
		expect(undoable(factsWith(shares(50), changes)).map(percents)).toEqual([[80, 20]]);
	});
});

it('what followed the latest is pinned, in one row with what was pinned to that revision', () => {
	const before = splitOf(
		serviceView({
			traffic: [
				{latestRevision: true, percent: 60, tag: 'canary'},
				{revisionName: two, percent: 40, tag: 'stable'},
			],
			ready: 2,
		}),
	);
	const choice = undo(factsWith(shares(100), [change(2, before, splitWith(100), 'split')], 3));
	expect(choice).toMatchObject({
		kind: 'split',
		split: [{key: two, revision: two, latest: false, percent: 100, tags: ['canary', 'stable']}],
	});
	expect(choice.kind === 'split' && choice.split).toHaveLength(1);
});
