/** Which revision has which share of the traffic, and which of two revisions is newer. Pure. */
import type {RevisionView} from '../../revision/revision.js';
import type {ServiceView} from '../../service/service.js';
import {latestKey, splitOf, type Split} from '../../split/split.js';
import {condition, rolloutInProgress} from '../../service/service-state.js';

export type Share = {
	readonly revision: string;
	/** Whole percent, 0–100; all of a service sum to 100 where every row of its split leads to a revision. */
	readonly percent: number;
	readonly tags: readonly string[];
	/** It has at least a part of it by following the latest ready revision. */
	readonly latest: boolean;
};

/**
 * The split by revision, each revision once: what follows the latest counts for the revision that it is, and during a
 * gradual rollout (`rollout-duration`) for all that share it, newest first.
 */
export function sharesOf(service: ServiceView): Share[] {
	return sharesOfSplit(service, splitOf(service));
}

/** The same of another split of this service, be it one that is only planned. */
export function sharesOfSplit(service: ServiceView, split: Split): Share[] {
	const shares = new Map<string, Share>();
	for (const row of split) {
		const parts = row.latest
			? partsOfLatest(service, row)
			: [{revision: row.revision ?? row.key, percent: row.percent}];
		for (const [index, {revision, percent}] of parts.entries()) {
			const known = shares.get(revision);
			shares.set(revision, {
				revision,
				percent: percent + (known?.percent ?? 0),
				tags: [...(known?.tags ?? []), ...(index === 0 ? row.tags : [])],
				latest: row.latest || (known?.latest ?? false),
			});
		}
	}
	return [...shares.values()];
}

/**
 * Which revisions the row that follows the latest one stands for: the latest ready one; during a gradual rollout all
 * that share it in `status.traffic`, newest first. Empty while no revision is ready.
 */
export function partsOfLatest(
	service: ServiceView,
	row: Pick<Split[number], 'revision' | 'percent'>,
): {revision: string; percent: number}[] {
	if (row.revision === undefined) return [];
	const alone = [{revision: row.revision, percent: row.percent}];
	if (!rolloutInProgress(service) || row.revision !== service.latestReady) return alone;
	const rolling = new Map<string, number>();
	for (const target of service.statusTraffic.filter(candidate => candidate.latest)) {
		rolling.set(target.revision, (rolling.get(target.revision) ?? 0) + target.percent);
	}
	const total = [...rolling.values()].reduce((sum, percent) => sum + percent, 0);
	if (rolling.size < 2 || total !== row.percent) return alone;
	return [...rolling]
		.map(([revision, percent]) => ({revision, percent}))
		.toSorted((a, b) => Number(b.revision === row.revision) - Number(a.revision === row.revision));
}

/** The row that follows the latest one, where the revision that was made last is not ready, so that it means an older one. */
export function waitingLatest(service: ServiceView): {revision: string; row: Split[number]} | undefined {
	const row = splitOf(service).find(({key}) => key === latestKey);
	const {latestCreated, latestReady} = service;
	if (!row || latestCreated === undefined || latestCreated === latestReady) return undefined;
	return {revision: latestCreated, row};
}

/**
 * What users have while the Route does not take the present split: the gateway goes on with the one before, which
 * `status.traffic` still tells. Percents by revision; undefined where the split is not refused.
 */
export function servedInstead(service: ServiceView): ReadonlyMap<string, number> | undefined {
	const routes = condition(service, 'RoutesReady');
	// Of a revision that may become ready yet, the Route says Unknown (route_lifecycle.go).
	const isRefused = routes?.status === 'False' || routes?.reason === 'RevisionMissing';
	if (!isRefused || service.observedGeneration !== service.generation) return undefined;
	const served = new Map<string, number>();
	for (const {revision, percent} of service.statusTraffic) {
		served.set(revision, (served.get(revision) ?? 0) + percent);
	}
	return served;
}

/** Of that, the revision with the largest share; undefined where the split is not refused. */
export function keptByGateway(service: ServiceView): string | undefined {
	const [main] = [...(servedInstead(service) ?? [])].toSorted(([, a], [, b]) => b - a);
	return main && main[1] > 0 ? main[0] : undefined;
}

export type Order = (revision: string) => number | undefined;

/**
 * Tells how new a revision is: a higher number is newer. By the generation of the Configuration that made it; where the
 * revisions may not be listed, by what the Service says of the newest ones, and by the number in a generated name.
 */
export function orderOf(
	{name, latestCreated}: Pick<ServiceView, 'name' | 'latestCreated'>,
	revisions: readonly Pick<RevisionView, 'name' | 'generation'>[] | undefined,
): Order {
	const known = new Map(revisions?.map(revision => [revision.name, revision.generation]));
	return revision => {
		const generation = known.get(revision);
		if (generation !== undefined && generation > 0) return generation;
		if (revisions === undefined && revision === latestCreated) return Number.POSITIVE_INFINITY;
		return generatedNumber(name, revision);
	};
}

/** Of the name of a revision that is too long to begin with that of its service: some of that, and an MD5 of all of it. */
const hashed = /^(?<start>.*)[\da-f]{32}-(?<number>\d{5,})$/;

/**
 * The number in a name that Knative has made: `cart-00002`, or with a hash in it where `<service>-00002` would be longer than
 * 63 characters (knative/pkg kmeta.ChildName). Undefined for a name that somebody has given.
 */
export function generatedNumber(service: string, revision: string): number | undefined {
	const generated = revision.startsWith(`${service}-`) ? revision.slice(service.length + 1) : '';
	if (/^\d{5,}$/.test(generated)) return Number(generated);
	const {start, number} = hashed.exec(revision)?.groups ?? {};
	if (start === undefined || start === '' || service.length <= start.length) return undefined;
	return service.startsWith(start) ? Number(number) : undefined;
}

/** Undefined where that cannot be told. */
export function isNewer(order: Order, one: string, other: string): boolean | undefined {
	if (one === other) return false;
	const [a, b] = [order(one), order(other)];
	return a === undefined || b === undefined || a === b ? undefined : a > b;
}

/** The newest of them; undefined where there is none, or where it cannot be told which it is. */
export function newestOf(order: Order, revisions: readonly string[]): string | undefined {
	return revisions.find(candidate =>
		revisions.every(other => other === candidate || isNewer(order, candidate, other) === true),
	);
}
