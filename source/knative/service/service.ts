/** A Knative Service as the screen and the writes need it, parsed from whatever the API server sent. */

import {hash} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import * as v from 'valibot';
import {
	conditions,
	depthSentence,
	issueSentence,
	nameOf,
	ownedMetadata,
	optionalText,
	optionalWhole,
	type ConditionView,
	type OwnedMetadata,
	type Parsed,
} from '../objects/parsed.js';
import {printable} from '../text/printable.js';
import {summaryOf, template, type RawTemplate, type TemplateSummary} from '../revision/template.js';
import {ingressClassOf} from './ingress-class.js';
import {ownersOf, type Owner} from './owners.js';
import {specTraffic, statusTraffic, type SplitTarget, type StatusTarget} from './traffic-entries.js';

export type {ConditionView, Parsed} from '../objects/parsed.js';

/**
 * Texts are printable unless said otherwise. What changes without any of it changing is nothing that is shown or acted upon, so
 * that two views that are alike are one row.
 */
export type ServiceView = {
	uid: string;
	name: string;
	namespace: string;
	/** Moves when, and only when, the spec changed. */
	generation: number;
	/** The generation that `status` speaks of; undefined while there is no status. */
	observedGeneration: number | undefined;
	/** Milliseconds since 1970, UTC. */
	createdAt: number | undefined;
	deleting: boolean;
	creator: string | undefined;
	lastModifier: string | undefined;
	/** By what it was last written, as `managedFields` tells: `kubectl-patch`. Undefined where that cannot be told. */
	lastTool: string | undefined;
	/**
	 * `spec.traffic` has not been written after that, as `managedFields` tells: milliseconds since 1970, to the second. Undefined
	 * where that cannot be told.
	 */
	trafficWrittenAt: number | undefined;
	/** The annotation `kn-canary.dev/release` as it was sent: raw, for `parseNote`. */
	releaseNote: string | undefined;
	/** The resourceVersion of one that has no annotation at all, so that the map can be added to that very one. */
	unannotatedAt: string | undefined;
	/** `serving.knative.dev/rollout-duration`: a Go duration over which `@latest` moves gradually. */
	rolloutDuration: string | undefined;
	owners: readonly Owner[];
	/** It has no rule on the external gateway. */
	clusterLocal: boolean;
	/** The ingress class that it wants instead of the one of the cluster (`networking.knative.dev/ingress-class`). */
	ingressClass?: string;
	url: string | undefined;
	latestCreated: string | undefined;
	latestReady: string | undefined;
	conditions: readonly ConditionView[];
	/** Sums to 100. */
	specTraffic: readonly SplitTarget[];
	/** What of `status.traffic` can be read. */
	statusTraffic: readonly StatusTarget[];
	/** Why that is no whole split, as a sentence: nothing may be compared with it then. */
	splitDoubt?: string;
	summary: TemplateSummary;
	/** `spec.template` as it was sent: raw, for patches; never to be shown. */
	template: RawTemplate;
};

const emptyStatus = {
	observedGeneration: undefined,
	conditions: [],
	url: undefined,
	traffic: {targets: []},
	latestCreatedRevisionName: undefined,
	latestReadyRevisionName: undefined,
};

const owned = v.object({metadata: ownedMetadata});

const specAndStatus = v.object({
	spec: v.object({
		template: v.nullish(template, {}),
		traffic: v.pipe(v.nullish(v.unknown(), []), specTraffic),
	}),
	status: v.fallback(
		v.object({
			observedGeneration: optionalWhole,
			conditions,
			url: optionalText,
			traffic: statusTraffic,
			latestCreatedRevisionName: optionalText,
			latestReadyRevisionName: optionalText,
		}),
		emptyStatus,
	),
});

/** What a view has of `metadata`, and of nothing else. */
function ownParts(meta: OwnedMetadata) {
	const annotation = (key: string) => {
		const value = meta.annotations.get(key);
		return value === undefined || value === '' ? undefined : printable(value);
	};
	const ingressClass = ingressClassOf(meta.annotations);
	return {
		uid: meta.uid,
		name: meta.name,
		namespace: meta.namespace,
		generation: meta.generation,
		createdAt: meta.creationTimestamp,
		deleting: meta.deletionTimestamp !== undefined,
		creator: annotation('serving.knative.dev/creator'),
		lastModifier: annotation('serving.knative.dev/lastModifier'),
		lastTool: lastToolOf(meta.managedFields.last),
		trafficWrittenAt: meta.managedFields.traffic,
		releaseNote: meta.annotations.get('kn-canary.dev/release'),
		unannotatedAt: meta.annotations.size > 0 ? undefined : meta.resourceVersion,
		rolloutDuration: annotation('serving.knative.dev/rollout-duration'),
		owners: ownersOf(meta),
		...(ingressClass !== undefined && {ingressClass}),
	};
}

/** What a view has of `spec` and `status`, and of nothing else. */
type ServiceBody = Omit<ServiceView, keyof ReturnType<typeof ownParts> | 'clusterLocal'>;

function parseBody(input: unknown, name: string): Parsed<ServiceBody> {
	const result = v.safeParse(specAndStatus, input);
	if (!result.success) return {ok: false, reason: issueSentence(nameOf('Service', input), result.issues)};
	const {spec, status} = result.output;
	const doubt = doubtOf(name, status);
	return {
		ok: true,
		value: {
			observedGeneration: status.observedGeneration,
			url: status.url,
			latestCreated: status.latestCreatedRevisionName,
			latestReady: status.latestReadyRevisionName,
			conditions: status.conditions,
			specTraffic: spec.traffic,
			statusTraffic: status.traffic.targets,
			...(doubt !== undefined && {splitDoubt: doubt}),
			summary: summaryOf(spec.template),
			template: spec.template,
		},
	};
}

/** Of a split that is not there while the route is ready somebody has taken it away: before that there is none. */
function doubtOf(
	name: string,
	{traffic, conditions: said}: v.InferOutput<typeof specAndStatus>['status'],
): string | undefined {
	if (traffic.issues) return issueSentence(`The split that ${name} has got`, traffic.issues);
	if (traffic.odd !== undefined) return `The split that ${name} has got ${traffic.odd}.`;
	const isRouted = said.some(
		({type, status}) => status === 'True' && ['Ready', 'RoutesReady'].includes(type),
	);
	return traffic.targets.length === 0 && isRouted
		? `The cluster reports no split of ${name}, though its route is ready: status.traffic is empty.`
		: undefined;
}

const bodyOf = (view: ServiceView): ServiceBody => ({
	observedGeneration: view.observedGeneration,
	url: view.url,
	latestCreated: view.latestCreated,
	latestReady: view.latestReady,
	conditions: view.conditions,
	specTraffic: view.specTraffic,
	statusTraffic: view.statusTraffic,
	...(view.splitDoubt !== undefined && {splitDoubt: view.splitDoubt}),
	summary: view.summary,
	template: view.template,
});

/** A digest of the `spec` and the `status` that a view was made of, and whether its URL is one inside of the cluster. */
const madeOf = new WeakMap<ServiceView, {digest: string; isLocal: boolean}>();

function digestOf(input: unknown): string {
	const [spec, status]: unknown[] =
		input instanceof Object ? ['spec', 'status'].map(part => Reflect.get(input, part)) : [];
	return hash('sha256', JSON.stringify([spec, status]), 'base64');
}

/** Of what is the same object nothing is compared. */
function isSameView(one: ServiceView, other: ServiceView): boolean {
	const [ones, others] = [Object.entries(one), Object.entries(other)];
	return (
		ones.length === others.length &&
		others.every(([key, value]) => {
			const before: unknown = Reflect.get(one, key);
			return before === value || isDeepStrictEqual(before, value);
		})
	);
}

/**
 * A Service without `status` (just created) or template is fine; one without a name or a sound `spec.traffic` is not, nor one
 * that is too deep to be compared, copied or printed.
 *
 * @param before The view of an earlier state of it. Most events change `metadata` only: where `spec` and `status` are word for word what
 * they were, what was made of them is taken over; and where nothing in the view is another, the view itself.
 */
export function parseService(input: unknown, before?: ServiceView): Parsed<ServiceView> {
	const reason = depthSentence('Service', input);
	if (reason !== undefined) return {ok: false, reason};
	const result = v.safeParse(owned, input);
	if (!result.success) return {ok: false, reason: issueSentence(nameOf('Service', input), result.issues)};
	const {metadata: meta} = result.output;
	// What is told of but once needs none.
	const digest = before && digestOf(input);
	const known = before && before.name === meta.name ? madeOf.get(before) : undefined;
	const isKnown = known !== undefined && known.digest === digest;
	const body: Parsed<ServiceBody> =
		before && isKnown ? {ok: true, value: bodyOf(before)} : parseBody(input, meta.name);
	if (!body.ok) return body;
	const {splitDoubt: doubt, url} = body.value;
	const isLocal = isKnown ? known.isLocal : isClusterLocal(url);
	const isHidden = meta.labels.get('networking.knative.dev/visibility') === 'cluster-local';
	const made: ServiceView = {...ownParts(meta), clusterLocal: isHidden || isLocal, ...body.value};
	const value = before && isSameView(before, made) ? before : made;
	if (digest !== undefined) madeOf.set(value, {digest, isLocal});
	return {ok: true, ...(doubt !== undefined && {doubt}), value};
}

function lastToolOf([only, ...others]: readonly string[]): string | undefined {
	return only === undefined || others.length > 0 ? undefined : printable(only);
}

/** With the stock ConfigMap `config-domain` every route is cluster-local, without any label saying so. */
function isClusterLocal(url: string | undefined): boolean {
	return url !== undefined && URL.canParse(url) && new URL(url).hostname.endsWith('.svc.cluster.local');
}
