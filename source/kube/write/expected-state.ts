/** Whether an object is as a write was to leave it: for when the answer to the write was lost. */
import {patched, pointer, type PatchOperation} from '../../knative/objects/patch.js';

/** What a JSON pointer (RFC 6901) points at, or undefined. */
export function lookUp(object: unknown, path: string): unknown {
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

/** A place where an object is not as an operation was to leave it; undefined: there is nothing. */
export type Difference = {path: string; wanted: unknown; stored: unknown};

/** Operations within what an earlier one has put there, as a part of that: a template is replaced, then changed. */
function inOne(operations: readonly PatchOperation[]): PatchOperation[] {
	const found: PatchOperation[] = [];
	for (const operation of operations) {
		const index = found.findIndex(
			earlier => isPut(earlier) && operation.op !== 'test' && operation.path.startsWith(`${earlier.path}/`),
		);
		const earlier = found[index];
		if (earlier && isPut(earlier)) {
			const within = {...operation, path: operation.path.slice(earlier.path.length)};
			found[index] = {...earlier, value: patched(earlier.value, [within])};
		} else found.push(operation);
	}
	return found;
}

type Put = Extract<PatchOperation, {value: unknown}> & {value: object};

const isPut = (operation: PatchOperation): operation is Put =>
	(operation.op === 'add' || operation.op === 'replace') &&
	typeof operation.value === 'object' &&
	operation.value !== null;

/**
 * Where an object is not as these operations leave it. Of an element that was put into a list or removed from it nothing
 * is said: where it is by now cannot be told.
 */
export function differencesOf(object: unknown, operations: readonly PatchOperation[]): Difference[] {
	const differences: Difference[] = [];
	for (const operation of inOne(operations)) {
		const {op, path} = operation;
		if (op === 'test' || (op !== 'replace' && listElement.test(path))) continue;
		const stored = lookUp(object, path);
		if (op === 'remove') {
			if (stored !== undefined) differences.push({path, wanted: undefined, stored});
		} else if (!includes(stored, operation.value)) {
			differences.push({path, wanted: operation.value, stored});
		}
	}
	return differences;
}

/**
 * Whether an object is as these operations leave it: true or false, or undefined when it cannot be told, because an
 * element was put into a list or removed from it.
 */
export function isApplied(object: unknown, operations: readonly PatchOperation[]): boolean | undefined {
	if (differencesOf(object, operations).length > 0) return false;
	const isCertain = operations.every(
		({op, path}) => op === 'test' || op === 'replace' || !listElement.test(path),
	);
	return isCertain ? true : undefined;
}
