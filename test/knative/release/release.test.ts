import {describe, expect, test} from 'vitest';
import {completeSplit, rollbackSplit, rollbackTarget} from '../../../source/knative/release/release.js';
import {splitOf, toTargets, type Split} from '../../../source/knative/split/split.js';
import type {RevisionView} from '../../../source/knative/revision/revision.js';
import {condition, revisionName, revisionView, serviceView} from '../objects.js';

const [first, second, third] = [revisionName(1), revisionName(2), revisionName(3)];
const targetsOf = (result: {ok: true; split: Split} | {ok: false; reason: string}) =>
	result.ok ? toTargets(result.split) : result.reason;

const canaryOf = (tag?: string) =>
	serviceView({
		ready: 3,
		traffic: [
			{revisionName: first, percent: 30, ...(tag !== undefined && {tag})},
			{revisionName: second, percent: 50},
			{latestRevision: true, percent: 20, tag: 'canary'},
		],
	});

const whole = (name: string) => splitOf(serviceView({traffic: [{revisionName: name, percent: 100}]}));

describe('completing', () => {
	test('gives everything to the row that follows the latest, and keeps the others with their tags', () => {
		const view = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 90, tag: 'stable'},
				{latestRevision: true, percent: 10, tag: 'canary'},
			],
		});
		const result = completeSplit(view);
		expect(result).toMatchObject({ok: true, revision: second});
		expect(targetsOf(result)).toEqual([
			{revisionName: first, percent: 0, tag: 'stable'},
			{latestRevision: true, percent: 100, tag: 'canary'},
		]);
	});

	test('pins the newest ready revision when nothing follows the latest', () => {
		const listed = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 90},
				{revisionName: second, percent: 10, tag: 'canary'},
			],
		});
		expect(targetsOf(completeSplit(listed))).toEqual([
			{revisionName: first, percent: 0},
			{revisionName: second, percent: 100, tag: 'canary'},
		]);
		const unlisted = serviceView({ready: 2, traffic: [{revisionName: first, percent: 100}]});
		expect(targetsOf(completeSplit(unlisted))).toEqual([
			{revisionName: first, percent: 0},
			{revisionName: second, percent: 100},
		]);
	});

	test('says when the newest revision is not the newest ready one', () => {
		const view = serviceView({ready: 2, created: 3, traffic: [{revisionName: first, percent: 100}]});
		expect(completeSplit(view)).toMatchObject({
			ok: true,
			revision: second,
			notes: [`The newest revision, ${third}, is not ready; ${second} is the newest one that is.`],
		});
	});

	test('is refused when there is nothing to do or nobody to take it', () => {
		expect(completeSplit(serviceView())).toEqual({
			ok: false,
			already: true,
			reason: `${first} has 100 % of the traffic of helloworld-go already.`,
		});
		const pinned = serviceView({
			traffic: [
				{revisionName: first, percent: 100},
				{latestRevision: true, percent: 0},
			],
		});
		expect(completeSplit(pinned).ok).toBe(false);
		const unready = serviceView({edit: service => delete service.status.latestReadyRevisionName});
		expect(completeSplit(unready)).toEqual({
			ok: false,
			reason: 'No revision of helloworld-go has become ready, so none can take the traffic.',
		});
	});
});

describe('completing while the older one has everything and the newest one is not ready', () => {
	const traffic = [{revisionName: first, percent: 100}];
	const has = `${first} has 100 % of the traffic of helloworld-go already`;

	test('is not done, and says which one is not ready and why', () => {
		const failed = [condition('Ready', 'False', 'ContainerMissing', 'Unable to fetch image "x".')];
		expect(
			completeSplit(serviceView({ready: 1, created: 2, traffic}), [revisionView(2, failed), revisionView(1)]),
		).toEqual({
			ok: false,
			reason: `The newest revision, ${second}, is not ready (ContainerMissing: Unable to fetch image "x"); ${has}. Nothing was completed.`,
		});
		const deploying = [condition('Ready', 'Unknown')];
		expect(
			completeSplit(serviceView({ready: 1, created: 2, traffic}), [
				revisionView(2, deploying),
				revisionView(1),
			]),
		).toMatchObject({reason: expect.stringContaining(`${second}, is not ready (Deploying);`)});
	});

	test('takes the words of the service where the revisions are not known', () => {
		const view = serviceView({
			ready: 1,
			created: 2,
			traffic,
			edit: ({status}) => {
				status.conditions = [condition('ConfigurationsReady', 'False', 'RevisionFailed', 'it crashed.')];
			},
		});
		expect(completeSplit(view)).toEqual({
			ok: false,
			reason: `The newest revision, ${second}, is not ready (RevisionFailed: it crashed); ${has}. Nothing was completed.`,
		});
	});

	test('is not known to be done while the last change may still make a newer one', () => {
		const view = serviceView({traffic, edit: ({metadata}) => (metadata.generation = 2)});
		expect(completeSplit(view)).toEqual({
			ok: false,
			reason: `${has}, but the controller has not taken up the last change yet, which may make a newer revision. Nothing was completed; ask again.`,
		});
	});
});

describe('the revision to roll back to', () => {
	const revisions = [revisionView(1), revisionView(2), revisionView(3)];

	test('is the last that had everything before the canary began', () => {
		const history = [whole(second), whole(first), splitOf(canaryOf()), whole(third)];
		expect(rollbackTarget(canaryOf('stable'), revisions, history)).toEqual({
			ok: true,
			revision: first,
			because: `${first} had 100 % before this release began.`,
			notes: [],
		});
	});

	test('passes over one that is gone', () => {
		const history = [whole(first), whole(second)];
		expect(rollbackTarget(canaryOf(), [revisionView(1), revisionView(3)], history)).toMatchObject({
			revision: first,
		});
	});

	test('without history is the one tagged stable', () => {
		expect(rollbackTarget(canaryOf('stable'), revisions)).toMatchObject({
			revision: first,
			because: `${first} is tagged stable.`,
		});
	});

	test('without a tag is the newest ready one older than the newest in the split', () => {
		expect(rollbackTarget(canaryOf(), revisions)).toMatchObject({
			revision: second,
			because: `${second} is the newest ready revision older than ${third}.`,
		});
		const failed = revisionView(2, [condition('Ready', 'False', 'ExitCode1', 'x')]);
		expect(rollbackTarget(canaryOf(), [revisionView(1), failed, revisionView(3)])).toMatchObject({
			revision: first,
		});
	});

	test('is also there when a release is complete and the old revision has 0 %', () => {
		const view = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 0},
				{latestRevision: true, percent: 100},
			],
		});
		expect(rollbackTarget(view, [revisionView(1), revisionView(2)])).toMatchObject({
			revision: first,
			notes: [],
		});
	});

	test('comes with a warning when it is not ready, asleep, or may be collected', () => {
		const view = serviceView({ready: 2});
		const asleep: RevisionView = revisionView(1, [
			condition('Ready', 'True'),
			condition('Active', 'False', 'NoTraffic'),
		]);
		expect(rollbackTarget(view, [asleep, revisionView(2)])).toMatchObject({
			revision: first,
			notes: [
				`${first} is scaled to zero; the first answers wait for a pod to start.`,
				`${first} is not listed in the split, so it may be garbage collected at any time.`,
			],
		});
		const broken = revisionView(1, [condition('Ready', 'False', 'ExitCode1', 'gone')]);
		expect(rollbackTarget(view, [broken, revisionView(2)], [whole(first)])).toMatchObject({
			revision: first,
			notes: [`${first} is not ready (ExitCode1: gone).`, expect.stringContaining('garbage collected')],
		});
	});

	test('is never one of another Service, and may not exist', () => {
		const foreign = {...revisionView(1), service: 'other'};
		expect(rollbackTarget(serviceView({ready: 2}), [foreign, revisionView(2)])).toEqual({
			ok: false,
			reason: 'helloworld-go has no earlier ready revision to roll back to.',
		});
		expect(rollbackTarget(serviceView(), []).ok).toBe(false);
	});
});

describe('rolling back', () => {
	test('pins the revision at 100 and keeps all rows and tags', () => {
		const view = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 50, tag: 'stable'},
				{latestRevision: true, percent: 50, tag: 'canary'},
			],
		});
		const result = rollbackSplit(view, first);
		expect(targetsOf(result)).toEqual([
			{revisionName: first, percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		]);
		expect(result).toMatchObject({
			notes: [`The traffic is pinned to ${first}; it followed the latest ready revision until now.`],
		});
	});

	test('pins also the revision that the latest resolves to now, lest the next one take over', () => {
		const view = serviceView({ready: 1, created: 2});
		expect(targetsOf(rollbackSplit(view, first))).toEqual([
			{latestRevision: true, percent: 0},
			{revisionName: first, percent: 100},
		]);
	});

	test('is refused when it changes nothing', () => {
		const view = serviceView({traffic: [{revisionName: first, percent: 100}]});
		expect(targetsOf(rollbackSplit(view, first))).toBe(
			`${first} has 100 % of the traffic of helloworld-go already.`,
		);
	});

	describe('where a revision that is not ready is listed, be it at 0 %', () => {
		const failed = revisionView(2, [condition('Ready', 'False', 'ContainerMissing', 'no image')]);
		const view = serviceView({
			ready: 1,
			created: 2,
			traffic: [
				{revisionName: first, percent: 70, tag: 'stable'},
				{revisionName: second, percent: 30, tag: 'canary'},
			],
			edit(service) {
				service.status.conditions = [condition('RoutesReady', 'False', 'RevisionMissing')];
				service.status.traffic = [{revisionName: first, percent: 100, latestRevision: false}];
			},
		});
		const alone = [{revisionName: first, percent: 100, tag: 'stable'}];

		test.each([
			['which failed', [failed, revisionView(1)]],
			['which does not exist', [revisionView(1)]],
			['and the revisions are not known, but the route refuses the split', undefined],
		])('takes it out, lest the gateway stay as it is: %s', (_, revisions) => {
			const result = rollbackSplit(view, first, revisions);
			expect(targetsOf(result)).toEqual(alone);
			expect(result).toMatchObject({
				notes: [expect.stringMatching(/taken out of the split with its tag canary/)],
			});
		});

		test('completing takes it out too', () => {
			expect(targetsOf(completeSplit(view, [failed, revisionView(1)]))).toEqual(alone);
		});
	});

	test.each([
		['the history', [whole(first)], 'before'],
		['the tag', [], 'tagged stable'],
	])('finds where to go by %s when the revisions are not known', (_, history, because) => {
		const view = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 50, tag: 'stable'},
				{revisionName: revisionName(2), percent: 50},
			],
		});
		expect(rollbackTarget(view, undefined, history)).toMatchObject({
			ok: true,
			revision: first,
			because: expect.stringContaining(because),
		});
	});
});
