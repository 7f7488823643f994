/** What had the traffic before the revision that has all of it now: what each account proves, and what none does. */
import {describe, expect, it} from 'vitest';
import type {Change, ReleaseFacts} from '../../../../source/knative/release/evidence/release-facts.js';
import {pastOf} from '../../../../source/knative/release/evidence/past.js';
import {releaseOf} from '../../../../source/knative/release/release.js';
import {splitOf, type Split} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import {condition, revisionName, revisionView, serviceView, type ServiceChange} from '../../objects.js';
import {noting} from '../noted.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
type Row = readonly [revision: string, percent: number, tag?: string];
const pinned = (...rows: readonly Row[]) =>
	rows.map(([name, percent, tag]): TrafficTarget => ({
		revisionName: name,
		percent,
		...(tag !== undefined && {tag}),
	}));
const splitWith = (...rows: readonly Row[]): Split =>
	splitOf(serviceView({traffic: pinned(...rows), ready: 3}));

function factsOf(
	rows: readonly Row[],
	{
		edit,
		changes = [],
		revisions = 3,
	}: Pick<ServiceChange, 'edit'> & {
		changes?: readonly Change[];
		revisions?: number;
	} = {},
): ReleaseFacts {
	const service = serviceView({traffic: pinned(...rows), ready: revisions, ...(edit && {edit})});
	return {
		service,
		revisions: Array.from({length: revisions}, (_, index) => revisionView(revisions - index)),
		changes,
	};
}

const change = (generation: number, before: Split, after: Split): Change => ({
	before,
	after,
	generation,
	at: Date.UTC(2026, 0, 2, 4, generation),
	by: 'ann',
	own: true,
	reason: 'split',
});

/** Of a service that was changed three times. */
const edit: ServiceChange['edit'] = ({metadata}) => {
	metadata.generation = 3;
};

/** What is told of the second revision, promoted, by a note with this in it. */
const noted = (note: Partial<Parameters<typeof noting>[0]>) =>
	pastOf(
		factsOf([[two, 100]], {
			edit: noting({generation: 5, split: splitWith([two, 100]), verb: 'promote', stable: two, ...note}),
			revisions: 2,
		}),
		two,
	);

describe('by a row that is listed', () => {
	it.each([
		['stable', `tagged stable`],
		['previous', `tagged previous`],
		['preview', 'the only older one in the split'],
		[undefined, 'the only older one in the split'],
	])('with the tag %s it is told, and why', (tag, because) => {
		const older = tag === undefined ? ([one, 0] as const) : ([one, 0, tag] as const);
		expect(pastOf(factsOf([older, [two, 100]], {revisions: 2}), two)).toEqual({
			kind: 'told',
			revision: one,
			because,
		});
	});

	it('of several the tag decides, stable before previous, and without one it is asked', () => {
		const listed = (a: string, b: string) =>
			pastOf(
				factsOf([
					[one, 0, a],
					[two, 0, b],
					[three, 100],
				]),
				three,
			);
		expect(listed('previous', 'stable')).toMatchObject({kind: 'told', revision: two});
		expect(listed('stable', 'previous')).toMatchObject({kind: 'told', revision: one});
		expect(listed('previous', 'x')).toMatchObject({kind: 'told', revision: one});
		expect(listed('x', 'y')).toEqual({
			kind: 'cannot tell',
			candidates: [one, two],
			because: `${one}, ${two}: which of them had the traffic before ${three} cannot be told.`,
		});
	});

	it('a tag does not decide where one that the split lists no more left it later', () => {
		const facts = factsOf([
			[two, 0, 'stable'],
			[three, 100],
		]);
		const [last, middle, first] = facts.revisions ?? [];
		if (!last || !middle || !first) throw new Error('no revisions');
		const left = {...first, routingState: 'reserve' as const, routingStateModified: Date.UTC(2026, 0, 2, 6)};
		const arrived = Date.UTC(2026, 0, 2, 5);
		const newest = {...last, createdAt: arrived, routingStateModified: arrived};
		expect(pastOf({...facts, revisions: [newest, middle, left]}, three)).toMatchObject({
			kind: 'cannot tell',
			candidates: [two, one],
		});
	});

	it('what is newer than what has the traffic did not have it before', () => {
		expect(
			pastOf(
				factsOf(
					[
						[one, 100],
						[two, 0],
					],
					{revisions: 2},
				),
				one,
			),
		).toMatchObject({kind: 'none'});
	});
});

describe('where nothing is known', () => {
	it('there is none; where the revisions may not be listed it cannot be told', () => {
		const facts = factsOf([[two, 100]], {revisions: 2});
		expect(pastOf(facts, two)).toEqual({
			kind: 'none',
			because: `No revision older than ${two} is known to have had traffic.`,
		});
		expect(pastOf({...facts, revisions: undefined}, two)).toMatchObject({
			kind: 'cannot tell',
			candidates: [],
			because: expect.stringContaining('the revisions could not be listed'),
		});
	});

	it('what this machine remembers is one that may be meant, and no more', () => {
		const changes = [
			change(2, splitWith([one, 100]), splitWith([one, 10], [two, 90])),
			change(3, splitWith([one, 10], [two, 90]), splitWith([two, 100])),
		];
		// The last change found most of the traffic on the same revision: what counts is the one before.
		expect(pastOf(factsOf([[two, 100]], {edit, changes, revisions: 2}), two)).toMatchObject({
			kind: 'cannot tell',
			candidates: [one],
			because: expect.stringMatching(
				new RegExp(` This machine remembers ${one} with 100 % until ann changed it at .*\\.$`),
			),
		});
		const half = [change(3, splitWith([one, 50], [two, 50]), splitWith([two, 100]))];
		expect(pastOf(factsOf([[two, 100]], {edit, changes: half, revisions: 2}), two)).toMatchObject({
			kind: 'none',
		});
	});
});

describe('by a note about the present split', () => {
	it('is what the note says that had it', () => {
		expect(noted({previous: one})).toEqual({
			kind: 'told',
			revision: one,
			because: `noted on the service: it had the traffic before ${two}`,
		});
		expect(noted({stable: one})).toMatchObject({kind: 'told', revision: one});
	});

	it('was rolled back to where the note says so, or names a newer one', () => {
		const back = (verb: 'roll back' | 'abandon') => {
			const split = splitWith([one, 100]);
			const note = noting({generation: 5, split, verb, stable: one, canary: two});
			return pastOf(factsOf([[one, 100]], {edit: note, revisions: 2}), one);
		};
		expect(back('roll back')).toMatchObject({kind: 'rolled back', from: two, by: 'ann', isAbandoned: false});
		expect(back('abandon')).toMatchObject({kind: 'rolled back', from: two, isAbandoned: true});
		const newer = noting({generation: 5, split: splitWith([one, 100]), stable: two});
		expect(pastOf(factsOf([[one, 100]], {edit: newer, revisions: 2}), one)).toMatchObject({
			kind: 'rolled back',
			from: two,
			isAbandoned: false,
		});
	});

	it('a note that names what has the traffic itself, or what is gone, says nothing', () => {
		expect(noted({previous: two})).toMatchObject({kind: 'none'});
		expect(noted({previous: 'helloworld-go-00000'})).toMatchObject({kind: 'none'});
		expect(noted({previous: undefined})).toMatchObject({kind: 'none'});
	});
});

it('while the route refuses the split it is what the gateway keeps', () => {
	const refused: Required<ServiceChange>['edit'] = ({status}) => {
		status.conditions = [condition('RoutesReady', 'False', 'RevisionMissing', 'x')];
		status.traffic = [{revisionName: one, percent: 100}];
	};
	expect(pastOf(factsOf([[two, 100]], {edit: refused, revisions: 2}), two)).toEqual({
		kind: 'told',
		revision: one,
		because: 'users still have it, because the route refuses the present split',
	});
	expect(pastOf(factsOf([[one, 100]], {edit: refused, revisions: 2}), one)).toMatchObject({kind: 'none'});
	const newer: ServiceChange['edit'] = object => {
		refused(object);
		object.status.traffic = [{revisionName: two, percent: 100}];
	};
	expect(pastOf(factsOf([[one, 100]], {edit: newer, revisions: 2}), one)).toMatchObject({
		kind: 'cannot tell',
		candidates: [two],
	});
});

describe('who is stable', () => {
	it('beside a canary whose tag stayed on it with all of the traffic is what had it before', () => {
		expect(
			releaseOf(
				factsOf(
					[
						[one, 0, 'previous'],
						[two, 100, 'canary'],
					],
					{revisions: 2},
				),
			),
		).toMatchObject({
			canary: {revision: two, percent: 100},
			stable: {revision: one, percent: 0, because: 'tagged previous'},
		});
		expect(
			releaseOf(
				factsOf([
					[one, 0, 'a'],
					[two, 0, 'b'],
					[three, 100, 'canary'],
				]),
			),
		).toMatchObject({
			stable: undefined,
			doubt: {about: 'stable', candidates: [one, two]},
		});
	});

	it('is noted, before the largest share beside the canary', () => {
		const rows = [
			[one, 20],
			[two, 30],
			[three, 50],
		] as const;
		expect(releaseOf(factsOf([...rows])).stable).toMatchObject({revision: two, percent: 30});
		const note = noting({generation: 5, split: splitWith(...rows), stable: one, canary: three});
		expect(releaseOf(factsOf([...rows], {edit: note})).stable).toEqual({
			revision: one,
			percent: 20,
			because: 'noted on the service',
		});
	});
});
