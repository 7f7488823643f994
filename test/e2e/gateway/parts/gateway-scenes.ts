/**
 * Gateways as they occur: what the API server says of each, and where a careful human would ask it. One
 * table, long as it is: who adds a case looks for the one that it differs from.
 */
import {at, type KubernetesObject, type RelayRules} from '../../../support/kube/api-relay.js';

/** What listens: plain HTTP, TLS, plain HTTP at ::1, another gateway that knows nothing; and a port where nobody does. */
export type Ports = {plain: number; secure: number; six: number; wrong: number; nobody: number};

export type GatewayScene = {
	/** Ports of the gateway's Service, which has the address of this machine unless told otherwise. */
	ports?: (object | null)[];
	spec?: object;
	balancer?: (object | null)[];
	/** Of the Ingress of the service. */
	ingressClass?: string;
	outside?: object[];
	/** Other objects, by path. */
	objects?: Record<string, object>;
	/** Paths that are not there. */
	missing?: RegExp;
	https?: boolean;
};

export type GatewayCase = [
	what: string,
	scene: (ports: Ports) => GatewayScene,
	expected: 'plain' | 'secure' | 'six' | RegExp,
];

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

export const gatewayCases: readonly GatewayCase[] = [
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
		'a port and an address that are none, beside those that are',
		({plain}) => ({
			ports: [{name: 'http2', port: 70_000}, null, {name: 'http2', port: plain}],
			balancer: [null, {ip: 5}, {}, {ip: '127.0.0.1'}],
		}),
		'plain',
	],
	[
		'a balancer with an empty address and a name',
		({plain}) => ({
			ports: [{name: 'http2', port: plain}],
			balancer: [{ip: '', hostname: 'localhost', ipMode: 'Proxy'}],
		}),
		'plain',
	],
	[
		'an appProtocol that says otherwise than the name',
		({plain, secure}) => ({
			ports: [
				{name: 'http', appProtocol: 'HTTPS', port: secure},
				{name: 'https', appProtocol: 'HTTP', port: plain},
			],
		}),
		'plain',
	],
	[
		'a port of the nodes for TLS, and a URL with https',
		({secure, wrong}) => ({
			https: true,
			ports: [
				{name: 'http2', port: 80, nodePort: wrong},
				{name: 'https', port: 443, nodePort: secure},
			],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['InternalIP', '127.0.0.1'])},
		}),
		'secure',
	],
	[
		'nodes of which the address from outside leads nowhere',
		({plain}) => ({
			ports: [{name: 'http', port: 80, nodePort: plain}],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['ExternalIP', '127.0.0.77'], ['InternalIP', '127.0.0.1'])},
		}),
		'plain',
	],
	[
		'two families, of which the first is not listened to',
		({plain}) => ({
			ports: [{name: 'http2', port: plain}],
			balancer: [{ip: '::1'}, {ip: '127.0.0.1'}],
		}),
		'plain',
	],
	[
		'a name in the Ingress itself',
		({plain}) => ({ports: [{name: 'http2', port: plain}], outside: [{domain: 'localhost'}]}),
		'plain',
	],
	[
		'the Gateway API, where the Gateway has a name',
		({plain}) => ({
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway(
					[{name: 'web', port: plain, protocol: 'HTTP'}],
					[{type: 'Hostname', value: 'localhost'}],
				),
			},
		}),
		'plain',
	],
	[
		'the Gateway API, where one listener passes TLS on',
		({secure, wrong}) => ({
			https: true,
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway(
					[
						{name: 'through', port: wrong, protocol: 'TLS', tls: {mode: 'Passthrough'}},
						{name: 'ends', port: secure, protocol: 'HTTPS', tls: {mode: 'Terminate'}},
					],
					here,
				),
			},
		}),
		'secure',
	],
	[
		'the Gateway API, where a listener is none',
		({plain}) => ({
			ingressClass: ofGatewayApi,
			outside: [],
			objects: {
				[routesPath]: routes([{name: 'outside', namespace: 'edge'}]),
				[gatewayPath]: gateway(
					[
						{name: 'odd', port: 'eighty'},
						{name: 'web', port: plain, protocol: 'HTTP'},
					],
					here,
				),
			},
		}),
		'plain',
	],
	[
		'ports named http and http-tls, and a URL with https',
		({plain, secure}) => ({
			https: true,
			ports: [
				{name: 'http', port: plain},
				{name: 'http-tls', port: secure},
			],
		}),
		'secure',
	],
	[
		'ports named insecure and secure, and a URL with https',
		({plain, secure}) => ({
			https: true,
			ports: [
				{name: 'insecure', port: plain},
				{name: 'secure', port: secure},
			],
		}),
		'secure',
	],
	[
		'a port that passes TLS on and one for admins before those that are meant, and a URL with https',
		({plain, secure, wrong}) => ({
			https: true,
			ports: [
				{name: 'http-admin', port: wrong},
				{name: 'https-passthrough', port: wrong},
				{name: 'https', port: secure},
				{name: 'http', port: plain},
			],
		}),
		'secure',
	],
	[
		'ports for debugging and monitoring before',
		({plain, wrong}) => ({
			ports: [
				{name: 'http-debug', port: wrong},
				{name: 'http-monitor', port: wrong},
				{name: 'http', port: plain},
			],
		}),
		'plain',
	],
	[
		'a balancer with an address that leads nowhere and a name that does not, in one entry',
		({plain}) => ({
			ports: [{name: 'http2', port: plain}],
			balancer: [{ip: '127.0.0.77', hostname: 'localhost'}],
		}),
		'plain',
	],
	[
		'an Ingress with an address that leads nowhere and a name that does not, in one entry',
		({nobody}) => ({
			ports: [{name: 'http2', port: nobody}],
			outside: [{ip: '127.0.0.77', domain: 'localhost'}],
			missing: /\/pods|\/endpoints/,
		}),
		/127\.0\.0\.77:80, localhost:80/,
	],
	[
		'none at all',
		() => ({missing: /\/kourier-system\//}),
		/no gateway found; give its address with --gateway host\[:port\]/,
	],
];

const notFound = (what: string) => ({
	status: 404,
	body: {kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: what},
});

/** Has a relay to the sandbox's API server say that. */
export function rulesOf({
	ports,
	spec = {},
	balancer = [{ip: '127.0.0.1'}],
	ingressClass,
	outside,
	objects = {},
	missing,
	https = false,
}: GatewayScene): RelayRules {
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
