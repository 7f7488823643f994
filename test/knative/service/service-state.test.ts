import {describe, expect, test} from 'vitest';
import {
	rolloutInProgress,
	routeSettled,
	serviceState,
} from '../../../source/knative/service/service-state.js';
import type {Condition} from '../../../source/knative/objects/wire.js';
import {condition, serviceView} from '../objects.js';

function viewWith(conditions: Condition[], edit: {observed?: number; noneReady?: boolean} = {}) {
	return serviceView({
		edit: service => {
			service.metadata.generation = 3;
			service.status.observedGeneration = edit.observed ?? 3;
			service.status.conditions = conditions;
			if (edit.noneReady) delete service.status.latestReadyRevisionName;
		},
	});
}

const conditionsOf = (configurations: Condition, routes: Condition, ready: Condition) => [
	configurations,
	ready,
	routes,
];
const ok = (type: string) => condition(type, 'True');
const revisionFailed = condition(
	'ConfigurationsReady',
	'False',
	'RevisionFailed',
	'Revision "helloworld-go-00002" failed with message: x.',
);

describe('a Service', () => {
	test('is ready when all is', () => {
		const view = viewWith(conditionsOf(ok('ConfigurationsReady'), ok('RoutesReady'), ok('Ready')));
		expect(serviceState(view)).toEqual({kind: 'ready', word: 'Ready', sentence: ''});
		expect(routeSettled(view)).toBe(true);
	});

	test('is progressing while its status speaks of an older generation, whatever that says', () => {
		const view = viewWith(conditionsOf(ok('ConfigurationsReady'), ok('RoutesReady'), ok('Ready')), {
			observed: 2,
		});
		expect(serviceState(view)).toMatchObject({kind: 'progressing', word: 'Updating'});
		expect(routeSettled(view)).toBe(false);
	});

	test('is being created while there is no status', () => {
		const view = serviceView({edit: service => Object.assign(service, {status: undefined})});
		expect(serviceState(view)).toMatchObject({kind: 'progressing', word: 'Creating'});
		expect(routeSettled(view)).toBe(false);
	});

	test('serves although its newest revision failed, and says why that one did', () => {
		const view = viewWith(
			conditionsOf(
				revisionFailed,
				ok('RoutesReady'),
				condition(
					'Ready',
					'False',
					'RevisionFailed',
					'Revision "helloworld-go-00002" failed with message: x.',
				),
			),
		);
		expect(serviceState(view)).toEqual({
			kind: 'serving',
			word: 'Latest failed',
			sentence: 'RevisionFailed: Revision "helloworld-go-00002" failed with message: x.',
		});
		expect(routeSettled(view)).toBe(true);
	});

	test('whose first revision failed names the cause, not that there is none to route to', () => {
		const missing = 'Configuration "helloworld-go" does not have any ready Revision.';
		const view = viewWith(
			conditionsOf(
				revisionFailed,
				condition('RoutesReady', 'False', 'RevisionMissing', missing),
				condition('Ready', 'False', 'RevisionMissing', missing),
			),
			{noneReady: true},
		);
		expect(serviceState(view)).toMatchObject({
			kind: 'failed',
			sentence: 'RevisionFailed: Revision "helloworld-go-00002" failed with message: x.',
		});
	});

	test('whose traffic goes to a missing revision failed, and the gateway has not moved', () => {
		const missing = 'Revision "nobody" referenced in traffic not found.';
		const view = viewWith(
			conditionsOf(
				ok('ConfigurationsReady'),
				condition('RoutesReady', 'False', 'RevisionMissing', missing),
				condition('Ready', 'False', 'RevisionMissing', missing),
			),
		);
		expect(serviceState(view)).toEqual({
			kind: 'failed',
			word: 'Failed',
			sentence: `RevisionMissing: ${missing}`,
		});
		expect(routeSettled(view)).toBe(false);
	});

	test('deploys a new revision while the old one serves', () => {
		const view = viewWith(
			conditionsOf(
				condition('ConfigurationsReady', 'Unknown'),
				ok('RoutesReady'),
				condition('Ready', 'Unknown'),
			),
		);
		expect(serviceState(view)).toEqual({kind: 'progressing', word: 'Deploying', sentence: ''});
	});

	test('is routing while the gateway takes up a split, also when its newest revision failed before', () => {
		const waiting = 'Waiting for load balancer to be ready';
		const routes = condition('RoutesReady', 'Unknown', 'Uninitialized', waiting);
		const ready = condition('Ready', 'Unknown', 'Uninitialized', waiting);
		const state = {kind: 'progressing', word: 'Routing', sentence: `Uninitialized: ${waiting}`};
		expect(serviceState(viewWith(conditionsOf(ok('ConfigurationsReady'), routes, ready)))).toEqual(state);
		const failed = condition('Ready', 'False', 'RevisionFailed', 'x');
		expect(serviceState(viewWith(conditionsOf(revisionFailed, routes, failed)))).toEqual(state);
	});

	test('says that a gradual rollout is under way', () => {
		const message = 'A gradual rollout of the latest revision(s) is in progress.';
		const view = viewWith(
			conditionsOf(
				ok('ConfigurationsReady'),
				condition('RoutesReady', 'Unknown', 'RolloutInProgress', message),
				condition('Ready', 'Unknown', 'RolloutInProgress', message),
			),
		);
		expect(rolloutInProgress(view)).toBe(true);
		expect(serviceState(view)).toEqual({
			kind: 'progressing',
			word: 'Rolling out',
			sentence: `RolloutInProgress: ${message}`,
		});
	});
});
