import {createHash} from 'node:crypto';
import type {KubernetesObject} from '../../knative/objects/wire.js';
import {events} from '../resources.js';
import type {ObjectStore, SandboxPace, StoredObject} from '../shared-store.js';
import {timestamp} from './objects.js';

export type EventRecorder = {
	/** Writes a core/v1 Event about an object, or counts one up that says the same. `component` is who says it. */
	record(
		about: StoredObject,
		type: 'Normal' | 'Warning',
		reason: string,
		message: string,
		component: string,
	): void;
};

/** Events kept at a time; more than that in an hour is nobody's to read. */
const limit = 2000;
/** Milliseconds that an Event lives after it was last written (kube-apiserver --event-ttl). */
const lifetime = 3_600_000;

/**
 * @param options.now the clock that Events are dated by, in milliseconds since 1970.
 * @param options.pace how fast they grow old; at an infinite one they do not.
 * @param options.wallClock the time it really is: `now` may be set back.
 */
export function createEventRecorder(
	store: ObjectStore,
	{now, pace, wallClock = Date.now}: {now: () => number; pace: SandboxPace; wallClock?: () => number},
): EventRecorder {
	/** The way to let each live on, oldest first. */
	const kept = new Map<string, {namespace: string; name: string; cancel: () => void}>();

	function remove(key: string): void {
		const event = kept.get(key);
		event?.cancel();
		kept.delete(key);
		if (event) {
			store.remove(events, event.namespace, event.name);
		}
	}

	/** Lets an event live as long as it has to from now on. */
	function keep(namespace: string, name: string, left: number): void {
		const key = `${namespace}/${name}`;
		kept.get(key)?.cancel();
		const cancel = Number.isFinite(pace.factor) ? pace.after(left, () => remove(key)) : () => {};
		kept.set(key, {namespace, name, cancel});
		const [oldest] = kept.keys();
		if (kept.size > limit && oldest !== undefined) {
			remove(oldest);
		}
	}

	return {
		record(about, type, reason, message, component) {
			const {namespace = 'default', name, uid} = about.metadata;
			const left = lifetime - (wallClock() - now());
			if (left <= 0) {
				return;
			}

			const time = timestamp(now());
			const hash = createHash('sha256')
				.update([uid, type, reason, message].join('\0'))
				.digest('hex')
				.slice(0, 16);
			const eventName = `${name}.${hash}`;
			if (store.get(events, namespace, eventName)) {
				store.update(events, namespace, eventName, 'main', current => ({
					...current,
					count: (typeof current['count'] === 'number' ? current['count'] : 1) + 1,
					lastTimestamp: time,
				}));
				keep(namespace, eventName, left);
				return;
			}

			const event: KubernetesObject & Record<string, unknown> = {
				apiVersion: 'v1',
				kind: 'Event',
				metadata: {name: eventName, namespace},
				involvedObject: {
					apiVersion: about.apiVersion,
					kind: about.kind,
					name,
					namespace,
					uid,
					resourceVersion: about.metadata.resourceVersion,
				},
				type,
				reason,
				message,
				source: {component},
				firstTimestamp: time,
				lastTimestamp: time,
				count: 1,
				reportingComponent: component,
				reportingInstance: '',
			};
			store.create(events, event);
			keep(namespace, eventName, left);
		},
	};
}
