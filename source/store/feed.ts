/** Turns the events of one watch into a table of views, and tells when it changed: at most ten times a second. */
import type {Cluster} from '../cluster/cluster.js';
import {reflect, type ReflectorState} from '../cluster/reflector.js';
import type {Parsed} from '../traffic/parsed.js';

/** Milliseconds between two publications: faster than an eye reads, slow enough for a bad line. */
const publishEvery = 100;

export type Feed = {stop(): void};

type Named = {name: string};

/**
 * Keeps a table of what `path` lists. `onTable` gets all views in order of name and the sentences about objects that
 * could not be read; never more often than every 100 ms, the first time at once.
 */
export function startFeed<View extends Named>({
	cluster,
	path,
	labelSelector,
	parse,
	onPut,
	onTable,
	onState,
}: {
	cluster: Cluster;
	path: string;
	labelSelector?: string;
	parse: (object: unknown) => Parsed<View>;
	/** Told of every object at once, in the order of the watch. */
	onPut?: (view: View) => void;
	onTable: (views: readonly View[], unreadable: readonly string[]) => void;
	onState: (state: ReflectorState) => void;
}): Feed {
	const table = new Map<string, Parsed<View>>();
	let timer: NodeJS.Timeout | undefined;
	let pending = false;

	const put = (object: unknown) => {
		const parsed = parse(object);
		table.set(nameOf(object), parsed);
		if (parsed.ok) onPut?.(parsed.value);
	};
	const publish = () => {
		pending = false;
		const views: View[] = [];
		const unreadable: string[] = [];
		for (const parsed of table.values()) {
			if (parsed.ok) views.push(parsed.value);
			else unreadable.push(parsed.reason);
		}
		onTable(
			views.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
			unreadable,
		);
	};
	const changed = () => {
		if (timer) {
			pending = true;
			return;
		}
		publish();
		timer = setTimeout(() => {
			timer = undefined;
			if (pending) changed();
		}, publishEvery);
		timer.unref();
	};

	const reflector = reflect(
		cluster,
		{path, ...(labelSelector === undefined ? {} : {query: {labelSelector}})},
		{
			onState,
			onChange(change) {
				if (change.type === 'snapshot') {
					table.clear();
					for (const item of change.items) put(item);
				} else if (change.type === 'put') put(change.object);
				else table.delete(nameOf(change.object));
				changed();
			},
		},
	);
	return {
		stop() {
			clearTimeout(timer);
			reflector.stop();
		},
	};
}

/** Only to tell objects apart; what is shown is parsed. */
function nameOf(object: unknown): string {
	const metadata =
		typeof object === 'object' && object !== null && 'metadata' in object ? object.metadata : undefined;
	const name =
		typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
	return typeof name === 'string' ? name : '';
}
