/** A Knative Revision as the screen needs it, parsed from whatever the API server sent. */

import * as v from 'valibot';
import {
	conditions,
	depthSentence,
	issueSentence,
	nameOf,
	optionalText,
	optionalWhole,
	placedMetadata,
	shared,
	type ConditionView,
	type Parsed,
} from '../objects/parsed.js';
import {revisionState, type RevisionState} from './revision-state.js';
import {resourcesOf, revisionSpec, summaryOf, telling, type EnvView, type Protocol} from './template.js';

/** Texts are printable but for `EnvView.value`. */
export type RevisionView = {
	/** Empty when the server sent none. */
	uid: string;
	name: string;
	namespace: string;
	/** Name of the Service it belongs to; undefined for one of a bare Configuration. */
	service: string | undefined;
	/** Of the Configuration: the number in the generated name. A higher one is newer. */
	generation: number;
	/** Milliseconds since 1970, UTC. */
	createdAt: number | undefined;
	image: string;
	/** Of the image, as the registry resolved it: `sha256:…`; undefined while that is not told. */
	digest: string | undefined;
	env: readonly EnvView[];
	conditions: readonly ConditionView[];
	state: RevisionState;
	/** Pods; undefined while the autoscaler has not reported. */
	actualReplicas: number | undefined;
	desiredReplicas: number | undefined;
	protocol: Protocol;
	/**
	 * `active`: a Route lists it, be it with 0 %. `reserve`: none does, so it may be garbage collected and its min-scale
	 * is ignored. `pending`: new.
	 */
	routingState: 'active' | 'reserve' | 'pending' | undefined;
	/** When that became so, to the second: milliseconds since 1970, UTC. */
	routingStateModified: number | undefined;
	/** The annotation `kn-canary.dev/rejected` as it was sent: raw, for `parseRejection`. */
	rejected: string | undefined;
	/** Who changed the template that it was made from; undefined where that is not told. */
	creator: string | undefined;
	/** Annotations under `autoscaling.knative.dev/`, by the key after the slash. Raw. */
	autoscaling: ReadonlyMap<string, string>;
	containerConcurrency: number;
	/** Of the container that gets the requests: `cpu limit` → `500m`. Printable. */
	resources: ReadonlyMap<string, string>;
	/** The other annotations, without Knative's bookkeeping: a digest of each value, by printable key. */
	annotations: ReadonlyMap<string, string>;
	deleting: boolean;
};

const containerStatuses = v.fallback(
	v.optional(v.array(v.object({name: optionalText, imageDigest: optionalText})), []),
	[],
);

const emptyStatus = {
	conditions: [],
	actualReplicas: undefined,
	desiredReplicas: undefined,
	containerStatuses: [],
};

const revision = v.object({
	metadata: placedMetadata,
	spec: revisionSpec,
	status: v.fallback(
		v.object({
			conditions,
			actualReplicas: optionalWhole,
			desiredReplicas: optionalWhole,
			containerStatuses,
		}),
		emptyStatus,
	),
});

/** `sha256:…` of a reference that has one. */
export function digestIn(image: string | undefined): string | undefined {
	const digest = /@(sha256:[\da-f]{64})$/.exec(image ?? '')?.[1];
	return digest && shared(digest);
}

const routingStates = v.picklist(['active', 'reserve', 'pending']);

/** A Revision without `status` (just created) is fine; one without a name is not, nor one that is too deep. */
export function parseRevision(input: unknown): Parsed<RevisionView> {
	const reason = depthSentence('Revision', input);
	if (reason !== undefined) return {ok: false, reason};
	const result = v.safeParse(revision, input);
	if (!result.success) return {ok: false, reason: issueSentence(nameOf('Revision', input), result.issues)};
	const {metadata: meta, spec, status} = result.output;
	const summary = summaryOf({metadata: {annotations: Object.fromEntries(meta.annotations)}, spec});
	const label = (key: string) => {
		const value = meta.labels.get(`serving.knative.dev/${key}`);
		return value ? shared(value) : undefined;
	};
	const generation = Number(label('configurationGeneration') ?? Number.NaN);
	const routingState = label('routingState');
	const annotation = (key: string) => meta.annotations.get(`serving.knative.dev/${key}`);
	const creator = annotation('creator');
	const modified = Date.parse(annotation('routingStateModified') ?? '');
	return {
		ok: true,
		value: {
			uid: meta.uid,
			name: meta.name,
			namespace: meta.namespace,
			service: label('service'),
			generation: Number.isSafeInteger(generation) ? generation : 0,
			createdAt: meta.creationTimestamp,
			image: summary.image,
			digest: digestOf(spec.containers[summary.container]?.['name'], status.containerStatuses),
			env: summary.env,
			conditions: status.conditions,
			state: revisionState(status.conditions, {deleting: meta.deletionTimestamp !== undefined}),
			actualReplicas: status.actualReplicas,
			desiredReplicas: status.desiredReplicas,
			protocol: summary.protocol,
			routingState: v.is(routingStates, routingState) ? routingState : undefined,
			routingStateModified: Number.isNaN(modified) ? undefined : modified,
			rejected: meta.annotations.get('kn-canary.dev/rejected'),
			creator: creator ? shared(creator) : undefined,
			autoscaling: summary.autoscaling,
			containerConcurrency: summary.containerConcurrency,
			resources: resourcesOf(spec, summary.container),
			annotations: telling(meta.annotations),
			deleting: meta.deletionTimestamp !== undefined,
		},
	};
}

/** Of the container that gets the requests, by its name; of a single one, whatever its name. */
function digestOf(
	name: unknown,
	statuses: readonly {name?: string | undefined; imageDigest?: string | undefined}[],
): string | undefined {
	const status = statuses.length === 1 ? statuses[0] : statuses.find(candidate => candidate.name === name);
	return digestIn(status?.imageDigest);
}
