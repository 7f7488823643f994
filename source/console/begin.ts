/**
 * The console as far as its first rows need it: the store, the connection and the history. What keys are for comes after them
 * (`completeConsole` in console.ts): to load it takes as long as the server takes to answer.
 */
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {RequestMemory} from '../journal/request-memory.js';
import {createUnderWay, type UnderWay} from '../release/under-way.js';
import {createConnection, type ConnectionControl, type ConnectionOptions} from './session/connection.js';
import {createHistory, type History, type HistoryFile} from './session/change-recorder.js';
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

export type ConsoleOptions = ConnectionOptions & {
	/** What is being connected to, for the screen until it is. */
	readonly to: string;
	readonly namespace?: string | undefined;
	readonly requestOptions?: RequestOptions | undefined;
	/** Where the history is kept; without it, it lives as long as the console. */
	readonly history?: HistoryFile | undefined;
	/** Where it is kept how each service is asked; without it, that lives as long as the console. */
	readonly requests?: RequestMemory | undefined;
	/** Where a write that is under way is told, for who is ended meanwhile. */
	readonly underWay?: UnderWay | undefined;
	/** Milliseconds that the terminal needs between two frames: what is only news comes no faster. */
	readonly frameInterval?: () => number;
};

/** Connects at once; what fails then is said in the store. The intervals are milliseconds. */
export function beginConsole({
	to,
	namespace = '',
	requestOptions,
	history: historyFile,
	requests,
	underWay = createUnderWay(),
	frameInterval = () => 0,
	...ofConnection
}: ConsoleOptions): BegunConsole {
	const store = createConsoleStore({to, namespace, requestOptions});
	// What is drawn before it is connected stays where it is.
	if (ofConnection.allNamespaces) store.setState({scope: {kind: 'looking'}});
	const newsInterval = () => Math.max(fastestNews, frameInterval());
	const history = createHistory(store, historyFile);
	const ends: (() => Promise<void>)[] = [];
	const connection = createConnection(store, ofConnection, {
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
