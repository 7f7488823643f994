/** What a test on the real cluster looks at and does beside the console: a namespace of its own, and one who knows the truth. */
import {randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import process from 'node:process';
import * as v from 'valibot';
import type {MutatingWebhook} from '../support/mutating-webhook.js';
import {createClient} from './client.ts';
import {freePort} from './server.ts';

const kubeconfig = v.object({
	clusters: v.array(
		v.object({cluster: v.object({server: v.string(), 'certificate-authority-data': v.string()})}),
	),
	users: v.array(v.object({user: v.object({token: v.string()})})),
});

const target = v.object({
	revisionName: v.exactOptional(v.string()),
	latestRevision: v.exactOptional(v.boolean()),
	percent: v.exactOptional(v.number(), 0),
	tag: v.exactOptional(v.string()),
});

const condition = v.object({type: v.string(), status: v.string()});

const service = v.object({
	metadata: v.object({
		uid: v.string(),
		generation: v.number(),
		resourceVersion: v.string(),
		annotations: v.exactOptional(v.record(v.string(), v.string()), {}),
	}),
	spec: v.object({
		template: v.object({
			metadata: v.exactOptional(
				v.object({annotations: v.exactOptional(v.record(v.string(), v.string()), {})}),
				{annotations: {}},
			),
			spec: v.object({
				containers: v.array(
					v.object({
						image: v.string(),
						env: v.exactOptional(
							v.array(v.object({name: v.string(), value: v.exactOptional(v.string())})),
							[],
						),
					}),
				),
			}),
		}),
		traffic: v.exactOptional(v.array(target), []),
	}),
	status: v.exactOptional(
		v.object({
			observedGeneration: v.exactOptional(v.number()),
			latestReadyRevisionName: v.exactOptional(v.string()),
			latestCreatedRevisionName: v.exactOptional(v.string()),
			conditions: v.exactOptional(v.array(condition), []),
		}),
		{},
	),
});

const annotated = v.object({
	metadata: v.object({annotations: v.exactOptional(v.record(v.string(), v.string()), {})}),
});

export type StoredService = v.InferOutput<typeof service>;

const list = v.object({
	items: v.array(
		v.object({
			metadata: v.object({name: v.string(), uid: v.string(), resourceVersion: v.string()}),
			status: v.exactOptional(
				v.object({
					actualReplicas: v.exactOptional(v.number()),
					desiredReplicas: v.exactOptional(v.number()),
				}),
				{},
			),
		}),
	),
});

const auditEvent = v.object({
	verb: v.string(),
	requestURI: v.string(),
	userAgent: v.exactOptional(v.string(), ''),
	user: v.object({username: v.string()}),
	objectRef: v.exactOptional(v.object({resource: v.string(), namespace: v.exactOptional(v.string(), '')}), {
		resource: '',
		namespace: '',
	}),
	responseStatus: v.exactOptional(v.object({code: v.number()}), {code: 0}),
	requestObject: v.exactOptional(v.unknown()),
});

/** One writing request of a console, as the API server noted it. */
export type Write = {
	verb: string;
	resource: string;
	uri: string;
	code: number;
	body: unknown;
	/** Whether the API server took it for a dry run: by its query, or of a DELETE with a body by that alone. */
	isDry: boolean;
};

export type RealWorld = Awaited<ReturnType<typeof openRealWorld>>;

/** As the admin of the cluster that $KUBECONFIG leads to. */
export async function openRealWorld() {
	const file = process.env['KUBECONFIG'] ?? '';
	const {clusters, users} = v.parse(kubeconfig, JSON.parse(await readFile(file, 'utf8')));
	const [first] = clusters;
	if (!first) throw new Error(`${file} names no cluster`);
	const {server, 'certificate-authority-data': ca} = first.cluster;
	const client = createClient({
		server,
		ca: Buffer.from(ca, 'base64').toString(),
		token: users[0]?.user.token ?? '',
	});
	const namespace = `real-${randomBytes(4).toString('hex')}`;
	const image = process.env['IMAGE'] ?? '';
	const collection = (plural: string) => `/apis/serving.knative.dev/v1/namespaces/${namespace}/${plural}`;
	const expectCode = async (wanted: number, ...request: Parameters<typeof client.request>) => {
		const {code, text} = await client.request(...request);
		if (code !== wanted) throw new Error(`${request[0]} ${request[1]}: ${code} ${text}`);
		return text;
	};
	await expectCode(201, 'POST', '/api/v1/namespaces', {metadata: {name: namespace}});

	/** Has the API server ask a mutating webhook before it writes a service of this namespace, until the returned is called. */
	const askFirst = async (name: string, clientConfig: object): Promise<() => Promise<void>> => {
		const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
		await expectCode(201, 'POST', configurations, {
			metadata: {name},
			webhooks: [
				{
					name: 'test.example.com',
					admissionReviewVersions: ['v1'],
					sideEffects: 'None',
					clientConfig,
					namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': namespace}},
					rules: [
						{
							apiGroups: ['serving.knative.dev'],
							apiVersions: ['v1'],
							operations: ['CREATE', 'UPDATE'],
							resources: ['services'],
						},
					],
				},
			],
		});
		return async () => {
			await expectCode(200, 'DELETE', `${configurations}/${name}`);
		};
	};

	const world = {
		kubeconfig: file,
		namespace,
		image,
		client,
		collection,
		async service(name: string): Promise<StoredService> {
			return v.parse(service, JSON.parse(await expectCode(200, 'GET', `${collection('services')}/${name}`)));
		},
		/** The annotations of a revision. */
		async annotations(revision: string): Promise<Record<string, string>> {
			const text = await expectCode(200, 'GET', `${collection('revisions')}/${revision}`);
			return v.parse(annotated, JSON.parse(text)).metadata.annotations;
		},
		/** Until Route and KIngress of a service have this annotation too. */
		async handedOn(name: string, annotation: string, value: string): Promise<void> {
			const ingresses = `/apis/networking.internal.knative.dev/v1alpha1/namespaces/${namespace}/ingresses`;
			for (const path of [collection('routes'), ingresses]) {
				await client.until(
					'GET',
					`${path}/${name}`,
					(code, text) =>
						code === 200 && v.parse(annotated, JSON.parse(text)).metadata.annotations[annotation] === value,
				);
			}
		},
		/** A Service of Kubernetes that belongs to nobody; it goes when what is returned is called. */
		async occupy(name: string): Promise<() => Promise<void>> {
			const services = `/api/v1/namespaces/${namespace}/services`;
			await expectCode(201, 'POST', services, {
				metadata: {name},
				spec: {type: 'ExternalName', externalName: 'example.com'},
			});
			return async () => {
				await expectCode(200, 'DELETE', `${services}/${name}`);
			};
		},
		/** The stored service as soon as it is as wanted. */
		async until(name: string, isWanted: (stored: StoredService) => boolean): Promise<StoredService> {
			const text = await client.until(
				'GET',
				`${collection('services')}/${name}`,
				(code, body) => code === 200 && isWanted(v.parse(service, JSON.parse(body))),
			);
			return v.parse(service, JSON.parse(text));
		},
		/** Until the controllers have done what there was to do for it. */
		async ready(name: string): Promise<StoredService> {
			return world.until(name, isReady);
		},
		/** Until an object is gone. */
		async gone(plural: string, name: string): Promise<void> {
			await client.until('GET', `${collection(plural)}/${name}`, code => code === 404);
		},
		async create(name: string, from: string = image): Promise<void> {
			await expectCode(201, 'POST', collection('services'), {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name},
				spec: {template: {spec: {containers: [{image: from}]}}},
			});
		},
		/** As kubectl does it: without a guard. */
		async patch(name: string, patch: object): Promise<void> {
			await expectCode(200, 'PATCH', `${collection('services')}/${name}`, patch);
		},
		/** A service with three revisions: 90 % stable, 10 % canary, and one that nothing leads to. */
		async release(name: string): Promise<void> {
			await world.create(name);
			await world.ready(name);
			for (const number of [2, 3]) {
				const env = [{name: 'TARGET', value: String(number)}];
				await world.patch(name, {spec: {template: {spec: {containers: [{image, env}]}}}});
				await world.until(
					name,
					stored => isReady(stored) && stored.status.latestReadyRevisionName === `${name}-0000${number}`,
				);
			}
			await world.patch(name, {
				spec: {
					traffic: [
						{revisionName: `${name}-00002`, percent: 90, tag: 'stable'},
						{revisionName: `${name}-00003`, percent: 10, tag: 'canary'},
					],
				},
			});
			await world.ready(name);
			await world.settled();
		},
		/** `kind name uid resourceVersion` of every object of Knative's in the namespace. */
		async versions(): Promise<string[]> {
			const all = await Promise.all(
				['services', 'configurations', 'routes', 'revisions'].map(async plural => {
					const {items} = v.parse(list, JSON.parse(await expectCode(200, 'GET', collection(plural))));
					return items.map(
						({metadata: {name, uid, resourceVersion}}) => `${plural} ${name} ${uid} ${resourceVersion}`,
					);
				}),
			);
			return all.flat();
		},
		/** Until the autoscaler has told each revision with pods how many it is to have: seconds after it is Ready. */
		async scaled(): Promise<void> {
			await client.until('GET', collection('revisions'), (code, text) => code === 200 && areScaled(text));
		},
		/** Until the controllers have done what there was to do, and left everything alone for a second. */
		async settled(): Promise<string[]> {
			await world.scaled();
			let before: string[] = [];
			for (;;) {
				const now = await world.versions();
				if (JSON.stringify(now) === JSON.stringify(before)) return now;
				before = now;
				await new Promise(resolve => {
					setTimeout(resolve, 1000);
				});
			}
		},
		/** What consoles and commands have been writing, or trying to, in this namespace. */
		async writes(): Promise<Write[]> {
			const lines = (await readFile(process.env['KN_CANARY_TEST_AUDIT'] ?? '', 'utf8')).split('\n');
			return lines
				.filter(line => line.includes('"userAgent":"kn-canary'))
				.map(line => v.parse(auditEvent, JSON.parse(line)))
				.filter(({objectRef}) => objectRef.namespace === namespace)
				.map(({verb, requestURI, objectRef, responseStatus, requestObject}) => ({
					verb,
					resource: objectRef.resource,
					uri: requestURI,
					code: responseStatus.code,
					body: requestObject,
					isDry: isDry(verb, requestURI, requestObject),
				}));
		},
		/** Until what it returns is called, this webhook may change what is written of the services of this namespace. */
		async changeBy(webhook: Pick<MutatingWebhook, 'clientConfig' | 'asked'>, name: string) {
			const remove = await askFirst(`change-${namespace}`, webhook.clientConfig);
			// The API server hears of it in its own time.
			await client.until('PATCH', `${collection('services')}/${name}?dryRun=All`, () => webhook.asked > 0, {
				metadata: {labels: {asked: 'yes'}},
			});
			return remove;
		},
		/**
		 * Until what it returns is called, the API server has to ask a webhook before it writes a service of this namespace,
		 * and that webhook is down.
		 */
		async loseWebhook(): Promise<() => Promise<void>> {
			const services = '/api/v1/namespaces/knative-serving/services';
			const name = `down-${namespace}`;
			await expectCode(201, 'POST', services, {
				metadata: {name},
				spec: {type: 'ExternalName', externalName: '127.0.0.1'},
			});
			const remove = await askFirst(name, {
				service: {namespace: 'knative-serving', name, port: await freePort()},
			});
			return async () => {
				await remove();
				await expectCode(200, 'DELETE', `${services}/${name}`);
			};
		},
		/** Until what it returns is called, this user may patch the services of this namespace. */
		async grant(user: string): Promise<() => Promise<void>> {
			const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
			const group = 'rbac.authorization.k8s.io';
			await expectCode(201, 'POST', bindings, {
				metadata: {name: 'granted'},
				subjects: [{apiGroup: group, kind: 'User', name: user}],
				roleRef: {apiGroup: group, kind: 'ClusterRole', name: 'moves-traffic'},
			});
			// The authorizer hears of it in its own time.
			const until = async (isAllowed: boolean) =>
				client.until(
					'POST',
					'/apis/authorization.k8s.io/v1/subjectaccessreviews',
					(_, text) => text.includes(`"allowed":${isAllowed}`),
					{
						spec: {
							user,
							resourceAttributes: {
								namespace,
								verb: 'patch',
								group: 'serving.knative.dev',
								resource: 'services',
							},
						},
					},
				);
			await until(true);
			return async () => {
				await expectCode(200, 'DELETE', `${bindings}/granted`);
				await until(false);
			};
		},
		/**
		 * Until what it returns is called, a policy denies every change of a service of this namespace, with this message.
		 * @param known A service by which it is seen that the API server has heard of it, and that it has of the end.
		 */
		async freeze(message: string, known: string): Promise<() => Promise<void>> {
			const answers = async (wanted: number) =>
				client.until('PATCH', `${collection('services')}/${known}?dryRun=All`, code => code === wanted, {
					metadata: {labels: {asked: 'yes'}},
				});
			const group = '/apis/admissionregistration.k8s.io/v1';
			const name = `freeze-${namespace}`;
			const paths = [`${group}/validatingadmissionpolicies`, `${group}/validatingadmissionpolicybindings`];
			const rule = {apiGroups: ['serving.knative.dev'], apiVersions: ['v1'], resources: ['services']};
			const specs = [
				{
					matchConstraints: {resourceRules: [{...rule, operations: ['UPDATE']}]},
					validations: [{expression: 'false', message}],
				},
				{
					policyName: name,
					validationActions: ['Deny'],
					matchResources: {
						namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': namespace}},
					},
				},
			];
			for (const [index, path] of paths.entries()) {
				await expectCode(201, 'POST', path, {metadata: {name}, spec: specs[index]});
			}
			await answers(422);
			return async () => {
				for (const path of paths) await expectCode(200, 'DELETE', `${path}/${name}`);
				await answers(200);
			};
		},
		async close(): Promise<void> {
			await expectCode(200, 'DELETE', `/api/v1/namespaces/${namespace}`);
			client.close();
		},
	};
	return world;
}

/** Of a list of revisions: each that has pods knows how many it is to have. */
function areScaled(text: string): boolean {
	return v
		.parse(list, JSON.parse(text))
		.items.every(
			({status: {actualReplicas, desiredReplicas}}) =>
				actualReplicas === undefined || desiredReplicas !== undefined,
		);
}

function isReady({metadata, status: {observedGeneration, conditions}}: StoredService): boolean {
	return (
		observedGeneration === metadata.generation &&
		conditions.some(({type, status}) => type === 'Ready' && status === 'True')
	);
}

/** By the rule of the API server: of a DELETE with a body, the query is not looked at. */
function isDry(verb: string, uri: string, body: unknown): boolean {
	if (verb !== 'delete' || body === undefined) return uri.includes('dryRun=All');
	return typeof body === 'object' && body !== null && 'dryRun' in body;
}

/** `hello-00001=90:stable @latest=10`: a split in words. */
export function splitWords({spec: {traffic}}: StoredService): string {
	return traffic
		.map(({revisionName, percent, tag}) => {
			const name = revisionName ?? '@latest';
			return `${name}=${percent}${tag === undefined ? '' : `:${tag}`}`;
		})
		.join(' ');
}

/** A split in words without its tags. */
export function sharesIn(words: string): string {
	return words.replaceAll(/:[a-z]+/g, '');
}
