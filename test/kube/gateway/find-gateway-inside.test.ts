/** The gateway that only those inside of the cluster reach, and the way to it. */
import {beforeEach, describe, expect, it} from 'vitest';
import {status} from '../../support/kube/api-server.js';
import {
	find,
	inside,
	kourier,
	objects,
	own,
	podsOf,
	refusal,
	server,
	service,
	withObjects,
} from './answered-objects.js';

withObjects();

describe('a gateway without an address outside', () => {
	const inCluster = {type: 'ClusterIP', selector: {app: 'gateway'}};
	const ready = {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]};
	const gatewayPod = {metadata: {name: 'gateway-1'}, spec: {containers: []}, status: ready};
	/** The answer to the question whether the user may; none is an API server that does not know it. */
	let review: object | undefined;

	beforeEach(() => {
		review = {status: {allowed: true}};
		server.always(({method, path, body, answer}) => {
			const isQuestion = method === 'POST' && path.endsWith('/selfsubjectaccessreviews');
			const found = isQuestion ? review && {spec: body, ...review} : objects[path];
			if (found === undefined) answer(404, status(404, 'NotFound', `${path} not found`));
			else if (found === refusal) answer(403, found);
			else answer(isQuestion ? 201 : 200, found);
		});
	});

	it('is one that a port-forward leads to, when no other way does', async () => {
		objects[own] = inside;
		objects[kourier] = service({spec: inCluster, ports: [{name: 'http2', port: 80, targetPort: 8080}]});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		expect(await find()).toEqual({
			kind: 'inside',
			via: 'kourier',
			service: {namespace: 'kourier-system', name: 'kourier', port: 80},
			tls: false,
		});
		// Nothing that an audit log would call a port-forward.
		expect(server.log.filter(line => line.includes('portforward'))).toEqual([]);
	});

	it.each([
		['istio', 'istio-system', 'istio-ingressgateway'],
		['contour', 'contour-external', 'envoy'],
	])('is looked for where %s has its own, too', async (via, namespace, name) => {
		objects[`/api/v1/namespaces/${namespace}/services/${name}`] = service({
			spec: inCluster,
			ports: [{name: 'http2', port: 80, targetPort: 8080}],
		});
		objects[podsOf(namespace)] = {metadata: {}, items: [gatewayPod]};
		expect(await find()).toMatchObject({kind: 'inside', via, service: {namespace, name}});
	});

	it('is not given up for one of another class that has an address', async () => {
		objects[kourier] = service({spec: inCluster, ports: [{name: 'http2', port: 80}]});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		objects['/api/v1/namespaces/istio-system/services/istio-ingressgateway'] = service({
			ingress: [{ip: '203.0.113.12'}],
		});
		// That one serves none of the routes of Kourier.
		objects[own] = inside;
		expect(await find()).toMatchObject({kind: 'inside', via: 'kourier'});
	});

	it('is reached so where the nodes may not be read, which have its port', async () => {
		objects[kourier] = service({spec: {selector: {app: 'gateway'}}});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		expect(await find()).toMatchObject({kind: 'inside', service: {port: 8088}});
	});

	it('is reached when nobody can say whether the user may', async () => {
		objects[kourier] = service({spec: inCluster});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		review = undefined;
		expect(await find()).toMatchObject({kind: 'inside'});
	});

	it('is not found by a user who may not forward, which is said with the right that is missing', async () => {
		objects[kourier] = service({spec: inCluster});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		review = {status: {allowed: false}};
		const found = await find();
		expect(found.kind === 'not found' && found.sentence).toContain(
			'the gateway has no address outside of the cluster, and a port-forward to Service kourier-system/kourier ' +
				'takes the right to create pods/portforward in namespace kourier-system: ' +
				'you may not create pods/portforward; ' +
				'give its address with --gateway host[:port] (',
		);
	});

	it('is not found without a pod', async () => {
		objects[kourier] = service({spec: inCluster});
		objects[podsOf('kourier-system')] = {metadata: {}, items: []};
		const found = await find();
		expect(found.kind === 'not found' && found.sentence).toContain(
			'and there is no port-forward to it: Service kourier-system/kourier: it has no pod; give',
		);
		// It is known, and so is what it lacks.
		expect(found).not.toHaveProperty('isUnknown');
	});

	it('is not found without a pod, for want of no right, also where the Ingress may not be read', async () => {
		objects[own] = refusal;
		objects[kourier] = service({spec: inCluster});
		objects[podsOf('kourier-system')] = {metadata: {}, items: []};
		expect(await find()).toEqual({
			kind: 'not found',
			isBarred: true,
			sentence: expect.stringContaining('it has no pod; give its address with --gateway host[:port]'),
		});
	});

	it('is not found for want of the right to forward, whatever else may not be read', async () => {
		objects[own] = refusal;
		objects[kourier] = service({spec: inCluster});
		objects[podsOf('kourier-system')] = {metadata: {}, items: [gatewayPod]};
		review = {status: {allowed: false}};
		expect(await find()).toMatchObject({
			kind: 'not found',
			isBarred: true,
			missing: {verb: 'create', resource: 'pods/portforward', namespace: 'kourier-system'},
		});
	});
});
