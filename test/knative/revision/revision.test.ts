import {describe, expect, test} from 'vitest';
import {parseRevision} from '../../../source/knative/revision/revision.js';
import {condition, knativeRevision, revisionView} from '../objects.js';

test('a Revision as the server sends it is read whole', () => {
	expect(revisionView(2)).toMatchObject({
		name: 'helloworld-go-00002',
		namespace: 'default',
		service: 'helloworld-go',
		generation: 2,
		createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
		image: 'ghcr.io/knative/helloworld-go:latest',
		env: [{name: 'TARGET', shown: 'World', value: 'World'}],
		state: {kind: 'ready', ready: true, word: 'Ready', sentence: ''},
		actualReplicas: 1,
		desiredReplicas: 2,
		protocol: 'http',
		routingState: 'active',
	});
});

test('a Revision without status or labels is deploying and belongs to nothing', () => {
	const {status: _status, ...young} = knativeRevision(1);
	const parsed = parseRevision({...young, metadata: {name: 'x', namespace: 'default'}});
	expect(parsed).toMatchObject({
		ok: true,
		value: {
			state: {kind: 'deploying', ready: false},
			service: undefined,
			generation: 0,
			actualReplicas: undefined,
			routingState: undefined,
		},
	});
});

test('a Revision without containers has no image, and is read all the same', () => {
	for (const spec of [{}, {containers: null}, {containers: []}]) {
		expect(parseRevision({metadata: {name: 'x', namespace: 'default'}, spec})).toMatchObject({
			ok: true,
			value: {image: '', env: []},
		});
	}
});

test('what is no Revision is refused with a reason', () => {
	const metadata = {name: 'x', namespace: 'default'};
	expect(parseRevision({metadata, spec: {containers: 'none'}})).toMatchObject({
		ok: false,
		reason: expect.stringContaining('spec.containers'),
	});
	expect(parseRevision({metadata: {name: 'x'}, spec: {}})).toMatchObject({
		ok: false,
		reason: expect.stringContaining('metadata.namespace'),
	});
	expect(parseRevision(null).ok).toBe(false);
});

describe('the state', () => {
	const idle = condition('Active', 'False', 'NoTraffic', 'The target is not receiving traffic.');
	test.each([
		['no condition yet', [], 'deploying', false, ''],
		['deploying', [condition('Ready', 'Unknown', 'Deploying')], 'deploying', false, 'Deploying'],
		[
			'an image that cannot be pulled',
			[condition('Ready', 'False', 'ContainerMissing', 'Unable to fetch image "x"')],
			'failed',
			false,
			'ContainerMissing: Unable to fetch image "x"',
		],
		[
			'scaled to zero',
			[condition('Ready', 'True'), idle],
			'idle',
			true,
			'NoTraffic: The target is not receiving traffic.',
		],
		[
			'coming up from zero',
			[condition('Ready', 'True'), condition('Active', 'Unknown', 'Queued', 'Requests are being buffered')],
			'waking',
			true,
			'Queued: Requests are being buffered',
		],
		[
			'not coming up any more',
			[
				condition('Ready', 'True'),
				condition('Active', 'False', 'TimedOut', 'The target could not be activated.'),
			],
			'failed',
			true,
			'TimedOut: The target could not be activated.',
		],
		[
			'failed and scaled to zero',
			[condition('Ready', 'False', 'ExitCode1', 'x'), idle],
			'failed',
			false,
			'ExitCode1: x',
		],
	] as const)('%s', (_what, conditions, kind, ready, sentence) => {
		expect(revisionView(1, [...conditions]).state).toMatchObject({kind, ready, sentence});
	});

	test('a Revision that is being deleted is not ready', () => {
		const revision = knativeRevision(1);
		revision.metadata.deletionTimestamp = '2026-01-02T03:04:06Z';
		expect(parseRevision(revision)).toMatchObject({value: {state: {kind: 'deleting', ready: false}}});
	});
});
