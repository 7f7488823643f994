/** What the gateway answers, what users get, and how it is asked. */
import type {LoopSnapshot} from '../../../probe/loop/loop.js';
import {defaultRequestOptions, type RequestOptions} from '../../../probe/transport/request-options.js';
import type {UsersSnapshot} from '../../../users/users.js';
import type {ServiceVerdict} from '../../live/verdicts.js';
import type {EventsSheet, LogView} from '../../sheets/inspected.js';

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

/** What the pods of a service tell of its users. */
export type UsersReading = {
	/** Of the service. */
	uid: string;
	snapshot: UsersSnapshot;
	/** Nobody has looked for a while. */
	isPaused: boolean;
	/** What is bad for users now, in a word: told beside the snapshot, because the header is drawn before what tells it is loaded. */
	alarm?: UsersAlarm | undefined;
};

/** The canary fails more of them; a revision fails too many of them; or they get another split than the one that is set. */
export type UsersAlarm = 'worse' | 'failing' | 'wrong';

export type LiveSlice = {
	/** How services are asked, by the flags; does not change. */
	requestOptions: RequestOptions;
	/** How a service is asked where that was chosen for it, by uid. */
	requests: ReadonlyMap<string, RequestOptions>;
	/** Counts of the service that is asked, or was last. */
	live: LiveView | undefined;
	/** The newest answer that is shown, where one has gone back; undefined: the newest there is. */
	answersUpTo: {uid: string; order: number} | undefined;
	/** What the loops say of each service that was asked, by uid. */
	verdicts: ReadonlyMap<string, ServiceVerdict>;
	/** What the users of the selected service get; undefined until its pods are asked. */
	users: UsersReading | undefined;
	/** Followed while there is room for it beside the answers. */
	beside: BesideView | undefined;
};

/** Nothing asked yet. */
export function initialLive({
	requestOptions = defaultRequestOptions,
}: {
	requestOptions?: RequestOptions | undefined;
}): LiveSlice {
	return {
		requestOptions,
		requests: new Map(),
		live: undefined,
		answersUpTo: undefined,
		verdicts: new Map(),
		users: undefined,
		beside: undefined,
	};
}
