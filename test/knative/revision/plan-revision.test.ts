import {applyPatch} from 'rfc6902';
import {describe, expect, test} from 'vitest';
import {guard, trafficOperation} from '../../../source/knative/objects/patch.js';
import {planRevision, type RevisionPlan} from '../../../source/knative/revision/plan-revision.js';
import {parseService} from '../../../source/knative/service/service.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {condition, knativeService, serviceView, type ServiceChange} from '../objects.js';
import {first, knative, object, patched, second, withContainer} from './requests.js';

test('the walk-through: the old one is pinned at 100, the new one is there at 0 and can be tried by its tag', () => {
	const view = serviceView();
	const plan = planRevision(view, {...knative, newTag: 'canary', oldTag: 'stable'});
	expect(patched(view, plan)).toMatchObject({
		template: {spec: {containers: [{env: [{name: 'TARGET', value: 'Knative'}]}]}},
		traffic: [
			{revisionName: first, percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		],
	});
	expect(plan).toMatchObject({
		notes: [`Pins ${first} at 100 % (was: follow latest).`],
	});
});

test('fields that are null are made as if they were not there, and no revision is made of no container', () => {
	const nothing = withContainer({image: null, env: null, ports: null});
	const plan = planRevision(nothing, {...knative, image: 'registry.example.com/shop:2'});
	expect(patched(nothing, plan)).toMatchObject({
		template: {
			spec: {containers: [{image: 'registry.example.com/shop:2', env: [{name: 'TARGET', value: 'Knative'}]}]},
		},
	});
	const empty = serviceView({edit: service => Object.assign(service.spec.template.spec, {containers: null})});
	expect(planRevision(empty, knative)).toMatchObject({ok: false, reason: /has no container/});
});

test('the plan is accepted as the split of the Service it makes', () => {
	const view = serviceView();
	const plan = planRevision(view, {...knative, percent: 30});
	const service = knativeService();
	for (const target of patched(view, plan).traffic) expect(target).not.toHaveProperty('tag');
	const parsed = parseService({...service, spec: patched(view, plan)});
	expect(parsed.ok && splitOf(parsed.value).map(row => [row.key, row.percent])).toEqual([
		[first, 70],
		['@latest', 30],
	]);
});

const shares = (traffic: ServiceChange['traffic'], percent: number) => {
	const plan = planRevision(serviceView({ready: 2, ...(traffic && {traffic})}), {...knative, percent});
	return plan.ok
		? plan.targets.map(target => `${target.revisionName ?? '@latest'}=${target.percent}`).join(' ')
		: plan.reason;
};

describe('the shares', () => {
	test.each([
		[undefined, 0, `${second}=100 @latest=0`],
		[undefined, 100, `${second}=0 @latest=100`],
		[
			[
				{revisionName: first, percent: 60},
				{revisionName: second, percent: 40},
			],
			10,
			`${first}=54 ${second}=36 @latest=10`,
		],
		[
			[
				{revisionName: first, percent: 33},
				{latestRevision: true, percent: 67},
			],
			1,
			`${first}=33 ${second}=66 @latest=1`,
		],
		[
			[
				{revisionName: second, percent: 50},
				{latestRevision: true, percent: 50},
			],
			20,
			`${second}=80 @latest=20`,
		],
		[
			[
				{revisionName: first, percent: 0},
				{revisionName: second, percent: 100},
			],
			25,
			`${first}=0 ${second}=75 @latest=25`,
		],
	])('%j with %i for the new one become %s', (traffic, percent, expected) => {
		expect(shares(traffic, percent)).toBe(expected);
	});

	test.each([-1, 101, 0.5, Number.NaN])('%d percent are refused', percent => {
		expect(shares(undefined, percent)).toBe(
			'The share of the new revision is a whole percent from 0 to 100.',
		);
	});
});

describe('the tags', () => {
	const canary = serviceView({
		ready: 2,
		traffic: [
			{revisionName: first, percent: 20, tag: 'stable'},
			{latestRevision: true, percent: 80, tag: 'canary'},
			{latestRevision: true, percent: 0, tag: 'preview'},
		],
	});

	test('move to the new revision, and the move is told', () => {
		const plan = planRevision(canary, {...knative, newTag: 'canary'});
		expect(plan).toMatchObject({
			targets: [
				{revisionName: first, percent: 20, tag: 'stable'},
				{revisionName: second, percent: 80, tag: 'preview'},
				{latestRevision: true, percent: 0, tag: 'canary'},
			],
			notes: [
				`Pins ${second} at 80 % (was: follow latest).`,
				`The tag canary moves from ${second} to the new revision.`,
			],
		});
	});

	test('mark the one that has most of the traffic as the old one', () => {
		const plan = planRevision(canary, {...knative, oldTag: 'stable'});
		expect(plan).toMatchObject({
			targets: [
				{revisionName: first, percent: 20},
				{revisionName: second, percent: 80, tag: 'canary'},
				{revisionName: second, percent: 0, tag: 'preview'},
				{revisionName: second, percent: 0, tag: 'stable'},
				{latestRevision: true, percent: 0},
			],
		});
	});

	test.each([
		[{newTag: 'x', oldTag: 'x'}, 'The tag x can be on the new revision or on the old one, not on both.'],
		[{newTag: 'Canary'}, 'The tag Canary may have lower-case letters, digits and -'],
		[{oldTag: 'a'.repeat(60)}, 'of 74 characters; at most 63 characters.'],
	])('%j are refused', (tags, reason) => {
		expect(planRevision(canary, {...knative, ...tags})).toMatchObject({
			ok: false,
			reason: expect.stringContaining(reason),
		});
	});
});

test('without any ready revision the new one gets everything, and the tags of the one that never was', () => {
	const view = serviceView({
		traffic: [{latestRevision: true, percent: 100, tag: 'preview'}],
		edit: service => delete service.status.latestReadyRevisionName,
	});
	const plan = planRevision(view, {...knative, oldTag: 'stable', newTag: 'canary'});
	expect(plan).toMatchObject({
		targets: [
			{latestRevision: true, percent: 100, tag: 'preview'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		],
		notes: [expect.stringContaining('No revision of helloworld-go is ready')],
	});
});

test('a gradual rollout under way is stopped where it is', () => {
	const view = serviceView({
		ready: 2,
		edit: service => {
			service.status.conditions = [condition('RoutesReady', 'Unknown', 'RolloutInProgress', 'x')];
			service.status.traffic = [
				{revisionName: first, latestRevision: true, percent: 75},
				{revisionName: second, latestRevision: true, percent: 25},
			];
		},
	});
	expect(planRevision(view, knative)).toMatchObject({
		targets: [
			{revisionName: second, percent: 25},
			{revisionName: first, percent: 75},
			{latestRevision: true, percent: 0},
		],
	});
});

test('a patch of the traffic is one operation, and its guard fails for another object or another spec', () => {
	const view = serviceView();
	const patch = [...guard(view), trafficOperation(splitOf(view))];
	const same = object(view.uid, 1);
	expect(applyPatch(same, patch)).toEqual([null, null, null]);
	expect(same.spec).toEqual({traffic: [{latestRevision: true, percent: 100}]});
	expect(applyPatch(object(view.uid, 2), patch)[1]).toMatchObject({name: 'TestError'});
	expect(applyPatch(object('another', 1), patch)[0]).toMatchObject({name: 'TestError'});
});

const notesOf = (plan: RevisionPlan) => (plan.ok ? plan.notes : [plan.reason]);

const tagsOf = (plan: RevisionPlan) =>
	plan.ok ? Object.fromEntries(plan.split.map(({key, tags}) => [key, tags.join()])) : {};

test('the tag of a canary that is not ready is of the next one, and never pinned to what users have', () => {
	const view = serviceView({
		traffic: [
			{revisionName: first, percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		],
	});
	const plan = planRevision({...view, latestReady: first, latestCreated: second}, knative);
	expect(plan).toMatchObject({
		targets: [
			{revisionName: first, percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		],
		notes: [
			expect.stringContaining(`Pins ${first}`),
			`The tag canary is of the new revision, and no more of ${second}, which is not ready.`,
		],
	});
});

describe('the tag for the old one', () => {
	const traffic = [
		{revisionName: first, percent: 40, tag: 'live'},
		{revisionName: second, percent: 60},
	];
	const view = serviceView({ready: 2, traffic});

	test('goes to what users had when the release began, whatever has most of the traffic now', () => {
		const plan = planRevision(view, {...knative, oldTag: 'stable'}, {stable: first});
		expect(tagsOf(plan)).toEqual({[first]: 'live,stable', [second]: '', '@latest': ''});
		expect(notesOf(plan)).toEqual([]);
	});

	test('goes to what has most of it, where that had none or is not told', () => {
		const none = serviceView({
			ready: 2,
			traffic: [
				{revisionName: first, percent: 0},
				{revisionName: second, percent: 100},
			],
		});
		const wanted = {...knative, oldTag: 'stable'};
		expect(tagsOf(planRevision(none, wanted, {stable: first}))).toMatchObject({[second]: 'stable'});
		expect(tagsOf(planRevision(view, wanted))).toMatchObject({[second]: 'stable'});
	});

	test('goes to the upper one of two that have as much', () => {
		const equal = serviceView({ready: 2, traffic: traffic.map(target => ({...target, percent: 50}))});
		expect(tagsOf(planRevision(equal, {...knative, oldTag: 'stable'}))).toMatchObject({
			[first]: 'live,stable',
		});
	});

	test('that moves is told of by both names, one that stays is not', () => {
		const moved = planRevision(view, {...knative, oldTag: 'live'});
		expect(notesOf(moved)).toEqual([`The tag live moves from ${first} to ${second}.`]);
		expect(tagsOf(moved)).toMatchObject({[first]: '', [second]: 'live'});
		const stays = planRevision(view, {...knative, oldTag: 'live'}, {stable: first});
		expect(notesOf(stays)).toEqual([]);
		expect(tagsOf(stays)).toMatchObject({[first]: 'live'});
	});
});

const unread = (name: string): unknown => expect.stringContaining(`Whether the name ${name} is free`);

describe('the names that tags need', () => {
	const view = serviceView({traffic: [{latestRevision: true, percent: 100, tag: 'live'}]});
	const [taken, free] = ['taken', 'free'] as const;

	test('are refused where another service has them, unless the tag is in use', () => {
		const placeholders = new Map([
			['next-helloworld-go', taken],
			['live-helloworld-go', taken],
		]);
		const reason = expect.stringContaining('The tag next needs the name next-helloworld-go');
		for (const tags of [{newTag: 'next'}, {oldTag: 'next'}]) {
			expect(planRevision(view, {...knative, ...tags}, {placeholders})).toEqual({ok: false, reason});
		}
		expect(planRevision(view, {...knative, newTag: 'live'}, {placeholders}).ok).toBe(true);
	});

	test('that could not be looked up are told of, each', () => {
		const placeholders = new Map([['old-helloworld-go', free]]);
		const pins = `Pins ${first} at 100 % (was: follow latest).`;
		const asked = {...knative, newTag: 'next', oldTag: 'old'};
		expect(notesOf(planRevision(view, asked, {placeholders}))).toEqual([pins, unread('next-helloworld-go')]);
		expect(notesOf(planRevision(view, asked, {placeholders: new Map()}))).toEqual([
			pins,
			unread('next-helloworld-go'),
			unread('old-helloworld-go'),
		]);
		expect(notesOf(planRevision(view, asked))).toEqual([pins]);
	});
});

test('what followed the latest at 0 % is pinned without a share', () => {
	const view = serviceView({
		ready: 2,
		traffic: [
			{revisionName: first, percent: 100},
			{latestRevision: true, percent: 0, tag: 'next'},
		],
	});
	expect(notesOf(planRevision(view, knative))).toEqual([`Pins ${second} (was: follow latest).`]);
});
