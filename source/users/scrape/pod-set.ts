/** The pods of the revisions of a split, as a watch tells of them. */
import type {ReflectorChange} from '../../kube/watch/reflected.js';
import {parseMeteredPod, type MeteredPod} from './metered-pod.js';

export type KnownPod = MeteredPod & {
	/**
	 * Whether the watch told of it as it came: then its queue-proxy has begun to count only now. Of one that a list has, nobody
	 * knows since when it does.
	 */
	readonly isNew: boolean;
};

export type PodSet = {
	apply(change: ReflectorChange): void;
	/** Whether all that there are were told of. */
	readonly isListed: boolean;
	/** By name. */
	list(): readonly KnownPod[];
};

/** Empty, before the first list. */
export function createPodSet(): PodSet {
	const pods = new Map<string, KnownPod>();
	let isListed = false;
	let listed = new Set<string>();

	function put(object: unknown, isNew: boolean): void {
		const parsed = parseMeteredPod(object);
		// A pod that cannot be read cannot be asked.
		if (!parsed.ok || parsed.value.revision === '') return;
		const {uid} = parsed.value;
		listed.add(uid);
		pods.set(uid, {...parsed.value, isNew: pods.get(uid)?.isNew ?? isNew});
	}

	return {
		apply(change) {
			if (change.type === 'put') return put(change.object, isListed);
			if (change.type === 'gone') {
				const parsed = parseMeteredPod(change.object);
				if (parsed.ok) pods.delete(parsed.value.uid);
				return;
			}
			if (change.isFirst) listed = new Set();
			for (const item of change.items) put(item, false);
			if (!change.isLast) return;
			for (const uid of pods.keys()) if (!listed.has(uid)) pods.delete(uid);
			isListed = true;
		},
		get isListed() {
			return isListed;
		},
		list: () => [...pods.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
	};
}
