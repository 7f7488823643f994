/**
 * A kind of object, followed: list, then watch, for as long as it is wanted. client-node's informer stops for good on
 * most errors (kubernetes-client/javascript#1496, #1933, #2432); this one never does, and says how old its data is.
 * Model: kubernetes/client-go tools/cache/reflector.go.
 */
import type {ApiAnswer, Cluster, ServerSignal, WatchEvent} from '../cluster.js';
import {loss, refusal, type WatchPhase, type WatchEnd} from './watch-end.js';
import {Freshness} from './freshness.js';
import {listBounds, pageSize} from '../list.js';
import {parseList, stampOf} from '../identity.js';
import type {ReflectorChange, ReflectorState} from './reflected.js';
import {waitFor, type Wait} from './watch-retry.js';
import {isOnTheWay, parseStatus, sentenceOf} from '../status.js';
import {afterAwake, systemTimers, type Timers} from '../timers.js';

export type {ReflectorChange, ReflectorState} from './reflected.js';

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

/** What is asked for is there sooner than this, or what is shown cannot be called current meanwhile. */
const promptness = 3000;
/** A watch that lasted this long was a good one: the next failure counts as the first. */
const goodWatch = 10_000;
/** Where no watch is allowed, how long and how often what was written is looked for: Knative takes seconds, a new pod a minute. */
const followed = 60_000;
const followEvery = 2000;

class Following {
	private readonly aborter = new AbortController();
	private state: ReflectorState = {kind: 'connecting'};
	private resourceVersion = '';
	private hasListed = false;
	/** Pages expired before the last one was asked for: then everything at once, as client-go does (tools/pager). */
	private isUnpaged = false;
	private failures = 0;
	/** By the clock of `timers`. */
	private writtenAt = -Infinity;
	private readonly freshness: Freshness;
	/** What is done about a sign at the moment. */
	private onSignal: (sign: ServerSignal) => void = () => {};

	constructor(
		private readonly cluster: Cluster,
		private readonly target: ReflectorTarget,
		private readonly handlers: ReflectorHandlers,
		private readonly timers: Timers,
	) {
		this.freshness = new Freshness(timers);
	}

	stop(): void {
		this.aborter.abort();
	}

	async run(): Promise<void> {
		const ignore = this.cluster.onServerSignal(sign => this.onSignal(sign));
		try {
			this.handlers.onState(this.state);
			let doing: WatchPhase = 'list';
			let afterSilence = false;
			while (!this.stopped) {
				const ending: WatchEnd = doing === 'list' ? await this.list(afterSilence) : await this.watch();
				if (this.stopped) return;
				afterSilence = ending.after === 'silence';
				await this.pause(ending);
				// To accept a watch proves nothing, so that what is old would have to stay so until something happens.
				doing = this.freshness.isFresh ? ending.next : 'list';
			}
		} finally {
			ignore();
			this.stop();
		}
	}

	private get stopped(): boolean {
		return this.aborter.signal.aborted;
	}

	private async pause(ending: WatchEnd): Promise<void> {
		const {timers} = this;
		if (ending.after === 'nothing' || ending.after === 'silence') return;
		if (ending.after === 'long wait') {
			this.changeState({...ending.refusal, ...(this.hasListed && {since: this.freshness.provenAt})});
			const wait = waitFor(ending, this.failures, timers);
			// Without a watch nothing else tells what becomes of it.
			const isFollowed = this.hasListed && timers.now() - this.writtenAt < followed;
			return this.rest(isFollowed ? {...wait, milliseconds: followEvery} : wait);
		}
		this.failures++;
		// Expiry is in the nature of a watch; only when it comes again at once is something wrong.
		if (ending.after === 'expiry' && this.failures === 1) return;
		const {why} = ending;
		if (this.hasListed) this.age(why, {isUnanswered: ending.after === 'loss' && ending.isUnanswered});
		else this.changeState({kind: 'offline', since: this.freshness.provenAt, why});
		await this.rest(waitFor(ending, this.failures, timers));
	}

	/** Waits that long, unless one of the signals says that there is no need to. */
	private async rest({milliseconds, until}: Wait): Promise<void> {
		const enough = new AbortController();
		this.onSignal = sign => {
			if (!until.includes(sign)) return;
			// Whoever asks for it knows more than what has failed so far.
			if (sign === 'wanted') this.failures = 0;
			if (sign === 'written') this.writtenAt = this.timers.now();
			enough.abort();
		};
		await this.timers.sleep(milliseconds, AbortSignal.any([this.aborter.signal, enough.signal]));
		this.onSignal = () => {};
	}

	private changeState(state: ReflectorState): void {
		// Said with every event.
		if (state.kind === 'live' && this.state.kind === 'live') return;
		const same = JSON.stringify(state) === JSON.stringify(this.state);
		this.state = state;
		if (!same) this.handlers.onState(state);
	}

	/** What was handed over may be old by now. */
	private age(why: string, {isUnanswered = false} = {}): void {
		const {provenAt: since} = this.freshness;
		this.changeState({kind: 'stale', since, why, ...(isUnanswered && {isUnanswered})});
	}

	/** From `asked` until `answered`, what is shown gets old when no answer comes. */
	private expectAnswer(): {asked: () => void; answered: () => void} {
		let answered: (() => void) | undefined;
		return {
			asked: () => {
				answered?.();
				answered = afterAwake(this.timers, promptness, () => {
					if (this.state.kind === 'live') this.age('the API server does not answer', {isUnanswered: true});
				});
			},
			answered: () => answered?.(),
		};
	}

	private async list(afterSilence: boolean): Promise<WatchEnd> {
		const {firstPage = pageSize} = this.target;
		let token = '';
		const beyond = listBounds();
		let isFirst = true;
		do {
			const limit = this.isUnpaged ? undefined : String(isFirst ? firstPage : pageSize);
			let answer: ApiAnswer;
			const {asked, answered} = this.expectAnswer();
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
					onSending: asked,
				});
			} catch (error) {
				return loss(error, 'list');
			} finally {
				answered();
			}
			if (this.stopped) return {next: 'list', after: 'nothing'};
			if (answer.status === 410 && token !== '') this.isUnpaged = true;
			if (answer.status !== 200) return refusal(answer, 'list');
			const page = parseList(answer.body);
			if (!page || page.resourceVersion === '') {
				return {
					next: 'list',
					after: 'back-off',
					why: isOnTheWay(answer)
						? sentenceOf(answer)
						: 'the API server answered with something other than a list',
				};
			}
			const why = beyond(page);
			if (why !== undefined) return {next: 'list', after: 'back-off', why};
			token = page.continue;
			// All pages of a list are of the same moment, and a watch begins there.
			this.resourceVersion = page.resourceVersion;
			this.hasListed ||= token === '' || page.items.length > 0;
			const place = {isFirst, isLast: token === ''};
			this.freshness.takePage(page.items, {...place, afterSilence});
			this.handlers.onChange({type: 'page', items: page.items, ...place});
			isFirst = false;
			// What a handler said to a page may have been to stop.
		} while (token !== '' && !this.stopped);
		this.isUnpaged = false;
		return {next: 'watch', after: 'nothing'};
	}

	private async watch(): Promise<WatchEnd> {
		const {timers, freshness} = this;
		let openedAt = Infinity;
		let lasted = 0;
		let ending: WatchEnd | undefined;
		const enough = new AbortController();
		const end = (how: WatchEnd) => {
			ending ??= how;
			enough.abort();
		};
		const {asked, answered} = this.expectAnswer();
		this.onSignal = sign => {
			if (sign === 'wanted') end({next: 'list', after: 'nothing'});
			// Opened again, on another connection, it goes on where it is: if the server is there, that costs nothing.
			else if (sign === 'unanswered' && openedAt !== Infinity) end({next: 'watch', after: 'nothing'});
		};
		let callOff: (() => void) | undefined;
		let dueAt = Infinity;
		let isTold = false;
		const listen = () => {
			callOff?.();
			isTold = false;
			const {kind, after} = freshness.next;
			dueAt = timers.now() + after;
			callOff = timers.after(after, () => {
				if (isTold && freshness.next.after > 0) return listen();
				if (isTold || kind === 'list') return end({next: 'list', after: 'silence'});
				this.age('the API server has said nothing since, which it may do when nothing happens');
				listen();
			});
		};
		/** Events make a silence begin later, and there may be hundreds a second: that is looked at when it would be over. */
		const heard = () => {
			isTold = true;
			if (timers.now() + freshness.next.after < dueAt) listen();
		};
		try {
			const answer = await this.cluster.watch(
				this.target.path,
				{
					...this.target.query,
					resourceVersion: this.resourceVersion,
					allowWatchBookmarks: 'true',
					// Ended well before the server would do it, so that an end in order is the usual case.
					timeoutSeconds: String(240 + Math.floor(timers.random() * 61)),
				},
				event => {
					if (ending) return;
					const told = this.hand(event);
					// The rest of this watch is of no use, but the server would keep it open.
					if (told) return end(told);
					heard();
					this.changeState({kind: 'live'});
				},
				AbortSignal.any([this.aborter.signal, enough.signal]),
				() => {
					openedAt = timers.now();
					answered();
					if (freshness.isMute) {
						this.age(
							'the watch does not tell what happens, so that everything is listed again every now and then',
						);
					} else if (freshness.isFresh) this.changeState({kind: 'live'});
					listen();
				},
				asked,
			);
			if (!ending && answer.status !== 200) ending = refusal(answer, 'watch');
		} catch (error) {
			ending ??= loss(error, 'watch');
		} finally {
			this.onSignal = () => {};
			answered();
			callOff?.();
			lasted = timers.now() - openedAt;
		}
		if (lasted >= goodWatch) this.failures = 0;
		if (ending) return ending;
		if (lasted >= goodWatch) return {next: 'watch', after: 'nothing'};
		return {next: 'watch', after: 'back-off', why: 'the API server ends its watches at once'};
	}

	/** Hands an event over; returns an Ending when the watch is over with it. */
	private hand({type, object}: WatchEvent): WatchEnd | undefined {
		if (type === 'ERROR') {
			return refusal({status: parseStatus(object)?.code ?? 500, body: object, warnings: []}, 'list');
		}
		const {resourceVersion: version} = stampOf(object);
		if (version === '') {
			return {next: 'list', after: 'back-off', why: 'the API server sent an event without a resourceVersion'};
		}
		if (type === 'ADDED' || type === 'MODIFIED') this.handlers.onChange({type: 'put', object});
		else if (type === 'DELETED') this.handlers.onChange({type: 'gone', object});
		// BOOKMARK, and whatever else may come one day, only says how far we are.
		this.freshness.takeEvent(type, object);
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
