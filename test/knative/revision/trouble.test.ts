import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {parsePod, type PodView} from '../../../source/knative/objects/pod.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import {conditionTrouble, podTrouble} from '../../../source/knative/revision/trouble.js';

function podOf(object: unknown): PodView {
	const parsed = parsePod(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

/** Every state of one pod of a real cluster whose container exits at its start, in their order. */
const recorded: unknown[] = JSON.parse(
	readFileSync(new URL('recorded-crash-pods.json', import.meta.url), 'utf8'),
);

/** A pod as a kubelet tells of it. */
function pod({
	ready = false,
	state = {running: {startedAt: '2026-11-26T12:31:52Z'}},
	lastState = {},
	restarts = 0,
	scheduled = {status: 'True'},
}: {
	ready?: boolean;
	state?: object;
	lastState?: object;
	restarts?: number;
	scheduled?: object;
} = {}): PodView {
	return podOf({
		metadata: {name: 'cart-00002-deployment-1'},
		spec: {containers: [{name: 'user-container'}, {name: 'queue-proxy'}]},
		status: {
			conditions: [
				{type: 'Ready', status: ready ? 'True' : 'False'},
				{type: 'PodScheduled', ...scheduled},
			],
			containerStatuses: [
				{name: 'queue-proxy', restartCount: 0, state: {running: {}}, lastState: {}},
				{name: 'user-container', restartCount: restarts, state, lastState},
			],
		},
	});
}

describe('what the pods say', () => {
	it('tells from the recorded states of a crashing pod, from its first exit on, what it said last', () => {
		const told = recorded.map(object => podTrouble([podOf(object)], false)?.sentence);
		const said =
			'panic: could not connect to the database: dial tcp 10.96.14.3:5432: connect: connection refused';
		expect(told).toEqual([
			undefined,
			undefined,
			undefined,
			`exits with 1: ${said}`,
			`exits with 1 (1 restart): ${said}`,
			`exits with 1 (1 restart): ${said}`,
			`exits with 1 (2 restarts): ${said}`,
		]);
	});

	it('is nothing while a pod is ready, or while one is being started', () => {
		const crashing = pod({state: {terminated: {exitCode: 2, message: ''}}});
		expect(podTrouble([crashing, pod({ready: true})], true)).toBeUndefined();
		expect(podTrouble([pod({state: {waiting: {reason: 'ContainerCreating'}}})], true)).toBeUndefined();
		expect(podTrouble([pod()], false)).toBeUndefined();
		expect(podTrouble([], false)).toBeUndefined();
	});

	it('is that there is none, once there should be', () => {
		expect(podTrouble([], true)).toEqual({
			word: 'No pod',
			sentence: 'no pod has been made; the events say why',
		});
	});

	it('is that nothing answers, once a container that runs should have', () => {
		expect(podTrouble([pod()], true)).toEqual({
			word: 'Not ready',
			sentence: 'readiness probe failing: nothing answers on its port',
		});
	});

	it.each([
		[
			'an image that is not there',
			pod({
				state: {
					waiting: {
						reason: 'ImagePullBackOff',
						message:
							'Back-off pulling image "r.example.com/nope:1": ErrImagePull: r.example.com/nope:1: not found',
					},
				},
			}),
			{word: 'No image', sentence: 'image cannot be pulled: r.example.com/nope:1: not found'},
		],
		[
			'an image that is not there, of which the registry has said nothing',
			pod({
				state: {
					waiting: {reason: 'ImagePullBackOff', message: 'Back-off pulling image "r.example.com/nope:1"'},
				},
			}),
			{word: 'No image', sentence: 'image cannot be pulled'},
		],
		[
			'a ConfigMap that is not there',
			pod({
				state: {waiting: {reason: 'CreateContainerConfigError', message: 'configmap "settings" not found'}},
			}),
			{
				word: 'No start',
				sentence: 'container cannot be started (CreateContainerConfigError): configmap "settings" not found',
			},
		],
		[
			'too little memory',
			pod({
				state: {waiting: {reason: 'CrashLoopBackOff', message: 'back-off 10s'}},
				lastState: {terminated: {exitCode: 137, reason: 'OOMKilled'}},
				restarts: 3,
			}),
			{word: 'Crashing', sentence: 'out of memory (OOMKilled) (3 restarts)'},
		],
		[
			'no room on any node',
			pod({
				state: {},
				scheduled: {status: 'False', message: '0/3 nodes are available: 3 Insufficient cpu.'},
			}),
			{word: 'No node', sentence: 'no node takes its pod: 0/3 nodes are available: 3 Insufficient cpu'},
		],
	])('is %s', (_, sick, trouble) => {
		expect(podTrouble([sick], false)).toEqual(trouble);
	});

	it('cannot be made to move the cursor by what a container writes', () => {
		const hostile = pod({state: {terminated: {exitCode: 1, message: 'fine\n\u{1B}[2J\u{202E}gone\n'}}});
		expect(podTrouble([hostile], false)?.sentence).toBe('exits with 1: ␛[2J<U+202E>gone');
	});
});

/** A revision of which one condition is False, and Ready with it. */
const failed = (type: string, reason: string, message: string): RevisionView => {
	const parsed = parseRevision({
		metadata: {name: 'cart-00002', namespace: 'default', uid: 'u'},
		spec: {containers: [{image: 'i'}]},
		status: {
			conditions: [
				{type: 'Ready', status: 'False', reason, message},
				{type, status: 'False', reason, message},
			],
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
};

describe('what the conditions say', () => {
	it.each([
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "cart-00002-deployment-57b6698db5-zcjf5" is forbidden: exceeded quota: tiny, requested: pods=1, used: pods=2, limited: pods=2',
			),
			{word: 'Quota', sentence: 'no pod fits into the quota tiny: pods 2 of 2 used, 1 needed'},
		],
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "x" is forbidden: exceeded quota: q, requested: limits.cpu=1,requests.memory=1Gi, used: limits.cpu=3500m,requests.memory=7Gi, limited: limits.cpu=4,requests.memory=7Gi',
			),
			{
				word: 'Quota',
				sentence:
					'no pod fits into the quota q: limits.cpu 3500m of 4 used, 1 needed; requests.memory 7Gi of 7Gi used, 1Gi needed',
			},
		],
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
			),
			{
				word: 'No pod',
				sentence: 'its pod is refused: pods "x" is forbidden: violates PodSecurity "restricted:latest"',
			},
		],
		[
			failed(
				'ContainerHealthy',
				'ContainerMissing',
				'Unable to fetch image "r.example.com/nope:1": failed to resolve image to digest: HEAD https://r.example.com/v2/nope/manifests/1: unexpected status code 404 Not Found',
			),
			{
				word: 'No image',
				sentence: 'image not found: 404 Not Found from r.example.com',
			},
		],
		[
			failed(
				'ContainerHealthy',
				'ExitCode1',
				'Container failed with: starting server...\npanic: no database\n',
			),
			{word: 'Crashed', sentence: 'exited with 1: panic: no database'},
		],
		[
			failed('ResourcesAvailable', 'ProgressDeadlineExceeded', 'ReplicaSet "x" has timed out progressing.'),
			{
				word: 'Timed out',
				sentence: 'it did not become ready in time: ReplicaSet "x" has timed out progressing',
			},
		],
		[
			failed('ResourcesAvailable', 'Strange', 'Something else.'),
			{word: 'Failed', sentence: 'Strange: Something else.'},
		],
	])('is told in plain words (%#)', (revision, trouble) => {
		expect(conditionTrouble(revision)).toEqual(trouble);
		// The screen asks at every change, and draws anew what is not the same.
		expect(conditionTrouble(revision)).toBe(conditionTrouble(revision));
	});
});
