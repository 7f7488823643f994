/**
 * The live loop of the selected service. One service is asked at a time and only after the operator has said so: a
 * request may wake a service that sleeps at zero pods, so moving the selection alone sends nothing.
 */
import type {PastEpoch} from '../../probe/loop/past-epochs.js';
import type {Loop} from '../../probe/loop/loop.js';
import type {ServiceView} from '../../knative/service/service.js';
import {routeSettled} from '../../knative/service/service-state.js';
import {pairOf} from './compared-pair.js';
import {revisionsOf, selectedService} from '../state/read.js';
import {notify} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';
import {gatewayKnown} from './known-gateway.js';
import {tagsOf, targetOf} from './request-target.js';

export type Live = {
	/** Starts asking the selected service, or pauses, or goes on. */
	toggle(): Promise<void>;
	/** To the next faster or slower pace. */
	changePace(direction: 1 | -1): void;
	/** 200 requests at 20 a second. */
	burst(): void;
	/** Whether the new revision and the old one are asked in pairs, too. */
	toggleComparison(): void;
	/** Shows the counts under an earlier split, or a later one. */
	turnPage(direction: 1 | -1): void;
	/** Follows the store: selection, split and gateway. To be called whenever one of them may have changed. */
	follow(): void;
	/** Ends what is asked and forgets what was counted: there is another cluster. */
	clear(): Promise<void>;
	stop(): Promise<void>;
};

/** Of this program, for the User-Agent; set when it is built. */
const version = process.env['KN_CANARY_VERSION'];

/** Requests a second (statistics.md §4: 1 is `while true; curl; sleep 1`, 50 the cap). */
const paces = [1, 2, 5, 10, 20, 50] as const;

/** Milliseconds between two snapshots: faster than anybody reads, and each is a frame, behind which a key has to wait. */
const snapshotEvery = 200;

type LiveEntry = {
	loop: Loop;
	/** The operator wants it to run; it does while its service is selected. */
	wanted: boolean;
	/** What was last told to the loop, so that it is told only what is new. */
	told: {authority: string; tags: string};
	unsubscribe: () => void;
};

/** @param interval Milliseconds between two snapshots, if that is more than it would be anyway. */
export function createLive(store: ConsoleStore, interval: () => number): Live {
	const entries = new Map<string, LiveEntry>();
	let shown: string | undefined;
	let stopped = false;
	/** Of the cluster that is asked: a loop that was being made for the one before is not wanted any more. */
	let era = 0;

	function selected(): {service: ServiceView; entry: LiveEntry | undefined} | undefined {
		const service = selectedService(store.getState());
		return service && {service, entry: entries.get(service.uid)};
	}

	function publish(uid: string): void {
		const entry = entries.get(uid);
		if (uid !== shown || !entry) return;
		const {live: before} = store.getState();
		const snapshot = entry.loop.snapshot();
		// A page is an epoch: what is looked at stays the same when another one is over.
		const older = before?.uid === uid && before.page > 0 ? before.page : 0;
		const added = older > 0 && before ? newEpochs(before.snapshot.history, snapshot.history) : 0;
		const page = Math.min(older + added, snapshot.history.length);
		store.setState({live: {uid, snapshot, page}});
	}

	function tell(service: ServiceView, entry: LiveEntry): void {
		const {gateway, asking} = store.getState();
		const asked = targetOf(service, service.url, gateway, asking);
		if (!asked.ok) return;
		const {host, port} = asked.target.address;
		const {scheme, protocol} = asked.target;
		const authority = `${asked.target.authority} ${scheme} ${host}:${port} ${protocol}`;
		if (authority !== entry.told.authority) {
			entry.loop.retarget(asked.target);
			entry.told = {authority, tags: ''};
		}
		entry.loop.setEpoch({
			weights: service.statusTraffic.map(({revision, percent}) => ({revision, percent})),
			settling: !routeSettled(service),
		});
		const tags = tagsOf(service);
		const said = tags.map(({tag, revision, authority: name}) => `${tag} ${revision} ${name}`).join('\n');
		if (said !== entry.told.tags) {
			entry.told.tags = said;
			void entry.loop.learn(tags);
		}
		const pair = pairOf(service, revisionsOf(store.getState(), service.name));
		entry.loop.setSides(pair.ok ? pair.sides : undefined);
	}

	async function open(service: ServiceView): Promise<LiveEntry | undefined> {
		const {gateway, asking} = store.getState();
		const asked = targetOf(service, service.url, gateway, asking);
		if (!asked.ok) {
			notify(store, {tone: 'bad', text: asked.reason});
			return undefined;
		}
		const begun = era;
		// Loaded with the first use: the first frame needs no HTTP client.
		const [{createLoop}, {createProbe}, {probeOptionsOf}] = await Promise.all([
			import('../../probe/loop/loop.js'),
			import('../../probe/transport/create-probe.js'),
			import('../../probe/transport/request-options.js'),
		]);
		const existing = entries.get(service.uid);
		if (existing || stopped || begun !== era) return existing;
		const loop = createLoop({
			target: asked.target,
			rate: asking.rate,
			maxRate: asking.maxRate,
			timeout: asking.timeout,
			probe: createProbe(probeOptionsOf(asking, version)),
		});
		const entry: LiveEntry = {
			loop,
			wanted: true,
			told: {authority: '', tags: ''},
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
	function steer(change: (loop: Loop, entry: LiveEntry) => void): void {
		const found = selected();
		if (!found?.entry) return notify(store, {tone: 'info', text: 'Press space to start asking first.'});
		change(found.entry.loop, found.entry);
		publish(found.service.uid);
	}

	const live: Live = {
		async toggle() {
			const found = selected();
			if (!found) return;
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
		toggleComparison: () => steer(loop => loop.compare(!loop.snapshot().comparing)),
		turnPage(direction) {
			const {live: now} = store.getState();
			if (!now) return notify(store, {tone: 'info', text: 'Press space to start asking first.'});
			const {length} = now.snapshot.history;
			const page = now.page - direction;
			if (page > length) {
				const text =
					length === 0 ? 'There are no counts under an earlier split yet.' : 'That is the first split.';
				return notify(store, {tone: 'info', text});
			}
			store.setState({live: {...now, page: Math.max(0, page)}});
		},
		follow() {
			const found = selected();
			const uid = found?.service.uid;
			if (uid !== shown) {
				if (shown !== undefined) entries.get(shown)?.loop.pause();
				shown = uid;
				if (!found?.entry && store.getState().live) store.setState({live: undefined});
			}
			if (!found?.entry) return;
			const {service, entry} = found;
			tell(service, entry);
			if (entry.wanted) entry.loop.start();
			else entry.loop.pause();
			publish(service.uid);
		},
		async clear() {
			era++;
			shown = undefined;
			const ended = [...entries.values()];
			entries.clear();
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
