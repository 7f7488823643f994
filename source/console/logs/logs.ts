/** Logs, as the keys ask for them. */
import type {Cluster} from '../../kube/cluster.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {followLog, type LogFollower, type LogPlace} from './log-follower.js';
import {nextId, whileOpen} from '../sheets/inspect.js';
import type {LogView} from '../sheets/inspected.js';
import type {ServiceView} from '../../knative/service/service.js';
import {revisionsOf, selectedRevision, selectedService, whyNoRevision, whyNoService} from '../state/read.js';
import {changeSheet, notify, openSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

export type Logs = {
	/** Opens the sheet on the selected revision, or in other panes on the newest one of the service that has traffic. */
	open(cluster: Cluster): void;
	/** To the next pod, or with -1 to the one before; around at the ends. */
	turnPod(by: 1 | -1): void;
	/** To the next container of the pod: the queue-proxy, and back. */
	turnContainer(): void;
	/** To the run before the last restart, and back. */
	togglePrevious(): void;
	/** Lines that come are kept, but not shown. */
	pause(): void;
	resume(): void;
};

/**
 * @param interval Milliseconds between two frames, if that is more than it would be anyway.
 * @param timers As of `followLog`.
 */
export function createLogs(
	store: ConsoleStore,
	interval: () => number,
	timers: Pick<Timers, 'sleep'> = systemTimers,
): Logs {
	let follower: LogFollower | undefined;
	return {
		open(cluster) {
			const state = store.getState();
			const service = selectedService(state);
			const revision = service && loggedRevision(state);
			if (!service || revision === undefined) {
				return notify(store, {
					tone: 'info',
					text: service ? noRevision(state, service) : whyNoService(state),
				});
			}
			const {namespace} = service;
			const place = openLogSheet(store, unreadLog(namespace, revision));
			follower = followLog(cluster, {namespace, revision}, place, {interval, timers});
		},
		turnPod: by => follower?.turnPod(by),
		turnContainer: () => follower?.turnContainer(),
		togglePrevious: () => follower?.togglePrevious(),
		pause: () => follower?.pause(true),
		resume: () => follower?.pause(false),
	};
}

/** The log of a revision, before anything of it was read. */
export function unreadLog(namespace: string, revision: string): LogView {
	return {
		namespace,
		revision,
		pods: [],
		pod: undefined,
		container: '',
		previous: false,
		lines: [],
		paused: false,
		held: 0,
		filter: '',
		isTyping: false,
		phase: {kind: 'looking'},
	};
}

function openLogSheet(store: ConsoleStore, log: LogView): LogPlace {
	const id = nextId();
	openSheet(store, {kind: 'logs', id, ...log});
	return {
		signal: whileOpen(store, id),
		read() {
			const found = store.getState().sheets.findLast(other => 'id' in other && other.id === id);
			return found?.kind === 'logs' ? found : undefined;
		},
		change: part => changeSheet(store, 'logs', other => (other.id === id ? {...other, ...part} : other)),
	};
}

function noRevision(state: ConsoleState, {name}: ServiceView): string {
	return state.focus === 'revisions' ? whyNoRevision(state) : `${name} has no revision yet.`;
}

/** In the revisions pane the selected one; else the newest that users reach, or without any the newest there is. */
export function loggedRevision(state: ConsoleState): string | undefined {
	if (state.focus === 'revisions') return selectedRevision(state)?.name;
	const service = selectedService(state);
	const revisions = revisionsOf(state, service);
	const reached = new Set(
		service?.statusTraffic.flatMap(({revision, percent}) => (percent > 0 ? [revision] : [])),
	);
	return (revisions.find(({name}) => reached.has(name)) ?? revisions[0])?.name ?? [...reached][0];
}
