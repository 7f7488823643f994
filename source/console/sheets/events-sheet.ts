/** The events of an object, followed for as long as they are shown. */
import type {Cluster} from '../../kube/cluster.js';
import {corePath} from '../../kube/paths.js';
import {reflect, type ReflectorChange, type ReflectorState} from '../../kube/watch/reflector.js';
import {concerns, parseEvent, type EventView} from '../../knative/objects/event.js';
import {inspectedOf, nextId, nothingSelected, whileOpen} from './inspect.js';
import type {EventsSheet, Inspected} from './inspected.js';
import {revisionsOf} from '../state/read.js';
import {changeSheet, notify, openSheet} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';
import {createThrottle} from '../logs/throttle.js';

/** Events that are kept, the newest ones: more than anybody reads, and few of a namespace that has tens of thousands. */
const kept = 300;

/** Milliseconds between two publications: events come in bursts, and each is a frame. */
const leastInterval = 500;

/** Opens the sheet, which follows them until it is closed. */
export function showEvents(store: ConsoleStore, cluster: Cluster, interval: () => number): void {
	const state = store.getState();
	const object = inspectedOf(state);
	if (!object) return notify(store, {tone: 'info', text: nothingSelected(state)});
	const id = nextId();
	openSheet(store, {kind: 'events', id, object, phase: {kind: 'asking'}});
	followEvents(store, cluster, {
		object,
		interval,
		signal: whileOpen(store, id),
		onPhase: phase => changeSheet(store, 'events', sheet => (sheet.id === id ? {...sheet, phase} : sheet)),
	});
}

/**
 * What happens is listed, then watched, until the signal says stop: one list and one watch of the namespace, sorted out here.
 * @param interval Milliseconds between two frames, if that is more than it would be anyway.
 */
export function followEvents(
	store: ConsoleStore,
	cluster: Cluster,
	{
		object,
		interval,
		signal,
		onPhase: change,
	}: {
		object: Inspected;
		interval: () => number;
		signal: AbortSignal;
		onPhase: (phase: EventsSheet['phase']) => void;
	},
): void {
	const table = createEventTable(store, object);
	let problem: string | undefined;
	let isListed = false;
	const publish = () => {
		if (isListed) change({kind: 'followed', problem, ...table.newest()});
	};
	const throttle = createThrottle(publish, () => Math.max(leastInterval, interval()));

	const reflector = reflect(
		cluster,
		{path: corePath('events', object.namespace)},
		{
			onChange(told) {
				const isNews = table.apply(told);
				if (told.type === 'page' && told.isLast) {
					isListed = true;
					throttle.request();
				} else if (isNews && isListed) throttle.request();
			},
			onState(now) {
				const said = problemOf(now, object.namespace);
				if (isListed && now.kind !== 'forbidden') {
					if (said === problem) return;
					problem = said;
					throttle.request();
				} else if (said !== undefined) change({kind: 'not read', sentence: said});
			},
		},
	);
	signal.addEventListener('abort', () => {
		throttle.stop();
		reflector.stop();
	});
}

function problemOf(state: ReflectorState, namespace: string): string | undefined {
	switch (state.kind) {
		case 'connecting':
		case 'live':
			return undefined;
		case 'forbidden':
			return state.status === 403
				? `The events of the namespace ${namespace} may not be read by you: ${state.why}.`
				: `The events cannot be read: ${state.why}.`;
		case 'missing':
		case 'offline':
			return `The events cannot be read: ${state.why}. Trying again.`;
		case 'stale':
			return `${state.why}; what is shown may be old. Trying again.`;
	}
}

/** Those events that concern the object, by name of the Event; when there are too many the oldest ones go. */
function createEventTable(store: ConsoleStore, object: Inspected) {
	const events = new Map<string, EventView>();
	let listed: Set<string> | undefined;
	let forgotten = 0;
	let revisions: ReadonlySet<string> = new Set();

	/** Whether anything changed. */
	function put(item: unknown): boolean {
		const parsed = parseEvent(item);
		// An event that says nothing that can be read says nothing.
		if (!parsed.ok || !concerns(object, parsed.value, revisions)) return false;
		const {name} = parsed.value;
		listed?.add(name);
		events.set(name, parsed.value);
		if (events.size <= kept) return true;
		const oldest = newestFirst([...events.values()]).at(-1);
		if (oldest) events.delete(oldest.name);
		forgotten++;
		return true;
	}

	return {
		/** Whether anything changed. */
		apply(change: ReflectorChange): boolean {
			const known = revisionsOf(store.getState(), {namespace: object.namespace, name: object.service});
			revisions = new Set(known.map(({name}) => name));
			if (change.type === 'put') return put(change.object);
			if (change.type === 'gone') {
				const parsed = parseEvent(change.object);
				return parsed.ok && events.delete(parsed.value.name);
			}
			if (change.isFirst) {
				listed = new Set();
				forgotten = 0;
			}
			for (const item of change.items) put(item);
			if (!change.isLast) return true;
			for (const name of events.keys()) if (!listed?.has(name)) events.delete(name);
			listed = undefined;
			return true;
		},
		newest(): {events: readonly EventView[]; isCut: boolean} {
			return {events: newestFirst([...events.values()]), isCut: forgotten > 0};
		},
	};
}

function newestFirst(events: readonly EventView[]): EventView[] {
	return events.toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0) || b.version - a.version);
}
