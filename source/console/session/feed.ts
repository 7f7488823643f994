/** Turns the events of one watch into rows of a table, and tells when it changed: not oftener than anybody can see. */
import type {Cluster} from '../../kube/cluster.js';
import {
	reflect,
	type ReflectorChange,
	type ReflectorState,
	type ReflectorTarget,
} from '../../kube/watch/reflector.js';
import type {Parsed} from '../../knative/objects/parsed.js';
import {printable} from '../../knative/text/printable.js';
import {keyOf, type ObjectName, type Unreadable} from '../tables/object-name.js';

export type Feed = {stop(): void};

/** Where the views go, by namespace and name. What they return is whether anything is there to be published. */
export type FeedTable<View> = {
	/** @param version The resourceVersion: opaque, good only for telling whether two states are the same. */
	put(view: View, version: string): boolean;
	drop(object: ObjectName): boolean;
};

/** With `isFirst` a list begins (again); with `isLast` it is complete, and the table is as that list. */
export type Page = {isFirst: boolean; isLast: boolean};

/**
 * Keeps in `table` what `path` lists, each object as what `parse` makes of it: nothing else of an object is kept. After
 * a change `onTable` is called, never more often than every `interval` milliseconds, the first time at once, with the
 * sentences about objects that could not be read, or not all of them.
 */
export function startFeed<View extends ObjectName>({
	cluster,
	path,
	query,
	firstPage,
	waitsForAll = false,
	parse,
	table,
	interval,
	onPut,
	onPage,
	onTable,
	onState,
}: {
	cluster: Cluster;
	path: string;
	/** Of which objects alone. */
	query?: ReflectorTarget['query'];
	/** Items of the first page: about what a screen shows. */
	firstPage?: number;
	/** Nothing is published before the whole of the first list is there: for what means something only together. */
	waitsForAll?: boolean;
	/** @param before The view of that object before, if there is one: it may be taken over. */
	parse: (object: unknown, before: View | undefined) => Parsed<View>;
	table: FeedTable<View>;
	interval: () => number;
	/** Told of every object at once, in the order of the watch. */
	onPut?: (view: View) => void;
	/** Told of every page of a list when the table has it. */
	onPage?: (page: Page) => void;
	onTable: (unreadable: readonly Unreadable[]) => void;
	onState: (state: ReflectorState) => void;
}): Feed {
	/** What could be read, by `keyOf`. */
	const views = new Map<string, View>();
	/** What could not, or not all of it. */
	const unreadable = new Map<string, Unreadable>();
	/** What the pages of the list under way have named so far, by `keyOf`; undefined outside of a list. */
	let listed: Set<string> | undefined;
	let isPublished = !waitsForAll;
	let timer: NodeJS.Timeout | undefined;
	let isPending = false;

	const put = (object: unknown): boolean => {
		const {version, ...named} = identityOf(object);
		const key = keyOf(named);
		const parsed = parse(object, views.get(key));
		listed?.add(key);
		const sentence = parsed.ok ? parsed.doubt : parsed.reason;
		const isSaid = unreadable.get(key)?.sentence === sentence;
		if (sentence === undefined) unreadable.delete(key);
		else if (!isSaid) unreadable.set(key, {...named, sentence});
		if (!parsed.ok) {
			views.delete(key);
			return table.drop(named) || !isSaid;
		}
		views.set(key, parsed.value);
		const isNews = table.put(parsed.value, version);
		onPut?.(parsed.value);
		return isNews || !isSaid;
	};
	const drop = (key: string, object: ObjectName): boolean => {
		views.delete(key);
		const isSaid = unreadable.delete(key);
		return table.drop(object) || isSaid;
	};
	/** Whether there is anything to be published. */
	const apply = (change: ReflectorChange): boolean => {
		if (change.type === 'put') return put(change.object);
		if (change.type === 'gone') {
			const named = identityOf(change.object);
			return drop(keyOf(named), named);
		}
		if (change.isFirst) listed = new Set();
		for (const item of change.items) put(item);
		if (change.isLast) {
			for (const [key, object] of [...views, ...unreadable]) if (!listed?.has(key)) drop(key, object);
			listed = undefined;
			isPublished = true;
		}
		onPage?.(change);
		return true;
	};
	const publish = () => {
		isPending = false;
		onTable([...unreadable.values()]);
	};
	const changed = () => {
		if (timer) {
			isPending = true;
			return;
		}
		publish();
		timer = setTimeout(() => {
			timer = undefined;
			if (isPending) changed();
		}, interval());
		timer.unref();
	};

	const reflector = reflect(
		cluster,
		{
			path,
			...(query && {query}),
			...(firstPage !== undefined && {firstPage}),
		},
		{
			onState(state) {
				// Who reads that it is live is to find there all that was listed.
				if (isPending) publish();
				onState(isPublished ? state : withoutAge(state));
			},
			onChange(change) {
				if (apply(change) && isPublished) changed();
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

/** Of a list that broke off nothing was published, so that there is nothing to be old. */
function withoutAge(state: ReflectorState): ReflectorState {
	if (state.kind === 'stale') return {kind: 'offline', since: state.since, why: state.why};
	if (state.kind !== 'forbidden' && state.kind !== 'missing') return state;
	const {since: _, ...refusal} = state;
	return refusal;
}

/** Only to tell objects and their states apart, by the name under which the parsers know them; what is shown is parsed. */
function identityOf(object: unknown): ObjectName & {version: string} {
	const metadata: unknown =
		typeof object === 'object' && object !== null && 'metadata' in object ? object.metadata : undefined;
	const text = (key: string): string => {
		const value: unknown =
			typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, key) : undefined;
		return typeof value === 'string' ? value : '';
	};
	return {
		namespace: printable(text('namespace')),
		name: printable(text('name')),
		version: text('resourceVersion'),
	};
}
