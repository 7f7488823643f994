/** What an object is found by beside others of its kind: a name is one only within its namespace. Pure. */

export type ObjectName = {readonly namespace: string; readonly name: string};

/** An object that there is and that cannot be read, and why, as a sentence. */
export type Unreadable = ObjectName & {readonly sentence: string};

/** Below zero where `one` comes before `other`: by namespace, then by name, in the order of code units. */
export function compareNames(one: ObjectName, other: ObjectName): number {
	if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1;
	if (one.name === other.name) return 0;
	return one.name < other.name ? -1 : 1;
}

/** As kubectl writes it, `shop/cart`; equal only for the same object. No name has a slash in it. */
export function keyOf({namespace, name}: ObjectName): string {
	return `${namespace}/${name}`;
}
