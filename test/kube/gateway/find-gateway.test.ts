import {describe, expect, it} from 'vitest';
import {status} from '../../support/kube/api-server.js';
import {
	find,
	ingress,
	ingresses,
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

	it('is that of the class of the service itself where its Ingress cannot be read, and it is said from where', async () => {
		objects['/api/v1/namespaces/knative-serving/configmaps/config-network'] = {
			data: {'ingress-class': 'kourier.ingress.networking.knative.dev'},
		};
		objects[own] = refusal;
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		objects['/api/v1/namespaces/contour-external/services/envoy'] = service({
			ingress: [{ip: '203.0.113.13'}],
		});
		expect(await find({ingressClass: 'contour.ingress.networking.knative.dev'})).toMatchObject({
			host: '203.0.113.13',
			via: 'contour',
			guess: expect.stringMatching(
				/^This is the gateway of the class contour, the annotation of the service, because the Ingress of the service cannot be read \(.*forbidden/,
			),
		});
		expect(await find()).toMatchObject({
			host: '203.0.113.10',
			guess: expect.stringContaining('of the class kourier, the default of config-network, because'),
		});
		expect(await find({ingressClass: 'mesh.example.com'})).toMatchObject({
			kind: 'not found',
			sentence: expect.stringContaining(
				'where the gateways of the ingress class mesh.example.com (the annotation of the service) are is not known here',
			),
		});
	});

	it('is no guess where the service has no Ingress yet: of that the class is what it will be', async () => {
		objects['/api/v1/namespaces/knative-serving/configmaps/config-network'] = {
			data: {'ingress-class': 'kourier.ingress.networking.knative.dev'},
		};
		objects[kourier] = service({ingress: [{ip: '203.0.113.10'}]});
		const found = await find();
		expect(found).toMatchObject({host: '203.0.113.10', via: 'kourier'});
		expect(found).not.toHaveProperty('guess');
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

	it.each<[what: string, refused: string[], missing: object]>([
		[
			'of which the Service may not be read',
			[kourier],
			{verb: 'get', resource: 'services', namespace: 'kourier-system'},
		],
		[
			'of which neither the Ingress nor any Service may be read',
			[own, kourier, '/api/v1/namespaces/istio-system/services/istio-ingressgateway'],
			{verb: 'get', resource: 'ingresses.networking.internal.knative.dev', namespace: 'default'},
		],
		[
			'of which the pods may not be listed',
			[podsOf('kourier-system')],
			{verb: 'list', resource: 'pods', namespace: 'kourier-system'},
		],
	])(
		'%s is told with the right that is missing, and not said to be missing itself',
		async (_, refused, missing) => {
			objects[own] = inside;
			objects[kourier] = service({spec: {type: 'ClusterIP', selector: {app: 'gateway'}}});
			for (const path of refused) objects[path] = refusal;
			const found = await find();
			expect(found).toMatchObject({kind: 'not found', missing});
			expect(found.kind === 'not found' && found.sentence).not.toContain('no gateway');
		},
	);

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
