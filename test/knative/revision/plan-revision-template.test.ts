/** What a plan makes of the template. */
import {describe, expect, test} from 'vitest';
import {pointer} from '../../../source/knative/objects/patch.js';
import {
	planRevision,
	type RevisionPlan,
	type RevisionRequest,
} from '../../../source/knative/revision/plan-revision.js';
import {baseOf} from '../../../source/knative/revision/base.js';
import {serviceView} from '../objects.js';
import {first, knative, patched, withContainer} from './requests.js';

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

const pathsOf = (plan: RevisionPlan) => (plan.ok ? plan.operations.map(({op, path}) => `${op} ${path}`) : []);

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
