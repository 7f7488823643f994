/** The services and revisions of one namespace, or of all at once, as two watches tell of them. */
import type {Cluster} from '../../kube/cluster.js';
import {servingPath} from '../../kube/paths.js';
import type {Timers} from '../../kube/timers.js';
import type {ReflectorState} from '../../kube/watch/reflector.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {createSortedTable} from '../tables/tables.js';
import {startFeed, type Feed} from './feed.js';
import {followRevisions} from './revisions.js';

export type NamespaceRows = Pick<ConsoleState, 'services' | 'revisions' | 'feeds'> & {
	readonly unreadable: {readonly services: readonly string[]; readonly revisions: readonly string[]};
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
	{cluster, namespace, selector, interval, timers, onService, onRows}: NamespaceRowsOptions,
): Feed {
	let rows = noRows;
	let isStopped = false;
	let isCrowd = false;
	let revisions: Feed | undefined;
	const put = (next: Partial<NamespaceRows>) => {
		rows = {...rows, ...next};
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
		labelSelector: selector,
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

function worst(states: readonly ReflectorState[]): ReflectorState {
	return states.reduce((one, other) => (kinds.indexOf(other.kind) > kinds.indexOf(one.kind) ? other : one));
}

/** The rows of several namespaces, given in order of their names, as those of one. */
export function joined(all: readonly NamespaceRows[]): NamespaceRows {
	const [first, ...others] = all;
	if (!first) return noRows;
	if (others.length === 0) return first;
	return {
		services: all.flatMap(({services}) => services),
		revisions: new Map(all.flatMap(({revisions}) => [...revisions])),
		feeds: {
			services: worst(all.map(({feeds}) => feeds.services)),
			revisions: worst(all.map(({feeds}) => feeds.revisions)),
		},
		unreadable: {
			services: all.flatMap(({unreadable}) => unreadable.services),
			revisions: all.flatMap(({unreadable}) => unreadable.revisions),
		},
	};
}
