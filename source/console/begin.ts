/**
 * The console as far as its first rows need it: the store, the connection and the history. What keys are for comes after them
 * (`completeConsole` in console.ts): to load it takes as long as the server takes to answer.
 */
import type {GivenGateway} from '../kube/gateway/gateway-address.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {PrometheusPlace} from '../users/prometheus-place.js';
import type {RequestMemory} from '../journal/request-memory.js';
import {createUnderWay, type UnderWay} from '../release/under-way.js';
import {createConnection, type ConnectionControl} from './session/connection.js';
import {createHistory, type History, type HistoryFile} from './session/change-recorder.js';
import type {Contexts} from './sheets/contexts-sheet.js';
import {createConsoleStore, type ConsoleStore} from './state/state.js';

export type BegunConsole = {
	/** Before it is connected the store is empty. */
	readonly store: ConsoleStore;
	readonly connection: ConnectionControl;
	readonly history: History;
	/** Where it is kept how each service is asked, if anywhere. */
	readonly requests: RequestMemory | undefined;
	/** Where a write that is under way is told, for who is ended meanwhile. */
	readonly underWay: UnderWay;
	/** Milliseconds between two publications of the same data. */
	readonly newsInterval: () => number;
	/** Has that done, too, before a cluster is left for another one. */
	readonly onLeave: (end: () => Promise<void>) => void;
	/** Ends it, also where nothing was added to it. */
	readonly stop: () => Promise<void>;
};

/** Milliseconds between two publications of the same data: faster than an eye reads. */
const fastestNews = 100;

export type ConsoleOptions = {
	to: string;
	namespace?: string | undefined;
	allNamespaces?: boolean | undefined;
	gateway?: GivenGateway | undefined;
	selector?: string | undefined;
	requestOptions?: RequestOptions | undefined;
	history?: HistoryFile | undefined;
	requests?: RequestMemory | undefined;
	production?: RegExp | undefined;
	prometheus?: PrometheusPlace | undefined;
	contexts?: Contexts | undefined;
	underWay?: UnderWay | undefined;
	frameInterval?: () => number;
};

/**
 * @param to What is being connected to, for the screen until it is.
 * @param gateway The operator's own word for where the gateway is.
 * @param allNamespaces The first context is shown with all its namespaces.
 * @param selector Only services with these labels are shown.
 * @param frameInterval Milliseconds that the terminal needs between two frames: what is only news comes no faster.
 * @param history Where the history is kept; without it, it lives as long as the console.
 * @param requests Where it is kept how each service is asked; without it, that lives as long as the console.
 * @param prometheus Where the users' numbers of the first context are had from; from the pods when not given.
 * @param contexts The way to the other contexts of the kubeconfig.
 * @param underWay Where a write that is under way is told, for who is ended meanwhile.
 * @param production Contexts of that name are production: a write there needs the name of the service.
 */
export function beginConsole({
	to,
	namespace = '',
	allNamespaces = false,
	gateway,
	selector,
	requestOptions,
	history: historyFile,
	requests,
	production,
	prometheus,
	contexts,
	underWay = createUnderWay(),
	frameInterval = () => 0,
}: ConsoleOptions): BegunConsole {
	const store = createConsoleStore({to, namespace, requestOptions});
	const newsInterval = () => Math.max(fastestNews, frameInterval());
	const history = createHistory(store, historyFile);
	const ends: (() => Promise<void>)[] = [];
	const connection = createConnection(store, {
		gateway,
		prometheus,
		allNamespaces,
		selector,
		production,
		contexts,
		newsInterval,
		onConnected(connected) {
			history.lookUp(connected);
			void history.load();
		},
		onService: service => history.saw(service),
		async onLeave() {
			for (const end of ends) await end();
			await history.flush();
			await requests?.flush();
		},
	});
	return {
		store,
		connection,
		history,
		requests,
		underWay,
		newsInterval,
		onLeave(end) {
			ends.push(end);
		},
		async stop() {
			connection.stop();
			await history.flush();
			await connection.cluster()?.close();
		},
	};
}
