/** Fields of objects that may hold anything. */

/** The value of a field of its own; undefined for what is no object, or does not have it. */
export function fieldOf(value: unknown, field: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
		? Reflect.get(value, field)
		: undefined;
}

/** The value where it is a list, else an empty one. */
export function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The value where it is a string, else ''. */
export function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
