/**
 * The objects of the sandbox in memory, with one resourceVersion over all kinds and a history that watches start from,
 * as etcd keeps them for a real cluster.
 */
import {isDeepStrictEqual} from 'node:util';
import {
	StoreConflict,
	type StateChange,
	type ObjectStore,
	type Resource,
	type StoredObject,
} from '../shared-store.js';
import {createdObject, updatedObject} from './next-object.js';
import {createSortedTable, type SortedObjects} from './sorted-table.js';

export type ObjectStoreOptions = {
	/** How many changes are kept for watches that start in the past. 10,000 unless told. */
	history?: number;
	/** The clock of creationTimestamp, in milliseconds since 1970. */
	now?: () => number;
};

/** A change and the resourceVersion it made. */
type RecordedChange = {version: number; change: StateChange};

/**
 * An empty store.
 *
 * @throws RangeError when the history is not a positive whole number.
 */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
	const {history: historyLimit = 10_000, now = Date.now} = options;
	if (!Number.isInteger(historyLimit) || historyLimit < 1) {
		throw new RangeError(`the history of the store must be a positive whole number, not ${historyLimit}`);
	}

	const tables = new Map<string, SortedObjects<StoredObject>>();
	const listeners = new Set<{since: number; listener: (change: StateChange) => void}>();
	const undelivered: RecordedChange[] = [];
	let delivering = false;
	/** Oldest first, every version after `forgotten`. */
	let history: RecordedChange[] = [];
	/** The newest version that the history no longer tells of. */
	let forgotten = 0;
	let version = 0;

	function tableOf(resource: Resource): SortedObjects<StoredObject> {
		const key = `${resource.group}/${resource.plural}`;
		let table = tables.get(key);
		if (!table) {
			table = createSortedTable();
			tables.set(key, table);
		}

		return table;
	}

	function record(change: StateChange): void {
		const recorded = {version, change};
		history.push(recorded);
		// Cut in one go once half as much again has gathered: shifting an array at every write is quadratic.
		if (history.length > historyLimit * 1.5) {
			history = history.slice(-historyLimit);
			forgotten = history[0] ? history[0].version - 1 : version;
		}

		// A listener may write: what it writes is told after everybody has heard of what it answers to.
		undelivered.push(recorded);
		if (delivering) {
			return;
		}

		delivering = true;
		try {
			for (let next = undelivered.shift(); next; next = undelivered.shift()) {
				// A Set's own iteration leaves out who has left meanwhile, but visits who has just come.
				for (const {since, listener} of listeners) {
					if (next.version > since) {
						listener(next.change);
					}
				}
			}
		} finally {
			delivering = false;
		}
	}

	function put(
		type: 'ADDED' | 'MODIFIED',
		resource: Resource,
		object: StoredObject,
		previous?: StoredObject,
	): StoredObject {
		const {namespace, name} = object.metadata;
		const stored = deepFreeze({
			...object,
			metadata: {...object.metadata, resourceVersion: String(++version)},
		});
		tableOf(resource).put(keyOf(resource, namespace, name), stored);
		record({type, resource, object: stored, ...(previous ? {previous} : {})});
		return stored;
	}

	return {
		get resourceVersion() {
			return String(version);
		},

		get(resource, namespace, name) {
			return tableOf(resource).get(keyOf(resource, namespace, name));
		},

		list(resource, namespace) {
			return tableOf(resource).range(
				namespace === undefined || !resource.namespaced ? '' : keyOf(resource, namespace, ''),
			);
		},

		create(resource, object) {
			const {namespace, name} = object.metadata;
			if (tableOf(resource).has(keyOf(resource, namespace, name))) {
				throw new StoreConflict('exists');
			}

			return put('ADDED', resource, createdObject(resource, object, now()));
		},

		update(resource, namespace, name, part, change) {
			const key = keyOf(resource, namespace, name);
			const current = tableOf(resource).get(key);
			if (!current) {
				throw new StoreConflict('missing');
			}

			const next = updatedObject(resource, current, change(current), part);
			if (isDeepStrictEqual(withoutTimes(next), withoutTimes(current))) {
				return current;
			}

			return put('MODIFIED', resource, next, current);
		},

		remove(resource, namespace, name) {
			const key = keyOf(resource, namespace, name);
			const table = tableOf(resource);
			const current = table.get(key);
			if (!current) {
				return undefined;
			}

			table.delete(key);
			version++;
			// The last state under the version of its removal, so that a watch can go on from it.
			const last = deepFreeze({
				...current,
				metadata: {...current.metadata, resourceVersion: String(version)},
			});
			record({type: 'DELETED', resource, object: last, previous: current});
			return last;
		},

		subscribe(listener) {
			// One entry a subscription, even if the same function subscribes twice.
			const entry = {since: version, listener};
			listeners.add(entry);
			return () => {
				listeners.delete(entry);
			};
		},

		compact() {
			history = [];
			forgotten = version;
		},

		changesSince(resourceVersion) {
			const since = /^\d+$/.test(resourceVersion) ? Number(resourceVersion) : Number.NaN;
			if (Number.isNaN(since) || since < forgotten) {
				return 'expired';
			}

			return history.filter(entry => entry.version > since).map(entry => entry.change);
		},
	};
}

function keyOf(resource: Resource, namespace: string | undefined, name: string): string {
	// The NUL sorts before every character of a name: `a` + `b` comes before `a-b` + `a`.
	return resource.namespaced ? `${namespace ?? ''}\0${name}` : name;
}

function deepFreeze<T>(value: T): T {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		for (const inner of Object.values(value)) {
			deepFreeze(inner);
		}
	}

	return value;
}

/**
 * What is compared: a write after which only the times of its managers differ is none, and moves no version
 * (kubernetes/apiserver, ignoreManagedFieldsTimestampsTransformer).
 */
function withoutTimes({metadata, ...rest}: StoredObject): unknown {
	return {
		...rest,
		metadata: {...metadata, managedFields: metadata.managedFields?.map(entry => ({...entry, time: ''}))},
	};
}
