import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {findGateway, type AskedRoute} from '../../../source/kube/gateway/find-gateway.js';
import {parseGatewayAddress, resolveGiven} from '../../../source/kube/gateway/gateway-address.js';
import {startApiServer, status, type ApiServer} from '../../support/api-server.js';

const ingresses = '/apis/networking.internal.knative.dev/v1alpha1';
const route = {namespace: 'default', name: 'hello'};

let server: ApiServer;
let cluster: Cluster;
/** What the API has; everything else is not found. */
let objects: Record<string, unknown>;

function ingress(...entries: object[]) {
	return {
		metadata: {
			name: 'hello',
			annotations: {'networking.knative.dev/ingress.class': 'kourier.ingress.networking.knative.dev'},
		},
		status: {publicLoadBalancer: {ingress: entries}},
	};
}

const inside = ingress({domainInternal: 'kourier.kourier-system.svc.cluster.local'});
const kourier = '/api/v1/namespaces/kourier-system/services/kourier';

const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

function service(more: {ports?: object[]; spec?: object; ingress?: object[]} = {}) {
	return {
		metadata: {name: 'kourier', namespace: 'kourier-system'},
		spec: {
			type: 'LoadBalancer',
			ports: more.ports ?? [
				{name: 'https', port: 443, nodePort: 30_443},
				{name: 'http2', port: 8088, targetPort: 8080, nodePort: 30_080},
			],
			...more.spec,
		},
		status: {loadBalancer: more.ingress ? {ingress: more.ingress} : {}},
	};
}

/** The addresses of documentation lead nowhere: these tests are about which of them is found. */
const find = async (more: Partial<AskedRoute> = {}) =>
	findGateway(cluster, {...route, ...more}, {dial: async () => {}});

const own = `${ingresses}/namespaces/default/ingresses/hello`;

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
	objects = {};
	server.always(({path, answer}) => {
		const found = objects[path];
		if (found === undefined) answer(404, status(404, 'NotFound', `${path} not found`));
		else answer(200, found);
	});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

describe('the gateway', () => {
	it('is where the Ingress of the route says', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = ingress({ip: '203.0.113.10'});
		expect(await find()).toEqual({
			kind: 'found',
			host: '203.0.113.10',
			port: 80,
			tls: false,
			via: 'kourier',
			secure: {host: '203.0.113.10', port: 443},
		});
		expect(server.log).toEqual([`GET ${own}`]);
		expect(await find({scheme: 'https'})).toEqual({
			kind: 'found',
			host: '203.0.113.10',
			port: 443,
			tls: true,
			via: 'kourier',
		});
	});

	it('may be a name there, as an ALB has', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = ingress({
			domain: 'alb-1.cn-hangzhou.alb.aliyuncs.com',
		});
		expect(await find()).toMatchObject({host: 'alb-1.cn-hangzhou.alb.aliyuncs.com'});
	});

	it('is behind the Service that the Ingress names, at the port that the Service has for HTTP', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = inside;
		objects[kourier] = service({ingress: [{ip: '2001:db8::1'}]});
		expect(await find()).toEqual({
			kind: 'found',
			host: '2001:db8::1',
			port: 8088,
			tls: false,
			via: 'kourier',
			secure: {host: '2001:db8::1', port: 443},
		});
		expect(await find({scheme: 'https'})).toMatchObject({host: '2001:db8::1', port: 443, tls: true});
	});

	it('speaks TLS where there is nothing else', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = inside;
		objects[kourier] = service({
			ports: [{name: 'https', port: 8443}],
			ingress: [{hostname: 'gw.example.com'}],
		});
		expect(await find()).toMatchObject({host: 'gw.example.com', port: 8443, tls: true});
	});

	it('is at an external address of the Service when it has no load balancer', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = inside;
		objects[kourier] = service({spec: {externalIPs: ['198.51.100.7']}});
		expect(await find()).toMatchObject({host: '198.51.100.7', port: 8088});
	});

	it('is at the port of a node, preferably an address from outside, while the load balancer has none', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = inside;
		objects[kourier] = service();
		objects['/api/v1/nodes'] = {
			metadata: {},
			items: [
				{status: {addresses: [{type: 'InternalIP', address: '10.0.0.4'}]}},
				{status: {addresses: [{type: 'ExternalIP', address: '192.0.2.4'}]}},
			],
		};
		expect(await find()).toEqual({
			kind: 'found',
			host: '192.0.2.4',
			port: 30_080,
			tls: false,
			via: 'kourier, port of a node',
			secure: {host: '192.0.2.4', port: 30_443},
		});
		expect(await find({scheme: 'https'})).toMatchObject({port: 30_443, tls: true});
	});

	it('is that of its own ingress class, by the default of the cluster where its Ingress has none', async () => {
		objects[own] = {...ingress(), metadata: {name: 'hello'}};
		objects['/api/v1/namespaces/knative-serving/configmaps/config-network'] = {
			data: {'ingress-class': 'contour.ingress.networking.knative.dev'},
		};
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		objects['/api/v1/namespaces/contour-external/services/envoy'] = service({
			ingress: [{ip: '203.0.113.13'}],
		});
		expect(await find()).toMatchObject({host: '203.0.113.13', via: 'contour'});
	});

	it('is not guessed where there are several and none says which one it is', async () => {
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		objects['/api/v1/namespaces/istio-system/services/istio-ingressgateway'] = service({
			ingress: [{ip: '203.0.113.12'}],
		});
		const found = await find();
		expect(found.kind === 'not found' && found.sentence).toContain(
			'the cluster has several gateways, and which one serves hello may not be read; give its address with --gateway host[:port] ' +
				'(kourier at kourier-system/kourier, istio at istio-system/istio-ingressgateway; Ingress default/hello: ',
		);
	});

	it('is not said to be missing where the server says nothing of it', async () => {
		server.always(({answer}) => answer(503, status(503, 'ServiceUnavailable', 'the server is overloaded')));
		expect(await find()).toMatchObject({
			kind: 'not found',
			sentence: expect.stringMatching(
				/^the gateway cannot be looked up: the server is overloaded; give its address with --gateway host\[:port\], or wait \(/,
			),
		});
	});

	it('of a class that nobody knows is where its Ingress says, or named in what is to be given', async () => {
		const annotations = {'networking.knative.dev/ingress.class': 'nginx.ingress.example.com'};
		objects[own] = {...ingress({domain: 'lb.example.com'}), metadata: {annotations}};
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		expect(await find()).toMatchObject({host: 'lb.example.com', via: 'nginx'});
		objects[own] = {...ingress(), metadata: {annotations}};
		const found = await find();
		expect(found.kind === 'not found' && found.sentence).toMatch(
			/^no gateway found; give its address with --gateway .*where the gateways of the ingress class nginx\.ingress\.example\.com are is not known here/,
		);
	});

	it('of a service for those inside of the cluster is the one inside, whatever the domain of the cluster is', async () => {
		objects[own] = {
			...inside,
			status: {
				...inside.status,
				privateLoadBalancer: {
					ingress: [{domainInternal: 'kourier-internal.kourier-system.svc.k8s.internal'}],
				},
			},
		};
		objects['/api/v1/namespaces/kourier-system/services/kourier-internal'] = service({
			spec: {type: 'ClusterIP', selector: {app: 'gateway'}},
			ports: [{name: 'http2', port: 80, targetPort: 8081}],
		});
		objects[podsOf('kourier-system')] = {
			metadata: {},
			items: [
				{
					metadata: {name: 'gateway-1'},
					spec: {containers: []},
					status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]},
				},
			],
		};
		expect(await find({clusterLocal: true})).toMatchObject({
			kind: 'inside',
			service: {namespace: 'kourier-system', name: 'kourier-internal', port: 80},
		});
	});

	it('is asked for nowhere but where the service is and where its gateway is', async () => {
		objects[own] = inside;
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		await find();
		expect(server.log).toEqual([`GET ${own}`, `GET ${kourier}`]);
	});

	it('is one of the usual Services when the Ingress may not be read', async () => {
		objects['/api/v1/namespaces/istio-system/services/istio-ingressgateway'] = service({
			ports: [
				{name: 'status-port', port: 15_021},
				{name: 'http2', port: 80},
			],
			ingress: [{ip: '203.0.113.12'}],
		});
		expect(await find()).toMatchObject({host: '203.0.113.12', port: 80, via: 'istio'});
	});

	describe('without an address outside', () => {
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
					'takes the right to create pods/portforward: ' +
					'no rule allows "create" on pods/portforward in the namespace kourier-system; ' +
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
		});
	});

	it('that is not found is told with all that was tried and what to do', async () => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = inside;
		objects[kourier] = service({spec: {type: 'ClusterIP'}, ports: [{name: 'http2', port: 80}]});
		const gateway = await find();
		const sentence = gateway.kind === 'not found' ? gateway.sentence : '';
		expect(sentence).toContain('Service kourier-system/kourier: it has no external address (type ClusterIP)');
		expect(sentence).toContain('--gateway host[:port]');
		delete objects[`${ingresses}/namespaces/default/ingresses/hello`];
		const unknown = await find();
		expect(unknown.kind === 'not found' && unknown.sentence).toContain(
			'Service istio-system/istio-ingressgateway: ',
		);
	});

	it('has its Service read once, however often the Ingress names it', async () => {
		const entry = {domainInternal: 'kourier.kourier-system.svc.cluster.local'};
		objects[own] = ingress(...Array.from({length: 30}, () => entry));
		objects[kourier] = service({spec: {type: 'ClusterIP'}, ports: [{name: 'http2', port: 80}]});
		await find();
		// Once to look for an address, once to look for its pods.
		expect(server.log.filter(line => line === `GET ${kourier}`)).toHaveLength(2);
	});

	it.each([
		{status: {publicLoadBalancer: {ingress: [{ip: 'a b\u001B[2J'}]}}, metadata: {}},
		{status: {publicLoadBalancer: {ingress: 'none'}}, metadata: {}},
		'text',
	])('is not believed to be at nonsense: %j', async nonsense => {
		objects[`${ingresses}/namespaces/default/ingresses/hello`] = nonsense;
		expect(await find()).toMatchObject({kind: 'not found'});
	});
});

describe('--gateway', () => {
	it.each([
		['203.0.113.10', '203.0.113.10', [80, false], [443, true]],
		[' gateway.example.com:8080 ', 'gateway.example.com', [8080, false], [8080, false]],
		['gateway.example.com:8443', 'gateway.example.com', [8443, false], [8443, true]],
		['localhost:443', 'localhost', [443, true], [443, true]],
		['localhost:80', 'localhost', [80, false], [80, false]],
		['[2001:db8::1]:8080', '2001:db8::1', [8080, false], [8080, false]],
		['[::1]', '::1', [80, false], [443, true]],
		['2001:db8::1', '2001:db8::1', [80, false], [443, true]],
		['https://gw.example.com', 'gw.example.com', [443, true], [443, true]],
		['https://[::1]:8443/', '::1', [8443, true], [8443, true]],
		['HTTP://gw.example.com:81', 'gw.example.com', [81, false], [81, false]],
	] as const)('%j is an address, for URLs with http and with https', (text, host, ofHttp, ofHttps) => {
		const given = parseGatewayAddress(text);
		if (given.kind !== 'address') throw new Error(given.sentence);
		for (const [scheme, [port, tls]] of [
			['http', ofHttp],
			['https', ofHttps],
		] as const) {
			expect(resolveGiven(given, scheme)).toEqual({host, port, tls});
		}
	});

	it.each([
		['', 'it is empty'],
		['ftp://x', 'it is no host with a port'],
		['http://x/path', 'it is no host with a port'],
		['x:0', 'the port is not a number from 1 to 65535'],
		['x:65536', 'the port is not a number from 1 to 65535'],
		['x:http', 'the port is not a number from 1 to 65535'],
		['x:', 'the port is not a number from 1 to 65535'],
		[':80', 'it has no valid host name'],
		['a b:80', 'it has no valid host name'],
		['-a', 'it has no valid host name'],
		['[::1', 'the bracket is not closed'],
		['[::1]80', 'the bracket is not closed, or something follows it'],
		['[x]:80', 'what is in the brackets is no IPv6 address'],
		['https://jo:s3cret@x', 'a login is no part of it'],
		['jo:s3cret@x:80', 'a login is no part of it'],
	])('%j is none, and why', (text, why) => {
		const parsed = parseGatewayAddress(text);
		expect(parsed).toMatchObject({kind: 'invalid'});
		expect(parsed).toHaveProperty('sentence', expect.stringContaining(why));
		expect(parsed).toHaveProperty('sentence', expect.stringContaining('give host[:port]'));
		expect(parsed).toHaveProperty('sentence', expect.not.stringContaining('s3cret'));
	});
});
