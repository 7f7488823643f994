/** The cluster that the console is connected to: a namespace of it is watched, or all, and one may go to another, or to another cluster. */
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import {listNamespaces, namespaceExists} from '../../kube/namespaces.js';
import {namespacesAt} from '../../kube/visible-namespaces.js';
import {printable} from '../../knative/text/printable.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import type {PrometheusPlace} from '../../users/prometheus-place.js';
import {
	chooseContext,
	lossesOf,
	refuseContext,
	type Contexts,
	type ContextSettings,
} from '../sheets/contexts-sheet.js';
import {nextId} from '../sheets/inspect.js';
import {notConnected} from '../state/read.js';
import {changeSheet, focusPane, notify, openSheet, saidWhy} from '../state/select.js';
import {startSession, type Session} from './session.js';
import {isAcross} from '../state/scope.js';
import {initialState, type ConsoleStore} from '../state/state.js';

export type ConnectionControl = {
	/** The cluster one is connected to by now. */
	readonly cluster: () => Cluster | undefined;
	/** Where the users' numbers of this cluster are had from; from the pods when undefined. */
	readonly prometheus: () => PrometheusPlace | undefined;
	/** Asks again what the operator may do: when the server has said no to what was allowed. */
	readonly recheckRights: () => void;
	/** Watches the cluster, in the namespace that was asked for or its own. */
	readonly connected: (cluster: Cluster) => void;
	/** There is no cluster: says why, for good. */
	readonly failed: (sentence: string) => void;
	/** Shows the namespaces of this cluster, as far as the operator may list them. */
	readonly chooseNamespace: () => Promise<void>;
	/** To another namespace of this cluster, if there is one of that name. */
	readonly changeNamespace: (namespace: string) => Promise<void>;
	/** Shows all namespaces that the operator may see. */
	readonly showAllNamespaces: () => void;
	/** The same, or back from it to one. */
	readonly toggleAllNamespaces: () => void;
	/** Shows the contexts of the kubeconfig. */
	readonly chooseContext: () => Promise<void>;
	/**
	 * Leaves this context for another, or for the one before with `-`. Asks first when something would be lost that was not
	 * sent, unless it may be.
	 */
	readonly changeContext: (name: string, options?: {mayLose?: boolean}) => Promise<void>;
	/** Ends what is watched; a context that is being connected to is not gone to any more. */
	readonly stop: () => void;
};

/** Longer names may have to be cut where there are 80 columns. */
const longContext = 16;

/** Of the cluster that the console begins with, and of the way to others. */
export type ConnectionOptions = {
	/** The operator's own word for where the gateway of the first context is. */
	readonly gateway?: GivenGateway | undefined;
	/** Where the users' numbers of the first context are had from; from the pods when not given. */
	readonly prometheus?: PrometheusPlace | undefined;
	/** The first context is shown with all its namespaces; no when not given. */
	readonly allNamespaces?: boolean | undefined;
	/** Only services with these labels are shown. */
	readonly selector?: string | undefined;
	/** Only the service of that name is shown, in the namespace that the console begins with. */
	readonly only?: string | undefined;
	/** Contexts of that name are production: a write there needs the name of the service. */
	readonly production?: RegExp | undefined;
	/** The way to the other contexts of the kubeconfig. */
	readonly contexts?: Contexts | undefined;
};

/**
 * @param events.newsInterval Milliseconds between two publications of a table.
 * @param events.onConnected Told before anything is asked of a cluster.
 * @param events.onService Told of every state of a service that the watch tells of.
 * @param events.onLeave Ends all else that is of the cluster that is left, before that is closed.
 */
export function createConnection(
	store: ConsoleStore,
	{gateway, prometheus, allNamespaces = false, selector, only, production, contexts}: ConnectionOptions,
	{
		newsInterval,
		onConnected,
		onService,
		onLeave,
	}: {
		newsInterval: () => number;
		onConnected: (cluster: Cluster) => void;
		onService: (service: ServiceView) => void;
		onLeave: () => Promise<void>;
	},
): ConnectionControl {
	let cluster: Cluster | undefined;
	let session: Session | undefined;
	/** The context that was the first, which what was said of the gateway is about; and the one before this one. */
	let home: string | undefined;
	/** That context may mean another cluster by now. */
	let isHome = true;
	/** The namespace that the console began with. */
	let homeNamespace: string | undefined;
	let contextBefore: string | undefined;
	/** What is laid down for the context that is shown, where that is not the first one. */
	let settings: ContextSettings | undefined;
	let switches = 0;
	let unfollow: (() => void) | undefined;

	/** Namespaces that the contexts of this cluster are in: who may not list those there are knows these. */
	async function knownNamespaces(current: Cluster): Promise<readonly string[]> {
		try {
			return namespacesAt(current.server, (await contexts?.list()) ?? []);
		} catch {
			return [];
		}
	}

	function open(current: Cluster, name: string, {isAll = false}: {isAll?: boolean} = {}): void {
		session?.stop();
		homeNamespace ??= name;
		const isWhereItBegan = isHome && name === homeNamespace && !isAll;
		session = startSession(store, {
			cluster: current,
			namespace: name,
			across: isAll ? {known: async () => [...(await knownNamespaces(current)), name]} : undefined,
			gateway: isHome ? gateway : settings?.gateway,
			selector,
			only: isWhereItBegan ? only : undefined,
			interval: newsInterval,
			onService,
		});
	}

	/** Ends all that is of this cluster: what it still says, or what is still asked of it, is for nobody. `next`: where one goes. */
	async function leave(next: {context: string; requestOptions: RequestOptions | undefined}): Promise<void> {
		const left = cluster;
		cluster = undefined;
		session?.stop();
		session = undefined;
		// What was written, and who changed what, is true of wherever one goes.
		store.setState(
			({requestOptions: asked, requests, history: changes, historyProblem, historyUnread, writes}) => ({
				...initialState({
					to: next.context,
					namespace: '',
					requestOptions: next.requestOptions ?? asked,
				}),
				requests,
				history: changes,
				historyProblem,
				historyUnread,
				writes,
			}),
		);
		await onLeave();
		await left?.close();
	}

	/** For the eye only: without them the name is cut by itself. */
	async function nameContexts(): Promise<void> {
		try {
			const listed = (await contexts?.list()) ?? [];
			store.setState({contextNames: listed.map(({name}) => printable(name))});
		} catch {
			// The kubeconfig is being written.
		}
	}

	const connection: ConnectionControl = {
		cluster: () => cluster,
		prometheus: () => (isHome ? prometheus : settings?.prometheus),
		recheckRights() {
			session?.recheckRights();
		},
		connected(connectedCluster) {
			cluster = connectedCluster;
			unfollow?.();
			const current = cluster;
			unfollow = cluster.onStanding(standing => {
				if (cluster === current) store.setState({standing});
			});
			store.setState({standing: cluster.standing});
			home ??= cluster.context;
			const {context, server, user, flags, readOnly} = cluster;
			const isProduction = production?.test(context) ?? false;
			store.setState({
				connection: {kind: 'connected', context, server, user, flags, readOnly, production: isProduction},
			});
			onConnected(cluster);
			if (context.length > longContext) void nameContexts();
			const isFirst = isHome && contextBefore === undefined;
			open(cluster, store.getState().namespace || cluster.namespace, {isAll: allNamespaces && isFirst});
		},
		failed(sentence) {
			// What was said of the gateway was said of a cluster that there is none of.
			home ??= '';
			const said = sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/[.!?]?$/, '.');
			store.setState({connection: {kind: 'failed', sentence: said}});
		},
		async chooseNamespace() {
			if (!cluster) return void saidWhy(store, 'info', notConnected);
			openSheet(store, {kind: 'namespaces', names: []});
			const asked = cluster;
			const listed = await listNamespaces(asked);
			if (cluster !== asked) return;
			changeSheet(store, 'namespaces', () => ({
				kind: 'namespaces',
				names: listed.names,
				...(listed.kind === 'unlisted' ? {sentence: listed.sentence} : {}),
			}));
		},
		async changeNamespace(wanted) {
			if (!cluster) return void saidWhy(store, 'info', notConnected);
			const {namespace, scope} = store.getState();
			if (wanted === namespace && scope.kind === 'one') {
				return notify(store, {tone: 'info', text: `The namespace is ${printable(namespace)} already.`});
			}
			const asked = cluster;
			const exists = await namespaceExists(asked, wanted);
			if (cluster !== asked) return;
			if (exists === false) {
				notify(store, {
					tone: 'bad',
					text: `There is no namespace ${printable(wanted)}; :ns lists those there are.`,
				});
				return;
			}
			open(asked, wanted);
			store.setState({filter: ''});
			focusPane(store, 'services');
		},
		showAllNamespaces() {
			if (!cluster) return void saidWhy(store, 'info', notConnected);
			open(cluster, store.getState().namespace, {isAll: true});
			store.setState({filter: ''});
			focusPane(store, 'services');
		},
		toggleAllNamespaces() {
			if (!cluster || !isAcross(store.getState())) return connection.showAllNamespaces();
			open(cluster, store.getState().namespace);
			store.setState({filter: ''});
		},
		async chooseContext() {
			if (!contexts) {
				return notify(store, {tone: 'info', text: 'There is no kubeconfig to choose from here.'});
			}
			await chooseContext(store, contexts, {connected: cluster, production});
		},
		async changeContext(name, {mayLose = false} = {}) {
			const state = store.getState();
			const wanted = name === '-' ? contextBefore : name;
			const tell = (text: string) => notify(store, {tone: 'info', text});
			if (!contexts) return tell('There is no kubeconfig to choose from here.');
			if (state.connection.kind === 'connecting') return void saidWhy(store, 'info', notConnected);
			if (wanted === undefined) {
				return tell('There is no context before this one; :ctx lists those there are.');
			}
			// What the name means by now may be another cluster.
			if (wanted === cluster?.context && state.standing.movedTo === undefined) {
				return tell(`This is the context ${printable(wanted)}.`);
			}
			const lost = lossesOf(state);
			if (lost.length > 0 && !mayLose) {
				return openSheet(store, {kind: 'leave context', id: nextId(), to: wanted, lost});
			}
			const turn = ++switches;
			let next: Cluster | undefined;
			let isFirst: boolean;
			let own: ContextSettings | undefined;
			try {
				own = await contexts.settings?.(wanted);
				next = await contexts.connect(wanted);
				isFirst = await contexts.isFirst(next);
			} catch (error) {
				await next?.close();
				return refuseContext(store, wanted, error);
			}
			// Another one was wanted meanwhile, or the end.
			if (turn !== switches) return next.close();
			const before = cluster?.context;
			await leave({context: printable(wanted), requestOptions: own?.requestOptions});
			if (turn !== switches) return next.close();
			settings = own;
			// What was said of the gateway was said of the cluster that its context meant then.
			isHome = wanted === home && isFirst;
			if (before !== wanted) contextBefore = before ?? contextBefore;
			connection.connected(next);
			const back =
				before === undefined || before === wanted ? '' : ` :ctx - goes back to ${printable(before)}.`;
			notify(store, {tone: 'info', text: `This is the context ${printable(wanted)}.${back}`});
		},
		stop() {
			switches++;
			session?.stop();
			unfollow?.();
			// A credential plugin that runs ends with it.
			void cluster?.close();
		},
	};
	return connection;
}
