/** What the pods of a revision say of why it is not ready. */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {parsePod, type PodView} from '../../../source/knative/objects/pod.js';
import {podTrouble} from '../../../source/knative/revision/revision-trouble.js';

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
		const sentences = recorded.map(object => podTrouble([podOf(object)], false)?.sentence);
		const said =
			'panic: could not connect to the database: dial tcp 10.96.14.3:5432: connect: connection refused';
		expect(sentences).toEqual([
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

const leaving = (object: object) =>
	podOf({
		...object,
		metadata: {name: 'cart-00002-deployment-0', deletionTimestamp: '2026-11-26T12:31:52Z'},
	});

describe('of several pods and containers', () => {
	const crashing = pod({state: {terminated: {exitCode: 2, message: ''}}});

	it('a pod that is going says nothing', () => {
		const gone = leaving({
			spec: {containers: [{name: 'user-container'}]},
			status: {
				conditions: [{type: 'Ready', status: 'True'}],
				containerStatuses: [
					{name: 'user-container', restartCount: 0, state: {terminated: {exitCode: 3}}, lastState: {}},
				],
			},
		});
		expect(podTrouble([gone, crashing], false)?.sentence).toBe('exits with 2');
		expect(podTrouble([gone], true)?.word).toBe('No pod');
		expect(podTrouble([gone], false)).toBeUndefined();
	});

	it('what cannot be started is told before what exits, and that before what has no node', () => {
		const homeless = pod({state: {}, scheduled: {status: 'False', message: 'no node'}});
		const unmade = pod({state: {waiting: {reason: 'CreateContainerError', message: ''}}});
		expect(podTrouble([homeless, crashing, unmade], false)).toEqual({
			word: 'No start',
			sentence: 'container cannot be started (CreateContainerError)',
		});
		expect(podTrouble([homeless, crashing], false)?.word).toBe('Crashing');
		expect(podTrouble([homeless], false)).toEqual({
			word: 'No node',
			sentence: 'no node takes its pod: no node',
		});
	});

	it('a container that runs again after an exit is crashing once it was restarted', () => {
		const lastState = {terminated: {exitCode: 1, message: 'panic'}};
		expect(podTrouble([pod({lastState, restarts: 1})], false)).toEqual({
			word: 'Crashing',
			sentence: 'exits with 1 (1 restart): panic',
		});
		expect(podTrouble([pod({lastState})], false)).toBeUndefined();
		expect(podTrouble([pod({restarts: 2})], false)).toBeUndefined();
	});

	it('one that waits for its next start has exited, however often that was', () => {
		const waiting = {waiting: {reason: 'CrashLoopBackOff', message: 'back-off 10s'}};
		const lastState = {terminated: {exitCode: 1}};
		expect(podTrouble([pod({state: waiting, lastState})], false)?.sentence).toBe('exits with 1');
		expect(podTrouble([pod({state: waiting})], true)).toBeUndefined();
	});

	it('one that runs is late beside others that wait', () => {
		const waiting = pod({state: {waiting: {reason: 'ContainerCreating'}}});
		expect(podTrouble([waiting, pod()], true)?.word).toBe('Not ready');
	});
});
