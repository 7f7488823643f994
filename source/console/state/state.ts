/**
 * Everything the console knows, in one vanilla zustand store: what the cluster said, what the operator is drafting,
 * what the gateway answers. Only the functions of this folder write it; the screen reads it.
 */
import {createStore, type StoreApi} from 'zustand/vanilla';
import type {Pane} from './panes.js';
import {bound} from './bound.js';
import type {Unreadable} from '../tables/object-name.js';
import type {RevisionChoice, Selected} from './selection.js';
import type {Standing} from '../../kube/auth/credentials.js';
import type {Unreached} from '../../kube/gateway/find-gateway.js';
import type {ForwardState} from '../../kube/port-forward/port-forward.js';
import type {Scope} from './scope-kind.js';
import type {ServiceSort} from './sorted.js';
import type {ReflectorState} from '../../kube/watch/reflector.js';
import {defaultRequestOptions, type RequestOptions} from '../../probe/transport/request-options.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import type {ServiceVerdict} from '../live/verdicts.js';
import type {UsersSnapshot} from '../../users/users.js';
import type {Tunnel} from '../../probe/transport/probe.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {RevisionTrouble} from '../../knative/revision/trouble.js';
import type {Split} from '../../knative/split/split.js';
import type {Attempt} from '../../journal/attempt.js';
import type {Deed} from '../../journal/deed.js';
import type {HistoryEntry} from '../../journal/journal-entry.js';
import type {ObjectName} from '../tables/object-name.js';
import type {
	ContextsSheet,
	EventsSheet,
	LeaveSheet,
	LogsSheet,
	LogView,
	YamlSheet,
} from '../sheets/inspected.js';
import type {
	ChoiceSheet,
	FormSheet,
	RequestSheet,
	ReviewSheet,
	ScalingDefaults,
	VerifySheet,
	WriteRecord,
} from '../sheets/sheets.js';

/** What the screen draws of the folders below the store; it imports nothing of them itself. */
export type {Standing} from '../../kube/auth/credentials.js';
export type {ReflectorState} from '../../kube/watch/reflector.js';

/** What is the matter with what is watched; of several namespaces the worst, and which of them it is of, where it is not of all. */
export type FeedState = ReflectorState & {readonly of?: string};
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

/** Where the cluster is reached, and as whom. */
export type ConnectionState =
	/** Since when: milliseconds since 1970. */
	| {kind: 'connecting'; to: string; since: number}
	| {
			kind: 'connected';
			context: string;
			server: string;
			user: string;
			/** Words that lead kubectl to the same cluster. */
			flags: readonly string[];
			readOnly: boolean;
			/** The context matches the operator's pattern for production. */
			production: boolean;
	  }
	| {kind: 'failed'; sentence: string};

/** Of the selected service. */
export type GatewayState =
	/** `before`: of another service, which is good enough for the eye until this one's is known. */
	| {kind: 'looking'; before?: GatewayState}
	| {
			kind: 'found';
			host: string;
			port: number;
			tls: boolean;
			via: string;
			/** Where it speaks TLS, when that is not here. */
			secure?: {host: string; port: number};
			/** PEM certificates of those who may vouch for it, where it speaks TLS. */
			authorities?: readonly string[];
			/** It has no address outside that can be reached: this one is ours, and leads there through the API server. */
			forward?: {
				tunnel: Tunnel;
				state: ForwardState;
				/** What does the same when this program has ended. */
				command: string;
			};
			/** Its own address cannot be reached from here: hence `forward`, or, without one, that nothing will answer. */
			unreached?: Unreached;
	  }
	| {kind: 'not found'; sentence: string};

/** Whether a writing action is open to the operator; `reason` says why not. */
export type Right = {allowed: boolean; reason: string};
/** `create`, `patch`, `delete`: of services. */
export type Rights = {create: Right; patch: Right; delete: Right; deleteRevision: Right};

/** Until it is known nothing is withheld: a roll back must not wait for an answer, and the server has the last word. */
export const unknownRights: Rights = {
	create: {allowed: true, reason: ''},
	patch: {allowed: true, reason: ''},
	delete: {allowed: true, reason: ''},
	deleteRevision: {allowed: true, reason: ''},
};

/** One change on its way. Times are milliseconds since 1970. */
export type Move = {
	generation: number;
	askedAt: number;
	/** Asked for from here. */
	own: boolean;
	/** When every gateway pod had answered with it. */
	movedAt: number | undefined;
	/** The refusal was said once already. */
	refusalTold: boolean;
};

/** The operator's unsent split of one service. Named apart from the server's state and never overwritten by it. */
export type Draft = {
	/** What the server had when the draft was begun, and its generation. */
	base: Split;
	generation: number;
	split: Split;
};

export type Notice = {
	tone: 'info' | 'good' | 'bad';
	text: string;
	/** About a key alone: gone with the next one, and nothing to read again. */
	isPassing?: true;
	/** What it says holds until a revision of this service, newer than this generation of its template, is there. */
	creating?: {service: ObjectName; newerThan: number};
};

/** A notice that was given, and when: milliseconds since 1970. */
export type Message = Pick<Notice, 'tone' | 'text'> & {at: number};

/** Messages that are kept. */
const keptMessages = 200;

/** What lies over the panes; the last one is on top and has the keys. */
export type Sheet =
	| {kind: 'help'}
	| {kind: 'details'}
	| {kind: 'palette'}
	| {kind: 'namespaces'; names: readonly string[]; sentence?: string}
	/** Images that are in use here, to pick one for the form beneath. */
	| {kind: 'images'; images: readonly string[]}
	| ChoiceSheet
	| {kind: 'writes'}
	| {kind: 'messages'}
	/** Whether to leave the program, and what that ends or loses. */
	| {kind: 'quit'; id: number; ends: readonly string[]}
	| {kind: 'answers'}
	| FormSheet
	| ReviewSheet
	| VerifySheet
	| RequestSheet
	| YamlSheet
	| EventsSheet
	| LogsSheet
	| ContextsSheet
	| LeaveSheet;

/** The loop of the selected service. */
export type LiveView = {
	uid: string;
	snapshot: LoopSnapshot;
	/** 0: now; n: n splits ago. */
	page: number;
	/** How many loops of other services are going on. */
	background: number;
};

/** What is worth seeing beside the answers of a service. */
export type BesideView = {
	readonly uid: string;
	readonly events: EventsSheet['phase'];
	/** Of the canary, else of what users reach; undefined where there is no revision. */
	readonly log: LogView | undefined;
};

export type ConsoleState = {
	connection: ConnectionState;
	/** A credential plugin that runs, and whether the context still means the cluster that is shown. */
	standing: Standing;
	/** Of the kubeconfig, where that of this one is long: it is shown so that it reads like no other. */
	contextNames: readonly string[];
	/** The one that is shown, or, where more are, the one to go back to. */
	namespace: string;
	scope: Scope;
	/** The server says that there is no such namespace. */
	namespaceMissing: boolean;
	/** The state of the two watches, services first. */
	feeds: {services: FeedState; revisions: FeedState};
	/** By namespace, as far as they are known; read with `rightsIn`. */
	rights: ReadonlyMap<string, Rights>;
	gateway: GatewayState;
	/** By `gatewayKind` of the services that have it: by which gateway, of those that were found so far, users reach them. */
	gatewayNames: ReadonlyMap<string, string>;
	/** How services are asked, by the flags; does not change. */
	asking: RequestOptions;
	/** How a service is asked where that was chosen for it, by uid. */
	requests: ReadonlyMap<string, RequestOptions>;
	/** In order of namespace and name. */
	services: readonly ServiceView[];
	/** By `keyOf` of the service; newest first. All of a service's or none of them; an empty list says that it has none. */
	revisions: ReadonlyMap<string, readonly RevisionView[]>;
	/** DomainMappings by namespace, as far as they were read. */
	domains: ReadonlyMap<string, readonly DomainMapping[]>;
	/** What the pods of the newest revision of the selected service say, while that is not ready; with its uid. */
	trouble: (RevisionTrouble & {revision: string}) | undefined;
	/** Objects that could not be read. */
	unreadable: {readonly services: readonly Unreadable[]; readonly revisions: readonly Unreadable[]};
	/** Only services with these labels are told of. */
	selector: string | undefined;

	focus: Pane;
	/** The focused pane has the whole window. */
	isEnlarged: boolean;
	/** The selected service; it may not be there yet, or not any more. Undefined as long as there was none to select. */
	selected: Selected | undefined;
	/** By uid of the service: its selected revision, and the selected row of its slider (a Split key). */
	revision: ReadonlyMap<string, RevisionChoice>;
	row: ReadonlyMap<string, string>;
	filter: string;
	/** In which order the services are listed. */
	sort: ServiceSort;
	/** The filter has the keys. */
	filtering: boolean;
	/** What was selected before the filter had them: what matches half a word is not what is looked for. */
	selectedBefore: Selected | undefined;

	/** By uid of the service. */
	drafts: ReadonlyMap<string, Draft>;
	/** An exact share that is being typed for the selected row, as far as it is; undefined while none is. */
	typed: string | undefined;
	/** Changes of splits, oldest first; `before` keeps which revision `@latest` meant then. */
	history: readonly HistoryEntry[];
	/** From before this console: what was attempted and changed no split as far as is known, and what was made or deleted. */
	past: readonly (Attempt | Deed)[];
	/** Why the history on disk could not be read; undefined when it could, or there is none. */
	historyUnread: string | undefined;
	/** Why the history is not kept on disk, as a sentence. */
	historyProblem: string | undefined;
	/** The last change of each service on its way to the gateway, by uid. */
	moves: ReadonlyMap<string, Move>;
	scalingDefaults: ScalingDefaults;
	/** What the server said of names that tags need, by `namespace/name`. */
	placeholders: ReadonlyMap<string, 'taken' | 'free'>;
	/** Forms that were closed unsent, by `formKey`: what was typed is there again when they are opened again. */
	leftForms: ReadonlyMap<string, FormSheet>;

	/** Counts of the service that is asked, or was last. */
	live: LiveView | undefined;
	/** The newest answer that is shown, where one has gone back; undefined: the newest there is. */
	answersUpTo: {uid: string; order: number} | undefined;
	/** What the loops say of each service that was asked, by uid. */
	verdicts: ReadonlyMap<string, ServiceVerdict>;

	/** What the users of the selected service get; undefined until its pods are asked. */
	users:
		| {uid: string; snapshot: UsersSnapshot; /** Nobody has looked for a while. */ isPaused: boolean}
		| undefined;

	/** Followed while there is room for it beside the answers. */
	beside: BesideView | undefined;

	sheets: readonly Sheet[];
	/** What is looked for in the text on top, and whether it is being typed. */
	find: {text: string; isTyping: boolean} | undefined;
	writes: readonly WriteRecord[];
	notice: Notice | undefined;
	/** What the message line has said, oldest first, to be read again. */
	messages: readonly Message[];
	/** Values of variables are shown: only when somebody asks for it. */
	isUncovered: boolean;
};

export type ConsoleStore = StoreApi<ConsoleState>;

/** What is known before anything was heard of a cluster. `to` names what is being connected to. */
export function initialState({
	to,
	namespace,
	asking = defaultRequestOptions,
}: {
	to: string;
	namespace: string;
	asking?: RequestOptions | undefined;
}): ConsoleState {
	return {
		connection: {kind: 'connecting', to, since: Date.now()},
		standing: {},
		contextNames: [],
		namespace,
		scope: {kind: 'one'},
		namespaceMissing: false,
		feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
		rights: new Map(),
		gateway: {kind: 'looking'},
		gatewayNames: new Map(),
		asking,
		requests: new Map(),
		services: [],
		revisions: new Map(),
		domains: new Map(),
		trouble: undefined,
		unreadable: {services: [], revisions: []},
		selector: undefined,
		focus: 'services',
		isEnlarged: false,
		selected: undefined,
		revision: new Map(),
		row: new Map(),
		filter: '',
		sort: 'name',
		filtering: false,
		selectedBefore: undefined,
		drafts: new Map(),
		typed: undefined,
		history: [],
		past: [],
		historyUnread: undefined,
		historyProblem: undefined,
		moves: new Map(),
		scalingDefaults: {kind: 'asking'},
		placeholders: new Map(),
		leftForms: new Map(),
		live: undefined,
		answersUpTo: undefined,
		verdicts: new Map(),
		users: undefined,
		beside: undefined,
		sheets: [],
		find: undefined,
		writes: [],
		notice: undefined,
		messages: [],
		isUncovered: false,
	};
}

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
