/**
 * Runs the pods there are: starts their container, watches whether its port is open, starts it again when it exits, and
 * keeps the pod's status. What a kubelet and its container runtime do on a node.
 */
import {startQueueProxy, type QueueProxy, type RequestMeter} from '../../queue-proxy/queue-proxy.js';
import type {Image} from '../../images/image.js';
import {configmaps, pods, secrets} from '../../resources.js';
import type {StoredObject} from '../../shared-store.js';
import type {ControllerContext} from '../controller.js';
import {keyOf, timestamp, type ObjectKey} from '../objects.js';
import {findImage} from '../../images/catalog.js';
import {backOff, goDuration, probePeriod, pullProblem, unanswered} from './back-off.js';
import {startContainer, type ContainerProcess} from './container-process.js';
import {fieldOf} from '../fields.js';
import {containerOf, identityOf, metricsOf, nodeName, type PodContainer} from './pod-spec.js';
import {createPodLog, type PodLog, type WritableLog} from './pod-log.js';
import {podStatus, type ContainerState, type PodPhase} from './pod-status.js';

export type Kubelet = {
	/** What the container of a pod wrote; undefined when there is no such pod. */
	logOf(key: ObjectKey): PodLog | undefined;
	/** Where a port of a pod really listens; undefined when nobody listens there. */
	socketOf(key: ObjectKey, port: number): {host: string; port: number} | undefined;
	/** Stops every container. */
	stop(): Promise<void>;
};

export type PodReadiness = {
	/** The container's port is open. */
	ready(pod: StoredObject, socket: {host: string; port: number}, meter: RequestMeter): void;
	/** The pod is to get no more requests; resolves when the last one is through. */
	unready(pod: StoredObject): Promise<void>;
};

/** Of the queue-proxy, for HTTP/1.1 (serving pkg/networking/constants.go). */
const queuePort = 8012;

/** Milliseconds. */
const scheduling = 50;
const pulling = 400;
const probing = 200;
/** Until the kubelet has heard of a ConfigMap or a Secret. */
const configSync = 1000;
/** Until the kubelet looks at a pod again, of which it has seen something happen. */
const nextLook = 1000;
/** That a queue-proxy which is told to stop goes on answering, until everybody has heard (serving cmd/queue, drainSleepDuration). */
const draining = 30_000;
/** At an infinite pace a container that always exits would be started again for ever. */
export const restartsAtOnce = 3;

type Running = {
	pod: StoredObject;
	process: ContainerProcess | undefined;
	log: WritableLog;
	restarts: number;
	terminating: boolean;
	gone: boolean;
	lastState: ContainerState | undefined;
	/** Whether the last readiness probe was answered. */
	ready: boolean;
	/** The container beside it, from when the image is there: it goes on when the app exits. */
	queueProxy: QueueProxy | undefined;
	/** Starts the container again; there while something its environment refers to is not. */
	missing?: () => void;
};

/** Takes up pods when the store tells of them, from now on. @param readiness Told when a pod may get requests, and when no more. */
export function startKubelet(context: ControllerContext, readiness: PodReadiness): Kubelet {
	const {store, pace, events} = context;
	const running = new Map<string, Running>();
	const record = (pod: Running, type: 'Normal' | 'Warning', reason: string, message: string): void =>
		events.record(pod.pod, type, reason, message, 'kubelet');

	function later(pod: Running, milliseconds: number, task: () => void): void {
		pace.after(milliseconds, () => {
			if (!pod.gone) {
				task();
			}
		});
	}

	function write(pod: Running, phase: PodPhase, state: ContainerState, ready: boolean): void {
		const {namespace, name} = pod.pod.metadata;
		if (!store.get(pods, namespace, name)) {
			return;
		}

		store.update(pods, namespace, name, 'status', current => ({
			...current,
			status: podStatus(current, {
				phase,
				state,
				ready,
				restarts: pod.restarts,
				lastState: pod.lastState,
				now: timestamp(context.now()),
			}),
		}));
	}

	function schedule(object: StoredObject): void {
		const pod: Running = {
			pod: object,
			process: undefined,
			log: createPodLog(context.now),
			restarts: 0,
			terminating: false,
			gone: false,
			lastState: undefined,
			ready: false,
			queueProxy: undefined,
		};
		running.set(object.metadata.uid, pod);
		later(pod, scheduling, () => {
			const text = `Successfully assigned ${keyOf(object)} to ${nodeName}`;
			events.record(object, 'Normal', 'Scheduled', text, 'default-scheduler');
			write(pod, 'Pending', {waiting: {reason: 'ContainerCreating'}}, false);
			pull(pod);
		});
	}

	/** @param failures how often it could not be pulled so far. */
	function pull(pod: Running, failures = 0): void {
		const container = containerOf(pod.pod);
		record(pod, 'Normal', 'Pulling', `Pulling image "${container.image}"`);
		later(pod, pulling, () => {
			const image = findImage(container.image);
			if (image) {
				record(pod, 'Normal', 'Pulled', `Successfully pulled image "${container.image}"`);
				run(pod, image, container);
				probe(pod);
			} else {
				backOffPulling(pod, container.image, failures);
			}
		});
	}

	function backOffPulling(pod: Running, image: string, failures: number): void {
		const {message, waiting} = pullProblem(image);
		record(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
		record(pod, 'Warning', 'Failed', 'Error: ErrImagePull');
		write(pod, 'Pending', {waiting: {reason: 'ErrImagePull', message}}, false);
		later(pod, nextLook, () => {
			record(pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`);
			record(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff');
			write(pod, 'Pending', {waiting: {reason: 'ImagePullBackOff', message: waiting}}, false);
			if (Number.isFinite(pace.factor)) {
				later(pod, backOff(failures), () => pull(pod, failures + 1));
			}
		});
	}

	/** Tells of the readiness probes that fail until one is answered; at an infinite pace there is no time for one. */
	function probe(pod: Running, failures = 0): void {
		if (!Number.isFinite(pace.factor)) {
			return;
		}

		later(pod, probePeriod(failures), () => {
			if (!pod.ready && !pod.terminating) {
				record(pod, 'Warning', 'Unhealthy', unanswered);
				probe(pod, failures + 1);
			}
		});
	}

	function run(pod: Running, image: Image, container: PodContainer): void {
		const env = container.environment((kind, name) =>
			store.get(kind === 'secret' ? secrets : configmaps, pod.pod.metadata.namespace, name),
		);
		if ('problem' in env) {
			record(pod, 'Warning', 'Failed', `Error: ${env.problem}`);
			write(pod, 'Pending', {waiting: {reason: 'CreateContainerConfigError', message: env.problem}}, false);
			pod.missing = () => run(pod, image, container);
			return;
		}

		record(pod, 'Normal', 'Created', `Created container: ${container.name}`);
		const startedAt = timestamp(context.now());
		pod.queueProxy ??= startQueueProxy(identityOf(pod.pod), metricsOf(pod.pod));
		const {queueProxy} = pod;
		const process = startContainer(image, container, {
			env: env.values,
			pace,
			random: context.random,
			log: line => pod.log.append(line),
		});
		pod.process = process;
		record(pod, 'Normal', 'Started', `Started container ${container.name}`);
		write(pod, 'Running', {running: {startedAt}}, false);
		void announce(pod, {process, queueProxy}, startedAt);
		void restartOnExit(pod, process, startedAt, image, container);
	}

	/** Says that the pod is ready once its port is open and the probe has seen it. */
	async function announce(
		pod: Running,
		{process, queueProxy}: {process: ContainerProcess; queueProxy: QueueProxy},
		startedAt: string,
	): Promise<void> {
		const socket = await process.listening;
		later(pod, probing, () => {
			if (pod.process === process && !pod.terminating) {
				pod.ready = true;
				write(pod, 'Running', {running: {startedAt}}, true);
				readiness.ready(pod.pod, socket, queueProxy);
			}
		});
	}

	async function restartOnExit(
		pod: Running,
		process: ContainerProcess,
		startedAt: string,
		image: Image,
		container: PodContainer,
	): Promise<void> {
		const exit = await process.exited;
		if (!pod.gone && pod.process === process) {
			restart(pod, image, container, {...exit, startedAt, finishedAt: timestamp(context.now())});
		}
	}

	function restart(
		pod: Running,
		image: Image,
		container: PodContainer,
		exit: {code: number; message: string; reason: string; startedAt: string; finishedAt: string},
	): void {
		pod.process = undefined;
		if (pod.ready) {
			pod.ready = false;
			probe(pod);
		}

		void readiness.unready(pod.pod);
		const {code: exitCode, message, reason, startedAt, finishedAt} = exit;
		const ended = {terminated: {exitCode, reason, message, startedAt, finishedAt}};
		write(pod, 'Running', ended, false);
		const runAgain = (): void => {
			record(pod, 'Normal', 'Pulled', `Container image "${container.image}" already present on machine`);
			pod.restarts++;
			pod.log.restart();
			run(pod, image, container);
		};
		if (pod.restarts === 0) {
			// For the first time it is started again without waiting.
			later(pod, nextLook, runAgain);
			return;
		}

		later(pod, nextLook, () => {
			pod.lastState = ended;
			const delay = backOff(pod.restarts - 1);
			const {namespace = '', name, uid} = pod.pod.metadata;
			const of = `${name}_${namespace}(${uid})`;
			record(
				pod,
				'Warning',
				'BackOff',
				`Back-off restarting failed container ${container.name} in pod ${of}`,
			);
			const text = `back-off ${goDuration(delay)} restarting failed container=${container.name} pod=${of}`;
			write(pod, 'Running', {waiting: {reason: 'CrashLoopBackOff', message: text}}, false);
			if (Number.isFinite(pace.factor) || pod.restarts < restartsAtOnce) {
				later(pod, delay, runAgain);
			}
		});
	}

	/** Lets a pod finish its requests, then takes it away. */
	async function terminate(pod: Running, object: StoredObject): Promise<void> {
		pod.terminating = true;
		const {namespace, name, uid} = pod.pod.metadata;
		const grace = fieldOf(object.metadata, 'deletionGracePeriodSeconds');
		record(pod, 'Normal', 'Killing', `Stopping container ${containerOf(pod.pod).name}`);
		const passed = async (milliseconds: number): Promise<void> =>
			new Promise(resolve => {
				later(pod, milliseconds, resolve);
			});
		// Where nothing runs, nothing has to come to an end.
		await Promise.race([
			Promise.all([readiness.unready(pod.pod), passed(pod.queueProxy ? draining : nextLook)]),
			passed((typeof grace === 'number' ? grace : 30) * 1000),
		]);
		await Promise.all([pod.process?.stop(), pod.queueProxy?.stop()]);
		if (store.get(pods, namespace, name)?.metadata.uid === uid) {
			store.remove(pods, namespace, name);
		}
	}

	async function kill(pod: Running): Promise<void> {
		pod.gone = true;
		pod.log.end();
		running.delete(pod.pod.metadata.uid);
		await Promise.all([readiness.unready(pod.pod), pod.process?.stop(), pod.queueProxy?.stop()]);
	}

	/** Tries those again that a ConfigMap or a Secret was missing for. */
	function retry(namespace: string | undefined): void {
		for (const pod of running.values()) {
			const {missing} = pod;
			if (missing && pod.pod.metadata.namespace === namespace) {
				delete pod.missing;
				later(pod, configSync, missing);
			}
		}
	}

	const unsubscribe = store.subscribe(({type, resource, object}) => {
		if (resource === configmaps || resource === secrets) {
			retry(object.metadata.namespace);
		}

		if (resource !== pods) {
			return;
		}

		const pod = running.get(object.metadata.uid);
		if (type === 'ADDED' && fieldOf(object.spec, 'nodeName') === nodeName) {
			schedule(object);
		} else if (type === 'DELETED' && pod) {
			void kill(pod);
		} else if (object.metadata.deletionTimestamp !== undefined && pod && !pod.terminating) {
			void terminate(pod, object);
		}
	});

	const runningAt = (key: ObjectKey): Running | undefined =>
		[...running.values()].find(({pod}) => keyOf(pod) === key);

	return {
		logOf: key => runningAt(key)?.log,
		socketOf(key, port) {
			const found = runningAt(key);
			// A request to the queue-proxy goes on to the container.
			const container = found?.process?.socketOf(port === queuePort ? containerOf(found.pod).port : port);
			return container ?? found?.queueProxy?.socketOf(port);
		},
		async stop() {
			unsubscribe();
			await Promise.all([...running.values()].map(kill));
		},
	};
}
