/**
 * The live loops: that of the selected service is shown, those of others go on in the background while their budget lasts.
 * A service is asked only after the operator has said so: a request may wake one that sleeps at zero pods, so moving the
 * selection alone begins nothing.
 */
import {isDeepStrictEqual} from 'node:util';
import type {PastEpoch} from '../../probe/counting/past-epochs.js';
import type {Loop, LoopSnapshot} from '../../probe/loop/loop.js';
import {tagHeader} from '../../probe/transport/tag-target.js';
import type {ServiceView} from '../../knative/service/service.js';
import {missingLoop, missingService, selectedService} from '../state/read.js';
import {isShown} from '../state/scope.js';
import {notify, saidWhy} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {gatewayKnown} from './known-gateway.js';
import {backgroundLoops, budgetSpent, crowdedOut} from './loops/background.js';
import {loadLoops, sentOf, type LoopEntry} from './loops/loop-entry.js';
import {tellLoop} from './loops/tell-loop.js';
import {requestOptionsFor, targetOf, whyNoTarget} from './request-target.js';
import {verdictOf} from './verdicts.js';

export type Live = {
	/** Starts asking the selected service, or pauses, or goes on. */
	toggle(): Promise<void>;
	/** To the next faster or slower pace. */
	changePace(direction: 1 | -1): void;
	/** 200 requests at 20 a second. */
	burst(): void;
	/** Whether the new revision and the old one are asked in pairs, too. */
	toggleComparison(): void;
	/** Counts again under the same split: alarms begin afresh. */
	countAnew(): void;
	/** Shows the counts under an earlier split, or a later one. */
	turnPage(direction: 1 | -1): void;
	/** Follows the store: selection, splits, gateway and what is to be sent. To be called whenever one of them may have changed. */
	follow(): void;
	/** What the loop of a service has counted by now, also what is not published yet; undefined without one. */
	snapshotOf(uid: string): LoopSnapshot | undefined;
	/** Whether loops of services that are not selected are there, too: then what changes of any service concerns them. */
	readonly hasBackground: boolean;
	/** Ends what is asked and forgets what was counted: there is another cluster. */
	clear(): Promise<void>;
	stop(): Promise<void>;
};

/** Requests a second (statistics.md §4: 1 is `while true; curl; sleep 1`, 50 the cap). */
const paces = [1, 2, 5, 10, 20, 50] as const;

/** Milliseconds between two snapshots: faster than anybody reads, and each is a frame, behind which a key has to wait. */
const snapshotEvery = 200;

/**
 * @param interval Milliseconds between two snapshots, if that is more than it would be anyway.
 * @param tagsByHeader Asks the cluster which tags of a service can be chosen by header.
 */
export function createLive(
	store: ConsoleStore,
	interval: () => number,
	tagsByHeader: (service: ServiceView) => Promise<ReadonlySet<string>>,
): Live {
	const entries = new Map<string, LoopEntry>();
	let shown: string | undefined;
	let stopped = false;
	let leavings = 0;
	/** Of the cluster that is asked: a loop that was being made for the one before is not wanted any more. */
	let era = 0;

	function selected(): {service: ServiceView; entry: LoopEntry | undefined} | undefined {
		const service = selectedService(store.getState());
		return service && {service, entry: entries.get(service.uid)};
	}

	function publish(uid: string): void {
		const entry = entries.get(uid);
		if (!entry) return;
		const snapshot = entry.loop.snapshot();
		if (snapshot.tagDoubt) void chooseByHeader(uid, entry);
		const {live: before, verdicts} = store.getState();
		const verdict = verdictOf(uid, snapshot);
		const next: Partial<ConsoleState> = isDeepStrictEqual({...verdicts.get(uid), at: verdict.at}, verdict)
			? {}
			: {verdicts: new Map(verdicts).set(uid, verdict)};
		if (uid !== shown) {
			if (next.verdicts) store.setState(next);
			keepBudget(uid, entry);
			return;
		}
		// A page is an epoch: what is looked at stays the same when another one is over.
		const older = before?.uid === uid && before.page > 0 ? before.page : 0;
		const added = older > 0 && before ? newEpochs(before.snapshot.history, snapshot.history) : 0;
		const page = Math.min(older + added, snapshot.history.length);
		store.setState({
			...next,
			live: {uid, snapshot, page, background: backgroundLoops(entries, shown).length},
		});
	}

	/** Where the hosts of tags lead nowhere, as it seems, they are chosen by header, if the cluster has that on. */
	async function chooseByHeader(uid: string, entry: LoopEntry): Promise<void> {
		const found = () => store.getState().services.find(service => service.uid === uid);
		const service = found();
		if (entry.byHeader || !service) return;
		entry.byHeader = new Set();
		const chosen = await tagsByHeader(service);
		const now = found();
		if (chosen.size === 0 || !now || entries.get(uid) !== entry) return;
		entry.byHeader = chosen;
		tellLoop(store.getState(), now, entry);
		const text = `The hosts of the tags of ${service.name} lead nowhere: tags are asked with the header ${tagHeader}.`;
		notify(store, {tone: 'info', text});
	}

	function keepBudget(uid: string, entry: LoopEntry): void {
		const why = budgetSpent(entry);
		if (why !== undefined) pauseBackground(uid, entry, why);
	}

	function pauseBackground(uid: string, entry: LoopEntry, why: string): void {
		entry.wanted = false;
		entry.loop.pause();
		const name = store.getState().services.find(service => service.uid === uid)?.name;
		if (name !== undefined) {
			notify(store, {tone: 'info', text: `The loop of ${name} is paused: ${why}. space there resumes it.`});
		}
		publish(uid);
	}

	/** What a loop goes into the background with; the oldest gives way where there are too many or too much is sent. */
	function leave(uid: string): void {
		const entry = entries.get(uid);
		if (!entry) return;
		entry.leftAt = sentOf(entry);
		entry.leftAs = leavings++;
		const {maxRate} = store.getState().requestOptions;
		const next = () => crowdedOut(entries, shown, maxRate);
		for (let found = next(); found; found = next()) pauseBackground(found.uid, found.entry, found.why);
	}

	/** Of a service that is not listed any more. Where it is only out of sight, nothing else says why it is not asked. */
	function end(uid: string, {of: {namespace, name}, wanted}: LoopEntry): void {
		drop(uid);
		if (!wanted || isShown(store.getState(), namespace)) return;
		const text = `The loop of ${namespace}/${name} ended: its namespace is not shown any more.`;
		notify(store, {tone: 'info', text});
	}

	/** Ends a loop that is not wanted any more, with all it counted. */
	function drop(uid: string): LoopEntry | undefined {
		const entry = entries.get(uid);
		if (!entry) return undefined;
		entries.delete(uid);
		entry.unsubscribe();
		void entry.loop.stop();
		const {live, verdicts} = store.getState();
		const rest = new Map(verdicts);
		rest.delete(uid);
		store.setState({verdicts: rest, ...(live?.uid === uid && {live: undefined})});
		return entry;
	}

	async function open(service: ServiceView): Promise<LoopEntry | undefined> {
		const {gateway} = store.getState();
		const requestOptions = requestOptionsFor(store.getState(), service.uid);
		const asked = targetOf(service, service.url, gateway, requestOptions);
		if (!asked.ok) {
			saidWhy(store, 'bad', state => whyNoTarget(state, service));
			return undefined;
		}
		const begun = era;
		const createLoop = await loadLoops();
		const existing = entries.get(service.uid);
		if (existing || stopped || begun !== era) return existing;
		const loop = createLoop(asked.target, requestOptions);
		const {namespace, name} = service;
		const entry: LoopEntry = {
			of: {namespace, name},
			loop,
			requestOptions,
			wanted: true,
			told: {authority: '', tags: ''},
			leftAt: undefined,
			leftAs: 0,
			byHeader: undefined,
			unsubscribe: loop.subscribe(
				() => publish(service.uid),
				() => Math.max(snapshotEvery, interval()),
			),
		};
		entries.set(service.uid, entry);
		loop.compare(true);
		return entry;
	}

	/** Does it to the loop of the selected service and shows it at once: whoever pressed a key waits for no snapshot. */
	function steer(change: (loop: Loop, entry: LoopEntry) => void): void {
		const found = selected();
		if (!found) return void saidWhy(store, 'info', missingService);
		if (!found.entry) return void saidWhy(store, 'info', missingLoop);
		change(found.entry.loop, found.entry);
		publish(found.service.uid);
	}

	const live: Live = {
		async toggle() {
			const found = selected();
			if (!found) return void saidWhy(store, 'info', missingService);
			if (found.entry) {
				found.entry.wanted = !found.entry.wanted;
			} else if (!(await gatewayKnown(store)) || !(await open(found.service))) return;
			live.follow();
		},
		changePace: direction =>
			steer(loop => {
				const {rate} = loop.snapshot();
				const next = direction === 1 ? paces.find(pace => pace > rate) : paces.findLast(pace => pace < rate);
				if (next !== undefined) loop.setRate(next);
			}),
		burst: () =>
			steer((loop, entry) => {
				entry.wanted = true;
				live.follow();
				loop.burst();
			}),
		countAnew: () => steer(loop => loop.restart()),
		toggleComparison: () => steer(loop => loop.compare(!loop.snapshot().comparing)),
		turnPage(direction) {
			const {live: now} = store.getState();
			if (!now) return void saidWhy(store, 'info', missingLoop);
			const {length} = now.snapshot.history;
			const page = now.page - direction;
			if (page > length) {
				const text =
					length === 0 ? 'There are no counts under an earlier split yet.' : 'That is the first split.';
				return notify(store, {tone: 'info', text});
			}
			store.setState({live: {...now, page: Math.max(0, page)}});
		},
		snapshotOf: uid => entries.get(uid)?.loop.snapshot(),
		get hasBackground() {
			return entries.size > (shown !== undefined && entries.has(shown) ? 1 : 0);
		},
		follow() {
			const found = selected();
			const uid = found?.service.uid;
			const left = uid === shown ? undefined : shown;
			if (uid !== shown) {
				shown = uid;
				if (store.getState().live) store.setState({live: undefined});
				if (left !== undefined) leave(left);
			}
			const {services, feeds} = store.getState();
			for (const [other, entry] of entries) {
				const service = services.find(candidate => candidate.uid === other);
				if (!service) {
					// Half of a list says nothing of what is not in it.
					if (feeds.services.kind === 'live') end(other, entry);
					continue;
				}
				const isAskedOtherwise = !isDeepStrictEqual(
					entry.requestOptions,
					requestOptionsFor(store.getState(), other),
				);
				if (isAskedOtherwise) {
					drop(other);
					// What is asked otherwise is counted again; it goes on by itself where it was going.
					if (entry.wanted && other === shown) void open(service).then(() => live.follow());
					continue;
				}
				if (other === shown) entry.leftAt = undefined;
				tellLoop(store.getState(), service, entry);
				if (entry.wanted) entry.loop.start();
				else entry.loop.pause();
			}
			if (uid !== undefined) publish(uid);
			if (left !== undefined) publish(left);
		},
		async clear() {
			era++;
			shown = undefined;
			const ended = [...entries.values()];
			entries.clear();
			store.setState({verdicts: new Map()});
			for (const {unsubscribe} of ended) unsubscribe();
			await Promise.all(ended.map(async ({loop}) => loop.stop()));
		},
		async stop() {
			stopped = true;
			await live.clear();
		},
	};
	return live;
}

/** How many epochs came to the end of a history, whose oldest ones may be gone. */
function newEpochs(before: readonly PastEpoch[], after: readonly PastEpoch[]): number {
	const last = before.at(-1);
	return last ? after.length - 1 - after.indexOf(last) : after.length;
}
