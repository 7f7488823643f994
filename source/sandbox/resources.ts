/**
 * The resources the sandbox serves, as discovery describes them.
 *
 * Sources: knative/serving config/core/300-resources, knative/networking config/300-resources, kubernetes core/v1.
 */
import type {Resource} from './shared-store.js';

function serving(
	kind: string,
	plural: string,
	singular: string,
	shortNames: string[],
	categories: string[],
): Resource {
	return {
		group: 'serving.knative.dev',
		version: 'v1',
		kind,
		plural,
		singular,
		shortNames,
		categories,
		namespaced: true,
		statusSubresource: true,
	};
}

const knative = ['all', 'knative', 'serving'];

export const services: Resource = serving('Service', 'services', 'service', ['kservice', 'ksvc'], knative);
export const configurations: Resource = serving(
	'Configuration',
	'configurations',
	'configuration',
	['config', 'cfg'],
	knative,
);
export const routes: Resource = serving('Route', 'routes', 'route', ['rt'], knative);
export const revisions: Resource = serving('Revision', 'revisions', 'revision', ['rev'], knative);

/** Served and kept, and nothing follows from one: the sandbox maps no domains. */
const domainMappings: Resource = {
	...serving('DomainMapping', 'domainmappings', 'domainmapping', ['dm'], knative),
	version: 'v1beta1',
};

export const ingresses: Resource = {
	group: 'networking.internal.knative.dev',
	version: 'v1alpha1',
	kind: 'Ingress',
	plural: 'ingresses',
	singular: 'ingress',
	shortNames: ['kingress', 'king'],
	categories: ['knative-internal', 'networking'],
	namespaced: true,
	statusSubresource: true,
};

export const serverlessServices: Resource = {
	...ingresses,
	kind: 'ServerlessService',
	plural: 'serverlessservices',
	singular: 'serverlessservice',
	shortNames: ['sks'],
};

function core(
	kind: string,
	plural: string,
	shortNames: string[],
	options: {categories?: string[]; namespaced?: boolean; statusSubresource?: boolean} = {},
): Resource {
	return {
		group: '',
		version: 'v1',
		kind,
		plural,
		singular: kind.toLowerCase(),
		shortNames,
		categories: options.categories ?? [],
		namespaced: options.namespaced ?? true,
		statusSubresource: options.statusSubresource ?? false,
	};
}

export const namespaces: Resource = core('Namespace', 'namespaces', ['ns'], {namespaced: false});
export const coreServices: Resource = core('Service', 'services', ['svc'], {categories: ['all']});
export const pods: Resource = core('Pod', 'pods', ['po'], {categories: ['all'], statusSubresource: true});
export const events: Resource = core('Event', 'events', ['ev']);
export const configmaps: Resource = core('ConfigMap', 'configmaps', ['cm']);
export const resourceQuotas: Resource = core('ResourceQuota', 'resourcequotas', ['quota'], {
	statusSubresource: true,
});
export const secrets: Resource = core('Secret', 'secrets', []);

function apps(kind: string, plural: string, shortName: string): Resource {
	return {
		group: 'apps',
		version: 'v1',
		kind,
		plural,
		singular: kind.toLowerCase(),
		shortNames: [shortName],
		categories: ['all'],
		namespaced: true,
		statusSubresource: true,
	};
}

export const deployments: Resource = apps('Deployment', 'deployments', 'deploy');
export const replicaSets: Resource = apps('ReplicaSet', 'replicasets', 'rs');

export const podAutoscalers: Resource = {
	group: 'autoscaling.internal.knative.dev',
	version: 'v1alpha1',
	kind: 'PodAutoscaler',
	plural: 'podautoscalers',
	singular: 'podautoscaler',
	shortNames: ['kpa', 'pa'],
	categories: ['knative-internal', 'autoscaling'],
	namespaced: true,
	statusSubresource: true,
};

/** Every resource there is, in the order discovery lists them. */
export const resources: readonly Resource[] = [
	namespaces,
	pods,
	coreServices,
	configmaps,
	secrets,
	resourceQuotas,
	events,
	revisions,
	routes,
	services,
	configurations,
	domainMappings,
	ingresses,
	serverlessServices,
	podAutoscalers,
	deployments,
	replicaSets,
];
