/** What a Route can take at once: pinned, and without rows that would keep the gateway where it is. */
import {describe, expect, it} from 'vitest';
import {allOn, pinnedSplit, withoutBlocking} from '../../../../source/knative/release/verbs/settled-split.js';
import {splitOf} from '../../../../source/knative/split/split.js';
import {condition, revisionName, revisionView, serviceView} from '../../objects.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
const failed = [condition('Ready', 'False', 'ContainerMissing', 'no image')];
const traffic = [
	{revisionName: one, percent: 100},
	{revisionName: two, percent: 0, tag: 'canary'},
	{revisionName: three, percent: 0},
];

describe('a row at 0 %', () => {
	const service = serviceView({traffic, ready: 3});
	const kept = (...[of, revisions]: [typeof service, Parameters<typeof withoutBlocking>[2]]) => {
		const notes: string[] = [];
		return {keys: withoutBlocking(of, splitOf(of), revisions, notes).map(({key}) => key), notes};
	};

	it('leaves the split where its revision is not ready or not there, and its tag is named', () => {
		expect(kept(service, [revisionView(2, failed), revisionView(1)])).toEqual({
			keys: [one],
			notes: [
				`${two} leaves the split with its tag canary: it is not ready, and the route refuses a split that lists it.`,
				`${three} leaves the split: it is not ready, and the route refuses a split that lists it.`,
			],
		});
		expect(kept(service, [revisionView(3), revisionView(2), revisionView(1)]).notes).toEqual([]);
	});

	it('stays where nothing is known of its revision, unless the route refuses the split without having resolved it', () => {
		expect(kept(service, undefined).keys).toEqual([one, two, three]);
		const refused = serviceView({
			traffic,
			ready: 3,
			edit({status}) {
				status.conditions = [condition('RoutesReady', 'False', 'RevisionMissing', 'x')];
				status.traffic = [one, two].map(name => ({revisionName: name, percent: 50}));
			},
		});
		expect(kept(refused, undefined).keys).toEqual([one, two]);
	});
});

describe('what follows the latest revision', () => {
	const following = serviceView({
		traffic: [
			{latestRevision: true, percent: 30, tag: 'canary'},
			{revisionName: two, percent: 10, tag: 'x'},
			{revisionName: one, percent: 60},
		],
		ready: 2,
	});

	it('is pinned, in one row with what was pinned to that revision', () => {
		const pinned: [string, number][] = [];
		const split = pinnedSplit(following, (revision, percent) => pinned.push([revision, percent]));
		expect(split).toEqual([
			expect.objectContaining({key: two, percent: 40, tags: ['x', 'canary'], latest: false}),
			expect.objectContaining({key: one, percent: 60}),
		]);
		expect(pinned).toEqual([[two, 30]]);
	});

	it('keeps its place where nothing is pinned to that revision', () => {
		const alone = serviceView({
			traffic: [
				{revisionName: one, percent: 60},
				{latestRevision: true, percent: 40, tag: 'canary'},
			],
			ready: 2,
		});
		expect(pinnedSplit(alone)).toEqual([
			expect.objectContaining({key: one}),
			expect.objectContaining({key: two, percent: 40, tags: ['canary'], latest: false, locked: false}),
		]);
		expect(allOn(alone, three).map(({key, percent}) => [key, percent])).toEqual([
			[one, 0],
			[two, 0],
			[three, 100],
		]);
	});

	it('goes while no revision is ready', () => {
		const starting = {...following, latestReady: undefined};
		expect(pinnedSplit(starting).map(({key}) => key)).toEqual([two, one]);
	});
});
