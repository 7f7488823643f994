/** The pods of one revision, as the watch tells of them. */
import type {ReflectorChange} from '../../kube/watch/reflector.js';
import {parsePod, type PodView} from '../../knative/objects/pod.js';

export type PodTable = {
	apply(change: ReflectorChange): void;
	/** All there are were told of. */
	readonly isListed: boolean;
	find(name: string): PodView | undefined;
	/** By name; the same order for as long as they are there, so that "the next one" means something. */
	list(): PodView[];
};

/** Empty, before the first list. What is no pod is passed over. */
export function createPodTable(): PodTable {
	const pods = new Map<string, PodView>();
	let isListed = false;
	let listed = new Set<string>();

	function put(object: unknown): void {
		const parsed = parsePod(object);
		if (!parsed.ok) return;
		pods.set(parsed.value.name, parsed.value);
		listed.add(parsed.value.name);
	}

	return {
		apply(change) {
			if (change.type === 'put') return put(change.object);
			if (change.type === 'gone') {
				const parsed = parsePod(change.object);
				if (parsed.ok) pods.delete(parsed.value.name);
				return;
			}
			if (change.isFirst) listed = new Set();
			for (const item of change.items) put(item);
			if (!change.isLast) return;
			for (const name of pods.keys()) if (!listed.has(name)) pods.delete(name);
			isListed = true;
		},
		get isListed() {
			return isListed;
		},
		find: name => pods.get(name),
		list: () => [...pods.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
	};
}
