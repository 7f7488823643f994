/** The services and revisions of one namespace, or of all at once, as two watches tell of them. */
import {isDeepStrictEqual} from 'node:util';
import type {Cluster} from '../../kube/cluster.js';
import {servingPath} from '../../kube/paths.js';
import type {Timers} from '../../kube/timers.js';
import type {ReflectorState} from '../../kube/watch/reflector.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import type {ConsoleState, ConsoleStore, FeedState} from '../state/state.js';
import {createSortedTable} from '../tables/tables.js';
import type {Unreadable} from '../tables/object-name.js';
import {startFeed, type Feed} from './feed.js';
import {followRevisions} from './revisions.js';

export type NamespaceRows = Pick<ConsoleState, 'services' | 'revisions' | 'feeds'> & {
	unreadable: {readonly services: readonly Unreadable[]; readonly revisions: readonly Unreadable[]};
};

export const noRows: NamespaceRows = {
	services: [],
	revisions: new Map(),
	feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
	unreadable: {services: [], revisions: []},
};

/** Services of the first page: more than most screens show, so little that it is there at once. */
const firstServices = 50;

export type NamespaceRowsOptions = {
	cluster: Cluster;
	/** Undefined: all of them, by one list. */
	namespace: string | undefined;
	/** Only services with these labels. */
	selector: string | undefined;
	/** Only the service of that name: who may list no others may list this one (RBAC's resourceNames). */
	only: string | undefined;
	/** Milliseconds between two publications. */
	interval: () => number;
	timers: Pick<Timers, 'after'> | undefined;
	/** Told of every state of a service that the watch tells of. */
	onService: ((service: ServiceView) => void) | undefined;
	/** Told of what there is whenever something changed; what did not change is the same object as before. */
	onRows: (rows: NamespaceRows) => void;
};

/** Follows them. The services are listed first: they are what one waits for. */
export function followNamespace(
	store: ConsoleStore,
	{cluster, namespace, selector, only, interval, timers, onService, onRows}: NamespaceRowsOptions,
): Feed {
	let rows = noRows;
	let isStopped = false;
	let isCrowd = false;
	let revisions: Feed | undefined;
	const put = (next: Partial<NamespaceRows>) => {
		const changed = {...rows, ...next};
		if (isDeepStrictEqual(changed.unreadable, rows.unreadable)) changed.unreadable = rows.unreadable;
		const keys = ['services', 'revisions', 'feeds', 'unreadable'] as const;
		if (keys.every(key => changed[key] === rows[key])) return;
		rows = changed;
		onRows(rows);
	};
	const putState = (which: 'services' | 'revisions', state: ReflectorState) =>
		put({feeds: {...rows.feeds, [which]: state}});
	// Ten times as many revisions would compete with them for line and server.
	const servicesTold = () => {
		if (isStopped) return;
		revisions ??= followRevisions(store, {
			cluster,
			namespace,
			only,
			isCrowd,
			interval,
			timers,
			onRevisions(
				views: ReadonlyMap<string, readonly RevisionView[]>,
				sentences = rows.unreadable.revisions,
			) {
				put({revisions: views, unreadable: {...rows.unreadable, revisions: sentences}});
			},
			onState: state => putState('revisions', state),
		});
	};
	const serviceTable = createSortedTable<ServiceView>();
	const services = startFeed({
		cluster,
		path: servingPath('services', namespace),
		query: {
			...(selector !== undefined && {labelSelector: selector}),
			...(only !== undefined && {fieldSelector: `metadata.name=${only}`}),
		},
		firstPage: firstServices,
		parse: parseService,
		table: serviceTable,
		interval,
		...(onService && {onPut: onService}),
		onPage({isLast}) {
			isCrowd ||= !isLast;
		},
		onTable(sentences) {
			put({services: serviceTable.snapshot(), unreadable: {...rows.unreadable, services: sentences}});
			servicesTold();
		},
		onState(state) {
			putState('services', state);
			// Whoever may not list services may be allowed to list revisions.
			if (state.kind !== 'connecting') servicesTold();
		},
	});
	return {
		stop() {
			isStopped = true;
			services.stop();
			revisions?.stop();
		},
	};
}

/** From the best to the worst: what is the matter with one namespace is said, however well the others are. */
const kinds: readonly ReflectorState['kind'][] = [
	'live',
	'connecting',
	'missing',
	'forbidden',
	'stale',
	'offline',
];

/** With whose it is, where that is not all of them. */
function worst(states: readonly ReflectorState[], names: readonly string[]): FeedState {
	const found = states.reduce((one, other) =>
		kinds.indexOf(other.kind) > kinds.indexOf(one.kind) ? other : one,
	);
	// They connect one after the other, and soon all have.
	if (found.kind === 'connecting') return found;
	const [first, ...more] = names.filter((_, index) => states[index]?.kind === found.kind);
	if (first === undefined || more.length === names.length - 1) return found;
	return {...found, of: more.length === 0 ? first : `${first} and ${more.length} more`};
}

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
	one.length === other.length && one.every((item, index) => item === other[index]);

/**
 * The rows of several namespaces, given in order of their `names`, as those of one. What is as in `before`, which is what they
 * were joined to last, stays the same object, and all of it where nothing changed.
 */
export function joined(
	all: readonly NamespaceRows[],
	before: NamespaceRows,
	names: readonly string[],
): NamespaceRows {
	const [first, ...others] = all;
	if (!first) return before;
	if (others.length === 0) return first;
	const services = all.flatMap(each => each.services);
	const revisions = new Map(all.flatMap(each => [...each.revisions]));
	const feeds = {
		services: worst(
			all.map(each => each.feeds.services),
			names,
		),
		revisions: worst(
			all.map(each => each.feeds.revisions),
			names,
		),
	};
	const unreadable = {
		services: all.flatMap(each => each.unreadable.services),
		revisions: all.flatMap(each => each.unreadable.revisions),
	};
	const next: NamespaceRows = {
		services: isSame(services, before.services) ? before.services : services,
		revisions:
			isSame([...revisions.keys()], [...before.revisions.keys()]) &&
			isSame([...revisions.values()], [...before.revisions.values()])
				? before.revisions
				: revisions,
		feeds: isDeepStrictEqual(feeds, before.feeds) ? before.feeds : feeds,
		unreadable: isDeepStrictEqual(unreadable, before.unreadable) ? before.unreadable : unreadable,
	};
	return isSame(Object.values(next), Object.values(before)) ? before : next;
}
