import {describe, expect, test} from 'vitest';
import {planRevision} from '../../../source/knative/revision/plan-revision.js';
import {
	autoscalingFields,
	carryOver,
	initialRevision,
	revisionFields,
	toRevisionRequest,
	validateRevision,
	type RevisionFieldId,
	type RevisionValues,
} from '../../../source/knative/forms/revision-form.js';
import type {Field} from '../../../source/knative/forms/form.js';
import {serviceView} from '../objects.js';

/** What it can be made from, where that is asked first. */
function choicesOf(fields: readonly Field<RevisionFieldId>[]): string[] | undefined {
	const [first] = fields;
	return first?.id === 'base' && first.kind === 'choice' ? first.choices.map(({label}) => label) : undefined;
}

describe('the form of a revision', () => {
	const view = serviceView({
		edit: service => {
			service.spec.template.metadata = {annotations: {'autoscaling.knative.dev/minScale': '2'}};
			const [container] = service.spec.template.spec.containers;
			Object.assign(container ?? {}, {
				env: [
					{name: 'TARGET', value: 'World'},
					{name: 'PASSWORD', valueFrom: {secretKeyRef: {name: 'db', key: 'password'}}},
				],
			});
		},
	});
	const initial = initialRevision(view);
	const planned = (change: Partial<RevisionValues>) => toRevisionRequest({...initial, ...change}, view);

	test('begins with what the Service has', () => {
		const fields = revisionFields(view);
		const shown = [...fields, ...autoscalingFields(view, undefined)];
		expect({...Object.fromEntries(shown.map(field => [field.id, field.initial])), base: 'template'}).toEqual(
			initial,
		);
		expect(fields.map(({id}) => id).slice(0, 2)).toEqual(['image', 'env']);
		expect(initial).toMatchObject({
			env: [
				{name: 'TARGET', value: 'World'},
				{name: 'PASSWORD', value: '', source: 'from Secret db, key password'},
			],
			'min-scale': '2',
			'max-scale': '',
			percent: '0',
			newTag: 'canary',
			oldTag: 'stable',
			containerConcurrency: '0',
		});
		expect(fields.find(field => field.id === 'window')?.hint).toMatch(/^default 60s/);
	});

	test('untouched asks for nothing, and so no revision would be made', () => {
		expect(validateRevision(initial, view)).toEqual({});
		expect(toRevisionRequest(initial, view)).toEqual({
			env: [],
			autoscaling: {},
			percent: 0,
			newTag: 'canary',
			oldTag: 'stable',
		});
		expect(planRevision(view, toRevisionRequest(initial, view)).ok).toBe(false);
	});

	test('asks for the difference only', () => {
		expect(
			planned({
				env: [
					{name: 'PASSWORD', value: '', source: 'from Secret db, key password'},
					{name: 'NEW', value: 'x'},
				],
				'min-scale': '',
				window: '30s',
				containerConcurrency: '5',
				image: 'app:2',
				newTag: '',
				percent: '10',
			}),
		).toEqual({
			env: [
				{name: 'TARGET', remove: true},
				{name: 'NEW', value: 'x'},
			],
			autoscaling: {'min-scale': undefined, window: '30s'},
			containerConcurrency: 5,
			image: 'app:2',
			percent: 10,
			oldTag: 'stable',
		});
	});

	test('replaces a value from elsewhere when one is typed for it', () => {
		expect(
			planned({
				env: [
					{name: 'TARGET', value: 'World'},
					{name: 'PASSWORD', value: 'x'},
				],
			}).env,
		).toEqual([{name: 'PASSWORD', value: 'x'}]);
	});

	test.each<[Partial<RevisionValues>, ReturnType<typeof validateRevision>]>([
		[{percent: '101'}, {percent: 'The share is a whole percent from 0 to 100.'}],
		[{image: ''}, {image: 'The image is missing.'}],
		[{newTag: 'x', oldTag: 'x'}, {oldTag: 'The old revision cannot have the same tag as the new one.'}],
		[{newTag: 'X'}, {newTag: expect.stringContaining('The tag X may have')}],
		[
			{
				env: [
					{name: 'A', value: ''},
					{name: 'A', value: ''},
				],
			},
			{env: 'The environment variable A is defined twice.'},
		],
		[{env: [{name: 'K_SERVICE', value: ''}]}, {env: expect.stringContaining('set by Knative itself')}],
		[{'max-scale': '1'}, {'max-scale': expect.stringContaining('less than min pods (2)')}],
		[{window: '1s'}, {window: expect.stringContaining('from 6s to 1h')}],
		[{containerConcurrency: '2000'}, {containerConcurrency: expect.stringContaining('to 1000')}],
	])('finds what is wrong with %j', (change, errors) => {
		expect(validateRevision({...initial, ...change}, view)).toEqual(errors);
		expect(() => planned(change)).toThrow(RangeError);
	});

	test('asks for another account and other secrets only where those were typed', () => {
		const changed = planned({serviceAccount: 'robot', pullSecrets: 'a, b'});
		expect(changed).toMatchObject({serviceAccount: 'robot', pullSecrets: ['a', 'b']});
		expect(planned({percent: '1'})).not.toHaveProperty('serviceAccount');
		expect(planned({percent: '1'})).not.toHaveProperty('pullSecrets');
		expect(planned({oldTag: ''})).not.toHaveProperty('oldTag');
		expect(validateRevision({...initial, serviceAccount: 'My robot', pullSecrets: 'B'}, view)).toEqual({
			serviceAccount: expect.stringContaining('The service account may have'),
			pullSecrets: expect.stringContaining('The pull secret B may have'),
		});
	});

	test('takes an account, secrets and max pods away that the Service has', () => {
		const withAll = serviceView({
			edit: service => {
				const {template} = service.spec;
				template.metadata = {annotations: {'autoscaling.knative.dev/max-scale': '3'}};
				Object.assign(template.spec, {serviceAccountName: 'robot', imagePullSecrets: [{name: 'a'}]});
			},
		});
		const all = initialRevision(withAll);
		expect(all).toMatchObject({serviceAccount: 'robot', pullSecrets: 'a', 'max-scale': '3'});
		const without = {...all, serviceAccount: '', pullSecrets: '', 'max-scale': ''};
		expect(validateRevision(without, withAll)).toEqual({});
		expect(toRevisionRequest(without, withAll)).toMatchObject({
			serviceAccount: '',
			pullSecrets: [],
			autoscaling: {'max-scale': undefined},
		});
		// More min pods than the max pods that stay is told at max pods, though these were not typed.
		expect(validateRevision({...all, 'min-scale': '4'}, withAll)).toEqual({
			'max-scale': expect.stringContaining('less than min pods (4)'),
		});
	});

	test('judges a variable that is new or typed twice, and no odd one that the Service has', () => {
		const odd = serviceView({
			edit: service => {
				const [container] = service.spec.template.spec.containers;
				Object.assign(container ?? {}, {env: [{name: '1ODD', value: 'x'}]});
			},
		});
		const had = initialRevision(odd);
		const withEnv = (...env: RevisionValues['env']) => validateRevision({...had, env}, odd).env;
		expect(withEnv(...had.env, {name: 'NEW', value: ''})).toBeUndefined();
		expect(withEnv(...had.env, {name: '2ODD', value: ''})).toContain('2ODD');
		const twice = ['A', 'A', 'B', 'B'].map(name => ({name, value: ''}));
		expect(withEnv(...twice)).toContain('A is defined twice');
		const unfinished = {name: 'HALF', value: '', unfinished: true} as const;
		expect(withEnv({name: 'A', value: ''}, {name: 'A', value: ''}, unfinished)).toContain('“HALF”');
	});

	test('says what holds where a setting is left empty: the cluster’s default, or a stock cluster’s', () => {
		const fieldOf = (id: string, fallbacks: Parameters<typeof autoscalingFields>[1]) =>
			autoscalingFields(view, fallbacks).find(field => field.id === id);
		expect(fieldOf('window', {window: '90s'})).toMatchObject({aside: 'default: 90s'});
		expect(fieldOf('window', undefined)).toMatchObject({aside: 'stock default: 60s'});
		expect(fieldOf('containerConcurrency', undefined)).toMatchObject({aside: 'default: 0', group: 'basic'});
		const inRevision = revisionFields(view).find(({id}) => id === 'containerConcurrency');
		expect(inRevision).toMatchObject({group: 'advanced'});
		expect(inRevision).not.toHaveProperty('aside');
	});

	test('asks for the common settings first, and for fine tuning in the autoscaling sheet alone', () => {
		const groups = Object.fromEntries(autoscalingFields(view, {}).map(({id, group}) => [id, group]));
		expect(groups).toMatchObject({
			'min-scale': 'basic',
			percent: 'basic',
			'panic-window-percentage': 'advanced',
		});
		const ids = revisionFields(view).map(({id}) => id);
		expect(ids).toContain('min-scale');
		expect(ids).not.toContain('panic-window-percentage');
	});

	test('asks what it is made from only where the template is not what users run', () => {
		const offer = {revision: 'a-00001', template: 'app:2', running: 'app:1', outcome: undefined};
		const both = ['template: app:2', 'what users run: app:1'];
		expect(choicesOf(revisionFields(view, offer))).toEqual(both);
		expect(choicesOf(autoscalingFields(view, undefined, offer))).toEqual(both);
		expect(choicesOf(revisionFields(view, {...offer, outcome: 'rejected at 12:04'}))?.[0]).toBe(
			'template, rejected at 12:04: app:2',
		);
		expect(choicesOf(revisionFields(view))).toBeUndefined();
		expect(choicesOf(autoscalingFields(view, undefined))).toBeUndefined();
	});

	test('does not judge what the Service has already', () => {
		const odd = serviceView({
			edit: service => {
				service.spec.template.metadata = {
					annotations: {'autoscaling.knative.dev/metric': 'mine.example.com'},
				};
			},
		});
		expect(validateRevision(initialRevision(odd), odd)).toEqual({});
	});

	test('judges no odd setting that the Service has because of another one that was typed', () => {
		const odd = serviceView({
			edit: service => {
				service.spec.template.metadata = {
					annotations: {
						'autoscaling.knative.dev/window': '1s',
						'autoscaling.knative.dev/min-scale': '4',
						'autoscaling.knative.dev/max-scale': '3',
					},
				};
			},
		});
		const had = initialRevision(odd);
		expect(validateRevision({...had, percent: '1'}, odd)).toEqual({});
		expect(Object.keys(validateRevision({...had, 'min-scale': '5'}, odd))).toEqual(['max-scale']);
		expect(Object.keys(validateRevision({...had, 'max-scale': '2'}, odd))).toEqual(['max-scale']);
	});

	test('carried over to another Service keeps what was changed and takes all else from that one', () => {
		const other = serviceView({
			edit: service => {
				service.spec.template.metadata = {annotations: {'autoscaling.knative.dev/max-scale': '9'}};
				const [container] = service.spec.template.spec.containers;
				if (!container) return;
				container.image = 'other:1';
				container.env = [
					{name: 'TARGET', value: 'theirs'},
					{name: 'OWN', value: 'its own'},
				];
			},
		});
		const typed = carryOver(
			{
				...initial,
				percent: '5',
				'min-scale': '3',
				env: [
					...initial.env.filter(({name}) => name !== 'TARGET'),
					{name: 'LONG', value: 'draft'},
					{name: 'HALF', value: '', unfinished: true},
				],
			},
			view,
			other,
		);
		expect(typed).toEqual({
			...initialRevision(other),
			percent: '5',
			'min-scale': '3',
			env: [
				{name: 'OWN', value: 'its own'},
				{name: 'LONG', value: 'draft'},
				{name: 'HALF', value: '', unfinished: true},
			],
		});
		expect(typed.image).toBe('other:1');
		expect(typed['max-scale']).toBe('9');
		// Nothing was changed: nothing is carried over.
		expect(carryOver(initial, view, other)).toEqual(initialRevision(other));
	});
});
