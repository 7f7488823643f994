/**
 * The patch type of built-in kinds: a merge patch that knows which lists are merged and takes directives. Of the kinds
 * served here only metadata has lists that are merged, and the ports of a Service.
 *
 * Source: k8s.io/apimachinery pkg/util/strategicpatch, pkg/apis/meta/v1/types.go (patchStrategy, patchMergeKey).
 */
import {isObject, listOf, objectOf, type JsonObject} from '../api/body/json.js';

/** By which field the entries of a list are known; '' for lists of strings. */
const mergeKeys: Record<string, string> = {ownerReferences: 'uid', finalizers: '', ports: 'port'};

/** `document` after the patch; neither is changed. */
export function strategicMerge(document: JsonObject, patch: JsonObject): JsonObject {
	if (patch['$patch'] === 'replace') {
		return withoutDirectives(patch);
	}

	if (patch['$patch'] === 'delete') {
		return {};
	}

	const result = {...document};
	for (const [field, value] of Object.entries(patch)) {
		if (field.startsWith('$')) {
			continue;
		}

		const old = result[field];
		if (value === null) {
			Reflect.deleteProperty(result, field);
		} else if (isObject(value)) {
			result[field] = strategicMerge(objectOf(old), value);
		} else if (Array.isArray(value) && Object.hasOwn(mergeKeys, field)) {
			result[field] = mergedList(listOf(old), value, mergeKeys[field] ?? '');
		} else {
			result[field] = value;
		}
	}

	for (const [field, gone] of Object.entries(patch)) {
		const list = /^\$deleteFromPrimitiveList\/(?<name>.+)$/.exec(field)?.groups?.['name'];
		if (list !== undefined) {
			result[list] = listOf(result[list]).filter(entry => !listOf(gone).includes(entry));
		}
	}

	if (Array.isArray(patch['$retainKeys'])) {
		const kept = new Set(patch['$retainKeys']);
		return Object.fromEntries(Object.entries(result).filter(([field]) => kept.has(field)));
	}

	return result;
}

function mergedList(old: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
	if (key === '') {
		return [...new Set([...old, ...patch])];
	}

	const directives = patch.filter(entry => isObject(entry)).map(entry => entry['$patch']);
	const result = directives.includes('replace') ? [] : [...old];
	for (const entry of patch) {
		const fields = objectOf(entry);
		const index = result.findIndex(candidate => objectOf(candidate)[key] === fields[key]);
		if (fields['$patch'] === 'delete') {
			if (index >= 0) {
				result.splice(index, 1);
			}
		} else if (fields['$patch'] !== 'replace') {
			const next = strategicMerge(objectOf(result[index]), fields);
			result.splice(index < 0 ? result.length : index, index < 0 ? 0 : 1, next);
		}
	}

	return result;
}

function withoutDirectives(patch: JsonObject): JsonObject {
	return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith('$')));
}
