/**
 * Many services at once, for who wants to know how a client does with them: each with its revisions, all Ready and scaled
 * to zero, as a cluster looks at night. Written in the state they would come to; the controllers find nothing to do,
 * and a request wakes a revision like any other.
 */
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Condition, KubernetesObject, RevisionTemplate, TrafficTarget} from '../knative/objects/wire.js';
import {readyIngressStatus} from './controller/networking/ingress.js';
import {makeIngress, makePlaceholders, rolloutGoal} from './controller/networking/kingress.js';
import {childName, controlledBy, getRoute, timestamp} from './controller/objects.js';
import {hostsOf} from './controller/serving/domain.js';
import {resolveDigest} from './images/catalog.js';
import {configurations, coreServices, ingresses, revisions, routes, services} from './resources.js';
import type {ObjectStore, Resource, StoredObject} from './shared-store.js';

export type CrowdOptions = {
	/** How many services, and how many revisions each; whole numbers from 1. */
	services: number;
	revisions: number;
	/** The user they are made by. */
	creator: string;
	/** The clock, in milliseconds since 1970. */
	now: () => number;
};

const namespace = 'default';
const apiVersion = 'serving.knative.dev/v1';
const image = 'registry.example.com/crowd/helloworld-go:1';
/** Services that are made before others get a turn. */
const batch = 20;

/** Makes the services `crowd-0001` and on. @throws StoreConflict when one of the names is taken. */
export async function gather(store: ObjectStore, options: CrowdOptions): Promise<void> {
	for (let number = 1; number <= options.services; number++) {
		makeService(store, `crowd-${String(number).padStart(4, '0')}`, options);
		if (number % batch === 0) {
			await nextTurn();
		}
	}
}

function makeService(store: ObjectStore, name: string, {revisions: count, creator, now}: CrowdOptions): void {
	const time = timestamp(now());
	const latest = revisionName(name, count);
	const people = {'serving.knative.dev/creator': creator, 'serving.knative.dev/lastModifier': creator};
	const traffic: TrafficTarget[] = [{latestRevision: true, percent: 100}];
	const shares: TrafficTarget[] = [{revisionName: latest, latestRevision: true, percent: 100}];
	const names = {latestCreatedRevisionName: latest, latestReadyRevisionName: latest};
	const serviceStatus = (status: object): object => ({
		observedGeneration: count,
		conditions: conditions(time, ['ConfigurationsReady', 'Ready', 'RoutesReady']),
		...names,
		...status,
	});
	const service = store.create(
		services,
		object('Service', name, {annotations: people, spec: {template: template(name, 1), traffic}}),
	);
	const labels = {'serving.knative.dev/service': name};
	const configuration = store.create(
		configurations,
		object('Configuration', name, {
			labels: {...labels, 'serving.knative.dev/serviceUID': service.metadata.uid},
			annotations: {...people, 'serving.knative.dev/routes': name},
			owner: service,
			spec: {template: template(name, 1)},
		}),
	);
	// One write for each revision: their number is the generation of the Configuration.
	for (let number = 2; number <= count; number++) {
		setSpec(store, services, name, {template: template(name, number), traffic});
		setSpec(store, configurations, name, {template: template(name, number)});
	}

	const route = store.create(
		routes,
		object('Route', name, {
			labels,
			annotations: people,
			owner: service,
			finalizers: ['routes.serving.knative.dev'],
			spec: {traffic: [{...traffic[0], configurationName: name}]},
		}),
	);
	for (let number = 1; number <= count; number++) {
		makeRevision(store, configuration, {number, time, isLatest: number === count, creator});
	}

	const made = getRoute(store, `${namespace}/${name}`);
	if (!made) {
		throw new Error(`the Route ${name} is gone as soon as it was made`);
	}

	const targets = [
		{revisionName: latest, latestRevision: true, percent: 100, tag: '', configurationName: name},
	];
	const ingress = makeIngress(store, made, targets, rolloutGoal(targets));
	store.create(ingresses, {...ingress, status: readyIngressStatus(time)});
	for (const placeholder of makePlaceholders(store, made, targets)) {
		store.create(coreServices, placeholder);
	}

	const hosts = hostsOf(store, made, '');
	const reached = {
		url: `http://${hosts.host}`,
		address: {url: `http://${hosts.local.at(-1) ?? hosts.host}`},
		traffic: shares,
	};
	setStatus(store, configuration, {
		observedGeneration: count,
		conditions: conditions(time, ['Ready']),
		...names,
	});
	setStatus(store, route, {
		observedGeneration: 1,
		conditions: conditions(time, ['AllTrafficAssigned', 'CertificateProvisioned', 'IngressReady', 'Ready']),
		...reached,
	});
	setStatus(store, service, serviceStatus(reached));
}

function makeRevision(
	store: ObjectStore,
	configuration: StoredObject,
	{number, time, isLatest, creator}: {number: number; time: string; isLatest: boolean; creator: string},
): void {
	const {name, uid, labels = {}} = configuration.metadata;
	const resolution = resolveDigest(image);
	const {metadata, spec} = template(name, number);
	store.create(
		revisions,
		object('Revision', revisionName(name, number), {
			labels: {
				...metadata?.labels,
				...labels,
				'serving.knative.dev/configuration': name,
				'serving.knative.dev/configurationGeneration': String(number),
				'serving.knative.dev/configurationUID': uid,
				'serving.knative.dev/routingState': isLatest ? 'active' : 'reserve',
			},
			annotations: {
				'serving.knative.dev/creator': creator,
				...(isLatest ? {'serving.knative.dev/routes': name} : {}),
				'serving.knative.dev/routingStateModified': time,
			},
			owner: configuration,
			spec,
			status: {
				observedGeneration: 1,
				conditions: [
					{
						type: 'Active',
						status: 'False',
						severity: 'Info',
						reason: 'NoTraffic',
						message: 'The target is not receiving traffic.',
						lastTransitionTime: time,
					},
					...conditions(time, ['ContainerHealthy', 'Ready', 'ResourcesAvailable']),
				],
				containerStatuses: [
					{name: 'user-container', imageDigest: 'digest' in resolution ? resolution.digest : image},
				],
				actualReplicas: 0,
				desiredReplicas: 0,
			},
		}),
	);
}

const revisionName = (name: string, number: number): string =>
	childName(name, `-${String(number).padStart(5, '0')}`);

/** As admission leaves it. */
function template(name: string, number: number): RevisionTemplate {
	return {
		metadata: {},
		spec: {
			containerConcurrency: 0,
			timeoutSeconds: 300,
			enableServiceLinks: false,
			containers: [
				{
					name: 'user-container',
					image,
					env: [{name: 'TARGET', value: `${name} ${number}`}],
					readinessProbe: {successThreshold: 1, tcpSocket: {port: 0}},
					resources: {},
				},
			],
		},
	};
}

function object(
	kind: string,
	name: string,
	{
		owner,
		labels = {},
		annotations,
		finalizers,
		...rest
	}: {
		owner?: StoredObject;
		labels?: Record<string, string>;
		annotations: Record<string, string>;
		finalizers?: string[];
		spec: unknown;
		status?: unknown;
	},
): KubernetesObject {
	return {
		apiVersion,
		kind,
		metadata: {
			name,
			namespace,
			labels,
			annotations,
			...(owner ? {ownerReferences: [controlledBy(owner)]} : {}),
			...(finalizers ? {finalizers} : {}),
		},
		...rest,
	};
}

/** All of them True, each with the reason that Knative gives for it. */
function conditions(time: string, types: readonly string[]): Condition[] {
	return types.map(type => ({
		type,
		status: 'True',
		...(type === 'CertificateProvisioned'
			? {reason: 'TLSNotEnabled', message: 'external-domain-tls is not enabled'}
			: {}),
		lastTransitionTime: time,
	}));
}

function setSpec(store: ObjectStore, resource: Resource, name: string, spec: object): void {
	store.update(resource, namespace, name, 'main', current => ({...current, spec}));
}

function setStatus(store: ObjectStore, {kind, metadata}: StoredObject, status: object): void {
	const resource = [routes, services, configurations].find(candidate => candidate.kind === kind) ?? services;
	store.update(resource, metadata.namespace, metadata.name, 'status', current => ({...current, status}));
}
