/** Who is told to write a Service beside the console. */
import {expect, test} from 'vitest';
import {serviceView} from '../objects.js';

test.each([
	['Flagger', {annotations: {'flagger.app/primary-revision': 'x'}}, 'flagger.app/primary-revision: x'],
	['Argo CD', {labels: {'argocd.argoproj.io/instance': 'shop'}}, 'argocd.argoproj.io/instance: shop'],
	['Flux', {labels: {'kustomize.toolkit.fluxcd.io/name': 'shop'}}, 'kustomize.toolkit.fluxcd.io/name: shop'],
])('%s is named when it owns the Service', (by, metadata, evidence) => {
	const view = serviceView({edit: service => Object.assign(service.metadata, metadata)});
	expect(view.owners).toEqual([{by, evidence}]);
});

test.each([
	[
		'an object that controls it',
		{
			ownerReferences: [
				{
					apiVersion: 'serving.kserve.io/v1beta1',
					kind: 'InferenceService',
					name: 'iris',
					uid: 'x',
					controller: true,
				},
			],
		},
		[{by: 'InferenceService iris', evidence: 'owner reference, serving.kserve.io/v1beta1'}],
	],
	[
		'one that only holds it',
		{ownerReferences: [{apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x'}]},
		[],
	],
	[
		'a manager of its fields',
		{
			managedFields: [
				{manager: 'kubectl-patch'},
				{manager: 'argocd-controller'},
				{manager: 'helm-controller'},
			],
		},
		[
			{by: 'Argo CD', evidence: 'argocd-controller writes fields of it'},
			{by: 'Flux', evidence: 'helm-controller writes fields of it'},
		],
	],
	[
		'staged rollouts of the extension',
		{annotations: {'rollout.knative.dev/over-consumption-ratio': '20'}},
		[{by: 'Rollout Orchestrator', evidence: 'rollout.knative.dev/over-consumption-ratio: 20'}],
	],
])('%s is told as an owner', (_what, metadata, owners) => {
	expect(serviceView({edit: service => Object.assign(service.metadata, metadata)}).owners).toEqual(owners);
});
