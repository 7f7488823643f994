/**
 * The patch types: a JSON patch (RFC 6902), a merge patch (RFC 7386) and, for built-in kinds, a strategic merge patch.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/patch.go.
 */
import mergePatch from 'json-merge-patch';
import {applyPatch, Pointer, type Operation} from 'rfc6902';
import type {Resource} from '../../shared-store.js';
import {wordsOf} from '../body/request-body.js';
import {jsonProblem} from '../body/go-json.js';
import {isObject, objectOf, parseJson, type JsonObject} from '../body/json.js';
import {ApiError, badRequest, unprocessable, unsupportedMediaType} from '../http/api-error.js';
import {strategicMerge} from '../../kubectl-compat/strategic-merge-patch.js';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const strategicMergePatchType = 'application/strategic-merge-patch+json';
export const applyPatchType = 'application/apply-patch+yaml';
/** As a real API server's limit. */
const operationLimit = 10_000;
/** What all copies of one patch may add, in characters: doubling a value a few dozen times would exhaust the memory. */
const copyLimit = 3 * 1024 * 1024;

/**
 * Refuses what is no patch type of a resource. Custom resources know no strategic merge patch.
 *
 * @throws ApiError 415.
 */
export function checkPatchType(resource: Resource, mediaType: string): void {
	const types = [
		jsonPatchType,
		mergePatchType,
		...(resource.group === '' ? [strategicMergePatchType] : []),
		applyPatchType,
	];
	if (!types.includes(mediaType)) {
		throw unsupportedMediaType(types);
	}
}

/**
 * Applies a patch.
 *
 * @param current is left as it is.
 * @param mediaType of the patch, in small letters and without parameters: none of server-side apply, which is no patch.
 * @throws ApiError 415 for another media type, 400 for what is no patch, 422 for one that cannot be applied (a failed
 *   `test` included), 413 for one with too many operations.
 */
export function patched(current: unknown, text: string, mediaType: string): JsonObject {
	let patch: unknown;
	try {
		patch = parseJson(text);
	} catch (error) {
		throw badRequest(`error decoding patch: ${jsonProblem(text) ?? wordsOf(error)}`);
	}

	const result =
		mediaType === jsonPatchType
			? withJsonPatch(structuredClone(current), patch)
			: withMergePatch(structuredClone(current), patch, mediaType);
	if (!isObject(result)) {
		throw unprocessable();
	}

	return result;
}

function withMergePatch(document: unknown, patch: unknown, mediaType: string): unknown {
	if (!isObject(patch)) {
		throw badRequest(
			patch === null
				? 'Invalid JSON Patch'
				: `error decoding patch: json: cannot unmarshal ${goTypeOf(patch)} into Go value of type map[string]interface {}`,
		);
	}

	try {
		return mediaType === strategicMergePatchType
			? strategicMerge(objectOf(document), patch)
			: mergePatch.apply(document, patch);
	} catch (error) {
		throw badRequest(`Invalid JSON Patch: ${wordsOf(error)}`);
	}
}

function withJsonPatch(document: unknown, patch: unknown): unknown {
	if (!Array.isArray(patch)) {
		throw badRequest(
			`error decoding patch: json: cannot unmarshal ${goTypeOf(patch)} into Go value of type []handlers.jsonPatchOp`,
		);
	}

	if (patch.length > operationLimit) {
		throw new ApiError(
			413,
			'RequestEntityTooLarge',
			`Request entity too large: The allowed maximum operations in a JSON patch is ${operationLimit}, got ${patch.length}`,
		);
	}

	// One level down, so that the document itself can be replaced like any other value.
	const holder = {document};
	let copied = 0;
	for (const entry of patch) {
		const operation = operationOf(entry);
		// One at a time: each pointer has to be checked against what the ones before have made.
		if (operation && isTestOfNothing(holder, operation)) {
			continue;
		}

		if (!operation || !leadsSomewhere(holder, operation)) {
			throw unprocessable();
		}

		if (operation.op === 'copy') {
			copied += JSON.stringify(Pointer.fromJSON(operation.from).get(holder)).length;
		}

		if (copied > copyLimit || applyPatch(holder, [operation]).some(error => error !== null)) {
			throw unprocessable();
		}
	}

	return holder.document;
}

/** What Go calls the type of a JSON value. */
function goTypeOf(value: unknown): string {
	return value === null
		? 'null'
		: Array.isArray(value)
			? 'array'
			: typeof value === 'boolean'
				? 'bool'
				: typeof value;
}

/** A `test` for null holds where there is nothing, as long as there is something for it to be in (evanphx/json-patch). */
function isTestOfNothing(holder: unknown, operation: Operation): boolean {
	return (
		operation.op === 'test' &&
		operation.value === null &&
		!resolves(holder, operation.path, false) &&
		resolves(holder, operation.path, true)
	);
}

function operationOf(entry: unknown): Operation | undefined {
	if (!isObject(entry) || typeof entry['path'] !== 'string') {
		return undefined;
	}

	const path = below(entry['path']);
	const from = typeof entry['from'] === 'string' ? below(entry['from']) : undefined;
	const {value} = entry;
	switch (entry['op']) {
		case 'add':
		case 'replace':
		case 'test': {
			return value === undefined ? undefined : {op: entry['op'], path, value};
		}

		case 'remove': {
			return {op: 'remove', path};
		}

		case 'move':
		case 'copy': {
			// A value cannot be moved into itself, though a copy of it may go there.
			return from === undefined || (entry['op'] === 'move' && path.startsWith(`${from}/`))
				? undefined
				: {op: entry['op'], path, from};
		}

		default: {
			return undefined;
		}
	}
}

/** The pointer from one level above; one that is none stays none. */
function below(pointer: string): string {
	return pointer === '' || pointer.startsWith('/') ? `/document${pointer}` : pointer;
}

/**
 * Whether the pointers of an operation are ones by RFC 6901. The package is lenient here: it takes `foo` for an index of a
 * list, and follows what an object inherits.
 */
function leadsSomewhere(document: unknown, operation: Operation): boolean {
	if (operation.op === 'move' || operation.op === 'copy') {
		return resolves(document, operation.from, false) && resolves(document, operation.path, true);
	}

	return resolves(document, operation.path, operation.op === 'add');
}

/** @param mayBeNew whether the last token may name what is not there yet. */
function resolves(document: unknown, pointer: string, mayBeNew: boolean): boolean {
	if (!pointer.startsWith('/')) {
		return false;
	}

	const tokens = pointer
		.slice(1)
		.split('/')
		.map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'));
	let current = document;
	for (const [index, token] of tokens.entries()) {
		const isNew = mayBeNew && index === tokens.length - 1;
		if (token === '__proto__' || token === 'constructor' || token === 'prototype') {
			return false;
		}

		if (Array.isArray(current)) {
			const position = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : undefined;
			if (isNew && (token === '-' || position === current.length)) {
				return true;
			}

			if (position === undefined || position >= current.length) {
				return false;
			}

			current = current[position];
		} else if (isObject(current)) {
			if (!Object.hasOwn(current, token)) {
				return isNew;
			}

			current = current[token];
		} else {
			return false;
		}
	}

	return true;
}
