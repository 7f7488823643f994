/** What is installed: Knative's own manifests as they come with its Go modules, and the few objects that stand in for the rest. */
import {readFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {loadAll} from 'js-yaml';
import type {Client} from './client.ts';

type Manifest = {
	apiVersion: string;
	kind: string;
	metadata: {name: string; namespace?: string};
	[field: string]: unknown;
};

export const systemNamespace = 'knative-serving';

const plurals: Readonly<Record<string, string>> = {
	Namespace: 'namespaces',
	CustomResourceDefinition: 'customresourcedefinitions',
	ConfigMap: 'configmaps',
	ClusterRole: 'clusterroles',
	ClusterRoleBinding: 'clusterrolebindings',
	Secret: 'secrets',
	Service: 'services',
	Endpoints: 'endpoints',
	MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
	ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

function isManifest(value: unknown): value is Manifest {
	return typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value;
}

async function manifestsIn(file: string): Promise<Manifest[]> {
	return loadAll(await readFile(file, 'utf8')).filter(isManifest);
}

async function manifestsBeneath(directory: string): Promise<Manifest[]> {
	const names = (await readdir(directory)).filter(name => name.endsWith('.yaml')).toSorted();
	return (await Promise.all(names.map(async name => manifestsIn(join(directory, name))))).flat();
}

function collectionOf({apiVersion, kind, metadata}: Manifest): string {
	const plural = plurals[kind];
	if (plural === undefined) throw new Error(`no plural is known of ${kind}`);
	const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
	const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
	return `${root}${scope}/${plural}`;
}

async function create(client: Client, manifests: readonly Manifest[]): Promise<void> {
	for (const manifest of manifests) {
		const {code, text} = await client.request('POST', collectionOf(manifest), manifest);
		if (code !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${code} ${text}`);
	}
}

const object = (kind: string, name: string, rest: object, apiVersion = 'v1'): Manifest => ({
	apiVersion,
	kind,
	metadata: {name, namespace: systemNamespace},
	...rest,
});

/** Everything but the webhook: namespace, CRDs, ConfigMaps, roles. Knative's controllers can be started after it. */
export async function installKnative(client: Client, sourceOf: (module: string) => string): Promise<void> {
	const core = join(sourceOf('knative.dev/serving'), 'config/core');
	const networking = join(sourceOf('knative.dev/networking'), 'config');
	const caching = join(sourceOf('knative.dev/caching'), 'config');
	await create(client, await manifestsIn(join(core, '100-namespace.yaml')));
	const definitions = [
		...(await manifestsBeneath(join(core, '300-resources'))),
		...(await manifestsBeneath(networking)),
		...(await manifestsBeneath(caching)),
	].filter(({kind}) => kind === 'CustomResourceDefinition');
	await create(client, definitions);
	const roles = await manifestsBeneath(join(core, '200-roles'));
	await create(
		client,
		roles.filter(({kind, metadata}) => kind === 'ClusterRole' && metadata.namespace === undefined),
	);
	await create(client, [
		...(await manifestsBeneath(join(core, 'configmaps'))),
		...(await manifestsIn(join(networking, 'config-network.yaml'))),
		...(await manifestsIn(join(core, 'webhooks/secret.yaml'))),
		// Routes look for the activator's addresses; without any, every revision is served by its own pods.
		object('Service', 'activator-service', {spec: {ports: [{name: 'http', port: 80, targetPort: 8012}]}}),
		object('Endpoints', 'activator-service', {}),
		// The API server asks the webhook by the name of its Service, and that is this machine.
		object('Service', 'webhook', {spec: {type: 'ExternalName', externalName: '127.0.0.1'}}),
	]);
	await configure(client, 'config-domain', {'example.com': ''});
	await Promise.all(
		definitions.map(async ({metadata}) =>
			client.until(
				'GET',
				`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`,
				(_, text) =>
					/"type":"Established","status":"True"|"status":"True"[^}]*"type":"Established"/.test(text),
			),
		),
	);
}

async function configure(client: Client, name: string, data: Record<string, string>): Promise<void> {
	const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${name}`;
	const {code, text} = await client.request('PATCH', path, {data});
	if (code !== 200) throw new Error(`${name}: ${code} ${text}`);
}

/** Defaulting and validation by the webhook that listens at this port of loopback. */
export async function installWebhook(
	client: Client,
	sourceOf: (module: string) => string,
	port: number,
): Promise<void> {
	const webhooks = join(sourceOf('knative.dev/serving'), 'config/core/webhooks');
	for (const name of ['defaulting', 'resource-validation']) {
		const manifests = await manifestsIn(join(webhooks, `${name}.yaml`));
		await create(
			client,
			manifests.map(manifest => withPort(manifest, port)),
		);
	}
}

function withPort(manifest: Manifest, port: number): Manifest {
	const {webhooks} = manifest;
	if (!Array.isArray(webhooks)) throw new Error(`${manifest.metadata.name} has no webhooks`);
	return {
		...manifest,
		webhooks: webhooks.map(webhook => ({
			...webhook,
			clientConfig: {service: {...webhook.clientConfig.service, port}},
		})),
	};
}

/** The rights of the sandbox's three users, of which the first is in `system:masters`. */
export async function installUsers(client: Client, [, operator, viewer]: readonly string[]): Promise<void> {
	const group = 'rbac.authorization.k8s.io/v1';
	const bind = (name: string, role: string, user: string | undefined) => ({
		apiVersion: group,
		kind: 'ClusterRoleBinding',
		metadata: {name},
		subjects: [{apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user}],
		roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role},
	});
	await create(client, [
		{
			apiVersion: group,
			kind: 'ClusterRole',
			metadata: {name: 'moves-traffic'},
			rules: [
				{verbs: ['patch'], apiGroups: ['serving.knative.dev'], resources: ['services']},
				{verbs: ['get', 'create'], apiGroups: [''], resources: ['pods/portforward']},
			],
		},
		bind('operator-moves-traffic', 'moves-traffic', operator),
		bind('operator-views', 'view', operator),
		bind('viewer-views', 'view', viewer),
	]);
}
