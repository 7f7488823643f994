/** Which two revisions of a service are compared, and where each is asked. Pure. */
import type {Side, Sides} from '../../probe/pairs/sides.js';
import {releaseOf, roleOf} from '../../knative/release/release.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {StatusTarget} from '../../knative/service/traffic-entries.js';
import {tagsOf} from './request-target.js';

export type ComparedPair =
	/** `called`: what the two are in the release; undefined as long as they are canary and stable. */
	| {ok: true; sides: Sides; called?: Record<keyof Sides, string>}
	/** Why nothing can be compared, as a clause without its stop. `untagged`: the revision that wants a tag for it. */
	| {ok: false; reason: string; untagged?: string};

/**
 * The canary, and what users had; where there is no release, the newest revision of the route, and the one that has most
 * of the rest, where shares are equal the newer one.
 */
function pairedRevisions(
	service: ServiceView,
	revisions: readonly RevisionView[],
):
	| {
			fresh: RevisionView;
			old: RevisionView;
			percents: ReadonlyMap<string, number>;
			called: Record<keyof Sides, string>;
	  }
	| undefined {
	const percents = new Map<string, number>();
	for (const {revision, percent} of service.statusTraffic) {
		percents.set(revision, (percents.get(revision) ?? 0) + percent);
	}
	const routed = revisions
		.filter(({name}) => percents.has(name))
		.toSorted((one, other) => other.generation - one.generation);
	const release = releaseOf({service, revisions, changes: []});
	const {canary, stable} = release;
	const fresh = routed.find(({name}) => name === canary?.revision) ?? routed[0];
	const others = routed.filter(revision => revision !== fresh);
	const [most] = others.toSorted(
		(one, other) => (percents.get(other.name) ?? 0) - (percents.get(one.name) ?? 0),
	);
	const old = others.find(({name}) => name === stable?.revision) ?? most;
	if (!fresh || !old) return undefined;
	const isPrevious = service.statusTraffic.some(
		({revision, tag}) => revision === old.name && tag === 'previous',
	);
	const called = {
		fresh:
			fresh.name === canary?.revision && canary.lost !== undefined
				? 'former canary'
				: (roleOf(fresh.name, release) ?? 'new'),
		old: roleOf(old.name, release) ?? (isPrevious ? 'previous' : 'old'),
	};
	return {fresh, old, percents, called};
}

/** Which of a split are compared, by name; undefined where there are no two. */
export function comparedRevisions(
	service: ServiceView,
	revisions: readonly RevisionView[],
): {fresh: string; old: string} | undefined {
	const pair = pairedRevisions(service, revisions);
	return pair && {fresh: pair.fresh.name, old: pair.old.name};
}

/** Revisions that anybody can ask at an address of their own, whatever the split is: each once, in order of their names. */
export const taggedRevisions = (traffic: readonly StatusTarget[]): string[] =>
	[...new Set(traffic.flatMap(({revision, tag}) => (tag === undefined ? [] : [revision])))].toSorted();

/** Whether a revision that users are sent to speaks gRPC: its errors are in no HTTP status. */
export const speaksGrpc = (traffic: readonly StatusTarget[], revisions: readonly RevisionView[]): boolean =>
	revisions.some(
		({name, protocol}) => protocol === 'grpc' && traffic.some(({revision}) => revision === name),
	);

/**
 * A revision can be asked at a tag of its own, or at the service's host while it has all of the traffic.
 *
 * @param byHeader As of `tagsOf`.
 */
export function pairOf(
	service: ServiceView,
	revisions: readonly RevisionView[],
	byHeader?: ReadonlySet<string>,
): ComparedPair {
	const pair = pairedRevisions(service, revisions);
	if (!pair) return {ok: false, reason: 'nothing to compare: one revision'};

	const {fresh, old, percents} = pair;
	const tags = tagsOf(service, byHeader);
	const sideOf = ({name}: RevisionView): Side | undefined => {
		const tagged = tags.find(({revision}) => revision === name);
		if (tagged) {
			const {authority, byHeader: tag} = tagged;
			return {revision: name, authority, ...(tag !== undefined && {byHeader: tag})};
		}
		return percents.get(name) === 100 && service.url !== undefined && URL.canParse(service.url)
			? {revision: name, authority: new URL(service.url).host}
			: undefined;
	};
	const [freshSide, oldSide] = [sideOf(fresh), sideOf(old)];
	if (freshSide && oldSide) {
		const sides = {fresh: freshSide, old: oldSide};
		const {called} = pair;
		return called.fresh === 'canary' && called.old === 'stable'
			? {ok: true, sides}
			: {ok: true, sides, called};
	}
	const {name: untagged} = freshSide ? old : fresh;
	return {ok: false, reason: `${untagged} has no tag URL`, untagged};
}
