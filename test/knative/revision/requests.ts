/** Requests for a new revision, and what the server has after them. */
import {applyPatch} from 'rfc6902';
import {expect} from 'vitest';
import {guard} from '../../../source/knative/objects/patch.js';
import {type RevisionPlan, type RevisionRequest} from '../../../source/knative/revision/plan-revision.js';
import {type ServiceView} from '../../../source/knative/service/service.js';
import {revisionName, serviceView, type ServiceChange} from '../objects.js';

export const [first, second] = [revisionName(1), revisionName(2)];

export const knative: RevisionRequest = {env: [{name: 'TARGET', value: 'Knative'}], percent: 0};

/** The template and traffic that the server has after the patch, read from the object it was made for. */
export function patched(view: ServiceView, plan: RevisionPlan) {
	if (!plan.ok) throw new Error(plan.reason);
	const object = {
		metadata: {uid: view.uid, generation: view.generation},
		spec: {template: structuredClone(view.template), traffic: []},
	};
	const failures = applyPatch(object, [...guard(view), ...plan.operations]).filter(result => result !== null);
	expect(failures).toEqual([]);
	return object.spec;
}

export function withContainer(fields: object, change: ServiceChange = {}): ServiceView {
	return serviceView({
		...change,
		edit: service => Object.assign(service.spec.template.spec.containers[0] ?? {}, fields),
	});
}

export const object = (uid: string, generation: number) => ({metadata: {uid, generation}, spec: {}});
