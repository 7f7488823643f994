import {applyPatch} from 'rfc6902';
import {describe, expect, test} from 'vitest';
import {guard, pointer, trafficOperation} from '../../../source/knative/objects/patch.js';
import {
	planRevision,
	type RevisionPlan,
	type RevisionRequest,
} from '../../../source/knative/revision/plan-revision.js';
import {baseOf} from '../../../source/knative/revision/base.js';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {condition, knativeService, revisionName, serviceView, type ServiceChange} from '../objects.js';

const [first, second] = [revisionName(1), revisionName(2)];
const knative: RevisionRequest = {env: [{name: 'TARGET', value: 'Knative'}], percent: 0};

/** The template and traffic that the server has after the patch, read from the object it was made for. */
function patched(view: ServiceView, plan: RevisionPlan) {
	if (!plan.ok) throw new Error(plan.reason);
	const object = {
		metadata: {uid: view.uid, generation: view.generation},
		spec: {template: structuredClone(view.template), traffic: []},
	};
	const failures = applyPatch(object, [...guard(view), ...plan.operations]).filter(result => result !== null);
	expect(failures).toEqual([]);
	return object.spec;
}

function withContainer(fields: object, change: ServiceChange = {}): ServiceView {
	return serviceView({
		...change,
		edit: service => Object.assign(service.spec.template.spec.containers[0] ?? {}, fields),
	});
}

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

describe('the template', () => {
	test('keeps what is not touched, values from elsewhere among it', () => {
		const secret = {
			name: 'PASSWORD',
			valueFrom: {secretKeyRef: {name: 'db', key: 'password', optional: true}},
		};
		const view = withContainer({env: [secret, {name: 'TARGET', value: 'World'}, {name: 'OLD', value: 'x'}]});
		const plan = planRevision(view, {
			env: [
				{name: 'TARGET', value: 'Knative'},
				{name: 'OLD', remove: true},
				{name: 'NEW', value: 'a\nb'},
				{name: 'NOBODY', remove: true},
			],
			percent: 0,
		});
		expect(patched(view, plan).template).toEqual({
			...view.template,
			spec: {
				...view.template.spec,
				containers: [
					{
						...view.template.spec.containers[0],
						env: [secret, {name: 'TARGET', value: 'Knative'}, {name: 'NEW', value: 'a\nb'}],
					},
				],
			},
		});
	});

	test('gets an env where it had none, and a value in place of one from elsewhere', () => {
		const bare = serviceView({
			edit: service => {
				service.spec.template.spec.containers = [{image: 'x'}];
			},
		});
		expect(patched(bare, planRevision(bare, knative)).template.spec.containers).toEqual([
			{image: 'x', env: [{name: 'TARGET', value: 'Knative'}]},
		]);
		const foreign = withContainer({
			env: [{name: 'TARGET', valueFrom: {secretKeyRef: {name: 'a', key: 'b'}}}],
		});
		expect(patched(foreign, planRevision(foreign, knative)).template.spec.containers[0]?.env).toEqual([
			{name: 'TARGET', value: 'Knative'},
		]);
	});

	test('is changed in the container that gets the requests', () => {
		const view = serviceView({
			edit: service => {
				service.spec.template.spec.containers.unshift({name: 'sidecar', image: 'sidecar:1'});
			},
		});
		const {template} = patched(view, planRevision(view, {image: 'app:2', percent: 0}));
		expect(template.spec.containers.map(container => container.image)).toEqual(['sidecar:1', 'app:2']);
	});

	test('loses a revision name of its own, with which the server would refuse the change', () => {
		const view = serviceView({
			edit: service => {
				service.spec.template.metadata = {name: 'helloworld-go-mine', labels: {a: 'b'}};
			},
		});
		const plan = planRevision(view, knative);
		expect(patched(view, plan).template.metadata).toEqual({labels: {a: 'b'}});
		expect(plan).toMatchObject({
			notes: expect.arrayContaining([expect.stringContaining('helloworld-go-mine')]),
		});
		expect(planRevision(view, {percent: 0}).ok).toBe(false);
	});

	test('gets autoscaling as annotations, whose keys have a slash, under whatever parents it has', () => {
		const request = {autoscaling: {'min-scale': '1', window: '30s'}, containerConcurrency: 10, percent: 0};
		for (const metadata of [undefined, {}, {annotations: {other: 'x'}}]) {
			const view = serviceView({
				edit: service => {
					if (metadata) service.spec.template.metadata = metadata;
					else delete service.spec.template.metadata;
				},
			});
			const plan = planRevision(view, request);
			expect(patched(view, plan).template).toMatchObject({
				metadata: {
					annotations: {
						...metadata?.annotations,
						'autoscaling.knative.dev/min-scale': '1',
						'autoscaling.knative.dev/window': '30s',
					},
				},
				spec: {containerConcurrency: 10},
			});
		}
		expect(pointer('a', 'b/c~d', 0)).toBe('/a/b~1c~0d/0');
	});

	test('loses older spellings of a setting that is set or taken away', () => {
		const view = serviceView({
			edit: service => {
				service.spec.template.metadata = {
					annotations: {
						'autoscaling.knative.dev/minScale': '3',
						'autoscaling.knative.dev/target': '50',
						keep: 'x',
					},
				};
			},
		});
		const plan = planRevision(view, {autoscaling: {'min-scale': '1', target: undefined}, percent: 0});
		expect(patched(view, plan).template.metadata?.annotations).toEqual({
			'autoscaling.knative.dev/min-scale': '1',
			keep: 'x',
		});
		expect(planRevision(view, {autoscaling: {'min-scale': '3', target: '50'}, percent: 0}).ok).toBe(false);
	});

	test.each<[RevisionRequest]>([
		[{percent: 50}],
		[{env: [{name: 'TARGET', value: 'World'}], percent: 0}],
		[{image: 'ghcr.io/knative/helloworld-go:latest', containerConcurrency: 0, percent: 0}],
		[{autoscaling: {'min-scale': undefined}, percent: 0}],
	])('that does not change makes no revision: %j', request => {
		expect(planRevision(serviceView(), request)).toEqual({
			ok: false,
			reason: 'Nothing in the template of helloworld-go changes, so no new revision would be made.',
		});
	});

	test.each<[Partial<RevisionRequest>, string]>([
		[{env: [{name: 'PORT', value: '1'}]}, 'The environment variable PORT is set by Knative itself.'],
		[{image: 'Hello World'}, 'The image must not contain spaces.'],
	])('that the server would refuse is refused here: %j', (request, reason) => {
		expect(planRevision(serviceView(), {percent: 0, ...request})).toEqual({ok: false, reason});
	});

	test('is not refused for a variable that is there already', () => {
		const view = withContainer({env: [{name: 'my:KEY', value: 'x'}]});
		expect(planRevision(view, knative).ok).toBe(true);
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

const object = (uid: string, generation: number) => ({metadata: {uid, generation}, spec: {}});

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
const pathsOf = (plan: RevisionPlan) => (plan.ok ? plan.operations.map(({op, path}) => `${op} ${path}`) : []);
const tagsOf = (plan: RevisionPlan) =>
	plan.ok ? Object.fromEntries(plan.split.map(({key, tags}) => [key, tags.join()])) : {};

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

describe('who it runs as', () => {
	const view = serviceView({
		edit: service => {
			Object.assign(service.spec.template.spec, {
				serviceAccountName: 'robot',
				imagePullSecrets: [{name: 'one'}, {name: 'two'}],
			});
		},
	});
	const specOf = (request: Partial<RevisionRequest>, of = view) =>
		patched(of, planRevision(of, {...knative, ...request})).template.spec;

	test('is set, and by which Secrets its images are pulled', () => {
		const spec = specOf({serviceAccount: 'other', pullSecrets: ['two']});
		expect(spec).toMatchObject({serviceAccountName: 'other', imagePullSecrets: [{name: 'two'}]});
		expect(specOf({serviceAccount: 'other', pullSecrets: ['two']}, serviceView())).toMatchObject({
			serviceAccountName: 'other',
			imagePullSecrets: [{name: 'two'}],
		});
	});

	test('is taken away by an empty one', () => {
		const spec = specOf({serviceAccount: '', pullSecrets: []});
		expect(spec).not.toHaveProperty('serviceAccountName');
		expect(spec).not.toHaveProperty('imagePullSecrets');
	});

	test('is no change where it is so', () => {
		const same = {serviceAccount: 'robot', pullSecrets: ['one', 'two'], percent: 0};
		expect(planRevision(view, same).ok).toBe(false);
		expect(planRevision(serviceView(), {serviceAccount: '', pullSecrets: [], percent: 0}).ok).toBe(false);
		expect(pathsOf(planRevision(view, {...same, pullSecrets: ['two', 'one']}))).toEqual([
			'add /spec/template/spec/imagePullSecrets',
			'add /spec/traffic',
		]);
	});
});

describe('an image', () => {
	const image = 'app:2';
	const annotation = {'client.knative.dev/user-image': image};

	test('is written where kn looks for it, too', () => {
		const view = serviceView();
		expect(patched(view, planRevision(view, {image, percent: 0})).template).toMatchObject({
			metadata: {annotations: annotation},
			spec: {containers: [{image}]},
		});
	});

	test('that is there already is not written again', () => {
		const view = serviceView({
			edit: service => {
				service.spec.template.metadata = {annotations: annotation};
			},
		});
		expect(pathsOf(planRevision(view, {image, percent: 0}))).toEqual([
			'replace /spec/template/spec/containers/0/image',
			'add /spec/traffic',
		]);
		expect(pathsOf(planRevision(withContainer({image}), {...knative, image}))).toEqual([
			'add /spec/template/spec/containers/0/env',
			'add /spec/traffic',
		]);
	});
});

test('a variable without a value is an empty one', () => {
	const view = withContainer({env: [{name: 'EMPTY'}]});
	expect(planRevision(view, {env: [{name: 'EMPTY', value: ''}], percent: 0}).ok).toBe(false);
	expect(planRevision(view, {env: [{name: 'EMPTY', value: 'x'}], percent: 0}).ok).toBe(true);
});

describe('made from what users run', () => {
	const base = baseOf({
		metadata: {name: first, annotations: {'example.com/note': 'x'}},
		spec: {containers: [{image: 'app:1', env: [{name: 'MODE', value: 'slow'}]}]},
	});

	test('is their template, without any change of it', () => {
		const view = serviceView();
		const plan = planRevision(view, {percent: 0}, {base});
		expect(pathsOf(plan)).toEqual(['replace /spec/template', 'add /spec/traffic']);
		expect(patched(view, plan).template).toEqual(base?.template);
		expect(plan).toMatchObject({made: {image: 'app:1', env: [{name: 'MODE', value: 'slow'}]}});
	});

	test('takes the changes on it, not on the template of the service', () => {
		const view = serviceView();
		const plan = planRevision(view, {env: [{name: 'MODE', value: 'fast'}], percent: 0}, {base});
		expect(patched(view, plan).template).toMatchObject({
			metadata: {annotations: {'example.com/note': 'x'}},
			spec: {containers: [{image: 'app:1', env: [{name: 'MODE', value: 'fast'}]}]},
		});
		expect(plan).toMatchObject({made: {env: [{name: 'MODE', value: 'fast'}]}});
	});
});

test('a setting that is spelled in two ways is taken away in both, and set in one', () => {
	const view = serviceView({
		edit: service => {
			service.spec.template.metadata = {
				annotations: {
					'autoscaling.knative.dev/min-scale': '3',
					'autoscaling.knative.dev/minScale': '2',
				},
			};
		},
	});
	const after = (value: string | undefined) =>
		patched(view, planRevision(view, {autoscaling: {'min-scale': value}, percent: 0})).template.metadata
			?.annotations;
	expect(after(undefined)).toEqual({});
	expect(after('1')).toEqual({'autoscaling.knative.dev/min-scale': '1'});
});
