/** Handling JSON whose shape is not known yet: everything a client sends is that. */

export type JsonObject = Record<string, unknown>;

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The array, or an empty one in place of anything else. */
export function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The objects of an array; an empty object stands for what is none, so that indexes stay right. */
export function objectsOf(value: unknown): JsonObject[] {
	return listOf(value).map(entry => (isObject(entry) ? entry : {}));
}

/** The object, or an empty one in place of anything else. */
export function objectOf(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}

/** The string, or '' in place of anything else. */
export function stringOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** The entries of a map of strings; what is no string is left out. */
export function stringsOf(value: unknown): Map<string, string> {
	const strings = new Map<string, string>();
	for (const [key, entry] of Object.entries(objectOf(value))) {
		if (typeof entry === 'string') {
			strings.set(key, entry);
		}
	}

	return strings;
}

/** What is at the end of a path of fields; undefined when it leads nowhere. */
export function at(value: unknown, ...path: string[]): unknown {
	let current = value;
	for (const field of path) {
		if (!isObject(current) || !Object.hasOwn(current, field)) {
			return undefined;
		}

		current = current[field];
	}

	return current;
}

/** A copy with the keys of every object in their order, as Go writes maps. */
export function withSortedKeys(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map(entry => withSortedKeys(entry));
	}

	return isObject(value)
		? Object.fromEntries(
				Object.entries(value)
					.toSorted(([left], [right]) => (left < right ? -1 : 1))
					.map(([key, entry]) => [key, withSortedKeys(entry)]),
			)
		: value;
}

/**
 * Parses JSON from outside. A member named `__proto__` is left out: assigned to an object later on, it would change
 * what the object inherits, and no resource has a field of that name.
 *
 * @throws SyntaxError when the text is no JSON.
 */
export function parseJson(text: string): unknown {
	const value: unknown = JSON.parse(text);
	dropPrototypes(value, 0);
	return value;
}

/** Deeper nesting than any resource has; without a bound a hostile body would exhaust the stack. */
const deepest = 500;

function dropPrototypes(value: unknown, depth: number): void {
	if (depth > deepest) {
		throw new SyntaxError(`nested deeper than ${deepest} levels`);
	}

	if (Array.isArray(value)) {
		for (const entry of value) {
			dropPrototypes(entry, depth + 1);
		}
	} else if (isObject(value)) {
		Reflect.deleteProperty(value, '__proto__');
		for (const entry of Object.values(value)) {
			dropPrototypes(entry, depth + 1);
		}
	}
}
