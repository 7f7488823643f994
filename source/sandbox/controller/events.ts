import {createHash} from 'node:crypto';
import type {KubernetesObject} from '../../traffic/wire.js';
import {events} from '../resources.js';
import type {ObjectStore, StoredObject} from '../state.js';
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

/** Events kept; the API server of a real cluster forgets them after an hour. */
const limit = 2000;

export function createEventRecorder(store: ObjectStore, now: () => number): EventRecorder {
	const names: {namespace: string; name: string}[] = [];
	return {
		record(about, type, reason, message, component) {
			const {namespace = 'default', name, uid} = about.metadata;
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
			names.push({namespace, name: eventName});
			if (names.length > limit) {
				const oldest = names.shift();
				if (oldest) {
					store.remove(events, oldest.namespace, oldest.name);
				}
			}
		},
	};
}
