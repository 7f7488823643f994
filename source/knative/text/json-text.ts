/** JSON that somebody else wrote. Pure. */

/** What the text says; undefined where it is no JSON, which is never a value of JSON. */
export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** What the text says; the text itself where it is no JSON. */
export function jsonOrText(text: string): unknown {
	const value = jsonOf(text);
	return value === undefined ? text : value;
}
