/** Whether an object is as a write was to leave it: for when the answer to the write was lost. */
import {pointer, type PatchOperation} from '../../knative/objects/patch.js';

/** What a JSON pointer (RFC 6901) points at, or undefined. */
function lookUp(object: unknown, path: string): unknown {
	let at = object;
	for (const part of path.split('/').slice(1)) {
		const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
		at = Reflect.get(at, key);
	}
	return at;
}

/**
 * Whether everything in `wanted` is in `actual`. Fields beyond it are allowed, because the server fills in defaults
 * (`percent: 0`, `latestRevision: false`); lists must have the same length.
 */
export function includes(actual: unknown, wanted: unknown): boolean {
	if (Array.isArray(wanted)) {
		return (
			Array.isArray(actual) &&
			actual.length === wanted.length &&
			wanted.every((item, index) => includes(actual[index], item))
		);
	}
	if (typeof wanted === 'object' && wanted !== null) {
		if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
		return Object.entries(wanted).every(
			([key, value]) => value === undefined || includes(lookUp(actual, pointer(key)), value),
		);
	}
	return Object.is(actual, wanted);
}

const listElement = /\/(?:-|\d+)$/;

/**
 * Whether an object is as these operations leave it: true or false, or undefined when it cannot be told, because an
 * element was put into a list or taken out of it.
 */
export function holds(object: unknown, operations: readonly PatchOperation[]): boolean | undefined {
	let certain = true;
	for (const operation of operations) {
		const {op, path} = operation;
		if (op === 'test') continue;
		if (op !== 'replace' && listElement.test(path)) certain = false;
		else if (op === 'remove') {
			if (lookUp(object, path) !== undefined) return false;
		} else if (!includes(lookUp(object, path), operation.value)) return false;
	}
	return certain ? true : undefined;
}
