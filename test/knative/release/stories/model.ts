/**
 * A Service and its Revisions as a cluster keeps them, for stories: what is written, what the Route takes of it, what users
 * had, and what the labeler writes down. A model, not a double: it knows the truth that a release has to be told from.
 */
import {parseNote} from '../../../../source/knative/release/evidence/note.js';
import type {Change} from '../../../../source/knative/release/evidence/release-facts.js';
import {formatRejection} from '../../../../source/knative/release/evidence/rejection.js';
import type {RevisionView} from '../../../../source/knative/revision/revision.js';
import type {ServiceView} from '../../../../source/knative/service/service.js';
import {splitOf, toTargets, type Split} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import type {Plan} from '../../../../source/release/plan.js';
import {nameOf, seenRevision, seenService, type MadeRevision} from './model-objects.js';

export {nameOf} from './model-objects.js';

const percentOfLatest = (targets: readonly TrafficTarget[]) =>
	targets.find(({latestRevision}) => latestRevision)?.percent;

export type Served = ReadonlyMap<string, number>;

export class Model {
	now = Date.UTC(2026, 10, 26, 9, 0, 0);
	traffic: TrafficTarget[] = [{latestRevision: true, percent: 100}];
	generation = 1;
	note: string | undefined;
	/** A note was there, and somebody has taken it away. */
	isForgotten = false;
	lastModifier = 'ci';
	/** When each manager last wrote what it owns, and which of them owns `spec.traffic`, as managedFields tell. */
	readonly #written = new Map<string, number>();
	#ownerOfTraffic = 'ci';
	revisions: MadeRevision[] = [];
	/** What users get, by revision; what the Route refuses does not get there. */
	served: Served = new Map();
	/** During a gradual rollout: what `@latest` means, by revision. */
	rolling: {from: string; to: string; percent: number} | undefined;
	hasRolloutDuration = false;
	/** Every revision that a user had. */
	readonly had = new Set<string>();
	/** What was rolled back, and no user has got again since. */
	readonly takenBack = new Set<string>();
	/** Changes as a console on this machine would remember them, by machine. */
	readonly memories = new Map<string, Change[]>();

	constructor() {
		this.deploy('ci', {crashes: false});
	}

	pass(seconds: number): void {
		this.now += seconds * 1000;
	}

	get latestReady(): string | undefined {
		const ready = this.revisions.filter(({state}) => state === 'ready');
		const newest = ready.at(-1);
		return newest && nameOf(newest.generation);
	}

	/**
	 * A change of the template: CI, `kubectl apply` of an image, `kn service update`.
	 * @param options.traffic A new split in the same write.
	 */
	deploy(
		by: string,
		{crashes, stays = false, traffic}: {crashes: boolean; stays?: boolean; traffic?: TrafficTarget[]},
	): void {
		const generation = this.revisions.length + 1;
		const before = this.latestReady;
		if (traffic) this.#set(by, traffic);
		this.revisions.push({
			generation,
			createdAt: this.now,
			creator: by,
			state: stays ? 'deploying' : crashes ? 'failed' : 'ready',
			since: this.now,
			isListed: true,
			modified: this.now,
		});
		if (generation > 1) this.generation += 1;
		this.lastModifier = by;
		this.#written.set(by, this.now);
		this.#follow(before);
		this.reconcile();
	}

	/** What was still deploying becomes ready. */
	becomeReady(): void {
		const before = this.latestReady;
		for (const revision of this.revisions) {
			if (revision.state === 'deploying') Object.assign(revision, {state: 'ready', since: this.now});
		}
		this.#follow(before);
		this.reconcile();
	}

	/** A pod that dies does not make a Revision that was ready fail in the eyes of the Route; one that is not yet, does. */
	crash(generation: number): void {
		const revision = this.revisions.find(candidate => candidate.generation === generation);
		if (revision?.state === 'deploying') revision.state = 'failed';
		this.reconcile();
	}

	#follow(before: string | undefined): void {
		const now = this.latestReady;
		const percent = this.traffic.find(({latestRevision}) => latestRevision)?.percent ?? 0;
		if (
			!this.hasRolloutDuration ||
			before === undefined ||
			now === undefined ||
			now === before ||
			percent < 2
		) {
			if (now !== before) this.rolling = undefined;
			return;
		}
		this.rolling = {from: before, to: now, percent: 1};
	}

	/** The gradual rollout goes on. */
	rollOn(): void {
		if (!this.rolling) return;
		const whole = this.traffic.find(({latestRevision}) => latestRevision)?.percent ?? 0;
		const percent = this.rolling.percent + 30;
		this.rolling = percent >= whole ? undefined : {...this.rolling, percent};
		this.reconcile();
	}

	/** As `kubectl patch`: the whole list. */
	write(by: string, traffic: TrafficTarget[]): void {
		if (this.#set(by, traffic)) this.generation += 1;
		this.lastModifier = by;
		this.reconcile();
	}

	/** Whether that is another split. */
	#set(by: string, traffic: TrafficTarget[]): boolean {
		if (percentOfLatest(traffic) !== percentOfLatest(this.traffic)) this.rolling = undefined;
		const isOther = JSON.stringify(traffic) !== JSON.stringify(this.traffic);
		if (isOther) this.#ownerOfTraffic = by;
		this.#written.set(by, this.now);
		this.traffic = traffic;
		return isOther;
	}

	/** `kubectl delete revision`, of one that no split lists; false where one does. */
	remove(generation: number): boolean {
		const name = nameOf(generation);
		const isInUse =
			this.served.has(name) ||
			this.traffic.some(({revisionName}) => revisionName === name) ||
			name === this.latestReady ||
			generation === this.revisions.length;
		const revision = this.revisions.find(candidate => candidate.generation === generation);
		if (revision && !isInUse) revision.isDeleted = true;
		return !isInUse;
	}

	/**
	 * As this program sends it, and as the machine remembers it afterwards.
	 * @param options.makes Of a plan that changes the template: how the new revision does.
	 */
	send(
		machine: string,
		by: string,
		plan: Plan,
		{remembers = true, makes}: {remembers?: boolean; makes?: {crashes: boolean; stays: boolean}} = {},
	): void {
		if (plan.write.kind !== 'patch' || !plan.splits) throw new Error('no patch of a split');
		if (plan.write.generation !== this.generation) throw new Error('the guard would refuse it');
		for (const {op, path, ...rest} of plan.write.operations) {
			if (op === 'test' || !('value' in rest)) continue;
			if (path !== '/metadata/annotations/kn-canary.dev~1release') continue;
			this.note = String(rest.value);
			this.isForgotten = false;
		}
		const traffic = toTargets(plan.splits.after);
		if (makes) this.deploy(by, {...makes, traffic});
		else this.write(by, traffic);
		if (!remembers) return;
		const {before, after} = plan.splits;
		const change = {
			before,
			after,
			generation: this.generation,
			at: this.now,
			by,
			own: true,
			reason: plan.action,
		};
		this.memories.set(machine, [...(this.memories.get(machine) ?? []), change]);
	}

	/** What a machine knew last, that was away while something happened. */
	readonly #away = new Map<string, {before: Split; from: number}>();

	/** Consoles on these machines watch while somebody else writes; of `later` only when the next one is seen. */
	watched(seen: string, by: string, change: () => void): void {
		const known = {before: splitOf(this.service()), from: this.generation};
		change();
		if (seen === 'later' || seen === 'nobody') {
			if (seen === 'later') {
				for (const who of ['anns', 'bobs']) this.#away.set(who, this.#away.get(who) ?? known);
			}
			return;
		}
		for (const who of seen === 'both' ? ['anns', 'bobs'] : [seen]) {
			const {before, from} = this.#away.get(who) ?? known;
			this.#away.delete(who);
			this.#remember(who, {before, from, by});
		}
	}

	#remember(machine: string, {before, from, by}: {before: Split; from: number; by: string}): void {
		const after = splitOf(this.service());
		const entry = {
			before,
			after,
			generation: this.generation,
			from,
			at: this.now,
			by,
			own: false,
			reason: 'seen',
		};
		this.memories.set(machine, [...(this.memories.get(machine) ?? []), entry]);
	}

	reject(name: string, by: string): void {
		const revision = this.revisions.find(({generation}) => nameOf(generation) === name);
		if (revision) revision.rejected = formatRejection({by, at: this.now, why: 'it failed'});
	}

	#resolved(): Map<string, number> | undefined {
		const shares = new Map<string, number>();
		const give = (name: string, percent: number) => shares.set(name, (shares.get(name) ?? 0) + percent);
		for (const {revisionName, latestRevision, percent = 0} of this.traffic) {
			const name = latestRevision ? this.latestReady : revisionName;
			const made = this.revisions.find(({generation}) => nameOf(generation) === name);
			if (name === undefined || made?.state !== 'ready' || made.isDeleted) return undefined;
			if (latestRevision && this.rolling && percent > 1) {
				give(this.rolling.to, Math.min(this.rolling.percent, percent));
				give(this.rolling.from, percent - Math.min(this.rolling.percent, percent));
			} else give(name, percent);
		}
		return shares;
	}

	#isWaiting(): boolean {
		return this.traffic.every(({revisionName}) =>
			this.revisions.some(
				({generation, state}) =>
					revisionName === undefined || (nameOf(generation) === revisionName && state !== 'failed'),
			),
		);
	}

	/** The Route takes the split, or keeps the one before; the labeler writes down what is listed. */
	reconcile(): void {
		const resolved = this.#resolved();
		if (resolved) {
			this.served = resolved;
			for (const [name, percent] of resolved) {
				if (percent === 0) continue;
				this.had.add(name);
				this.takenBack.delete(name);
			}
		}
		const listed = new Set([
			...this.traffic.flatMap(({revisionName, latestRevision}) =>
				latestRevision ? [nameOf(this.revisions.length)] : [revisionName ?? ''],
			),
			...this.served.keys(),
		]);
		for (const revision of this.revisions) {
			const isListed = listed.has(nameOf(revision.generation));
			if (isListed !== revision.isListed) Object.assign(revision, {isListed, modified: this.now});
		}
	}

	service(): ServiceView {
		const isRefused = this.#resolved() === undefined;
		return seenService({
			now: this.now,
			generation: this.generation,
			traffic: this.traffic,
			note: this.note,
			lastModifier: this.lastModifier,
			written: this.#written,
			ownerOfTraffic: this.#ownerOfTraffic,
			latestCreated: nameOf(this.revisions.length),
			latestReady: this.latestReady,
			routes: isRefused
				? {status: this.#isWaiting() ? 'Unknown' : 'False', reason: 'RevisionMissing'}
				: this.rolling
					? {status: 'Unknown', reason: 'RolloutInProgress'}
					: {status: 'True'},
			statusTraffic: this.#statusTraffic(),
		});
	}

	#statusTraffic(): TrafficTarget[] {
		if (this.#resolved() === undefined) {
			return [...this.served].map(([revisionName, percent]) => ({revisionName, percent}));
		}
		return this.traffic.flatMap(target => {
			const percent = target.percent ?? 0;
			if (!target.latestRevision || !this.rolling || percent < 2) {
				return [{...target, revisionName: target.revisionName ?? this.latestReady ?? ''}];
			}
			const {from, to} = this.rolling;
			const fresh = Math.min(this.rolling.percent, percent);
			return [
				{...target, revisionName: to, percent: fresh},
				{latestRevision: true, revisionName: from, percent: percent - fresh},
			];
		});
	}

	views(): RevisionView[] {
		return this.revisions
			.filter(({isDeleted}) => !isDeleted)
			.toReversed()
			.map(revision => seenRevision(revision));
	}

	facts(machine?: string) {
		return {
			service: this.service(),
			revisions: this.views(),
			changes: machine === undefined ? [] : (this.memories.get(machine) ?? []),
			now: this.now,
			// The machine of ann is anns.
			user: machine?.replace(/s$/, '') ?? 'nobody',
		};
	}

	noted() {
		return parseNote(this.note);
	}
}
