/** Fields of objects that may hold anything. */

export function fieldOf(value: unknown, field: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
		? Reflect.get(value, field)
		: undefined;
}

export function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
