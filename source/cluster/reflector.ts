/**
 * A kind of object, followed: list, then watch, for as long as it is wanted. client-node's informer stops for good on
 * most errors (kubernetes-client/javascript#1496, #1933, #2432); this one never does, and says how old its data is.
 * Model: kubernetes/client-go tools/cache/reflector.go.
 */
import {TransportError, type ApiAnswer, type Cluster, type WatchEvent} from './cluster.js';
import {identityOf, parseList} from './objects.js';
import {parseStatus, sentenceOf} from './status.js';
import {systemTimers, type Timers} from './timers.js';

export type ReflectorChange =
	/**
	 * A page of everything there is. With `isFirst` a list begins (again); after the page with `isLast`, what was on none of
	 * its pages is gone. Page by page, so that the first rows need not wait for the last, and so that a list of thousands
	 * is never in memory as it was sent.
	 */
	| {type: 'page'; items: unknown[]; isFirst: boolean; isLast: boolean}
	/** Created or changed. */
	| {type: 'put'; object: unknown}
	/** Deleted; the object is its last state. */
	| {type: 'gone'; object: unknown};

/** Times are milliseconds since 1970. */
export type ReflectorState =
	| {kind: 'connecting'}
	| {kind: 'live'}
	/** What was handed over stays, but is old. `since`: the last sign of life. */
	| {kind: 'stale'; since: number; why: string}
	/** Nothing was ever had. */
	| {kind: 'offline'; since: number; why: string}
	/** 403, or 401: the credentials are not accepted. Asked again, but not often. */
	| {kind: 'forbidden'; status: 401 | 403; why: string}
	/** The API server knows no such resource: the CRD is not installed. Asked again, but not often. */
	| {kind: 'missing'; why: string};

export type ReflectorTarget = {
	/** Of the collection: `/apis/serving.knative.dev/v1/namespaces/default/services`. */
	path: string;
	query?: {labelSelector?: string; fieldSelector?: string};
	/** Items of the first page, where somebody is waiting for it; those after it have 250. */
	firstPage?: number;
};

/** Called one at a time, in order. What they throw ends the reflector and rejects `done`. */
export type ReflectorHandlers = {
	onChange(change: ReflectorChange): void;
	onState(state: ReflectorState): void;
};

export type Reflector = {
	stop(): void;
	/** Resolves after `stop`; rejects with what a handler threw, which nobody must swallow. */
	readonly done: Promise<void>;
};

/** Half of what kubectl asks for: what a page is parsed from is garbage at once, and more of it would stay in memory. */
const pageSize = 250;
/** Bookmarks come about every minute; a watch without any sign of life for longer is taken for dead. */
const silence = 90_000;
/** A watch that lasted this long was a good one: the next failure counts as the first. */
const goodWatch = 10_000;
const firstDelay = 800;
const longestDelay = 30_000;
/** Permissions and CRDs change by the hand of a person. */
const slowDelay = 60_000;
/** A server may ask for patience, but not for a console that never comes back. */
const longestRetryAfter = 10 * 60_000;

/** How a list or a watch ended, and what is to be done next. */
type Ending =
	| {next: 'list' | 'watch'; after: 'nothing'}
	| {next: 'list' | 'watch'; after: 'back-off'; why: string; retryAfter?: number | undefined}
	/** The history no longer reaches back to where we are (410). */
	| {next: 'list'; after: 'expiry'; why: string}
	/** Nothing that time alone will change soon. */
	| {next: 'list'; after: 'long wait'; state: ReflectorState};

function waitOf(failures: number, timers: Timers): number {
	const exponential = Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
	// Between half and all of it: many consoles must not come back together after an outage of the API server.
	return exponential * (0.5 + timers.random() / 2);
}

/** What a refusal of a list or a watch asks for. */
function refusal(answer: ApiAnswer, doing: 'list' | 'watch'): Ending {
	const why = sentenceOf(answer);
	const {status} = answer;
	if (status === 401 || status === 403) {
		return {next: 'list', after: 'long wait', state: {kind: 'forbidden', status, why}};
	}
	if (status === 404) return {next: 'list', after: 'long wait', state: {kind: 'missing', why}};
	if (status === 410) return {next: 'list', after: 'expiry', why};
	const retryAfter = answer.retryAfter ?? parseStatus(answer.body)?.retryAfter;
	// Anything but a busy server may have to do with where the watch was to begin (504: a resourceVersion from before
	// etcd was restored), so that only a new list gets out of it.
	const busy = status === 429 || (status >= 500 && status !== 504);
	return {next: busy ? doing : 'list', after: 'back-off', why, retryAfter};
}

/** What a lost connection asks for; anything else that was thrown is a fault of this program and goes on its way. */
function loss(error: unknown, doing: 'list' | 'watch'): Ending {
	if (error instanceof TransportError) return {next: doing, after: 'back-off', why: error.message};
	throw error;
}

class Following {
	private readonly aborter = new AbortController();
	private state: ReflectorState = {kind: 'connecting'};
	private resourceVersion = '';
	private had = false;
	/** Pages expired before the last one was asked for: then everything at once, as client-go does (tools/pager). */
	private isUnpaged = false;
	private lastSign: number;
	private failures = 0;

	constructor(
		private readonly cluster: Cluster,
		private readonly target: ReflectorTarget,
		private readonly handlers: ReflectorHandlers,
		private readonly timers: Timers,
	) {
		this.lastSign = timers.now();
	}

	stop(): void {
		this.aborter.abort();
	}

	async run(): Promise<void> {
		try {
			this.handlers.onState(this.state);
			let doing: Ending['next'] = 'list';
			while (!this.stopped) {
				const ending: Ending = doing === 'list' ? await this.list() : await this.watch();
				if (this.stopped) return;
				doing = ending.next;
				await this.pause(ending);
			}
		} finally {
			this.stop();
		}
	}

	private get stopped(): boolean {
		return this.aborter.signal.aborted;
	}

	private async pause(ending: Ending): Promise<void> {
		const {timers} = this;
		if (ending.after === 'nothing') return;
		if (ending.after === 'long wait') {
			this.become(ending.state);
			await timers.sleep(slowDelay * (0.75 + timers.random() / 2), this.aborter.signal);
			return;
		}
		this.failures++;
		// Expiry is in the nature of a watch; only when it comes again at once is something wrong.
		if (ending.after === 'expiry' && this.failures === 1) return;
		const {why} = ending;
		this.become({kind: this.had ? 'stale' : 'offline', since: this.lastSign, why});
		const asked = ending.after === 'back-off' ? (ending.retryAfter ?? 0) * 1000 : 0;
		const wait = Math.max(waitOf(this.failures, timers), Math.min(asked, longestRetryAfter));
		await timers.sleep(wait, this.aborter.signal);
	}

	private become(state: ReflectorState): void {
		const same = JSON.stringify(state) === JSON.stringify(this.state);
		this.state = state;
		if (!same) this.handlers.onState(state);
	}

	private async list(): Promise<Ending> {
		const {firstPage = pageSize} = this.target;
		let token = '';
		let isFirst = true;
		do {
			const limit = this.isUnpaged ? undefined : String(isFirst ? firstPage : pageSize);
			let answer: ApiAnswer;
			try {
				answer = await this.cluster.request({
					method: 'GET',
					path: this.target.path,
					query: {
						...this.target.query,
						...(limit === undefined ? {} : {limit}),
						...(token === '' ? {} : {continue: token}),
					},
					timeout: 30_000,
					signal: this.aborter.signal,
				});
			} catch (error) {
				return loss(error, 'list');
			}
			if (this.stopped) return {next: 'list', after: 'nothing'};
			if (answer.status === 410 && token !== '') this.isUnpaged = true;
			if (answer.status !== 200) return refusal(answer, 'list');
			const page = parseList(answer.body);
			if (!page || page.resourceVersion === '') {
				return {
					next: 'list',
					after: 'back-off',
					why: 'the API server answered with something else than a list',
				};
			}
			token = page.continue;
			// All pages of a list are of the same moment, and a watch begins there.
			this.resourceVersion = page.resourceVersion;
			this.had ||= token === '' || page.items.length > 0;
			this.lastSign = this.timers.now();
			this.handlers.onChange({type: 'page', items: page.items, isFirst, isLast: token === ''});
			isFirst = false;
			// What a handler said to a page may have been to stop.
		} while (token !== '' && !this.stopped);
		this.isUnpaged = false;
		return {next: 'watch', after: 'nothing'};
	}

	private async watch(): Promise<Ending> {
		let openedAt = Infinity;
		let lasted = 0;
		let ending: Ending | undefined;
		const enough = new AbortController();
		let callOff: (() => void) | undefined;
		const signOfLife = () => {
			this.lastSign = this.timers.now();
			callOff?.();
			callOff = this.timers.after(silence, () => enough.abort());
		};
		try {
			const answer = await this.cluster.watch(
				this.target.path,
				{
					...this.target.query,
					resourceVersion: this.resourceVersion,
					allowWatchBookmarks: 'true',
					// Ended well before the server would do it, so that an end in order is the usual case.
					timeoutSeconds: String(240 + Math.floor(this.timers.random() * 61)),
				},
				event => {
					if (ending) return;
					signOfLife();
					ending = this.take(event);
					// The rest of this watch is of no use, but the server would keep it open.
					if (ending) enough.abort();
				},
				AbortSignal.any([this.aborter.signal, enough.signal]),
				() => {
					openedAt = this.timers.now();
					signOfLife();
					this.become({kind: 'live'});
				},
			);
			if (!ending && answer.status !== 200) ending = refusal(answer, 'watch');
		} catch (error) {
			ending ??= loss(error, 'watch');
		} finally {
			callOff?.();
			lasted = this.timers.now() - openedAt;
		}
		if (lasted >= goodWatch) this.failures = 0;
		if (ending) return ending;
		if (lasted >= goodWatch) return {next: 'watch', after: 'nothing'};
		return {next: 'watch', after: 'back-off', why: 'the API server ends its watches at once'};
	}

	/** Hands an event over; returns an Ending when the watch is over with it. */
	private take({type, object}: WatchEvent): Ending | undefined {
		if (type === 'ERROR') {
			return refusal({status: parseStatus(object)?.code ?? 500, body: object, warnings: []}, 'list');
		}
		const version = identityOf(object)?.resourceVersion;
		if (!version) {
			return {next: 'list', after: 'back-off', why: 'the API server sent an event without a resourceVersion'};
		}
		if (type === 'ADDED' || type === 'MODIFIED') this.handlers.onChange({type: 'put', object});
		else if (type === 'DELETED') this.handlers.onChange({type: 'gone', object});
		// BOOKMARK, and whatever else may come one day, only says how far we are.
		this.resourceVersion = version;
		return undefined;
	}
}

/**
 * Follows the objects of a collection until stopped. The first changes are the pages of a list, unless nothing can be
 * had; after a gap that the server's history does not cover there is another list.
 */
export function reflect(
	cluster: Cluster,
	target: ReflectorTarget,
	handlers: ReflectorHandlers,
	timers: Timers = systemTimers,
): Reflector {
	const following = new Following(cluster, target, handlers, timers);
	return {
		stop() {
			following.stop();
		},
		done: following.run(),
	};
}
