/** Which of the addresses of a gateway is taken, when not all of them lead anywhere: by real connections to 127.0.0.0/8. */
import {createServer} from 'node:net';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {findGateway} from '../../source/kube/gateway/find-gateway.js';
import type {Dial} from '../../source/kube/gateway/reachable.js';
import {listen} from '../probe/servers.js';
import {startApiServer, status, type ApiServer} from '../support/kube/api-server.js';
import {unansweringPort} from '../support/kube/unanswering.js';
import {unusedPort} from '../support/ports.js';

const route = {namespace: 'default', name: 'hello'};
const ingresses = '/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/hello';
const services = '/api/v1/namespaces/kourier-system/services/kourier';
const pods = '/api/v1/namespaces/kourier-system/pods';
const nodes = '/api/v1/nodes';

let server: ApiServer;
let cluster: Cluster;
let objects: Record<string, unknown>;
let mayForward: boolean;

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
	mayForward = true;
	objects = {
		[pods]: {
			metadata: {},
			items: [
				{
					metadata: {name: 'gateway-1'},
					spec: {containers: []},
					status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]},
				},
			],
		},
	};
	server.always(({method, path, body, answer}) => {
		if (method === 'POST') return answer(201, {spec: body, status: {allowed: mayForward}});
		const found = objects[path];
		if (found === undefined) answer(404, status(404, 'NotFound', `${path} not found`));
		else answer(200, found);
	});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

function ingressOf(...entries: object[]) {
	const annotations = {'networking.knative.dev/ingress.class': 'kourier.ingress.networking.knative.dev'};
	return {metadata: {annotations}, status: {publicLoadBalancer: {ingress: entries}}};
}

/** Kourier's Service, at these ports and addresses. */
function kourier({
	port = 80,
	nodePort,
	balancers = [],
	external = [],
}: {
	port?: number;
	nodePort?: number;
	balancers?: string[];
	external?: string[];
}) {
	return {
		metadata: {name: 'kourier', namespace: 'kourier-system'},
		spec: {
			type: 'LoadBalancer',
			selector: {app: 'gateway'},
			externalIPs: external,
			ports: [{name: 'http2', port, targetPort: 8080, ...(nodePort !== undefined && {nodePort})}],
		},
		status: {loadBalancer: {ingress: balancers.map(ip => ({ip}))}},
	};
}

const nodesAt = (...addresses: string[]) => ({
	metadata: {},
	items: addresses.map(address => ({status: {addresses: [{type: 'InternalIP', address}]}})),
});

const nameUnknown: Dial = async () => {
	throw Object.assign(new Error('getaddrinfo'), {code: 'ENOTFOUND'});
};

const service = (port: number) => ({namespace: 'kourier-system', name: 'kourier', port});

test('of several nodes one that takes connections is taken', async () => {
	const {port} = await listen(createServer());
	objects[services] = kourier({nodePort: port});
	objects[nodes] = nodesAt('127.0.0.2', '127.0.0.3', '127.0.0.1');
	expect(await findGateway(cluster, route)).toEqual({
		kind: 'found',
		host: '127.0.0.1',
		port,
		tls: false,
		via: 'kourier, port of a node',
	});
});

test('an external address is taken where the load balancer cannot be reached', async () => {
	const {port} = await listen(createServer());
	objects[services] = kourier({port, balancers: ['127.0.0.2'], external: ['127.0.0.1']});
	expect(await findGateway(cluster, route)).toEqual({
		kind: 'found',
		host: '127.0.0.1',
		port,
		tls: false,
		via: 'kourier',
	});
});

test('the port of a node is taken where the load balancer cannot be reached', async () => {
	const {port: nodePort} = await listen(createServer());
	objects[services] = kourier({port: await unusedPort(), nodePort, balancers: ['127.0.0.1']});
	objects[nodes] = nodesAt('127.0.0.1');
	expect(await findGateway(cluster, route)).toMatchObject({
		kind: 'found',
		port: nodePort,
		via: 'kourier, port of a node',
	});
});

test('nodes that do not answer are waited for together, and then it is a port-forward', async () => {
	const nodePort = await unansweringPort();
	objects[ingresses] = ingressOf({domainInternal: 'kourier.kourier-system.svc.cluster.local'});
	objects[services] = kourier({nodePort});
	objects[nodes] = nodesAt('127.0.0.1');
	expect(await findGateway(cluster, route)).toEqual({
		kind: 'inside',
		via: 'kourier',
		service: service(80),
		tls: false,
		unreached: {
			address: `127.0.0.1:${nodePort}`,
			sentence: `The gateway cannot be reached from here at 127.0.0.1:${nodePort} (port of a node: no connection within 2 s), so it is asked through a port-forward.`,
		},
	});
});

test('all that was tried is told, nodes that fail alike together; no address is tried twice', async () => {
	const nodePort = 30_080;
	objects[ingresses] = ingressOf({domain: 'gw.example.com'}, {ip: '203.0.113.10'});
	objects[services] = kourier({nodePort, balancers: ['203.0.113.10']});
	objects[nodes] = nodesAt('10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7');
	const dialed: string[] = [];
	const dial: Dial = async ({host, port}) => {
		dialed.push(`${host}:${port}`);
		const code = host === 'gw.example.com' ? 'ENOTFOUND' : port === 80 ? 'ECONNREFUSED' : 'EHOSTUNREACH';
		throw Object.assign(new Error(code), {code});
	};
	const found = await findGateway(cluster, route, {dial});
	expect(found).toMatchObject({
		kind: 'inside',
		unreached: {
			address: 'gw.example.com:80',
			sentence:
				'The gateway cannot be reached from here at gw.example.com:80 (load balancer: its name cannot be resolved), ' +
				'203.0.113.10:80 (load balancer: connection refused), ' +
				'10.0.0.4:30080, 10.0.0.5:30080 and 2 more (port of a node: no route to it), so it is asked through a port-forward.',
		},
	});
	expect(dialed).toEqual([
		'gw.example.com:80',
		'203.0.113.10:80',
		...[4, 5, 6, 7].map(last => `10.0.0.${last}:30080`),
	]);
});

test('who may not forward keeps the address, and is told what was tried and what to do', async () => {
	const port = await unusedPort();
	objects[services] = kourier({port, balancers: ['127.0.0.1']});
	mayForward = false;
	expect(await findGateway(cluster, route)).toEqual({
		kind: 'found',
		host: '127.0.0.1',
		port,
		tls: false,
		via: 'kourier',
		unreached: {
			address: `127.0.0.1:${port}`,
			sentence: expect.stringMatching(
				/^The gateway cannot be reached from here at 127\.0\.0\.1:\d+ \(load balancer: connection refused\), and a port-forward to Service kourier-system\/kourier takes the right to create pods\/portforward in namespace kourier-system: you may not create pods\/portforward; give an address that can be reached with --gateway host\[:port\] \(/,
			),
		},
	});
});

test('an address without a Service that could be forwarded to is kept, too', async () => {
	objects[ingresses] = ingressOf({domain: 'alb-1.cn-hangzhou.alb.aliyuncs.com'});
	expect(await findGateway(cluster, route, {dial: nameUnknown})).toMatchObject({
		kind: 'found',
		host: 'alb-1.cn-hangzhou.alb.aliyuncs.com',
		unreached: {
			sentence: expect.stringContaining(
				'(load balancer: its name cannot be resolved), and no Service was found that a port-forward could lead to; give an address',
			),
		},
	});
});

test('a gateway of another ingress class, which can be reached, is not taken instead', async () => {
	const {port} = await listen(createServer());
	objects[ingresses] = ingressOf({domainInternal: 'kourier.kourier-system.svc.cluster.local'});
	objects[services] = kourier({port: await unusedPort(), balancers: ['127.0.0.1']});
	objects['/api/v1/namespaces/istio-system/services/istio-ingressgateway'] = kourier({
		port,
		balancers: ['127.0.0.1'],
	});
	expect(await findGateway(cluster, route)).toMatchObject({kind: 'inside', via: 'kourier'});
});

test('a search that is called off while a connection is under way ends with it', async () => {
	objects[services] = kourier({balancers: ['203.0.113.10']});
	const leaving = new AbortController();
	const begun = Promise.withResolvers<void>();
	const ended = Promise.withResolvers<void>();
	const dial: Dial = async (_place, signal) => {
		begun.resolve();
		signal.addEventListener('abort', () => ended.resolve());
		return ended.promise.then(() => {
			throw signal.reason;
		});
	};
	const found = findGateway(cluster, route, {dial, signal: leaving.signal});
	await begun.promise;
	leaving.abort(new Error('left'));
	await expect(found).rejects.toThrow('left');
	await ended.promise;
});
