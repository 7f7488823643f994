/** The log of one container of a revision's pods, followed for as long as it is shown. */
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {corePath, podLogPath} from '../../kube/paths.js';
import {reflect, type ReflectorState} from '../../kube/watch/reflector.js';
import type {Timers} from '../../kube/timers.js';
import {mainContainer, type ContainerView, type PodView} from '../../knative/objects/pod.js';
import {refusalOf} from '../sheets/inspect.js';
import type {LogView} from '../sheets/inspected.js';
import {createLogBuffer, type LogAnswer} from './log-buffer.js';
import {createPodTable} from '../tables/pod-table.js';
import {createThrottle} from './throttle.js';

/** Milliseconds between two publications. */
const leastInterval = 200;
/** Milliseconds until a log that broke off is opened again; longer each time, up to the second figure. */
const firstRetry = 2000;
const longestRetry = 30_000;

/** Where a log is shown. */
export type LogPlace = {
	/** Aborted when it is shown no more. */
	readonly signal: AbortSignal;
	/** Undefined once it is shown no more. */
	readonly read: () => LogView | undefined;
	readonly change: (part: Partial<LogView>) => void;
};

/** One log, from its opening to its closing. */
export type LogFollower = {
	turnPod(by: 1 | -1): void;
	turnContainer(): void;
	togglePrevious(): void;
	pause(paused: boolean): void;
};

/**
 * Follows the log of one of the revision's pods for as long as it is shown.
 * @param place Holds what `unreadLog` makes, at first.
 * @param interval Milliseconds between two frames, if that is more than it would be anyway.
 * @param timers The clock of the pauses after which a log that broke off is asked for again.
 */
export function followLog(
	cluster: Cluster,
	{namespace, revision}: {namespace: string; revision: string},
	{signal, read: shown, change}: LogPlace,
	{interval, timers}: {interval: () => number; timers: Pick<Timers, 'sleep'>},
): LogFollower {
	/** Since the pause. */
	let held = 0;
	/** Of the log that is read now. */
	let reading: AbortController | undefined;
	/** The container as it was known when its log was opened. */
	let openedOn: ContainerView | undefined;
	const pods = createPodTable();

	const publish = () => {
		if (shown()?.paused) change({held});
		else change({lines: buffer.texts()});
	};
	const throttle = createThrottle(publish, () => Math.max(leastInterval, interval()));

	const buffer = createLogBuffer(more => {
		held = Math.max(0, held + more);
		throttle.request();
	});

	/** @param isRestart The container was started again: what the run before said stays above. */
	function begin(
		pod: PodView,
		{
			container = mainContainer(pod)?.name ?? '',
			previous = false,
			isRestart = false,
		}: {container?: string | undefined; previous?: boolean; isRestart?: boolean} = {},
	): void {
		reading?.abort();
		reading = new AbortController();
		openedOn = containerOf(pod, container);
		if (!isRestart) buffer.clear();
		change({
			pod: pod.name,
			container,
			previous,
			phase: {kind: 'opening'},
			...(!isRestart && {lines: [], paused: false, held: 0}),
		});
		void read({pod: pod.name, container, previous, isRestart}, AbortSignal.any([signal, reading.signal]));
	}

	async function read(
		{
			pod,
			container,
			previous,
			isRestart,
		}: Pick<LogView, 'container' | 'previous'> & {
			pod: string;
			isRestart: boolean;
		},
		stop: AbortSignal,
	): Promise<void> {
		let mark = isRestart ? `--- ${container} was started again ---` : undefined;
		let wait = firstRetry;
		for (;;) {
			const onOpen = () => {
				mark = undefined;
				wait = firstRetry;
			};
			const phase = await readOnce({pod, container, previous, mark, onOpen}, stop);
			if (stop.aborted) return;
			change({phase});
			// Of a run that is over, and of what the server refuses, a second look shows nothing new; of both tells the watch.
			podsChanged();
			if (stop.aborted || previous || phase.kind === 'refused') return;
			await timers.sleep(wait, stop);
			if (stop.aborted) return;
			wait = Math.min(longestRetry, wait * 2);
			const now = pods.find(pod);
			if (!now || containerOf(now, container)?.state !== 'running') return;
		}
	}

	async function readOnce(
		{
			pod,
			container,
			previous,
			mark,
			onOpen,
		}: {
			pod: string;
			container: string;
			previous: boolean;
			mark: string | undefined;
			onOpen: () => void;
		},
		stop: AbortSignal,
	): Promise<LogView['phase']> {
		const {query, begin: beginAnswer} = buffer.next(mark);
		let into: LogAnswer | undefined;
		try {
			const answer = await cluster.stream(
				podLogPath(namespace, pod),
				{container, ...query, [previous ? 'previous' : 'follow']: 'true'},
				text => {
					if (!stop.aborted) into?.write(text);
				},
				stop,
				() => {
					if (stop.aborted) return;
					into = beginAnswer();
					onOpen();
					change({phase: {kind: 'following'}});
					throttle.request();
				},
			);
			if (answer.status !== 200) {
				const right = answer.status === 403 ? ' (get pods/log)' : '';
				const sentence = refusalOf(`The log of ${container} in ${pod}${right}`, answer);
				return isPassing(answer.status)
					? {kind: 'over', sentence: `${sentence} Trying again.`}
					: {kind: 'refused', sentence};
			}
			if (!stop.aborted) into?.end();
			return {
				kind: 'over',
				sentence: previous
					? 'The end of that run.'
					: 'The log has ended: the container stopped, or the server closed it.',
			};
		} catch (error) {
			if (!(error instanceof TransportError)) throw error;
			if (!stop.aborted) into?.end();
			return {kind: 'over', sentence: `The log broke off: ${error.message}. Trying again.`};
		}
	}

	/** After the watch told of a pod, and after a log has ended: whether there is another log to be read now. */
	function podsChanged(): void {
		const open = shown();
		if (!open || !pods.isListed) return;
		const list = pods.list();
		change({pods: list});
		const current = open.pod === undefined ? undefined : pods.find(open.pod);
		if (!current) {
			const first = list.find(pod => !pod.deleting && isRunning(pod)) ?? list[0];
			if (open.pod === undefined && first) return begin(first);
			if (open.pod === undefined) return change({phase: {kind: 'no pods'}});
			if (open.phase.kind !== 'following' && open.phase.kind !== 'opening') {
				const more = list.length > 0 ? ' The arrow keys go to those there are.' : '';
				change({phase: {kind: 'over', sentence: `The pod is gone.${more}`}});
			}
			return;
		}
		const now = containerOf(current, open.container);
		if (open.previous || !now) return;
		// A log is that of the run with that number of restarts, also while the container waits for the next one.
		const isAnother = now.restarts !== openedOn?.restarts;
		const mayHaveOne = open.phase.kind === 'refused' && now.state !== openedOn?.state;
		const isDone = open.phase.kind === 'over' || open.phase.kind === 'refused';
		if ((isDone && isAnother) || mayHaveOne) {
			begin(current, {container: open.container, isRestart: !buffer.isEmpty});
		}
	}

	const reflector = reflect(
		cluster,
		{
			path: corePath('pods', namespace),
			query: {labelSelector: `serving.knative.dev/revision=${revision}`},
		},
		{
			onChange(told) {
				pods.apply(told);
				podsChanged();
			},
			onState(state) {
				const sentence = problemOf(state, revision);
				if (sentence !== undefined && !pods.isListed) change({phase: {kind: 'refused', sentence}});
			},
		},
	);
	signal.addEventListener('abort', () => {
		throttle.stop();
		reflector.stop();
	});

	/** What is shown and the pod it is of, if that is still there. */
	function shownPod(): {open: LogView; pod: PodView} | undefined {
		const open = shown();
		const pod = open?.pod === undefined ? undefined : pods.find(open.pod);
		return open && pod && {open, pod};
	}

	return {
		turnPod(by) {
			const list = pods.list();
			const at = list.findIndex(({name}) => name === shown()?.pod);
			const next = list[at === -1 ? 0 : (at + by + list.length) % list.length];
			if (next && next.name !== shown()?.pod) {
				begin(next, {container: containerOf(next, shown()?.container ?? '')?.name});
			}
		},
		turnContainer() {
			const now = shownPod();
			if (!now) return;
			const {containers} = now.pod;
			const at = containers.findIndex(({name}) => name === now.open.container);
			const next = containers[(at + 1) % containers.length];
			if (next && next.name !== now.open.container) begin(now.pod, {container: next.name});
		},
		togglePrevious() {
			const now = shownPod();
			if (now) begin(now.pod, {container: now.open.container, previous: !now.open.previous});
		},
		pause(paused) {
			if (shown()?.paused === paused) return;
			held = 0;
			change({paused, held, ...(!paused && {lines: buffer.texts()})});
		},
	};
}

function containerOf({containers}: PodView, name: string): ContainerView | undefined {
	return containers.find(container => container.name === name);
}

/** An answer that says nothing about the log: there may be another one in a moment. */
const isPassing = (status: number) => status === 429 || status >= 500;

const isRunning = (pod: PodView) => mainContainer(pod)?.state === 'running';

function problemOf(state: ReflectorState, revision: string): string | undefined {
	if (state.kind === 'forbidden' && state.status === 403) {
		return `The pods of ${revision} may not be read by you: ${state.why}.`;
	}
	if (state.kind === 'connecting' || state.kind === 'live') return undefined;
	return `The pods of ${revision} cannot be read: ${state.why}. Trying again.`;
}
