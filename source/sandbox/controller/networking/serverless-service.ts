/**
 * The ServerlessService of a PodAutoscaler, and the two core Services of a revision: the public one, which leads to its pods or
 * to the activator, and the private one, which always leads to its pods.
 *
 * Source: knative/serving pkg/reconciler/autoscaling/{resources/sks.go,kpa/kpa.go},
 * pkg/reconciler/serverlessservice/resources/services.go, knative/networking
 * pkg/apis/networking/v1alpha1/serverlessservice_lifecycle.go.
 */
import {createHash} from 'node:crypto';
import type {Condition, KubernetesObject} from '../../../knative/objects/wire.js';
import {settingsOf} from '../../cluster-settings.js';
import {coreServices, serverlessServices} from '../../resources.js';
import type {ObjectStore, StoredObject} from '../../shared-store.js';
import {reconcileStatus, type ConditionKind} from '../serving/conditions.js';
import {deploymentName} from '../workload/deployment.js';
import {ensured} from '../ensured.js';
import {childName, controlledBy, isControlledBy, type StoredRevision} from '../objects.js';
import {userContainer} from '../workload/pod-spec.js';

const conditionKind: ConditionKind = {dependents: ['EndpointsPopulated']};
/** The fewest activators that stand before a revision. */
const fewestActivators = 2;

type Mode = 'Serve' | 'Proxy';
type ServerlessStatus = {
	observedGeneration?: number;
	conditions?: Condition[];
	serviceName?: string;
	privateServiceName?: string;
};

const isH2c = (revision: StoredRevision): boolean => userContainer(revision)?.ports?.[0]?.name === 'h2c';

/** How requests come to the pods: past the activator only while there is capacity for a burst of them. */
function modeOf(
	store: ObjectStore,
	revision: StoredRevision,
	{desired, ready}: ServerlessScale,
): {mode: Mode; numActivators: number} {
	const {annotations = {}} = revision.metadata;
	const cluster = settingsOf(store, 'config-autoscaler');
	const own = Number(
		annotations['autoscaling.knative.dev/target-burst-capacity'] ??
			annotations['autoscaling.knative.dev/targetBurstCapacity'],
	);
	const burst = Number.isFinite(own) ? own : cluster.number('target-burst-capacity', 211);
	const each =
		revision.spec?.containerConcurrency || cluster.number('container-concurrency-target-default', 100);
	const capacity = ready * each;
	const spare = burst === 0 ? 0 : burst < 0 ? -1 : capacity - burst;
	const activators = Math.ceil((capacity + Math.max(0, burst)) / cluster.number('activator-capacity', 100));
	return {
		mode: desired === 0 || spare < 0 ? 'Proxy' : 'Serve',
		numActivators: desired === 0 ? fewestActivators : Math.max(fewestActivators, activators),
	};
}

function makeServerlessService(
	store: ObjectStore,
	revision: StoredRevision,
	autoscaler: StoredObject,
	scale: ServerlessScale,
): KubernetesObject {
	const {name, namespace = '', labels = {}, annotations = {}} = autoscaler.metadata;
	const {'autoscaling.knative.dev/metric': _metric, ...kept} = annotations;
	const isNew = store.get(serverlessServices, namespace, name) === undefined;
	return {
		apiVersion: 'networking.internal.knative.dev/v1alpha1',
		kind: 'ServerlessService',
		metadata: {name, namespace, labels, annotations: kept, ownerReferences: [controlledBy(autoscaler)]},
		spec: {
			...modeOf(store, revision, scale),
			// Nothing was measured yet when it is made.
			...(isNew ? {numActivators: fewestActivators} : {}),
			objectRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: deploymentName(revision)},
			protocolType: isH2c(revision) ? 'h2c' : 'http1',
		},
	};
}

function makeServices(
	revision: StoredRevision,
	serverless: StoredObject,
): {public: KubernetesObject; private: KubernetesObject} {
	const {name, namespace = '', labels = {}, annotations = {}} = serverless.metadata;
	const [portName, queuePort] = isH2c(revision) ? ['http2', 8013] : ['http', 8012];
	const http = {name: portName, protocol: 'TCP', port: 80, targetPort: queuePort};
	const make = (type: 'Public' | 'Private', serviceName: string, spec: object): KubernetesObject => ({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {
			name: serviceName,
			namespace,
			labels: {
				...labels,
				'networking.internal.knative.dev/serverlessservice': name,
				'networking.internal.knative.dev/serviceType': type,
			},
			annotations,
			ownerReferences: [controlledBy(serverless)],
		},
		spec: {...spec, ...addressOf(namespace, serviceName), type: 'ClusterIP', sessionAffinity: 'None'},
	});
	return {
		public: make('Public', name, {ports: [http]}),
		private: make('Private', childName(name, '-private'), {
			ports: [
				http,
				{name: 'http-autometric', protocol: 'TCP', port: 9090, targetPort: 'http-autometric'},
				{name: 'http-usermetric', protocol: 'TCP', port: 9091, targetPort: 'http-usermetric'},
				{name: 'http-queueadm', protocol: 'TCP', port: 8022, targetPort: 8022},
				{name: `${portName}-istio`, protocol: 'TCP', port: queuePort, targetPort: queuePort},
			],
			selector: {'serving.knative.dev/revisionUID': revision.metadata.uid},
		}),
	};
}

/** An address as a cluster gives them out to Services (kubeadm's range); nobody listens there. */
function addressOf(namespace: string, name: string): {clusterIP: string; clusterIPs: string[]} {
	const [first = 0, second = 0] = createHash('sha256').update(`${namespace}/${name}`).digest();
	const clusterIP = `10.96.${first}.${Math.min(254, Math.max(1, second))}`;
	return {clusterIP, clusterIPs: [clusterIP]};
}

type ServerlessScale = {desired: number; ready: number};

/** Writes it all. @param now in milliseconds since 1970. */
export function writeServerlessService(
	store: ObjectStore,
	revision: StoredRevision,
	autoscaler: StoredObject,
	{now, ...scale}: ServerlessScale & {now: number},
): void {
	const wanted = makeServerlessService(store, revision, autoscaler, scale);
	const {namespace, name} = wanted.metadata;
	const serverless = ensured(store, serverlessServices, wanted);
	const made = makeServices(revision, serverless);
	const foreign = [made.public, made.private].find(service => {
		const existing = store.get(coreServices, service.metadata.namespace, service.metadata.name);
		return existing && !isControlledBy(existing, serverless) && !isOfServerlessService(existing);
	});
	if (!foreign) {
		ensured(store, coreServices, made.public);
		ensured(store, coreServices, made.private);
	}

	const before = isStatus(serverless.status) ? {status: serverless.status} : {};
	const status = reconcileStatus<ServerlessStatus>(
		{metadata: serverless.metadata, ...before},
		conditionKind,
		now,
		conditions => {
			const isProxied = scale.ready === 0 || modeOf(store, revision, scale).mode === 'Proxy';
			const condition = 'ActivatorEndpointsPopulated';
			const backed = 'Revision is backed by Activator';
			if (isProxied) {
				conditions.markTrue(condition, condition, backed);
			} else {
				conditions.markFalse(condition, condition, backed);
			}

			if (foreign) {
				const text = `Resource ${foreign.metadata.name} of type Service is not owned by SKS`;
				conditions.markFalse('EndpointsPopulated', 'NotOwned', text);
				return {};
			}

			if (scale.ready > 0) {
				conditions.markTrue('EndpointsPopulated');
			} else {
				conditions.markUnknown('EndpointsPopulated', 'NoHealthyBackends', 'K8s Service is not ready');
			}

			return {serviceName: made.public.metadata.name, privateServiceName: made.private.metadata.name};
		},
	);
	store.update(serverlessServices, namespace, name, 'status', current => ({...current, status}));
}

/** Of the revision that had this name before. */
const isOfServerlessService = ({metadata}: StoredObject): boolean =>
	(metadata.ownerReferences ?? []).some(({kind}) => kind === 'ServerlessService');

/** Nobody else writes it. */
const isStatus = (status: unknown): status is ServerlessStatus =>
	typeof status === 'object' && status !== null;
