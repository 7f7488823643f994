import {expect, it} from 'vitest';
import type {Condition} from '../../../source/knative/objects/wire.js';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {wayToGateway} from '../../../source/release/outcome/arrival.js';
import {condition, knativeService} from '../../knative/objects.js';

function service(
	generation: number,
	observedGeneration: number,
	routes: Condition,
	traffic?: {revisionName: string; percent: number}[],
): ServiceView {
	const object = knativeService();
	object.metadata.generation = generation;
	object.status = {...object.status, observedGeneration, conditions: [routes], ...(traffic && {traffic})};
	const parsed = parseService(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const ready = condition('RoutesReady', 'True');
const waiting = condition(
	'RoutesReady',
	'Unknown',
	'IngressNotConfigured',
	'Ingress has not yet been reconciled.',
);
const missing = condition(
	'RoutesReady',
	'False',
	'RevisionMissing',
	'Revision "x" referenced in traffic not found.',
);

it.each([
	['not told by what is older', service(4, 4, ready), {kind: 'not told'}],
	['changed again by what is newer', service(6, 6, ready), {kind: 'changed again', by: 'bob'}],
	['at the gateway when the route says so of that generation', service(5, 5, ready), {kind: 'moved'}],
	[
		'not known to be at the gateway where the route says so and reports no whole split',
		service(5, 5, ready, [{revisionName: 'helloworld-go-00001', percent: 60}]),
		{kind: 'not clear', words: expect.stringContaining('60 %')},
	],
	[
		'under way while the controller has not looked at it',
		service(5, 4, ready),
		{kind: 'under way', words: 'waiting for the controller'},
	],
	[
		'under way in the words of the route',
		service(5, 5, waiting),
		{kind: 'under way', words: expect.stringContaining('Ingress has not yet been reconciled')},
	],
	[
		'refused late, with what that means',
		service(5, 5, missing),
		{kind: 'refused', refusal: expect.objectContaining({meaning: expect.stringContaining('does not exist')})},
	],
])('a change is %s', (_, view, way) => {
	expect(wayToGateway(view, 5)).toEqual(way);
});
