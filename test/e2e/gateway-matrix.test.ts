/** Gateways as they occur, found by the built program: each is asked where a careful human would, or a sentence says what to give. */
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import {servingPath} from '../../source/kube/paths.js';
import {
	at,
	startApiRelay,
	tokenOf,
	type ApiRelay,
	type KubernetesObject,
	type RelayRules,
} from '../support/api-relay.js';
import {kubeconfigFor} from '../support/api-server.js';
import {eventually} from '../support/eventually.js';
import {createAuthority, hasOpenssl, type Authority} from '../support/authority.js';
import {startTestGateway, type TestGateway} from '../support/gateways.js';
import {builtProgram, runProgram} from '../support/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../support/sandbox-process.js';

/** What listens: plain HTTP, TLS, plain HTTP at ::1, another gateway that knows nothing; and a port where nobody does. */
type Ports = {plain: number; secure: number; six: number; wrong: number; nobody: number};

type Scene = {
	/** Ports of the gateway's Service, which has the address of this machine unless told otherwise. */
	ports?: object[];
	spec?: object;
	balancer?: object[];
	/** Of the Ingress of the service. */
	ingressClass?: string;
	outside?: object[];
	/** Other objects, by path. */
	objects?: Record<string, object>;
	/** Paths that are not there. */
	missing?: RegExp;
	https?: boolean;
};

type Case = [what: string, scene: (ports: Ports) => Scene, expected: 'plain' | 'secure' | 'six' | RegExp];

const service = (name: string, namespace: string, ports: object[], more: object = {}) => ({
	kind: 'Service',
	apiVersion: 'v1',
	metadata: {name, namespace},
	spec: {type: 'LoadBalancer', ports},
	status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
	...more,
});

const node = (...addresses: [type: string, address: string][]) => ({
	kind: 'NodeList',
	apiVersion: 'v1',
	metadata: {},
	items: [{status: {addresses: addresses.map(([type, address]) => ({type, address}))}}],
});

const routes = (parentRefs: object[], hostnames: string[] = []) => ({
	kind: 'HTTPRouteList',
	apiVersion: 'gateway.networking.k8s.io/v1',
	metadata: {},
	items: [
		{
			metadata: {labels: {'networking.knative.dev/visibility': 'cluster-local'}},
			spec: {parentRefs: [{name: 'inside', namespace: 'edge'}]},
		},
		{metadata: {labels: {'networking.knative.dev/visibility': ''}}, spec: {parentRefs, hostnames}},
	],
});
const routesPath = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes';
const gatewayPath = '/apis/gateway.networking.k8s.io/v1/namespaces/edge/gateways/outside';
const gateway = (listeners: object[], addresses: object[]) => ({
	kind: 'Gateway',
	apiVersion: 'gateway.networking.k8s.io/v1',
	metadata: {name: 'outside', namespace: 'edge'},
	spec: {gatewayClassName: 'any', listeners},
	status: {addresses},
});
const ofGatewayApi = 'gateway-api.ingress.networking.knative.dev';
const here = [{type: 'IPAddress', value: '127.0.0.1'}];

const cases: Case[] = [
	[
		'ports named http2 and https',
		({plain, secure}) => ({
			ports: [
				{name: 'http2', port: plain},
				{name: 'https', port: secure},
			],
		}),
		'plain',
	],
	[
		'ports named http-8080 and https-8443',
		({plain, secure}) => ({
			ports: [
				{name: 'https-8443', port: secure},
				{name: 'http-8080', port: plain},
			],
		}),
		'plain',
	],
	[
		'ports named web and websecure',
		({plain, secure}) => ({
			ports: [
				{name: 'websecure', port: secure},
				{name: 'web', port: plain},
			],
		}),
		'plain',
	],
	[
		'ports that say by appProtocol alone what they are',
		({plain, secure}) => ({
			ports: [
				{name: 'a', appProtocol: 'https', port: secure},
				{name: 'b', appProtocol: 'kubernetes.io/h2c', port: plain},
			],
		}),
		'plain',
	],
	[
		'a port for its status first',
		({plain, secure, wrong}) => ({
			ports: [
				{name: 'status-port', port: wrong},
				{name: 'http2', port: plain},
				{name: 'https', port: secure},
			],
		}),
		'plain',
	],
	[
		'a port for its metrics that speaks HTTP, too',
		({plain, wrong}) => ({
			ports: [
				{name: 'http-metrics', port: wrong},
				{name: 'http', port: plain},
			],
		}),
		'plain',
	],
	['one port without a name', ({plain}) => ({ports: [{port: plain}]}), 'plain'],
	[
		'HTTP/3 over UDP beside',
		({plain, wrong}) => ({
			ports: [
				{name: 'http3', port: wrong, protocol: 'UDP'},
				{name: 'http', port: plain, protocol: 'TCP'},
			],
		}),
		'plain',
	],
	['TLS alone, and a URL with http', ({secure}) => ({ports: [{name: 'https', port: secure}]}), 'secure'],
	[
		'both, and a URL with https',
		({plain, secure}) => ({
			https: true,
			ports: [
				{name: 'http2', port: plain},
				{name: 'https', port: secure},
			],
		}),
		'secure',
	],
	[
		'plain HTTP alone, and a URL with https, as behind a balancer that ends TLS',
		({plain}) => ({https: true, ports: [{name: 'http2', port: plain}]}),
		'plain',
	],
	[
		'an address outside that is none of a balancer',
		({plain}) => ({ports: [{name: 'http', port: plain}], balancer: [], spec: {externalIPs: ['127.0.0.1']}}),
		'plain',
	],
	[
		'a port of the nodes',
		({plain}) => ({
			ports: [{name: 'http', port: 80, nodePort: plain}],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['Hostname', 'node-1'], ['InternalIP', '127.0.0.1'])},
		}),
		'plain',
	],
	[
		'a balancer with a name',
		({plain}) => ({ports: [{name: 'http', port: plain}], balancer: [{hostname: 'localhost'}]}),
		'plain',
	],
	[
		'a balancer of two addresses, of which one leads nowhere',
		({plain}) => ({ports: [{name: 'http', port: plain}], balancer: [{ip: '127.0.0.77'}, {ip: '127.0.0.1'}]}),
		'plain',
	],
	['an address of IPv6', ({six}) => ({ports: [{name: 'http', port: six}], balancer: [{ip: '::1'}]}), 'six'],
	[
		'another domain of the cluster',
		({plain}) => ({
			ports: [{name: 'http2', port: plain}],
			outside: [{domainInternal: 'kourier.kourier-system.svc.k8s.corp.example'}],
		}),
		'plain',
	],
	[
		'Istio',
		({plain, wrong}) => ({
			ports: [{name: 'http2', port: wrong}],
			ingressClass: 'istio.ingress.networking.knative.dev',
			outside: [{domainInternal: 'istio-ingressgateway.istio-system.svc.cluster.local'}],
			objects: {
				'/api/v1/namespaces/istio-system/services/istio-ingressgateway': service(
					'istio-ingressgateway',
					'istio-system',
					[
						{name: 'status-port', port: 15_021},
						{name: 'http2', port: plain},
						{name: 'tls', port: 15_443},
					],
				),
			},
		}),
		'plain',
	],
	[
		'Contour, of which the Ingress says nothing yet',
		({plain, wrong}) => ({
			ports: [{name: 'http2', port: wrong}],
			ingressClass: 'contour.ingress.networking.knative.dev',
			outside: [],
			objects: {
				'/api/v1/namespaces/contour-external/services/envoy': service('envoy', 'contour-external', [
					{name: 'http', port: plain},
					{name: 'https', port: 443},
				]),
			},
		}),
		'plain',
	],
	[
		'one that nobody knows, of which the Ingress names the Service',
		({plain, wrong}) => ({
			ports: [{name: 'http2', port: wrong}],
			ingressClass: 'mesh.example.com',
			outside: [{domainInternal: 'door.edge.svc.cluster.local'}],
			objects: {
				'/api/v1/namespaces/edge/services/door': service('door', 'edge', [{name: 'http', port: plain}]),
			},
		}),
		'plain',
	],
	[
		'one that nobody knows, of which nothing is said',
		({wrong}) => ({ports: [{name: 'http2', port: wrong}], ingressClass: 'mesh.example.com', outside: []}),
		/--gateway host\[:port\] .*ingress class mesh\.example\.com/,
	],
	[
		'the Gateway API, where the Gateway says at which port it listens',
		({plain, secure, wrong}) => ({
			ports: [{name: 'http2', port: wrong}],
			ingressClass: ofGatewayApi,
			outside: [{ip: '127.0.0.1'}],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway(
					[
						{name: 'tls', port: secure, protocol: 'HTTPS'},
						{name: 'web', port: plain, protocol: 'HTTP'},
					],
					here,
				),
			},
		}),
		'plain',
	],
	[
		'the Gateway API, where the route is attached to one of several listeners',
		({plain, wrong}) => ({
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{kind: 'Gateway', name: 'outside', namespace: 'edge', sectionName: 'second'}]),
				[gatewayPath]: gateway(
					[
						{name: 'first', port: wrong, protocol: 'HTTP'},
						{name: 'second', port: plain, protocol: 'HTTP'},
					],
					here,
				),
			},
		}),
		'plain',
	],
	[
		'the Gateway API over TLS',
		({plain, secure}) => ({
			https: true,
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway(
					[
						{name: 'web', port: plain, protocol: 'HTTP'},
						{name: 'tls', port: secure, protocol: 'HTTPS'},
					],
					here,
				),
			},
		}),
		'secure',
	],
	[
		'the Gateway API, without an address yet',
		({plain}) => ({
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway([{name: 'web', port: plain, protocol: 'HTTP'}], []),
			},
		}),
		/Gateway edge\/outside: it has no address \(yet\)/,
	],
	[
		'an address that leads nowhere, and no pod to forward to',
		({nobody}) => ({ports: [{name: 'http2', port: nobody}], missing: /\/pods|\/endpoints/}),
		/cannot be reached from here at 127\.0\.0\.1:\d+ .*--gateway host\[:port\]/,
	],
	[
		'a port that passes TLS on before the one that ends it, and a URL with https',
		({plain, secure, wrong}) => ({
			https: true,
			ports: [
				{name: 'tls', port: wrong},
				{name: 'https', port: secure},
				{name: 'http2', port: plain},
			],
		}),
		'secure',
	],
	[
		'ports named after a proxy, as of Kong',
		({plain, secure}) => ({
			ports: [
				{name: 'kong-proxy-tls', port: secure},
				{name: 'kong-proxy', port: plain},
			],
		}),
		'plain',
	],
	[
		'a balancer of two addresses, of which the first is of a family that this machine has not',
		({plain}) => ({
			ports: [{name: 'http2', port: plain}],
			balancer: [{ip: '2001:db8::1'}, {ip: '127.0.0.1'}],
		}),
		'plain',
	],
	[
		'the Gateway API, where another listener is for other hosts',
		({plain, wrong}) => ({
			ingressClass: ofGatewayApi,
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}], ['checkout.default.example.com']),
				[gatewayPath]: gateway(
					[
						{name: 'other', protocol: 'HTTP', hostname: '*.example.org', port: wrong},
						{name: 'own', protocol: 'HTTP', hostname: '*.example.com', port: plain},
					],
					here,
				),
			},
		}),
		'plain',
	],
	[
		'the Gateway API, where the route is attached by its port',
		({plain, wrong}) => ({
			ingressClass: ofGatewayApi,
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge', port: plain}]),
				[gatewayPath]: gateway(
					[
						{name: 'other', protocol: 'HTTP', port: wrong},
						{name: 'own', protocol: 'HTTP', port: plain},
					],
					here,
				),
			},
		}),
		'plain',
	],
	[
		'none at all',
		() => ({missing: /\/kourier-system\//}),
		/no gateway found; give its address with --gateway host\[:port\]/,
	],
];

describe.skipIf(!hasOpenssl)('a gateway', () => {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay;
	let kubeconfig: string;
	let gateways: Record<'plain' | 'secure' | 'six' | 'wrong', TestGateway>;
	let ports: Ports;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
		relay = await startApiRelay(sandbox.kubeconfig);
		kubeconfig = path.join(authority.directory, 'kubeconfig');
		writeFileSync(kubeconfig, kubeconfigFor(relay.url, {user: {token: 'any'}}));
	});

	afterAll(async () => {
		await relay.close();
		authority.remove();
		await sandbox.stop();
	});

	beforeEach(async () => {
		const to = sandbox.gateway;
		gateways = {
			plain: await startTestGateway({to}),
			secure: await startTestGateway({to, tls: authority.issue('gateway', ['DNS:*.default.example.com'])}),
			six: await startTestGateway({to, address: '::1'}),
			wrong: await startTestGateway({to, answer: () => ({status: 404})}),
		};
		const {plain, secure, six, wrong} = gateways;
		ports = {
			plain: plain.port,
			secure: secure.port,
			six: six.port,
			wrong: wrong.port,
			nobody: await freePort(),
		};
	});

	afterEach(async () => {
		await Promise.all(Object.values(gateways).map(async each => each.close()));
	});

	it.each(cases)('with %s', async (_, scene, expected) => {
		relay.rules = {token: tokenOf(sandbox.kubeconfig), ...rulesOf(scene(ports))};
		const {code, output} = await runProgram(
			[
				'verify',
				'checkout',
				'--n=6',
				'--rate=50',
				`--kubeconfig=${kubeconfig}`,
				`--cacert=${authority.file}`,
			],
			{XDG_STATE_HOME: authority.directory},
		);
		const asked = Object.entries(gateways)
			.filter(([, {seen}]) => seen.length > 0)
			.map(([name]) => name);
		const isSaid = typeof expected === 'string' || expected.test(output);
		const [place, end] = typeof expected === 'string' ? [[expected], 0] : [[], 3];
		expect({asked, code, isSaid, output}).toMatchObject({asked: place, code: end, isSaid: true});
	});

	it('for those inside of the cluster is asked for a service that has no rule outside, through a port-forward', async () => {
		const cluster = await connect({kubeconfig: sandbox.kubeconfig});
		try {
			const labelled = await cluster.request({
				method: 'PATCH',
				path: servingPath('services', 'default', 'checkout'),
				contentType: 'application/merge-patch+json',
				body: {metadata: {labels: {'networking.knative.dev/visibility': 'cluster-local'}}},
			});
			expect(labelled.status).toBe(200);
			await eventually(async () => {
				const {stdout} = await runProgram(['get', 'checkout', '--kubeconfig', sandbox.kubeconfig]);
				if (!/Ready .*http:\/\/checkout\.default\.svc\./.test(stdout)) throw new Error(stdout);
			});
			const args = ['verify', 'checkout', '--n=6', '--rate=50', `--kubeconfig=${sandbox.kubeconfig}`];
			const {code, output} = await runProgram(args, {XDG_STATE_HOME: authority.directory});
			expect(output).toContain('via port-forward');
			expect(output).toMatch(/6 of 6 answered/);
			expect(code).toBe(0);
		} finally {
			await cluster.close();
		}
	});
});

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	await new Promise(resolve => {
		server.close(resolve);
	});
	return typeof address === 'object' && address !== null ? address.port : 0;
}

const notFound = (what: string) => ({
	status: 404,
	body: {kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: what},
});

function rulesOf({
	ports,
	spec = {},
	balancer = [{ip: '127.0.0.1'}],
	ingressClass,
	outside,
	objects = {},
	missing,
	https = false,
}: Scene): RelayRules {
	return {
		answer({path: asked}) {
			const found = objects[asked];
			if (found) return {status: 200, body: found};
			return missing?.test(asked) ? notFound(`${asked} not found`) : undefined;
		},
		object(object: KubernetesObject) {
			const {kind, metadata} = object;
			const name = at({metadata}, 'metadata')['name'];
			if (kind === 'Ingress') {
				if (ingressClass !== undefined) {
					Object.assign(at(object, 'metadata', 'annotations'), {
						'networking.knative.dev/ingress.class': ingressClass,
					});
				}
				if (outside) Object.assign(at(object, 'status'), {publicLoadBalancer: {ingress: outside}});
			}
			if (kind === 'Service' && name === 'kourier' && ports) {
				Object.assign(at(object, 'spec'), {ports, ...spec});
				Object.assign(object, {status: {loadBalancer: {ingress: balancer}}});
			}
			const status = at(object, 'status');
			if (https && object['apiVersion'] === 'serving.knative.dev/v1' && typeof status['url'] === 'string') {
				Object.assign(status, JSON.parse(JSON.stringify(status).replaceAll('http://', 'https://')));
			}
		},
	};
}
