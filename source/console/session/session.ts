/** A namespace of a cluster, or all that the operator may see, watched: what they say goes into the store. */
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import {namespaceExists} from '../../kube/namespaces.js';
import type {Timers} from '../../kube/timers.js';
import {findVisibleNamespaces} from '../../kube/visible-namespaces.js';
import type {ServiceView} from '../../knative/service/service.js';
import {followDomainMappings} from '../selected/domain-mappings.js';
import {followNamespace, joined, noRows, type NamespaceRows} from './namespace-rows.js';
import {followPodTrouble} from '../selected/follow-pod-trouble.js';
import {followRights} from './rights.js';
import {notify} from '../state/select.js';
import {isShown} from '../state/scope.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

export type Session = {
	/** Asks again what the operator may do: when the server has said no to what was allowed. */
	recheckRights(): void;
	stop(): void;
};

/**
 * Watches the Services and Revisions of `namespace`, or of all namespaces, asks what the operator may do there and looks for
 * the gateway.
 * @param across All namespaces that the operator may see are shown; `known` are those that the kubeconfig speaks of.
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
		across,
		gateway,
		selector,
		only,
		interval,
		timers,
		onService,
	}: {
		cluster: Cluster;
		namespace: string;
		across?: {known: () => Promise<readonly string[]>} | undefined;
		gateway?: GivenGateway | undefined;
		/** Only services with these labels. */
		selector?: string | undefined;
		/** Only the service of that name. */
		only?: string | undefined;
		interval: () => number;
		timers?: Pick<Timers, 'after'>;
		onService?: (service: ServiceView) => void;
	},
): Session {
	const ending = new AbortController();
	const {signal} = ending;
	const cleanups: (() => void)[] = [];

	store.setState(({selected}) => {
		const scope: ConsoleState['scope'] = across ? {kind: 'looking'} : {kind: 'one'};
		const stays = selected && (across ?? isShown({namespace, scope}, selected.namespace));
		const {services, revisions, feeds} = noRows;
		return {
			namespace,
			scope,
			namespaceMissing: false,
			services,
			revisions,
			feeds,
			domains: new Map(),
			trouble: undefined,
			unreadable: noRows.unreadable,
			selector,
			only,
			// What is listed here, too, is not deleted because nothing has been told of it yet.
			selected: stays ? {...selected, wasSeen: false} : undefined,
			rights: new Map(),
			gateway: {kind: 'looking'},
			gatewayNames: new Map(),
		};
	});

	/** Follows each of them; undefined is all namespaces at once. In order of their names. */
	function follow(namespaces: readonly (string | undefined)[]): void {
		const all = namespaces.map(() => noRows);
		let last = noRows;
		/** Nobody is told of what is as it was: most events change nothing that is shown. */
		const publish = (rows: NamespaceRows) => {
			const before = last;
			if (rows === before) return;
			last = rows;
			const {services, revisions, feeds, unreadable} = rows;
			// What was read since by itself may be newer than what a watch has told that did not change.
			store.setState({
				...(services !== before.services && {
					services: keptAhead(services, {shown: store.getState().services, told: before.services}),
				}),
				...(revisions !== before.revisions && {revisions}),
				...(feeds !== before.feeds && {feeds}),
				...(unreadable !== before.unreadable && {unreadable}),
			});
		};
		const names = namespaces.flatMap(each => each ?? []);
		const feeds = namespaces.map((each, index) =>
			followNamespace(store, {
				cluster,
				namespace: each,
				selector,
				only,
				interval,
				timers,
				onService,
				onRows(rows) {
					all[index] = rows;
					publish(joined(all, last, names));
				},
			}),
		);
		for (const feed of feeds) cleanups.push(() => feed.stop());
	}

	async function followAll(known: () => Promise<readonly string[]>): Promise<void> {
		const scope = await findVisibleNamespaces(cluster, await known());
		if (signal.aborted) return;
		store.setState({scope});
		if (scope.kind === 'all') return follow([undefined]);
		const sentence = `${scope.sentence} :ns <namespace> goes to another.`;
		notify(store, {tone: 'info', text: sentence});
		if (scope.names.length > 0) return follow(scope.names);
		const refused = {kind: 'forbidden', status: 403, why: sentence} as const;
		store.setState({feeds: {services: refused, revisions: refused}});
	}

	if (across) void followAll(across.known);
	else follow([namespace]);
	const podTrouble = followPodTrouble(store, {cluster, timers});
	if (!across) void lookForNamespace(store, cluster, namespace, signal);
	const recheckRights = followRights(store, cluster, {namespace, only}, signal, timers);
	void findGateways(store, cluster, signal, gateway);
	followDomainMappings(store, cluster, signal, {timers});

	return {
		recheckRights,
		stop() {
			ending.abort();
			for (const cleanUp of cleanups) cleanUp();
			podTrouble.stop();
		},
	};
}

/**
 * What was read by itself stays until the watch tells of it: an event of another service is no news of this one.
 *
 * @param before What is shown, and what the watch had told of when that was shown.
 */
function keptAhead(
	services: readonly ServiceView[],
	before: {shown: readonly ServiceView[]; told: readonly ServiceView[]},
): readonly ServiceView[] {
	if (before.shown === before.told) return services;
	const told = new Set(before.told);
	const read = new Map(
		before.shown.filter(service => !told.has(service)).map(service => [service.uid, service]),
	);
	const isBehind = ({uid, generation}: ServiceView) => generation < (read.get(uid)?.generation ?? generation);
	return services.some(isBehind)
		? services.map(service => (isBehind(service) ? (read.get(service.uid) ?? service) : service))
		: services;
}

/** What finds them is loaded when there are services to find one for: the services are not to wait for that. */
async function findGateways(
	store: ConsoleStore,
	cluster: Cluster,
	signal: AbortSignal,
	given: GivenGateway | undefined,
): Promise<void> {
	if (!given) await servicesToFindOneFor(store, signal);
	const {followGateway} = await import('../selected/follow-gateway.js');
	if (!signal.aborted) followGateway(store, cluster, signal, {given});
}

/** Resolves at once where there are some, or when `signal` says stop. */
async function servicesToFindOneFor(store: ConsoleStore, signal: AbortSignal): Promise<void> {
	if (store.getState().services.length > 0) return;
	const {promise, resolve} = Promise.withResolvers<void>();
	const unsubscribe = store.subscribe(({services}) => {
		if (services.length > 0) resolve();
	});
	signal.addEventListener('abort', () => resolve(), {once: true});
	await promise;
	unsubscribe();
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
