/** What a new revision is made from, and what is written with its image. */
import {describe, expect, test} from 'vitest';
import {baseOf, basedOn, templateDifferences} from '../../../source/knative/revision/base.js';
import {planRevision} from '../../../source/knative/revision/plan-revision.js';
import {parseRevision} from '../../../source/knative/revision/revision.js';
import {knativeRevision, revisionName, serviceView} from '../objects.js';

function running() {
	const revision = knativeRevision(1);
	revision.metadata.annotations = {
		'serving.knative.dev/creator': 'ci',
		'kn-canary.dev/rejected': 'no',
		'autoscaling.knative.dev/min-scale': '2',
		'client.knative.dev/user-image': 'ghcr.io/knative/helloworld-go:1',
	};
	revision.spec = {
		...revision.spec,
		timeoutSeconds: 30,
		containers: [{image: 'ghcr.io/knative/helloworld-go:1', env: [{name: 'TARGET', value: 'World'}]}],
	};
	return revision;
}

describe('what users run as a base', () => {
	const base = baseOf(running());
	if (!base) throw new Error('no base');

	test('is its whole spec, with its own labels and annotations and without those of Knative', () => {
		expect(base).toEqual({
			revision: revisionName(1),
			template: {
				metadata: {
					annotations: {
						'autoscaling.knative.dev/min-scale': '2',
						'client.knative.dev/user-image': 'ghcr.io/knative/helloworld-go:1',
					},
				},
				spec: {
					timeoutSeconds: 30,
					containers: [{image: 'ghcr.io/knative/helloworld-go:1', env: [{name: 'TARGET', value: 'World'}]}],
				},
			},
		});
	});

	test('replaces the template in the patch, and what was typed comes after it', () => {
		const view = serviceView({ready: 2});
		const plan = planRevision(view, {env: [{name: 'MODE', value: 'x'}], percent: 0}, {base});
		expect(plan).toMatchObject({
			ok: true,
			operations: [
				{op: 'replace', path: '/spec/template', value: base.template},
				{
					op: 'add',
					path: '/spec/template/spec/containers/0/env',
					value: [
						{name: 'TARGET', value: 'World'},
						{name: 'MODE', value: 'x'},
					],
				},
				{path: '/spec/traffic'},
			],
		});
		// Nothing typed is a change, too: the template is put back.
		expect(planRevision(view, {percent: 0}, {base}).ok).toBe(true);
	});

	test('is told from the template by what differs, and by no value of a variable', () => {
		const parsed = parseRevision(running());
		if (!parsed.ok) throw new Error(parsed.reason);
		const service = serviceView({
			edit: ({spec}) => {
				Object.assign(spec.template.spec.containers[0] ?? {}, {
					image: 'ghcr.io/knative/helloworld-flaky:2',
					env: [{name: 'TARGET', value: 'secret'}],
					resources: {limits: {cpu: '1'}},
				});
			},
		});
		expect(templateDifferences(service, parsed.value)).toEqual([
			'image ghcr.io/knative/helloworld-go:1 → ghcr.io/knative/helloworld-flaky:2',
			'env TARGET changed',
			'cpu limit not set → 1',
			'min-scale 2 → not set',
		]);
		expect(templateDifferences(basedOn(service, base), parsed.value)).toEqual([]);
	});
});

describe('an image', () => {
	test('is written down for kn beside it, also where there were no annotations', () => {
		const view = serviceView({edit: ({spec}) => delete spec.template.metadata});
		const plan = planRevision(view, {image: 'ghcr.io/knative/helloworld-go:2', percent: 0});
		expect(plan).toMatchObject({
			operations: [
				{op: 'replace', value: 'ghcr.io/knative/helloworld-go:2'},
				{path: '/spec/template/metadata', value: {}},
				{path: '/spec/template/metadata/annotations', value: {}},
				{
					path: '/spec/template/metadata/annotations/client.knative.dev~1user-image',
					value: 'ghcr.io/knative/helloworld-go:2',
				},
				{path: '/spec/traffic'},
			],
		});
	});
});

describe('a private registry', () => {
	test('has its pull secrets and its service account set, and taken away', () => {
		const view = serviceView();
		const set = planRevision(view, {percent: 0, pullSecrets: ['registry'], serviceAccount: 'robot'});
		expect(set).toMatchObject({
			operations: [
				{op: 'add', path: '/spec/template/spec/serviceAccountName', value: 'robot'},
				{op: 'add', path: '/spec/template/spec/imagePullSecrets', value: [{name: 'registry'}]},
				{},
			],
		});
		const having = serviceView({
			edit: ({spec}) => {
				Object.assign(spec.template.spec, {
					serviceAccountName: 'robot',
					imagePullSecrets: [{name: 'registry'}],
				});
			},
		});
		expect(planRevision(having, {percent: 0, pullSecrets: [], serviceAccount: ''})).toMatchObject({
			operations: [
				{op: 'remove', path: '/spec/template/spec/serviceAccountName'},
				{op: 'remove', path: '/spec/template/spec/imagePullSecrets'},
				{},
			],
		});
	});
});

describe('a tag', () => {
	test('is refused whose placeholder is the name of another service', () => {
		const placeholders = new Map([['canary-helloworld-go', 'taken' as const]]);
		expect(planRevision(serviceView(), {image: 'x:2', percent: 0, newTag: 'canary'}, {placeholders})).toEqual(
			{
				ok: false,
				reason:
					'The tag canary needs the name canary-helloworld-go, which another service of this namespace has: choose another tag.',
			},
		);
	});
});
