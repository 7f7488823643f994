/** Values by keys that are kept in order, so that a list of thousands is not sorted each time it is asked for. */
export type SortedObjects<Value> = {
	get(key: string): Value | undefined;
	has(key: string): boolean;
	put(key: string, value: Value): void;
	delete(key: string): void;
	/** The values whose keys begin so, in the order of their keys by code unit (as etcd sorts: no locale decides). */
	range(prefix: string): Value[];
};

export function createSortedTable<Value>(): SortedObjects<Value> {
	const values = new Map<string, Value>();
	const keys: string[] = [];

	/** Where a key is, or would be. */
	function positionOf(key: string): number {
		let low = 0;
		let high = keys.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((keys[middle] ?? '') < key) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		return low;
	}

	return {
		get: key => values.get(key),
		has: key => values.has(key),
		put(key, value) {
			if (!values.has(key)) {
				keys.splice(positionOf(key), 0, key);
			}

			values.set(key, value);
		},
		delete(key) {
			if (values.delete(key)) {
				keys.splice(positionOf(key), 1);
			}
		},
		range(prefix) {
			const start = positionOf(prefix);
			const length = keys.slice(start).findIndex(key => !key.startsWith(prefix));
			return keys
				.slice(start, length < 0 ? undefined : start + length)
				.map(key => values.get(key))
				.filter(value => value !== undefined);
		},
	};
}
