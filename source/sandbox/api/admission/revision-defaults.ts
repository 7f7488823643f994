/**
 * What the mutating webhook fills into the spec of a revision, in place.
 *
 * Source: knative/serving pkg/apis/serving/v1/revision_defaults.go with the defaults of config-defaults.
 */
import {isObject, listOf, objectsOf, stringOf, type JsonObject} from '../body/json.js';
import type {AdmissionSettings} from './admission-settings.js';

/** @param creating whether the object is new: enableServiceLinks is filled in then only. */
export function setRevisionDefaults(spec: JsonObject, creating: boolean, settings: AdmissionSettings): void {
	if (
		spec['timeoutSeconds'] === undefined ||
		spec['timeoutSeconds'] === null ||
		spec['timeoutSeconds'] === 0
	) {
		spec['timeoutSeconds'] = settings.timeout;
	}

	const timeout = Number(spec['timeoutSeconds']);
	if (!isSet(spec['responseStartTimeoutSeconds']) && settings.responseStartTimeout < timeout) {
		spec['responseStartTimeoutSeconds'] = settings.responseStartTimeout;
	}

	spec['containerConcurrency'] ??= settings.concurrency;
	const containers = listOf(spec['containers']).filter(isObject);
	nameContainers(containers, objectsOf(spec['initContainers']));
	// Volumes of these kinds may be written to; every other mount is read-only.
	const writable = new Set(
		objectsOf(spec['volumes'])
			.filter(volume => volume['emptyDir'] ?? volume['persistentVolumeClaim'] ?? volume['ephemeral'])
			.map(volume => volume['name']),
	);
	for (const container of containers) {
		// Go writes the struct even when it is empty.
		container['resources'] ??= {};
		setProbeDefaults(container, containers.length === 1 || listOf(container['ports']).length > 0);
		for (const mount of listOf(container['volumeMounts']).filter(isObject)) {
			if (!writable.has(mount['name'])) {
				mount['readOnly'] = true;
			}
		}
	}

	if (creating && containers.length > 0) {
		spec['enableServiceLinks'] ??= settings.enableServiceLinks;
	}
}

/** `user-container`; with several containers `user-container-0`, … */
function nameContainers(containers: JsonObject[], initContainers: JsonObject[]): void {
	const taken = new Set([...containers, ...initContainers].map(container => stringOf(container['name'])));
	let suffix = 0;
	for (const container of containers) {
		if (stringOf(container['name']) !== '') {
			continue;
		}

		let name = 'user-container';
		if (containers.length > 1 || taken.has(name)) {
			do {
				name = `user-container-${suffix++}`;
			} while (taken.has(name));
		}

		container['name'] = name;
	}
}

/** @param serving whether the container is the one that answers requests. */
function setProbeDefaults(container: JsonObject, serving: boolean): void {
	if (serving) {
		container['readinessProbe'] ??= {};
	}

	const probe = container['readinessProbe'];
	if (!isObject(probe)) {
		return;
	}

	if (serving && !['tcpSocket', 'httpGet', 'exec', 'grpc'].some(handler => isObject(probe[handler]))) {
		probe['tcpSocket'] = {port: 0};
	}

	if (!isSet(probe['successThreshold'])) {
		probe['successThreshold'] = 1;
	}

	// Without a period it is Knative's own fast probe, which takes neither of the two.
	if (isSet(probe['periodSeconds'])) {
		if (!isSet(probe['failureThreshold'])) {
			probe['failureThreshold'] = 3;
		}

		if (!isSet(probe['timeoutSeconds'])) {
			probe['timeoutSeconds'] = 1;
		}
	}
}

function isSet(value: unknown): boolean {
	return value !== undefined && value !== null && value !== 0;
}
