/** A Service on an API server whose every answer is the test's. */
import {beforeEach, expect} from 'vitest';
import {guardedPatch, type Sent, type WriteOutcome} from '../../../source/kube/write/write.js';
import type {PatchOperation} from '../../../source/knative/objects/patch.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server, withCluster} from '../answered-cluster.js';

export const base = '/apis/serving.knative.dev/v1/namespaces/default/services';

export const path = `${base}/hello`;

export const target = {namespace: 'default', name: 'hello', uid: 'u-1', generation: 3};

export const traffic = [
	{revisionName: 'hello-00001', percent: 90},
	{revisionName: 'hello-00002', percent: 10},
];

export const operations: PatchOperation[] = [{op: 'replace', path: '/spec/traffic', value: traffic}];

/** As the server stores it: with what it fills in. */
export function service(
	generation: number,
	spec: unknown = {traffic: traffic.map(entry => ({...entry, latestRevision: false}))},
	uid = 'u-1',
) {
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name: 'hello', uid, generation, resourceVersion: '77'},
		spec,
	};
}

/** The same with an annotation that came with the change. */
export function annotatedService(note: string, generation = 4) {
	const {metadata, ...rest} = service(generation);
	return {...rest, metadata: {...metadata, annotations: {'example.com/note': note}}};
}

/** What a Service takes to be created. */
export const manifestOf = (name: string) => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name, namespace: 'default'},
	spec: {template: {spec: {containers: [{image: 'registry.example.com/hello:1'}]}}},
});

/** As the API server says that it has taken a deletion on. */
export const taken = {kind: 'Status', status: 'Success', details: {name: 'hello', uid: 'u-1'}};

export const notFound = status(404, 'NotFound', 'services.serving.knative.dev "hello" not found');

export let sent: Sent[];

export const onSent = (each: Sent) => {
	sent.push(each);
};

/** One patch, answered by `first`, and the read after it by `second`. */
export async function patchAnswered(
	first: [number, unknown] | 'cut',
	second?: [number, unknown] | 'cut',
): Promise<WriteOutcome> {
	const outcome = guardedPatch(cluster, target, operations, {onSent});
	const patch = await server.next();
	if (first === 'cut') patch.cut();
	else patch.answer(...first);
	if (second === 'cut') {
		// A question is asked twice.
		(await server.next()).cut();
		(await server.next()).cut();
	} else if (second) {
		(await server.next()).answer(...second);
	}
	const result = await outcome;
	expect(server.log.splice(0).filter(line => !line.startsWith('GET'))).toEqual([`PATCH ${path}`]);
	return result;
}

/** For each test one of its own. */
export function withApiServer(): void {
	withCluster();

	beforeEach(() => {
		sent = [];
	});
}
