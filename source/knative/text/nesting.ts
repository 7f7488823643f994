/** How deep an object is. Printers descend by calls, and the stack has an end. Pure. */

/** Levels: deeper than anybody could read. */
const deepest = 500;

/** Why an object is not to be printed, as half a sentence; undefined where it can be. */
export function tooDeep(value: unknown): string | undefined {
	let level: unknown[] = [value];
	for (let depth = 0; depth <= deepest; depth++) {
		level = level.flatMap(part => (typeof part === 'object' && part !== null ? Object.values(part) : []));
		if (level.length === 0) return undefined;
	}
	return `it is nested deeper than ${deepest} levels`;
}
