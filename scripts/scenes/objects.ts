/** Services and revisions of the scenes, as an API server sends them, read by the console's own parsers. */
import type {Condition, KnativeService, Revision, TrafficTarget} from '../../source/knative/objects/wire.js';
import {parseRevision, type RevisionView} from '../../source/knative/revision/revision.js';
import {parseService, type ServiceView} from '../../source/knative/service/service.js';

/** When it is on all pictures: milliseconds since 1970, UTC. */
export const present = Date.UTC(2026, 0, 15, 3, 12, 7);

const minute = 60_000;
export const ago = {
	minutes: (count: number) => present - count * minute,
	days: (count: number) => present - count * 1440 * minute,
};

const timestamp = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

const condition = (
	type: string,
	status: Condition['status'],
	reason?: string,
	message?: string,
): Condition => ({
	type,
	status,
	...(reason !== undefined && {reason}),
	...(message !== undefined && {message}),
	lastTransitionTime: timestamp(ago.minutes(5)),
});

/** `cart-00002` for 2. */
export const nameOf = (service: string, generation: number): string =>
	`${service}-${String(generation).padStart(5, '0')}`;

export const image = 'registry.example.com/shop/helloworld-go:73fbdd56';
export const flaky = 'registry.example.com/shop/helloworld-flaky:2';

const rollingOut = 'A gradual rollout of the latest revision(s) is in progress.';

type Target = {revision: number; percent: number; tag?: string; latest?: true};

export type ServiceParts = {
	name?: string;
	generation?: number;
	createdAt?: number;
	traffic: readonly Target[];
	/** Generations of the newest revision, and of the newest that is ready. */
	created?: number;
	ready?: number;
	modifiedBy?: string;
	/** What wrote it last, as `managedFields` says. */
	tool?: string;
	image?: string;
	/** Why the newest revision failed. */
	failed?: {reason: string; message: string};
	annotations?: Readonly<Record<string, string>>;
	/** What the route has, where it is not yet what was asked for. */
	routed?: readonly Target[];
	/** Knative moves the traffic from there to what was asked for by and by. */
	isRollingOut?: boolean;
};

/** A service whose route has what its spec says, unless told otherwise. */
export function serviceOf({
	name = 'cart',
	generation = 3,
	createdAt = ago.days(6),
	traffic,
	created = Math.max(...traffic.map(({revision}) => revision)),
	ready = created,
	modifiedBy = 'ann',
	tool = 'kn-canary',
	image: ofTemplate = image,
	failed,
	annotations = {},
	routed = traffic,
	isRollingOut = false,
}: ServiceParts): ServiceView {
	const isRouted = routed === traffic;
	const newest = nameOf(name, created);
	const why = failed && `Revision "${newest}" failed with message: ${failed.message}`;
	const targets = (of: readonly Target[]): TrafficTarget[] =>
		of.map(({revision, percent, tag, latest}) => ({
			...(latest ? {latestRevision: true} : {revisionName: nameOf(name, revision)}),
			percent,
			...(tag !== undefined && {tag}),
		}));
	const object: KnativeService = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {
			name,
			namespace: 'default',
			uid: `uid-of-${name}`,
			resourceVersion: '4711',
			generation,
			creationTimestamp: timestamp(createdAt),
			annotations: {
				'serving.knative.dev/creator': 'ann',
				'serving.knative.dev/lastModifier': modifiedBy,
				...annotations,
			},
			managedFields: [
				{
					manager: tool,
					operation: 'Update',
					apiVersion: 'serving.knative.dev/v1',
					time: timestamp(ago.minutes(4)),
					fieldsType: 'FieldsV1',
					fieldsV1: {'f:spec': {'f:traffic': {}}},
				},
			],
		},
		spec: {
			template: {
				metadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}},
				spec: {containers: [{image: ofTemplate, env: [{name: 'TARGET', value: 'Cart'}]}]},
			},
			traffic: targets(traffic),
		},
		status: {
			observedGeneration: isRouted || isRollingOut ? generation : generation - 1,
			url: `http://${name}.default.example.com`,
			latestCreatedRevisionName: newest,
			latestReadyRevisionName: nameOf(name, ready),
			conditions:
				failed === undefined
					? ['ConfigurationsReady', 'Ready', 'RoutesReady'].map(type =>
							isRollingOut && type !== 'ConfigurationsReady'
								? condition(type, 'Unknown', 'RolloutInProgress', rollingOut)
								: condition(type, isRouted || isRollingOut ? 'True' : 'Unknown'),
						)
					: [
							condition('ConfigurationsReady', 'False', 'RevisionFailed', why),
							condition('Ready', 'False', 'RevisionFailed', why),
							condition('RoutesReady', 'True'),
						],
			traffic: routed.map(({revision, percent, tag, latest}) => ({
				revisionName: nameOf(name, revision),
				latestRevision: latest === true,
				percent,
				...(tag !== undefined && {tag, url: `http://${tag}-${name}.default.example.com`}),
			})),
		},
	};
	const parsed = parseService(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

export type RevisionParts = {
	service?: string;
	image?: string;
	createdAt?: number;
	env?: Readonly<Record<string, string>>;
	/** Pods that are there; 0 is a revision that sleeps. */
	pods?: number;
	failed?: {reason: string; message: string};
};

export function revisionOf(
	generation: number,
	{
		service = 'cart',
		image: of = image,
		createdAt = ago.days(6),
		env = {TARGET: 'Cart'},
		pods = 1,
		failed,
	}: RevisionParts = {},
): RevisionView {
	const object: Revision = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Revision',
		metadata: {
			name: nameOf(service, generation),
			namespace: 'default',
			uid: `uid-of-${nameOf(service, generation)}`,
			creationTimestamp: timestamp(createdAt),
			labels: {
				'serving.knative.dev/service': service,
				'serving.knative.dev/configurationGeneration': String(generation),
				'serving.knative.dev/routingState': 'active',
			},
		},
		spec: {containers: [{image: of, env: Object.entries(env).map(([key, value]) => ({name: key, value}))}]},
		status: {
			conditions: failed
				? [condition('Ready', 'False', failed.reason, failed.message)]
				: [
						condition('Ready', 'True'),
						{...condition('Active', pods > 0 ? 'True' : 'False'), severity: 'Info'},
					],
			actualReplicas: pods,
			desiredReplicas: failed ? 1 : pods,
		},
	};
	const parsed = parseRevision(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}
