/**
 * Everything the console knows, in one vanilla zustand store: what the cluster said, what the operator is drafting,
 * what the gateway answers. Only the functions of this folder write it; the screen reads it.
 */
import {createStore, type StoreApi} from 'zustand/vanilla';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {bound} from './bound.js';
import {initialChanges, type ChangesSlice} from './slices/changes-slice.js';
import {initialCluster, type ClusterSlice} from './slices/cluster-slice.js';
import {initialLive, type LiveSlice} from './slices/live-slice.js';
import {initialSelection, type SelectionSlice} from './slices/selection-slice.js';
import {initialSheets, type SheetsSlice} from './slices/sheets-slice.js';

/** What the screen draws of the folders below the store; it imports nothing of them itself. */
export type {Standing} from '../../kube/auth/credentials.js';
export type {ReflectorState} from '../../kube/watch/reflector.js';

export type {RequestOptions} from '../../probe/transport/request-options.js';
export type {FailureEntry} from '../../probe/counting/failure-log.js';
export type {EpochCounts, PastEpoch} from '../../probe/counting/past-epochs.js';
export type {LoopSnapshot} from '../../probe/loop/loop.js';
export type {ServiceVerdict} from '../live/verdicts.js';
export type {Comparison} from '../../probe/pairs/comparison.js';
export type {Answer} from '../../probe/transport/probe.js';
export type {Row} from '../../probe/counting/loop-report.js';
export type {RecordedAnswer} from '../../probe/counting/tally.js';
export type {TimelineBucket} from '../../probe/counting/timeline.js';
export type {UsersSnapshot} from '../../users/users.js';

export type {Draft, Move} from './slices/changes-slice.js';
export type {ConnectionState, FeedState, GatewayState, Right, Rights} from './slices/cluster-slice.js';
export type {BesideView, LiveView, UsersAlarm} from './slices/live-slice.js';
export type {Message, Notice, Sheet} from './slices/sheets-slice.js';

export type ConsoleState = ClusterSlice & SelectionSlice & ChangesSlice & LiveSlice & SheetsSlice;

export type ConsoleStore = StoreApi<ConsoleState>;

/** What is known before anything was heard of a cluster. `to` names what is being connected to. */
export function initialState({
	to,
	namespace,
	requestOptions,
}: {
	to: string;
	namespace: string;
	requestOptions?: RequestOptions | undefined;
}): ConsoleState {
	return {
		...initialCluster({to, namespace}),
		...initialSelection(),
		...initialChanges(),
		...initialLive({requestOptions}),
		...initialSheets(),
	};
}

/** Messages that are kept. */
const keptMessages = 200;

/** A store that knows nothing yet. After every change what is selected is bound to an object, if there is one. */
export function createConsoleStore(of: Parameters<typeof initialState>[0]): ConsoleStore {
	const store = createStore<ConsoleState>(() => initialState(of));
	const {setState} = store;
	store.setState = change => {
		setState(state => {
			const part = typeof change === 'function' ? change(state) : change;
			return part === state ? state : bound(withMessage(state, {...state, ...part}));
		});
	};
	return store;
}

/** Keeps what is newly said, so that a sentence that gave way to the next one can be read again. */
function withMessage(before: ConsoleState, state: ConsoleState): ConsoleState {
	const {notice, messages} = state;
	if (!notice || notice.isPassing || notice === before.notice || notice.text === messages.at(-1)?.text) {
		return state;
	}
	const {tone, text} = notice;
	return {...state, messages: [...messages.slice(1 - keptMessages), {at: Date.now(), tone, text}]};
}
