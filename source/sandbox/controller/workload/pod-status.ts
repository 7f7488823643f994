import type {StoredObject} from '../../shared-store.js';
import {containerOf} from './pod-spec.js';

export type PodPhase = 'Pending' | 'Running';

/** One of `waiting`, `running`, `terminated`, as core/v1 has it. */
export type ContainerState = {
	waiting?: {reason: string; message?: string};
	running?: {startedAt: string};
	terminated?: {exitCode: number; reason: string; message: string; startedAt: string; finishedAt: string};
};

type PodCondition = {
	type: string;
	status: 'True' | 'False';
	reason?: string;
	message?: string;
	lastTransitionTime: string;
};

export type PodStatus = {
	phase: PodPhase;
	podIP: string;
	hostIP: string;
	startTime: string;
	conditions: PodCondition[];
	containerStatuses: {
		name: string;
		image: string;
		ready: boolean;
		started: boolean;
		restartCount: number;
		state: ContainerState;
		lastState: ContainerState;
	}[];
};

const isPodStatus = (status: unknown): status is PodStatus =>
	typeof status === 'object' && status !== null && 'containerStatuses' in status;

/** The status a kubelet has written, or undefined before it has. */
export function statusOf(pod: StoredObject): PodStatus | undefined {
	return isPodStatus(pod.status) ? pod.status : undefined;
}

/** By its condition Ready; false before a kubelet has written any. */
export function isReady(pod: StoredObject): boolean {
	return statusOf(pod)?.conditions.some(({type, status}) => type === 'Ready' && status === 'True') ?? false;
}

/** The status of one container of a pod. */
export function containerStatusOf(
	pod: StoredObject,
	container: string,
): PodStatus['containerStatuses'][number] | undefined {
	return statusOf(pod)?.containerStatuses.find(({name}) => name === container);
}

/**
 * The status of a pod with its app and its queue-proxy; times stay where a condition says what it said.
 *
 * @param options.state Of the container of the app, `lastState` that before its last restart.
 * @param options.ready Whether the readiness probe, which is that of the queue-proxy, was answered last.
 * @param options.now RFC 3339.
 */
export function podStatus(
	pod: StoredObject,
	options: {
		phase: PodPhase;
		state: ContainerState;
		ready: boolean;
		restarts: number;
		lastState: ContainerState | undefined;
		now: string;
	},
): PodStatus {
	const {phase, state, ready, restarts, lastState = {}, now} = options;
	const before = statusOf(pod);
	const {name, image} = containerOf(pod);
	const running = phase === 'Running';
	// It does not wait for the image of the app.
	const isProxyRunning =
		running || (state.waiting !== undefined && state.waiting.reason !== 'ContainerCreating');
	// Knative has the queue-proxy probe the app: the app's own container is ready as soon as it runs.
	const isAppReady = state.running !== undefined;
	const unready = [...(isAppReady ? [] : [name]), ...(ready ? [] : ['queue-proxy'])];
	const condition = (type: string, isTrue: boolean): PodCondition => {
		const status = isTrue ? 'True' : 'False';
		const earlier = before?.conditions.find(other => other.type === type && other.status === status);
		const reason = isTrue
			? {}
			: {
					reason: 'ContainersNotReady',
					message: `containers with unready status: [${unready.join(' ')}]`,
				};
		return {type, status, ...reason, lastTransitionTime: earlier?.lastTransitionTime ?? now};
	};
	return {
		phase,
		hostIP: '127.0.0.1',
		podIP: '127.0.0.1',
		startTime: before?.startTime ?? now,
		conditions: [
			condition('PodScheduled', true),
			condition('Initialized', true),
			condition('ContainersReady', ready),
			condition('Ready', ready),
		],
		containerStatuses: [
			{name, image, ready: isAppReady, started: isAppReady, restartCount: restarts, state, lastState},
			{
				name: 'queue-proxy',
				image: 'gcr.io/knative-releases/knative.dev/serving/cmd/queue',
				// Ready when the app is: its readiness probe is the app's.
				ready,
				started: isProxyRunning,
				restartCount: 0,
				state: isProxyRunning
					? {running: {startedAt: before?.startTime ?? now}}
					: {waiting: {reason: 'ContainerCreating'}},
				lastState: {},
			},
			// In the order of their names, as a kubelet writes them.
		].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
	};
}
