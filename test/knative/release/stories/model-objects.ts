/** The Service and the Revisions of a model as a cluster shows them, read as the program reads them. */
import {parseRevision, type RevisionView} from '../../../../source/knative/revision/revision.js';
import {parseService, type ServiceView} from '../../../../source/knative/service/service.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';

export type MadeRevision = {
	generation: number;
	createdAt: number;
	creator: string;
	state: 'ready' | 'failed' | 'deploying';
	/** When it became so. */
	since: number;
	isListed: boolean;
	modified: number;
	rejected?: string;
	isDeleted?: true;
};

const serviceName = 'cart';
export const nameOf = (generation: number) => `${serviceName}-${String(generation).padStart(5, '0')}`;
const isoTime = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/** @param state `written`: when each manager last wrote what it owns; `ownerOfTraffic`: which of them owns `spec.traffic`. */
export function seenService(state: {
	now: number;
	generation: number;
	traffic: readonly TrafficTarget[];
	note: string | undefined;
	lastModifier: string;
	written: ReadonlyMap<string, number>;
	ownerOfTraffic: string;
	latestCreated: string;
	latestReady: string | undefined;
	/** Of the condition RoutesReady. */
	routes: {status: string; reason?: string};
	statusTraffic: readonly TrafficTarget[];
}): ServiceView {
	const parsed = parseService({
		metadata: {
			name: serviceName,
			namespace: 'default',
			uid: 'uid-of-cart',
			resourceVersion: String(state.now),
			generation: state.generation,
			creationTimestamp: isoTime(state.now),
			managedFields: [...state.written].map(([manager, at]) => ({
				manager,
				operation: 'Update',
				time: isoTime(at),
				fieldsV1: {
					'f:spec': {'f:template': {}, ...(manager === state.ownerOfTraffic && {'f:traffic': {}})},
				},
			})),
			annotations: {
				'serving.knative.dev/lastModifier': state.lastModifier,
				...(state.note !== undefined && {'kn-canary.dev/release': state.note}),
			},
		},
		spec: {
			template: {spec: {containers: [{image: 'registry.example.com/cart:1'}]}},
			traffic: state.traffic,
		},
		status: {
			observedGeneration: state.generation,
			conditions: [{type: 'RoutesReady', ...state.routes}],
			latestCreatedRevisionName: state.latestCreated,
			...(state.latestReady !== undefined && {latestReadyRevisionName: state.latestReady}),
			traffic: state.statusTraffic,
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

export function seenRevision({
	generation,
	createdAt,
	creator,
	state,
	since,
	isListed,
	modified,
	rejected,
}: MadeRevision): RevisionView {
	const parsed = parseRevision({
		metadata: {
			name: nameOf(generation),
			namespace: 'default',
			uid: `uid-${generation}`,
			creationTimestamp: isoTime(createdAt),
			labels: {
				'serving.knative.dev/service': serviceName,
				'serving.knative.dev/configurationGeneration': String(generation),
				'serving.knative.dev/routingState': isListed ? 'active' : 'reserve',
			},
			annotations: {
				'serving.knative.dev/creator': creator,
				'serving.knative.dev/routingStateModified': isoTime(modified),
				...(rejected !== undefined && {'kn-canary.dev/rejected': rejected}),
			},
		},
		spec: {containers: [{image: `registry.example.com/cart:${generation}`}]},
		status: {
			conditions: [
				{
					type: 'Ready',
					status: {ready: 'True', failed: 'False', deploying: 'Unknown'}[state],
					lastTransitionTime: isoTime(since),
				},
			],
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}
