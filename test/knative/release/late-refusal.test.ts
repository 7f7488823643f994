import {describe, expect, it} from 'vitest';
import {lateRefusal} from '../../../source/knative/release/late-refusal.js';
import type {Condition} from '../../../source/knative/objects/wire.js';
import {condition, serviceView} from '../objects.js';

const withRoutes = (routes: Condition, observed = 1) =>
	serviceView({
		edit(service) {
			service.status.observedGeneration = observed;
			service.status.conditions = [routes];
		},
	});

describe('a split that the server took and the route refuses', () => {
	it.each([
		[
			'RevisionMissing',
			'Revision "r" referenced in traffic not found.',
			/does not exist or is not ready/,
			/undoes/,
		],
		[
			'RevisionNotOwned',
			'Revision "r" belongs to Service "a", not Service "b".',
			/another service/,
			/Remove that/,
		],
		['ErrorConfig', 'domain name error: too long', /host name/, /tag/],
		['RevisionNameTaken', 'The revision name "r" is taken', /other contents/, /another name/],
		['NewReasonOfTomorrow', 'words', /does not take what was asked for/, /split before/],
	])('%s: says what the server said, what it means and the way back', (reason, message, meaning, way) => {
		const refusal = lateRefusal(withRoutes(condition('RoutesReady', 'False', reason, message)));
		expect(refusal?.said).toBe(`${reason}: ${message}`);
		expect(refusal?.meaning).toMatch(meaning);
		expect(refusal?.wayBack).toMatch(way);
	});

	it.each([
		['RevisionMissing', 'Configuration "h" does not have any ready Revision.', /r new revision/],
		['ErrorConfig', 'domain name error: too long', /name the service otherwise/],
	])('of a service without any split before promises none: %s', (reason, message, way) => {
		const refusal = lateRefusal(
			serviceView({
				edit({status}) {
					status.conditions = [condition('RoutesReady', 'False', reason, message)];
					status.traffic = [];
				},
			}),
		);
		expect(refusal?.isFirst).toBe(true);
		expect(refusal?.meaning).toMatch(/users get 404/);
		expect(`${refusal?.meaning} ${refusal?.wayBack}`).not.toMatch(/keeps|before|undoes|rolls back/);
		expect(refusal?.wayBack).toMatch(way);
	});

	it('is not one while the route is at work, or speaks of the generation before', () => {
		expect(lateRefusal(withRoutes(condition('RoutesReady', 'Unknown', 'RevisionMissing')))).toBeUndefined();
		expect(lateRefusal(withRoutes(condition('RoutesReady', 'False', 'RevisionMissing'), 0))).toBeUndefined();
		expect(lateRefusal(withRoutes(condition('RoutesReady', 'True')))).toBeUndefined();
	});
});
