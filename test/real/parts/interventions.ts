/** What else may come between a console and the real cluster: webhooks, policies and rights, each until it is taken away again. */
import type {MutatingWebhook} from '../../support/kube/mutating-webhook.js';
import type {createClient} from '../cluster/client.ts';
import {unusedPort} from '../../support/ports.ts';

/** The namespace in which it happens, and the admin who does it. */
export type RealPlace = {
	client: ReturnType<typeof createClient>;
	namespace: string;
	/** The path of the services, revisions, … of the namespace. */
	collection: (plural: string) => string;
	/** Sends a request, and throws unless this code comes back. */
	expectCode: (
		code: number,
		...request: Parameters<ReturnType<typeof createClient>['request']>
	) => Promise<string>;
};

export function interventions({client, namespace, collection, expectCode}: RealPlace) {
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

	return {
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
				service: {namespace: 'knative-serving', name, port: await unusedPort()},
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
	};
}
