/** One namespace of one cluster, watched: what it says goes into the store. */
import {isDeepStrictEqual} from 'node:util';
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import {namespaceExists} from '../../kube/namespaces.js';
import {servingPath} from '../../kube/paths.js';
import type {Timers} from '../../kube/timers.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {startFeed, type Feed} from './feed.js';
import {followGateway} from './gateway.js';
import {followPodTrouble} from './pod-trouble.js';
import {followRevisions} from './revisions.js';
import {askRights} from './rights.js';
import {unknownRights, type ConsoleState, type ConsoleStore} from '../state/state.js';
import {createSortedTable} from '../tables/tables.js';

export type Session = {
	/** Asks again what the operator may do: when the server has said no to what was allowed. */
	recheckRights(): void;
	stop(): void;
};

/** Services of the first page: more than most screens show, so little that it is there at once. */
const firstServices = 50;

/**
 * Watches the Services and Revisions of `namespace`, asks what the operator may do there and looks for the gateway.
 * @param gateway The operator's own word for where the gateway is; then it is not looked for.
 * @param interval Milliseconds between two publications of a table.
 * @param timers For waits that a test need not wait for.
 * @param onService Told of every state of a service that the watch tells of, also of those that are over before the
 * next frame.
 */
export function startSession(
	store: ConsoleStore,
	{
		cluster,
		namespace,
		gateway,
		selector,
		interval,
		timers,
		onService,
	}: {
		cluster: Cluster;
		namespace: string;
		gateway?: GivenGateway | undefined;
		/** Only services with these labels. */
		selector?: string | undefined;
		interval: () => number;
		timers?: Pick<Timers, 'after'>;
		onService?: (service: ServiceView) => void;
	},
): Session {
	const ending = new AbortController();
	const {signal} = ending;
	let unreadableServices: readonly string[] = [];
	let unreadableRevisions: readonly string[] = [];
	/** Nobody is told of what is as it was: most events change nothing that is shown. */
	const publish = (tables: Partial<Pick<ConsoleState, 'services' | 'revisions'>>) => {
		const before = store.getState();
		const sentences = [...unreadableServices, ...unreadableRevisions];
		const unreadable = isDeepStrictEqual(sentences, before.unreadable) ? before.unreadable : sentences;
		const {services: rows, revisions: groups} = {...before, ...tables};
		if (rows === before.services && groups === before.revisions && unreadable === before.unreadable) return;
		store.setState({...tables, unreadable});
	};

	store.setState({
		namespace,
		namespaceMissing: false,
		services: [],
		revisions: new Map(),
		trouble: undefined,
		unreadable: [],
		selected: undefined,
		// Those of another namespace say nothing here.
		rights: unknownRights,
		gateway: {kind: 'looking'},
		feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
	});

	let isCrowd = false;
	let revisions: Feed | undefined;
	// The rows one waits for come first; ten times as many revisions would compete with them for line and server.
	const servicesTold = () => {
		if (signal.aborted) return;
		revisions ??= followRevisions(store, {
			cluster,
			namespace,
			isCrowd,
			interval,
			timers,
			onRevisions(views, sentences = unreadableRevisions) {
				unreadableRevisions = sentences;
				publish({revisions: views});
			},
			onState(state) {
				store.setState(({feeds}) => ({feeds: {...feeds, revisions: state}}));
			},
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
			unreadableServices = sentences;
			publish({services: serviceTable.snapshot()});
			servicesTold();
		},
		onState(state) {
			store.setState(({feeds}) => ({feeds: {...feeds, services: state}}));
			// Whoever may not list services may be allowed to list revisions.
			if (state.kind !== 'connecting') servicesTold();
		},
	});
	const podTrouble = followPodTrouble(store, {cluster, timers});
	void lookForNamespace(store, cluster, namespace, signal);
	void askRights(store, cluster, namespace, signal);
	followGateway(store, cluster, signal, {given: gateway});

	return {
		recheckRights() {
			void askRights(store, cluster, namespace, signal);
		},
		stop() {
			ending.abort();
			services.stop();
			revisions?.stop();
			podTrouble.stop();
		},
	};
}

async function lookForNamespace(
	store: ConsoleStore,
	cluster: Cluster,
	namespace: string,
	signal: AbortSignal,
): Promise<void> {
	const exists = await namespaceExists(cluster, namespace);
	if (!signal.aborted) store.setState({namespaceMissing: exists === false});
}
