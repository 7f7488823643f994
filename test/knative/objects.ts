/** Objects as a server sends them, for tests: a sound one, changed where the test says. */

import {parseRevision, type RevisionView} from '../../source/knative/revision/revision.js';
import {parseService, type ServiceView} from '../../source/knative/service/service.js';
import type {Condition, KnativeService, Revision, TrafficTarget} from '../../source/knative/objects/wire.js';

export function condition(type: string, status: Condition['status'], reason = '', message = ''): Condition {
	return {
		type,
		status,
		...(reason !== '' && {reason}),
		...(message !== '' && {message}),
		lastTransitionTime: '2026-01-02T03:04:05Z',
	};
}

export const readyConditions = [
	condition('ConfigurationsReady', 'True'),
	condition('Ready', 'True'),
	condition('RoutesReady', 'True'),
];

/** helloworld-go with one ready revision that has everything by following the latest. */
export function knativeService(): KnativeService & Required<Pick<KnativeService, 'spec' | 'status'>> {
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {
			name: 'helloworld-go',
			namespace: 'default',
			uid: 'b7a1c9d0-0000-4000-8000-000000000001',
			resourceVersion: '4711',
			generation: 1,
			creationTimestamp: '2026-01-02T03:04:05Z',
			annotations: {
				'serving.knative.dev/creator': 'alice',
				'serving.knative.dev/lastModifier': 'bob',
			},
		},
		spec: {
			template: {
				metadata: {annotations: {}},
				spec: {
					containerConcurrency: 0,
					timeoutSeconds: 300,
					containers: [
						{
							name: 'user-container',
							image: 'ghcr.io/knative/helloworld-go:latest',
							env: [{name: 'TARGET', value: 'World'}],
							ports: [{containerPort: 8080, protocol: 'TCP'}],
							resources: {},
							readinessProbe: {successThreshold: 1, tcpSocket: {port: 0}},
						},
					],
				},
			},
			traffic: [{latestRevision: true, percent: 100}],
		},
		status: {
			observedGeneration: 1,
			conditions: readyConditions,
			url: 'http://helloworld-go.default.example.com',
			latestCreatedRevisionName: 'helloworld-go-00001',
			latestReadyRevisionName: 'helloworld-go-00001',
			traffic: [{revisionName: 'helloworld-go-00001', latestRevision: true, percent: 100}],
		},
	};
}

/** `helloworld-go-00002` for 2. */
export function revisionName(generation: number): string {
	return `helloworld-go-${String(generation).padStart(5, '0')}`;
}

export type ServiceChange = {
	traffic?: TrafficTarget[];
	/** Generations of the latest ready and latest created revision. */
	ready?: number | undefined;
	created?: number;
	edit?: (service: ReturnType<typeof knativeService>) => void;
};

export function serviceView({traffic, ready, created, edit}: ServiceChange = {}): ServiceView {
	const service = knativeService();
	if (traffic) service.spec.traffic = traffic;
	if (ready !== undefined) service.status.latestReadyRevisionName = revisionName(ready);
	service.status.latestCreatedRevisionName = revisionName(created ?? ready ?? 1);
	service.status.traffic =
		service.spec.traffic?.map(target => ({
			...target,
			revisionName: target.revisionName ?? revisionName(ready ?? 1),
			latestRevision: target.latestRevision ?? false,
		})) ?? [];
	edit?.(service);
	const parsed = parseService(service);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

export function knativeRevision(generation: number, conditions?: Condition[]): Revision {
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Revision',
		metadata: {
			name: revisionName(generation),
			namespace: 'default',
			creationTimestamp: '2026-01-02T03:04:05Z',
			labels: {
				'serving.knative.dev/service': 'helloworld-go',
				'serving.knative.dev/configurationGeneration': String(generation),
				'serving.knative.dev/routingState': 'active',
			},
		},
		spec: {
			containers: [{image: 'ghcr.io/knative/helloworld-go:latest', env: [{name: 'TARGET', value: 'World'}]}],
		},
		status: {
			conditions: conditions ?? [
				condition('Ready', 'True'),
				{...condition('Active', 'True'), severity: 'Info'},
			],
			actualReplicas: 1,
			desiredReplicas: 2,
		},
	};
}

export function revisionView(generation: number, conditions?: Condition[]): RevisionView {
	const parsed = parseRevision(knativeRevision(generation, conditions));
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}
