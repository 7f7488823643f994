/**
 * Gateways as they occur: what the API server says of each, and where a careful human would ask it. One
 * table: who adds a case looks for the one that it differs from.
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
	outside?: object[] | undefined;
	/** Other objects, by path. */
	objects?: Record<string, object>;
	/** Paths that are not there. */
	missing?: RegExp;
	https?: boolean;
};

type SceneAt = (ports: Ports) => GatewayScene;

export type GatewayCase = [what: string, scene: SceneAt, expected: 'plain' | 'secure' | 'six' | RegExp];

const service = (name: string, namespace: string, ports: object[], more: object = {}) => ({
	kind: 'Service',
	apiVersion: 'v1',
	metadata: {name, namespace},
	spec: {type: 'LoadBalancer', ports},
	status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
	...more,
});

/** Ports of a Service, each with a name. */
const named = (ports: Readonly<Record<string, number>>) =>
	Object.entries(ports).map(([name, port]) => ({name, port}));

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

/** Behind the Gateway API: one Gateway with these listeners, to which the route of the service is attached. */
const gatewayApi = (
	listeners: object[],
	{
		parent = {},
		hostnames = [],
		addresses = [{type: 'IPAddress', value: '127.0.0.1'}],
	}: {parent?: object; hostnames?: string[]; addresses?: object[]} = {},
): GatewayScene => ({
	ingressClass: 'gateway-api.ingress.networking.knative.dev',
	outside: [],
	objects: {
		[routesPath]: routes([{name: 'outside', namespace: 'edge', ...parent}], hostnames),
		[gatewayPath]: gateway(listeners, addresses),
	},
});

/** Cases in which it is asked at this port, by what they are called. */
const askedAt = (
	expected: 'plain' | 'secure' | 'six',
	scenes: Readonly<Record<string, SceneAt>>,
): GatewayCase[] => Object.entries(scenes).map(([what, scene]) => [what, scene, expected]);

export const gatewayCases: readonly GatewayCase[] = [
	...askedAt('plain', {
		'ports named http2 and https': ({plain, secure}) => ({ports: named({http2: plain, https: secure})}),
		'ports named http-8080 and https-8443': ({plain, secure}) => ({
			ports: named({'https-8443': secure, 'http-8080': plain}),
		}),
		'ports named web and websecure': ({plain, secure}) => ({ports: named({websecure: secure, web: plain})}),
		'ports that say by appProtocol alone what they are': ({plain, secure}) => ({
			ports: [
				{name: 'a', appProtocol: 'https', port: secure},
				{name: 'b', appProtocol: 'kubernetes.io/h2c', port: plain},
			],
		}),
		'a port for its status first': ({plain, secure, wrong}) => ({
			ports: named({'status-port': wrong, http2: plain, https: secure}),
		}),
		'a port for its metrics that speaks HTTP, too': ({plain, wrong}) => ({
			ports: named({'http-metrics': wrong, http: plain}),
		}),
		'one port without a name': ({plain}) => ({ports: [{port: plain}]}),
		'HTTP/3 over UDP beside': ({plain, wrong}) => ({
			ports: [
				{name: 'http3', port: wrong, protocol: 'UDP'},
				{name: 'http', port: plain, protocol: 'TCP'},
			],
		}),
		'plain HTTP alone, and a URL with https, as behind a balancer that ends TLS': ({plain}) => ({
			https: true,
			ports: named({http2: plain}),
		}),
		'an address outside that is none of a balancer': ({plain}) => ({
			ports: named({http: plain}),
			balancer: [],
			spec: {externalIPs: ['127.0.0.1']},
		}),
		'a port of the nodes': ({plain}) => ({
			ports: [{name: 'http', port: 80, nodePort: plain}],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['Hostname', 'node-1'], ['InternalIP', '127.0.0.1'])},
		}),
		'a balancer with a name': ({plain}) => ({
			ports: named({http: plain}),
			balancer: [{hostname: 'localhost'}],
		}),
		'a balancer of two addresses, of which one leads nowhere': ({plain}) => ({
			ports: named({http: plain}),
			balancer: [{ip: '127.0.0.77'}, {ip: '127.0.0.1'}],
		}),
		'another domain of the cluster': ({plain}) => ({
			ports: named({http2: plain}),
			outside: [{domainInternal: 'kourier.kourier-system.svc.k8s.corp.example'}],
		}),
		Istio: ({plain, wrong}) => ({
			ports: named({http2: wrong}),
			ingressClass: 'istio.ingress.networking.knative.dev',
			outside: [{domainInternal: 'istio-ingressgateway.istio-system.svc.cluster.local'}],
			objects: {
				'/api/v1/namespaces/istio-system/services/istio-ingressgateway': service(
					'istio-ingressgateway',
					'istio-system',
					named({'status-port': 15_021, http2: plain, tls: 15_443}),
				),
			},
		}),
		'Contour, of which the Ingress says nothing yet': ({plain, wrong}) => ({
			ports: named({http2: wrong}),
			ingressClass: 'contour.ingress.networking.knative.dev',
			outside: [],
			objects: {
				'/api/v1/namespaces/contour-external/services/envoy': service(
					'envoy',
					'contour-external',
					named({http: plain, https: 443}),
				),
			},
		}),
		'one that nobody knows, of which the Ingress names the Service': ({plain, wrong}) => ({
			ports: named({http2: wrong}),
			ingressClass: 'mesh.example.com',
			outside: [{domainInternal: 'door.edge.svc.cluster.local'}],
			objects: {
				'/api/v1/namespaces/edge/services/door': service('door', 'edge', named({http: plain})),
			},
		}),
		'the Gateway API, where the Gateway says at which port it listens': ({plain, secure, wrong}) => ({
			...gatewayApi([
				{name: 'tls', port: secure, protocol: 'HTTPS'},
				{name: 'web', port: plain, protocol: 'HTTP'},
			]),
			ports: named({http2: wrong}),
			outside: [{ip: '127.0.0.1'}],
		}),
		'the Gateway API, where the route is attached to one of several listeners': ({plain, wrong}) =>
			gatewayApi(
				[
					{name: 'first', port: wrong, protocol: 'HTTP'},
					{name: 'second', port: plain, protocol: 'HTTP'},
				],
				{parent: {kind: 'Gateway', sectionName: 'second'}},
			),
		'ports named after a proxy, as of Kong': ({plain, secure}) => ({
			ports: named({'kong-proxy-tls': secure, 'kong-proxy': plain}),
		}),
		'a balancer of two addresses, of which the first is of a family that this machine has not': ({
			plain,
		}) => ({ports: named({http2: plain}), balancer: [{ip: '2001:db8::1'}, {ip: '127.0.0.1'}]}),
		'the Gateway API, where another listener is for other hosts': ({plain, wrong}) => ({
			...gatewayApi(
				[
					{name: 'other', protocol: 'HTTP', hostname: '*.example.org', port: wrong},
					{name: 'own', protocol: 'HTTP', hostname: '*.example.com', port: plain},
				],
				{hostnames: ['checkout.default.example.com']},
			),
			outside: undefined,
		}),
		'the Gateway API, where the route is attached by its port': ({plain, wrong}) => ({
			...gatewayApi(
				[
					{name: 'other', protocol: 'HTTP', port: wrong},
					{name: 'own', protocol: 'HTTP', port: plain},
				],
				{parent: {port: plain}},
			),
			outside: undefined,
		}),
		'a port and an address that are none, beside those that are': ({plain}) => ({
			ports: [{name: 'http2', port: 70_000}, null, {name: 'http2', port: plain}],
			balancer: [null, {ip: 5}, {}, {ip: '127.0.0.1'}],
		}),
		'a balancer with an empty address and a name': ({plain}) => ({
			ports: named({http2: plain}),
			balancer: [{ip: '', hostname: 'localhost', ipMode: 'Proxy'}],
		}),
		'an appProtocol that says otherwise than the name': ({plain, secure}) => ({
			ports: [
				{name: 'http', appProtocol: 'HTTPS', port: secure},
				{name: 'https', appProtocol: 'HTTP', port: plain},
			],
		}),
		'nodes of which the address from outside leads nowhere': ({plain}) => ({
			ports: [{name: 'http', port: 80, nodePort: plain}],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['ExternalIP', '127.0.0.77'], ['InternalIP', '127.0.0.1'])},
		}),
		'two families, of which the first is not listened to': ({plain}) => ({
			ports: named({http2: plain}),
			balancer: [{ip: '::1'}, {ip: '127.0.0.1'}],
		}),
		'a name in the Ingress itself': ({plain}) => ({
			ports: named({http2: plain}),
			outside: [{domain: 'localhost'}],
		}),
		'the Gateway API, where the Gateway has a name': ({plain}) =>
			gatewayApi([{name: 'web', port: plain, protocol: 'HTTP'}], {
				addresses: [{type: 'Hostname', value: 'localhost'}],
			}),
		'the Gateway API, where a listener is none': ({plain}) =>
			gatewayApi([
				{name: 'odd', port: 'eighty'},
				{name: 'web', port: plain, protocol: 'HTTP'},
			]),
		'ports for debugging and monitoring before': ({plain, wrong}) => ({
			ports: named({'http-debug': wrong, 'http-monitor': wrong, http: plain}),
		}),
		'a balancer with an address that leads nowhere and a name that does not, in one entry': ({plain}) => ({
			ports: named({http2: plain}),
			balancer: [{ip: '127.0.0.77', hostname: 'localhost'}],
		}),
	}),
	...askedAt('secure', {
		'TLS alone, and a URL with http': ({secure}) => ({ports: named({https: secure})}),
		'both, and a URL with https': ({plain, secure}) => ({
			https: true,
			ports: named({http2: plain, https: secure}),
		}),
		'the Gateway API over TLS': ({plain, secure}) => ({
			...gatewayApi([
				{name: 'web', port: plain, protocol: 'HTTP'},
				{name: 'tls', port: secure, protocol: 'HTTPS'},
			]),
			https: true,
		}),
		'a port that passes TLS on before the one that ends it, and a URL with https': ({
			plain,
			secure,
			wrong,
		}) => ({https: true, ports: named({tls: wrong, https: secure, http2: plain})}),
		'a port of the nodes for TLS, and a URL with https': ({secure, wrong}) => ({
			https: true,
			ports: [
				{name: 'http2', port: 80, nodePort: wrong},
				{name: 'https', port: 443, nodePort: secure},
			],
			balancer: [],
			spec: {type: 'NodePort'},
			objects: {'/api/v1/nodes': node(['InternalIP', '127.0.0.1'])},
		}),
		'the Gateway API, where one listener passes TLS on': ({secure, wrong}) => ({
			...gatewayApi([
				{name: 'through', port: wrong, protocol: 'TLS', tls: {mode: 'Passthrough'}},
				{name: 'ends', port: secure, protocol: 'HTTPS', tls: {mode: 'Terminate'}},
			]),
			https: true,
		}),
		'ports named http and http-tls, and a URL with https': ({plain, secure}) => ({
			https: true,
			ports: named({http: plain, 'http-tls': secure}),
		}),
		'ports named insecure and secure, and a URL with https': ({plain, secure}) => ({
			https: true,
			ports: named({insecure: plain, secure}),
		}),
		'a port that passes TLS on and one for admins before those that are meant, and a URL with https': ({
			plain,
			secure,
			wrong,
		}) => ({
			https: true,
			ports: named({'http-admin': wrong, 'https-passthrough': wrong, https: secure, http: plain}),
		}),
	}),
	...askedAt('six', {
		'an address of IPv6': ({six}) => ({ports: named({http: six}), balancer: [{ip: '::1'}]}),
	}),
	[
		'one that nobody knows, of which nothing is said',
		({wrong}) => ({ports: named({http2: wrong}), ingressClass: 'mesh.example.com', outside: []}),
		/--gateway host\[:port\] .*ingress class mesh\.example\.com/,
	],
	[
		'the Gateway API, without an address yet',
		({plain}) => gatewayApi([{name: 'web', port: plain, protocol: 'HTTP'}], {addresses: []}),
		/Gateway edge\/outside: it has no address \(yet\)/,
	],
	[
		'an address that leads nowhere, and no pod to forward to',
		({nobody}) => ({ports: named({http2: nobody}), missing: /\/pods|\/endpoints/}),
		/cannot be reached from here at 127\.0\.0\.1:\d+ .*--gateway host\[:port\]/,
	],
	[
		'an Ingress with an address that leads nowhere and a name that does not, in one entry',
		({nobody}) => ({
			ports: named({http2: nobody}),
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
