/**
 * What is worth seeing beside the answers of the selected service, where a window has room for it: its events, and the log of
 * the revision that is being tried. Followed only while there is room.
 */
import {releaseOf} from '../../knative/release/release.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Cluster} from '../../kube/cluster.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {followLog} from '../logs/log-follower.js';
import {loggedRevision, unreadLog} from '../logs/logs.js';
import {changesOf} from '../session/change-recorder.js';
import {followEvents} from '../sheets/events-sheet.js';
import {revisionsOf, selectedService} from '../state/read.js';
import type {BesideView, ConsoleState, ConsoleStore} from '../state/state.js';

/** Milliseconds that the selection must rest: whoever walks through a list asks for nothing. */
const rest = 700;
/** Milliseconds between two publications at least: it is read beside something else. */
const leastInterval = 1000;
/** The same for a log that is there: each telling of a busy one moves all its lines, a kilobyte beside answers of a few bytes. */
const logInterval = 3000;
/** Tellings of a log until it is there: that it is looked for, opened, and what it had so far. */
const untilThere = 5;

export type BesideFollower = {
	/** Whether there is room for it now. */
	readonly want: (isWanted: boolean) => void;
	readonly stop: () => void;
};

/** Follows nothing until it is wanted. `interval` is milliseconds between two publications at least. */
export function createBesideFollower(
	store: ConsoleStore,
	cluster: () => Cluster | undefined,
	{interval, timers = systemTimers}: {interval: () => number; timers?: Pick<Timers, 'after' | 'sleep'>},
): BesideFollower {
	const often = () => Math.max(leastInterval, interval());
	let isWanted = false;
	let followed: string | undefined;
	let ending: AbortController | undefined;

	function end(): void {
		ending?.abort();
		ending = undefined;
		followed = undefined;
		if (store.getState().beside) store.setState({beside: undefined});
	}

	function follow(): void {
		const state = store.getState();
		const service = isWanted ? selectedService(state) : undefined;
		const reached = service && cluster();
		if (!service || !reached) return end();
		const revision = triedRevision(state, service);
		const key = `${service.uid} ${revision ?? ''}`;
		if (key === followed) return;
		end();
		followed = key;
		const until = new AbortController();
		ending = until;
		const callOff = timers.after(rest, () => {
			begin(service, revision, reached, until.signal);
		});
		until.signal.addEventListener('abort', callOff, {once: true});
	}

	function begin(
		{uid, name, namespace}: ServiceView,
		revision: string | undefined,
		reached: Cluster,
		signal: AbortSignal,
	): void {
		store.setState({
			beside: {
				uid,
				events: {kind: 'asking'},
				log: revision === undefined ? undefined : unreadLog(namespace, revision),
			},
		});
		const shown = () => (signal.aborted ? undefined : store.getState().beside);
		const change = (part: Partial<BesideView>) => {
			const beside = shown();
			if (beside) store.setState({beside: {...beside, ...part}});
		};
		followEvents(store, reached, {
			object: {kind: 'service', name, namespace, service: name, serviceUid: uid},
			interval: often,
			signal,
			onPhase: events => change({events}),
		});
		if (revision === undefined) return;
		let told = 0;
		followLog(
			reached,
			{namespace, revision},
			{
				signal,
				read: () => shown()?.log,
				change(part) {
					const log = shown()?.log;
					told++;
					if (log) change({log: {...log, ...part}});
				},
			},
			{interval: () => Math.max(told > untilThere ? logInterval : leastInterval, interval()), timers},
		);
	}

	let seen: readonly unknown[] = [];
	const unsubscribe = store.subscribe(state => {
		if (!isWanted) return;
		const service = selectedService(state);
		const now = [service, revisionsOf(state, service), state.history, state.connection];
		if (now.every((part, index) => part === seen[index])) return;
		seen = now;
		follow();
	});
	return {
		want(wanted) {
			if (wanted === isWanted) return;
			isWanted = wanted;
			seen = [];
			follow();
		},
		stop() {
			unsubscribe();
			isWanted = false;
			end();
		},
	};
}

/** The canary; where there is none, what `L` would show. */
function triedRevision(state: ConsoleState, service: ServiceView): string | undefined {
	const facts = {
		service,
		revisions: revisionsOf(state, service),
		changes: changesOf(state, service.uid),
	};
	return releaseOf(facts).canary?.revision ?? loggedRevision({...state, focus: 'services'});
}
