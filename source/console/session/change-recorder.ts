/**
 * Who changed which split, when, from what to what: own writes as their answers come, everybody else's as the watch
 * tells. Kept in the store for undo and the roll back, and on disk so that both outlive a session.
 */
import {entriesOf, withoutRepeats, type HistoryEntry} from '../../journal/journal-entry.js';
import type {Attempt, AttemptOutcome} from '../../journal/attempt.js';
import type {Deed, DeedEnd} from '../../journal/deed.js';
import type {HistoryFile} from '../../journal/journal-file.js';
import {describeFault} from '../../knative/text/fault.js';
import {settleAttempts} from '../../release/outcome/settle-attempts.js';
import {endOfGone, lookUpDeeds, lookUpService} from '../../release/outcome/look-up.js';
import {underWay} from '../../release/outcome/settle-deeds.js';
import type {Cluster} from '../../kube/cluster.js';
import type {Timers} from '../../kube/timers.js';
import type {ServiceView} from '../../knative/service/service.js';
import {equalSplits, splitOf, type Split} from '../../knative/split/split.js';
import {notify} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

export type {HistoryEntry} from '../../journal/journal-entry.js';
export type {HistoryFile} from '../../journal/journal-file.js';

/** Entries the console keeps in memory; the file has more. */
const kept = 2000;

/** The changes of one service, oldest first. */
export function changesOf({history}: Pick<ConsoleState, 'history'>, uid: string): HistoryEntry[] {
	return entriesOf(history, uid);
}

export type History = {
	/** Reads the file; until then what the watch tells waits. Never rejects: without the file the memory has to do. */
	load(): Promise<void>;
	/** Resolves when the file has been read, or cannot be; undefined when that is over, or there is none. */
	readonly reading: Promise<void> | undefined;
	/** From the watch: a service as it is now. */
	saw(service: ServiceView): void;
	/**
	 * A write on that service is under way: what the watch tells of it waits until the returned function is called, since
	 * the watch may be faster than the answer and would call an own change somebody else's.
	 */
	hold(uid: string): () => void;
	/** A change that was made from here, which is on disk already. */
	own(entry: HistoryEntry): void;
	/** What was attempted from here and of which it is not known what became: the watch will tell, or who looks. */
	attempted(attempt: Attempt | Deed): void;
	/** Connected to this cluster by now: what became of writes there is read, as long as it may still come. */
	lookUp(cluster: Pick<Cluster, 'request' | 'server'>): void;
	/** Where what is about to be sent, and what became of it, is written down; undefined without a disk. */
	readonly file: HistoryFile | undefined;
	/** Resolves when everything that was recorded is on disk. */
	flush(): Promise<void>;
};

type KnownSplit = {generation: number; split: Split};

/** They keep no program from ending. */
const idleTimers: Pick<Timers, 'after'> = {
	after(milliseconds, task) {
		const timer = setTimeout(task, milliseconds);
		timer.unref();
		return () => clearTimeout(timer);
	},
};

/** Milliseconds after which is read what became of a write that has no answer, and between two such reads. */
const lookInterval = 5000;
/** Writes of which it is read at most what became of them, the newest ones. */
const mostLookedUp = 50;

/** @param file Undefined: the history lives as long as the console. */
export function createHistory(
	store: ConsoleStore,
	file: HistoryFile | undefined,
	{now = Date.now, timers = idleTimers}: {now?: () => number; timers?: Pick<Timers, 'after'>} = {},
): History {
	const known = new Map<string, KnownSplit>();
	/** By the uid of a service: how many writes of this console are under way, whose news waits for them. */
	const holdCounts = new Map<string, number>();
	let waiting: ServiceView[] = [];
	/** Without an end. */
	let attempts: readonly Attempt[] = [];
	let openDeeds: readonly Deed[] = [];
	let cluster: Pick<Cluster, 'request' | 'server'> | undefined;
	let callOff: (() => void) | undefined;
	let isLoaded = file === undefined;
	const {promise: reading, resolve: hasRead} = Promise.withResolvers<void>();
	let writing: Promise<void> = Promise.resolve();

	/** Own, so that what the watch tells of it is no news. */
	function remember(entry: HistoryEntry): void {
		known.set(entry.uid, {generation: entry.generation, split: entry.after});
		store.setState(({history}) => ({history: withoutRepeats([...history, entry]).slice(-kept)}));
	}

	function add(entry: HistoryEntry): void {
		store.setState(({history}) => ({history: [...history, entry].slice(-kept)}));
		keep(async () => file?.append(entry), entry);
	}

	function keep(write: () => Promise<void>, entry?: HistoryEntry): void {
		writing = keepAfter(writing, write, entry);
	}

	/** @param entry The change that is to be kept: of an own one it is said when it is not. */
	async function keepAfter(
		before: Promise<void>,
		write: () => Promise<void>,
		entry?: HistoryEntry,
	): Promise<void> {
		await before;
		try {
			await write();
		} catch (error) {
			complain('kept only until you quit', error);
			const {historyProblem: text} = store.getState();
			if (entry?.own && text !== undefined) notify(store, {tone: 'bad', text});
		}
	}

	/** Once: a disk that is full stays full, and the notice line is needed for other things. */
	function complain(consequence: string, error: unknown): void {
		if (store.getState().historyProblem !== undefined) return;
		const why = error instanceof Error ? error.message : String(error);
		store.setState({historyProblem: `The history is ${consequence}: ${why}.`});
	}

	function lastKnown(uid: string): KnownSplit | undefined {
		const here = known.get(uid);
		if (here) return here;
		const entry = changesOf(store.getState(), uid).at(-1);
		return entry && {generation: entry.generation, split: entry.after};
	}

	/** What became of attempts of which nobody knew, here or in a console that is gone. */
	function settle(service: ServiceView): void {
		const {made, ended} = settleAttempts(attempts, service, changesOf(store.getState(), service.uid), now());
		if (made.length + ended.length === 0) return;
		const over = new Set([...made, ...ended].map(({id}) => id));
		attempts = attempts.filter(({id}) => !over.has(id));
		const isMade = new Set(made.map(({id}) => id));
		store.setState(({past}) => ({past: past.filter(({id}) => !isMade.has(id))}));
		settleOutcomes(ended);
		for (const entry of made) {
			remember(entry);
			keep(async () => file?.append(entry), entry);
		}
	}

	/** How it ended of what was no change of a split, or is none that can be told. */
	function settleOutcomes(outcomes: readonly AttemptOutcome[]): void {
		if (outcomes.length === 0) return;
		const ends = new Map(outcomes.map(({id, ...end}) => [id, end]));
		openDeeds = openDeeds.filter(({id}) => !ends.has(id));
		attempts = attempts.filter(({id}) => !ends.has(id));
		for (const outcome of outcomes) keep(async () => file?.end(outcome));
		store.setState(({past}) => ({past: past.map(each => endedAs(each, ends.get(each.id)))}));
	}

	const isHere = ({server, end}: Attempt | Deed) => end === undefined && server === cluster?.server;

	async function look(): Promise<void> {
		const current = cluster;
		if (!current) return;
		for (const attempt of attempts.filter(each => isHere(each)).slice(-mostLookedUp)) {
			const found = await lookUpService(current, attempt);
			if (cluster !== current) return;
			if (found === 'gone') settleOutcomes([endOfGone(attempt)]);
			else if (found) settle(found);
		}
		const deeds = openDeeds.filter(each => isHere(each)).slice(-mostLookedUp);
		const outcomes = await lookUpDeeds(current, deeds, now);
		if (cluster !== current) return;
		settleOutcomes(outcomes);
		lookAgain();
	}

	/** What is older and was not told is not going to be. */
	function lookAgain(): void {
		callOff?.();
		const isOpen = [...attempts, ...openDeeds].some(
			each => isHere(each) && now() - each.at < underWay + 2 * lookInterval,
		);
		if (isOpen) callOff = timers.after(lookInterval, () => void look());
	}

	function record(service: ServiceView): void {
		if (attempts.length > 0) settle(service);
		const {uid, generation} = service;
		const wasSeen = known.has(uid);
		const before = lastKnown(uid);
		if (before && generation <= before.generation) {
			known.set(uid, before);
			return;
		}
		const split = splitOf(service);
		known.set(uid, {generation, split});
		if (!before || equalSplits(before.split, split)) return;
		const {server, context} = whereOf(store.getState());
		// What was said last may be so no more, and must not stand before this. Bad news stays until it was read.
		store.setState(({notice}) => (notice && notice.tone !== 'bad' ? {notice: undefined} : {}));
		add({
			at: now(),
			server,
			context,
			namespace: service.namespace,
			service: service.name,
			uid,
			generation,
			from: before.generation,
			by: service.lastModifier ?? '',
			own: false,
			reason: wasSeen ? 'not from this console' : 'changed while no console was watching',
			before: before.split,
			after: split,
			command: '',
		});
	}

	function recordWaiting(): void {
		const views = waiting;
		waiting = [];
		for (const view of views) saw(view);
	}

	function saw(service: ServiceView): void {
		if (!isLoaded || holdCounts.has(service.uid)) waiting.push(service);
		else record(service);
	}

	return {
		saw,
		get reading() {
			return isLoaded ? undefined : reading;
		},
		async load() {
			if (!file || isLoaded) return;
			try {
				const read = await file.readAll();
				attempts = [...read.attempts.filter(({end}) => end === undefined), ...attempts];
				openDeeds = [...read.deeds.filter(({end}) => end === undefined), ...openDeeds];
				store.setState(({history}) => ({
					history: withoutRepeats([...read.entries, ...history]).slice(-kept),
					past: [...read.attempts, ...read.deeds].slice(-kept),
				}));
			} catch (error) {
				store.setState({historyUnread: describeFault(error)});
				complain('that of this session only', error);
			}
			isLoaded = true;
			recordWaiting();
			hasRead();
			void look();
		},
		hold(uid) {
			holdCounts.set(uid, (holdCounts.get(uid) ?? 0) + 1);
			let isHeld = true;
			return () => {
				if (!isHeld) return;
				isHeld = false;
				const left = (holdCounts.get(uid) ?? 1) - 1;
				if (left > 0) holdCounts.set(uid, left);
				else holdCounts.delete(uid);
				if (left === 0) recordWaiting();
			};
		},
		own(entry) {
			remember(entry);
		},
		attempted(attempt) {
			if ('what' in attempt) openDeeds = [...openDeeds, attempt];
			else attempts = [...attempts, attempt];
			lookAgain();
		},
		lookUp(connected) {
			cluster = connected;
			if (isLoaded) void look();
		},
		file,
		async flush() {
			callOff?.();
			await writing;
		},
	};
}

/** A change that was made has an entry, and no end. */
function endedAs(each: Attempt | Deed, end: DeedEnd | undefined): Attempt | Deed {
	if (!end) return each;
	if ('what' in each) return {...each, end};
	const {how, sentence} = end;
	return how === 'made' ? each : {...each, end: {how, sentence}};
}

function whereOf({connection}: ConsoleState): {server: string; context: string; user: string} {
	return connection.kind === 'connected' ? connection : {server: '', context: '', user: ''};
}
