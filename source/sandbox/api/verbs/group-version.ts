import {coreServices, resources} from '../../resources.js';
import type {Resource} from '../../shared-store.js';

/** `serving.knative.dev/v1`, `v1`: as in apiVersion. */
export function apiVersionOf(resource: {group: string; version: string}): string {
	return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The path under which a group's version is served. */
export function pathOf(resource: {group: string; version: string}): string {
	return resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
}

/** The named groups of the served resources, in their order. */
export function servedGroups(): {group: string; version: string}[] {
	const groups = new Map<string, {group: string; version: string}>();
	for (const {group, version} of resources) {
		if (group !== '' && !groups.has(group)) {
			groups.set(group, {group, version});
		}
	}

	return [...groups.values()];
}

const readVerbs = ['get', 'list', 'watch'];
/** In the order in which the discovery of a custom resource has them. */
const allVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** What clients may do with a resource. Workloads, core Services and Events are made by the sandbox alone; Services may be changed. */
export function verbsOf(resource: Resource): readonly string[] {
	if (resource.group === 'apps') {
		return [...readVerbs, 'update', 'patch', 'delete', 'deletecollection'];
	}

	if (resource.group !== '' || ['configmaps', 'secrets', 'resourcequotas'].includes(resource.plural)) {
		return allVerbs;
	}

	if (resource.plural === 'namespaces') {
		return [...readVerbs, 'create', 'update', 'patch', 'delete'];
	}

	if (resource === coreServices) {
		return [...readVerbs, 'update', 'patch', 'delete', 'deletecollection'];
	}

	return resource.plural === 'pods' ? [...readVerbs, 'delete', 'deletecollection'] : readVerbs;
}
