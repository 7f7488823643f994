/** What a test on the real cluster looks at and does beside the console: a namespace of its own, and one who knows the truth. */
import {randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import process from 'node:process';
import * as v from 'valibot';
import {createClient} from '../cluster/client.ts';
import {interventions} from './interventions.ts';
import {
	annotated,
	areScaled,
	auditEvent,
	isDry,
	isReady,
	list,
	service,
	type StoredService,
	type NotedWrite,
} from './stored.ts';

const kubeconfig = v.object({
	clusters: v.array(
		v.object({cluster: v.object({server: v.string(), 'certificate-authority-data': v.string()})}),
	),
	users: v.array(v.object({user: v.object({token: v.string()})})),
});

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
		async writes(): Promise<NotedWrite[]> {
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
		...interventions({client, namespace, collection, expectCode}),
		async close(): Promise<void> {
			await expectCode(200, 'DELETE', `/api/v1/namespaces/${namespace}`);
			client.close();
		},
	};
	return world;
}
