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
		const sick = condition('Ready', 'False', 'RevisionFailed', 'x');
		expect(serviceState(viewWith(conditionsOf(revisionFailed, routes, sick)))).toEqual(state);
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

const failed = (reason: string) => condition('Ready', 'False', reason);

describe('what a Service says of why it is not ready', () => {
	const missing = condition('RoutesReady', 'False', 'RevisionMissing', 'gone');

	test('is the refusal of the route where a revision was ready, whatever became of the newest', () => {
		const view = viewWith(conditionsOf(revisionFailed, missing, failed('RevisionMissing')));
		expect(serviceState(view)).toEqual({kind: 'failed', word: 'Failed', sentence: 'RevisionMissing: gone'});
	});

	test('is the refusal of the route where none was ready, and none failed', () => {
		const view = viewWith(conditionsOf(ok('ConfigurationsReady'), missing, failed('RevisionMissing')), {
			noneReady: true,
		});
		expect(serviceState(view).sentence).toBe('RevisionMissing: gone');
		expect(serviceState(viewWith([missing, failed('Other')], {noneReady: true})).sentence).toBe(
			'RevisionMissing: gone',
		);
	});

	test('is what Ready says, where the conditions behind it say nothing', () => {
		expect(serviceState(viewWith([failed('NotReady')]))).toEqual({
			kind: 'failed',
			word: 'Failed',
			sentence: 'NotReady',
		});
		const serving = viewWith([ok('RoutesReady'), failed('NotReady')]);
		expect(serviceState(serving)).toEqual({kind: 'serving', word: 'Latest failed', sentence: 'NotReady'});
		const known = viewWith(conditionsOf(ok('ConfigurationsReady'), ok('RoutesReady'), failed('NotReady')));
		expect(serviceState(known).sentence).toBe('NotReady');
	});

	test('is why its configuration failed, while no revision was ever ready and the route waits', () => {
		const waiting = condition('RoutesReady', 'Unknown', 'Uninitialized', 'Waiting');
		const view = viewWith(conditionsOf(revisionFailed, waiting, failed('RevisionFailed')), {noneReady: true});
		expect(serviceState(view)).toMatchObject({
			kind: 'failed',
			word: 'Failed',
			sentence: expect.stringMatching(/^RevisionFailed: Revision /),
		});
		const routing = viewWith([waiting, failed('RevisionFailed')]);
		expect(serviceState(routing)).toMatchObject({kind: 'progressing', word: 'Routing'});
	});
});

describe('a Service that is at work', () => {
	test('says what its configuration waits for, or else what Ready says', () => {
		const pulling = condition('ConfigurationsReady', 'Unknown', 'Deploying', 'pulling');
		const ready = condition('Ready', 'Unknown', 'Waiting', 'for all');
		expect(serviceState(viewWith([pulling, ready]))).toEqual({
			kind: 'progressing',
			word: 'Deploying',
			sentence: 'Deploying: pulling',
		});
		expect(serviceState(viewWith([condition('ConfigurationsReady', 'Unknown'), ready])).sentence).toBe(
			'Waiting: for all',
		);
	});

	test('without any condition is routing, as far as is known', () => {
		expect(serviceState(viewWith([]))).toEqual({kind: 'progressing', word: 'Routing', sentence: ''});
		const ready = condition('Ready', 'Unknown', 'Waiting', 'for all');
		expect(serviceState(viewWith([ready])).sentence).toBe('Waiting: for all');
	});

	test('is rolling out where only one condition says so', () => {
		for (const type of ['Ready', 'RoutesReady']) {
			const view = viewWith([condition(type, 'Unknown', 'RolloutInProgress', 'moving')]);
			expect(rolloutInProgress(view)).toBe(true);
			expect(serviceState(view)).toEqual({
				kind: 'progressing',
				word: 'Rolling out',
				sentence: 'RolloutInProgress: moving',
			});
		}
		expect(rolloutInProgress(viewWith([]))).toBe(false);
		const other = viewWith([condition('ConfigurationsReady', 'Unknown', 'RolloutInProgress')]);
		expect(rolloutInProgress(other)).toBe(false);
	});

	test('that is being deleted is that before all else', () => {
		const view = serviceView({
			edit: object => Object.assign(object.metadata, {deletionTimestamp: '2026-01-02T03:04:05Z'}),
		});
		expect(serviceState(view)).toEqual({kind: 'deleting', word: 'Deleting', sentence: ''});
	});

	test('has not settled where the route says nothing', () => {
		expect(routeSettled(viewWith([ok('Ready')]))).toBe(false);
		expect(routeSettled(viewWith([condition('RoutesReady', 'Unknown')]))).toBe(false);
	});

	test('says that the controller has not taken up what was changed', () => {
		const sentence = 'The change has not been taken up by the controller yet.';
		expect(serviceState(viewWith([], {observed: 2}))).toEqual({
			kind: 'progressing',
			word: 'Updating',
			sentence,
		});
	});
});
