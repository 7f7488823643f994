/** One namespace of one cluster, watched: what it says goes into the store. */
import {mayI} from '../cluster/access.js';
import type {Cluster} from '../cluster/cluster.js';
import type {GatewayAddress} from '../cluster/gateway-address.js';
import {findGateway} from '../cluster/gateway.js';
import {namespaceExists} from '../cluster/namespaces.js';
import {parseRevision, type RevisionView} from '../traffic/revision.js';
import {parseService, type ServiceView} from '../traffic/service.js';
import {startFeed} from './feed.js';
import type {ConsoleStore, GatewayState, Right} from './state.js';

export type Session = {stop(): void};

/** Milliseconds until the gateway is looked for again when it was not found: a cluster may just be getting one. */
const gatewayRetry = 10_000;

const serving = (namespace: string, plural: string) =>
	`/apis/serving.knative.dev/v1/namespaces/${encodeURIComponent(namespace)}/${plural}`;

/**
 * Watches the Services and Revisions of `namespace`, asks what the operator may do there and looks for the gateway.
 * @param gateway The operator's own word for where the gateway is; then it is not looked for.
 */
export function startSession(
	store: ConsoleStore,
	{
		cluster,
		namespace,
		gateway,
	}: {cluster: Cluster; namespace: string; gateway?: (GatewayAddress & {via: string}) | undefined},
): Session {
	const ending = new AbortController();
	const {signal} = ending;
	let unreadableServices: readonly string[] = [];
	let unreadableRevisions: readonly string[] = [];
	const unreadable = () => [...unreadableServices, ...unreadableRevisions];

	store.setState({
		namespace,
		namespaceMissing: false,
		services: [],
		revisions: new Map(),
		unreadable: [],
		service: undefined,
		gateway: gateway ? {...gateway, kind: 'found'} : {kind: 'looking'},
		feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
	});

	const services = startFeed({
		cluster,
		path: serving(namespace, 'services'),
		parse: parseService,
		onTable(views, sentences) {
			unreadableServices = sentences;
			store.setState(state => ({
				services: views,
				unreadable: unreadable(),
				service: keptSelection(state.services, views, state.service),
			}));
		},
		onState(state) {
			store.setState(({feeds}) => ({feeds: {...feeds, services: state}}));
		},
	});
	const revisions = startFeed({
		cluster,
		path: serving(namespace, 'revisions'),
		parse: parseRevision,
		onTable(views, sentences) {
			unreadableRevisions = sentences;
			store.setState({revisions: byService(views), unreadable: unreadable()});
		},
		onState(state) {
			store.setState(({feeds}) => ({feeds: {...feeds, revisions: state}}));
		},
	});

	void lookForNamespace(store, cluster, namespace, signal);
	void askRights(store, cluster, namespace, signal);
	if (!gateway) void lookForGateway(store, cluster, signal);

	return {
		stop() {
			ending.abort();
			services.stop();
			revisions.stop();
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

/** The selection stays on its service; when that is gone, on the one that has its place in the list. */
function keptSelection(
	before: readonly ServiceView[],
	after: readonly ServiceView[],
	selected: string | undefined,
): string | undefined {
	if (selected === undefined) return after[0]?.name;
	if (after.some(({name}) => name === selected)) return selected;
	const place = before.findIndex(({name}) => name === selected);
	// Never seen yet: it was created a moment ago and the watch has still to tell.
	if (place === -1) return selected;
	return after[Math.min(place, after.length - 1)]?.name;
}

function byService(views: readonly RevisionView[]): Map<string, readonly RevisionView[]> {
	const groups = Map.groupBy(views, view => view.service ?? '');
	return new Map(
		[...groups].map(([service, group]) => [service, group.toSorted((a, b) => b.generation - a.generation)]),
	);
}

async function askRights(
	store: ConsoleStore,
	cluster: Cluster,
	namespace: string,
	signal: AbortSignal,
): Promise<void> {
	const answers = await mayI(cluster, namespace, [
		{verb: 'create', group: 'serving.knative.dev', resource: 'services'},
		{verb: 'patch', group: 'serving.knative.dev', resource: 'services'},
	]);
	if (signal.aborted) return;
	const [create, patch] = answers.map((answer): Right => {
		if (cluster.readOnly) return {allowed: false, reason: 'started with --read-only: nothing is written'};
		if (answer.kind === 'denied') return {allowed: false, reason: answer.reason};
		// Unknown: the server will say when it is tried.
		return {allowed: true, reason: ''};
	});
	if (create && patch) store.setState({rights: {create, patch}});
}

async function gatewayOf(cluster: Cluster): Promise<GatewayState> {
	const found = await findGateway(cluster);
	return found.kind === 'found' ? {...found, tls: found.tls ?? false} : found;
}

async function lookForGateway(store: ConsoleStore, cluster: Cluster, signal: AbortSignal): Promise<void> {
	while (!signal.aborted) {
		const found = await gatewayOf(cluster);
		if (signal.aborted) return;
		store.setState({gateway: found});
		if (found.kind === 'found') return;
		await new Promise<void>(resolve => {
			const timer = setTimeout(resolve, gatewayRetry);
			timer.unref();
			signal.addEventListener('abort', () => {
				clearTimeout(timer);
				resolve();
			});
		});
	}
}
