/** How deep an object is. What prints, compares and copies it descends by calls, and the stack has an end. Pure. */

/** Levels: deeper than anybody could read. */
const deepest = 500;

/** Why an object is not to be used, as half a sentence; undefined where it can be. */
export function tooDeep(value: unknown): string | undefined {
	return isDeeper(value, deepest) ? `it is nested deeper than ${deepest} levels` : undefined;
}

const isNested = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null;

/** By calls, too, which end where the levels do: lists of thousands of objects are looked at with each answer. */
function isDeeper(value: unknown, levels: number): boolean {
	if (!isNested(value)) return false;
	if (levels === 0) return true;
	if (Array.isArray(value)) {
		for (const part of value) if (isDeeper(part, levels - 1)) return true;
		return false;
	}
	// A list of the values of each would be most of what this makes.
	for (const key in value) if (isDeeper(value[key], levels - 1)) return true;
	return false;
}
