/** Plans of all that is no change of the split alone: what they write, and what they say of it. */
import {describe, expect, it, test} from 'vitest';
import {kubectlCreateCommand, kubectlPatchCommand} from '../../source/knative/commands/commands.js';
import type {TrafficTarget} from '../../source/knative/objects/wire.js';
import {planRevision, type RevisionRequest} from '../../source/knative/revision/plan-revision.js';
import {type RevisionView} from '../../source/knative/revision/revision.js';
import {parseNote} from '../../source/knative/release/evidence/note.js';
import {freeCanaryTag} from '../../source/knative/release/free-tag.js';
import type {Placeholders} from '../../source/knative/release/verbs/role-tags.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {splitOf} from '../../source/knative/split/split.js';
import type {Plan} from '../../source/release/plan.js';
import {planAgain, planCreateRevision, planCreateService} from '../../source/release/plan-object.js';
import {knativeService, revisionName, revisionView, serviceView} from '../knative/objects.js';
import {noteIn, now, one, owned, revisionMade, serviceMade, tried, two, whole} from './parts/made.js';

const sentAt = Date.UTC(2026, 10, 26, 3, 4, 5);

const mixedTraffic = [
	{revisionName: revisionName(1), percent: 90, tag: 'stable'},
	{revisionName: revisionName(2), percent: 10, tag: 'canary'},
];

const facts = {
	service: serviceView({traffic: mixedTraffic, ready: 2}),
	revisions: [revisionView(2), revisionView(1)],
	changes: [],
	now: sentAt,
};

test('the split is sent again by an annotation, which is a change where the same spec is none', () => {
	const planned = planAgain(facts);
	expect(planned).toMatchObject({
		ok: true,
		plan: {action: 'send again', write: {kind: 'patch'}, warnings: []},
	});
	const {operations} =
		planned.ok && planned.plan.write.kind === 'patch' ? planned.plan.write : {operations: []};
	expect(JSON.stringify(operations)).toContain('2026-11-26T03:04:05.000Z');
	expect(operations.some(({path}) => path.startsWith('/spec'))).toBe(false);
	// Nothing of the split changes, and there is nothing to undo.
	expect(planned.ok && planned.plan.rows.every(({before, after}) => before === after)).toBe(true);
	expect(planned.ok && planned.plan.splits).toBeFalsy();
});

test('the note of a new revision is about the generation that the template makes, though the split stays as it is', () => {
	const following = [
		{revisionName: revisionName(1), percent: 100},
		{latestRevision: true, percent: 0},
	];
	const service = serviceView({traffic: following, ready: 1});
	const made = planRevision(service, {image: 'registry.example.com/another:1', percent: 0});
	if (!made.ok) throw new Error(made.reason);
	const {write} = planCreateRevision({...facts, service, revisions: [revisionView(1)]}, made, []);
	const operations = write.kind === 'patch' ? write.operations : [];
	const noted = operations.flatMap(operation =>
		'value' in operation && operation.path.includes('release') ? [parseNote(String(operation.value))] : [],
	);
	expect(noted).toMatchObject([{generation: service.generation + 1, verb: 'new revision'}]);
});

test('nothing is sent again while it is not known what time it is', () => {
	expect(planAgain({...facts, now: undefined})).toEqual({
		ok: false,
		reason: 'helloworld-go has no split that could be sent again.',
	});
});

type Wanted = {
	asked?: RevisionRequest;
	options?: Parameters<typeof planCreateRevision>[3];
	revisions?: RevisionView[];
	placeholders?: Placeholders;
};

const lines = [{label: 'Image', value: 'app:3'}];

const request: RevisionRequest = {image: 'app:3', percent: 20};

function revisionPlan(service: ServiceView, asked: RevisionRequest) {
	const plan = planRevision(service, asked);
	if (!plan.ok) throw new Error(plan.reason);
	return plan;
}

function making(
	service: ServiceView,
	{asked = request, options, revisions = [revisionMade(2), revisionMade(1)], placeholders}: Wanted = {},
): Plan {
	const known = {service, revisions, changes: [], now, user: 'ann', placeholders};
	return planCreateRevision(known, revisionPlan(service, asked), lines, options);
}

describe('a plan to make a revision', () => {
	it('is a patch of the template and the traffic of this service, guarded by what was read', () => {
		const service = serviceMade({traffic: tried, ready: 2});
		const plan = making(service);
		expect(plan).toMatchObject({
			action: 'create revision',
			namespace: 'default',
			name: 'helloworld-go',
			write: {kind: 'patch', uid: service.uid, generation: 5},
			facts: lines,
			notes: [],
			warnings: [],
			splits: {before: splitOf(service), after: revisionPlan(service, request).split},
		});
		const operations = plan.write.kind === 'patch' ? plan.write.operations : [];
		expect(operations.map(({path}) => path)).toEqual([
			'/spec/template/spec/containers/0/image',
			'/spec/template/metadata/annotations/client.knative.dev~1user-image',
			'/spec/traffic',
			'/metadata/annotations/kn-canary.dev~1release',
		]);
		expect(plan.commands).toEqual([kubectlPatchCommand(service, operations)]);
	});

	it('is a promotion of what nobody has tried where the new one gets everything', () => {
		const untried = {
			kind: 'untried',
			sentence: expect.stringMatching(/^The new revision gets all of the traffic/),
		};
		const asked = {...request, percent: 100};
		const of = (service: ServiceView) => making(service, {asked}).warnings;
		expect(of(serviceMade({traffic: tried, ready: 2}))).toContainEqual(untried);
		expect(of(serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 2}))).toContainEqual(
			untried,
		);
		expect(
			making(serviceMade({traffic: tried, ready: 2}), {asked: {...request, percent: 99}}).warnings,
		).toEqual([]);
	});

	it('says which share each had before, and of the new revision no name', () => {
		const rows = making(serviceMade({traffic: tried, ready: 2})).rows;
		expect(rows.map(({key, revision: name, before, after}) => [key, name, before, after])).toEqual([
			[one, one, 90, 72],
			[two, two, 10, 8],
			['@latest', undefined, undefined, 20],
		]);
	});

	it('says of what followed the latest, and is pinned by this, that it had its share before', () => {
		const following = serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 2});
		const rows = making(following).rows;
		expect(rows.map(({key, revision: name, before, after}) => [key, name, before, after])).toEqual([
			[two, two, 100, 80],
			['@latest', undefined, undefined, 20],
		]);
		const mixed = serviceMade({
			traffic: [
				{revisionName: one, percent: 60},
				{latestRevision: true, percent: 40},
			],
			ready: 2,
		});
		expect(making(mixed).rows.map(({key, before}) => [key, before])).toEqual([
			[one, 60],
			[two, 40],
			['@latest', undefined],
		]);
	});

	it.each<[string, TrafficTarget[], object]>([
		[
			'all of the traffic followed the latest',
			[{latestRevision: true, percent: 100}],
			{stable: two, followed: true},
		],
		[
			'all of it did, beside the way back at 0 %',
			[
				{revisionName: one, percent: 0},
				{latestRevision: true, percent: 100},
			],
			{stable: two, followed: true},
		],
		['one revision had all of it', whole(two), {stable: two, followed: false}],
		['a canary was being tried', tried, {stable: one, followed: false}],
		[
			'a part of it followed the latest',
			[
				{latestRevision: true, percent: 90, tag: 'stable'},
				{revisionName: one, percent: 10},
			],
			{followed: false},
		],
	])('notes what users had when the release began, where %s', (_, traffic, noted) => {
		const plan = making(serviceMade({traffic, ready: 2}));
		const note = noteIn(plan);
		expect(note).toMatchObject({verb: 'new revision', generation: 6, by: 'ann', since: now, ...noted});
		expect(note?.canary).toBeUndefined();
		expect(note?.previous).toBeUndefined();
	});

	it('by a change of the autoscaling says that this makes one, too', () => {
		const service = serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 2});
		const plan = making(service, {options: {action: 'autoscaling'}});
		expect(plan.action).toBe('autoscaling');
		expect(plan.notes).toEqual([
			'Autoscaling is part of the template: creates a new revision.',
			`Pins ${two} at 100 % (was: follow latest).`,
		]);
		expect(making(service).notes).toEqual([`Pins ${two} at 100 % (was: follow latest).`]);
	});

	it('says why no tag was proposed for it', () => {
		const service = serviceMade({traffic: whole(one), ready: 2});
		const placeholders = new Map([['canary-helloworld-go', 'taken' as const]]);
		expect(freeCanaryTag({service, revisions: undefined, changes: [], placeholders})).toBe('');
		const untagged =
			'The new revision gets no tag. The tag canary needs the name canary-helloworld-go, which another service of this namespace has: choose another tag.';
		expect(making(service, {placeholders}).notes).toContain(untagged);
		expect(making(service, {placeholders, asked: {...request, newTag: 'next'}}).notes).not.toContain(
			untagged,
		);
		expect(making(service).notes).not.toContain(untagged);
		// It is in the split already.
		expect(making(serviceMade({traffic: tried, ready: 2}), {placeholders}).notes).not.toContain(untagged);
	});

	it('warns that a canary which is being tried loses its tag to it', () => {
		const plan = making(serviceMade({traffic: tried, ready: 2}), {asked: {...request, newTag: 'canary'}});
		expect(plan.warnings).toEqual([
			{
				kind: 'takes tag',
				revision: two,
				sentence: `${two} is being tried with 10 %, and loses the tag canary to the new revision.`,
			},
		]);
	});

	it('takes the tag from what was rolled back, which is proposed, and notes on who has done that', () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{revisionName: two, percent: 0, tag: 'canary'},
		];
		const service = serviceMade({traffic, ready: 2, note: {verb: 'roll back', by: 'ann'}});
		expect(freeCanaryTag({service, revisions: undefined, changes: []})).toBe('canary');
		const plan = making(service, {asked: {...request, newTag: 'canary'}});
		expect(plan.warnings.map(({kind}) => kind)).not.toContain('takes tag');
		expect(noteIn(plan)).toMatchObject({taken: [{revision: two, by: 'ann'}]});
	});

	it.each<[string, TrafficTarget[], RevisionRequest]>([
		['it gets another tag', tried, {...request, newTag: 'next'}],
		[
			'it gets the tag of what users have',
			whole(one).map(row => ({...row, tag: 'live'})),
			{...request, newTag: 'live'},
		],
		[
			'the tag is on what has everything by now',
			[{revisionName: two, percent: 100, tag: 'canary'}],
			{...request, newTag: 'canary'},
		],
		[
			'the tag followed the latest anyway',
			[
				{revisionName: one, percent: 90, tag: 'stable'},
				{latestRevision: true, percent: 10, tag: 'canary'},
			],
			{...request, newTag: 'canary'},
		],
		[
			'nothing of the canary is in the split',
			[
				{revisionName: one, percent: 100, tag: 'canary'},
				{latestRevision: true, percent: 0},
			],
			{...request, newTag: 'next'},
		],
	])('does not, where %s', (_, traffic, asked) => {
		const plan = making(serviceMade({traffic, ready: 2}), {asked});
		expect(plan.warnings).toEqual([]);
	});

	it('warns of what it runs again, and of who else manages the service', () => {
		const service = serviceMade({traffic: whole(one), ready: 2, edit: owned});
		const rejected = {by: 'ann', at: undefined, why: ''};
		const revisions = [revisionMade(2, {image: 'app:3', rejected}), revisionMade(1)];
		const {warnings} = making(service, {revisions});
		expect(warnings.map(({kind}) => kind)).toEqual(['rejected', 'owner']);
		expect(warnings[0]?.sentence).toContain(`the same as ${two}`);
	});
});

test('a service is made by its whole manifest', () => {
	const manifest = knativeService();
	expect(planCreateService(manifest, [{label: 'Image', value: 'a'}], undefined)).toEqual({
		action: 'create service',
		namespace: 'default',
		name: 'helloworld-go',
		write: {kind: 'create', manifest},
		rows: [],
		facts: [{label: 'Image', value: 'a'}],
		notes: [],
		warnings: [],
		commands: [kubectlCreateCommand(manifest)],
	});
	manifest.metadata.namespace = 'shop';
	expect(planCreateService(manifest, [], undefined).namespace).toBe('shop');
	delete manifest.metadata.namespace;
	expect(planCreateService(manifest, [], undefined).namespace).toBe('default');
});

test('a service that runs what was rejected in its namespace is warned of, by the name of that', () => {
	const rejected = {by: 'ann', at: undefined, why: '5xx'};
	const given = revisionMade(2, {image: 'app:2', rejected});
	const manifest = knativeService();
	const [container] = manifest.spec.template.spec.containers;
	if (container) container.image = 'app:2';
	const known = {services: [serviceMade()], revisions: [revisionMade(1), given], now};
	expect(planCreateService(manifest, [], known).warnings).toEqual([
		{
			kind: 'rejected',
			revision: two,
			sentence: `It runs the image of ${two} (app:2), which was rejected by ann: 5xx.`,
		},
	]);
	if (container) container.image = 'app:3';
	expect(planCreateService(manifest, [], known).warnings).toEqual([]);
});

test('the split that is sent again is said with its annotation, its command line and who else manages it', () => {
	const service = serviceMade({traffic: tried, ready: 2, edit: owned});
	const planned = planAgain({...facts, service});
	if (!planned.ok || planned.plan.write.kind !== 'patch') throw new Error('no patch');
	const {plan} = planned;
	const {operations} = planned.plan.write;
	expect(plan).toMatchObject({
		namespace: 'default',
		name: 'helloworld-go',
		write: {uid: service.uid, generation: 5},
		facts: [{label: 'Annotation', value: 'kn-canary.dev/sent-again: 2026-11-26T03:04:05.000Z'}],
		commands: [kubectlPatchCommand(service, operations)],
	});
	expect(operations).toEqual([
		{op: 'add', path: '/metadata/annotations/kn-canary.dev~1sent-again', value: '2026-11-26T03:04:05.000Z'},
	]);
	expect(plan.warnings.map(({kind}) => kind)).toEqual(['owner']);
});
