import {describe, expect, it} from 'vitest';
import {doorsOf, type ServicePort} from '../../../source/kube/gateway/gateway-ports.js';

const ports = (text: string): ServicePort[] =>
	text
		.split(' ')
		.filter(Boolean)
		.map(each => {
			const [name, port, appProtocol, nodePort] = each.split(',');
			return {
				name: name || undefined,
				port: Number(port),
				protocol: 'TCP',
				appProtocol: appProtocol || undefined,
				nodePort: nodePort ? Number(nodePort) : undefined,
			};
		});

/** Name, port, appProtocol and port of the node, as they occur; then the port for HTTP and that for HTTPS. */
const cases: [what: string, ports: string, plain: number | undefined, secure: number | undefined][] = [
	['Kourier', 'http2,80 https,443', 80, 443],
	['Istio', 'status-port,15021 http2,80 https,443 tcp,31400 tls,15443', 80, 443],
	['Contour', 'http,80 https,443', 80, 443],
	['Traefik', 'traefik,9000 web,80 websecure,443', 80, 443],
	['Gateway API of Envoy Gateway', 'http-80,80 https-443,443', 80, 443],
	['high ports by name', 'http-8080,8080 https-8443,8443', 8080, 8443],
	['names of ports that are neither', 'http2-31380,31380 https-31390,31390', 31380, 31390],
	['HTTPS first', 'https,443 http2,80', 80, 443],
	['only HTTPS', 'https,443', undefined, 443],
	['only HTTPS, by number', ',8443', undefined, 8443],
	['only HTTP, by number', ',8080', 8080, undefined],
	['one port that says nothing', 'main,9999', 9999, undefined],
	['appProtocol against the name', 'http,443,https main,8081,http', 8081, 443],
	['appProtocol alone', 'a,5000,kubernetes.io/h2c b,5001,kubernetes.io/wss', 5000, 5001],
	['what it tells of itself', 'http-metrics,8080 http-envoy-prom,15090 http2,31080', 31080, undefined],
	['several that say nothing', 'a,5000 b,5001', undefined, undefined],
	['QUIC beside it', 'https,443 http,80', 80, 443],
	['web-secure', 'web,8000 web-secure,8443', 8000, 8443],
	['the name of the gateway before that', 'edge-http,31080 edge-https,31443', 31080, 31443],
	['that and a number', 'edge-https-31443,31443 edge-http2-31080,31080', 31080, 31443],
	['metrics over HTTP', 'metrics-http,31090 admin-https,31091 edge-http,31080', 31080, undefined],
	['a name in capitals', 'HTTP,8080 HTTPS,8443', 8080, 8443],
	['Kourier of OpenShift', 'http2,80,,30080 https,443,,30443', 80, 443],
	['Istio 1.4, its metrics first', 'http-envoy-prom,15020 status-port,15021 http2,80 https,443', 80, 443],
	[
		'Istio 1.1, with what belongs to it',
		'http2-prometheus,15030 http2-grafana,15031 http-kiali,15029 http2,31380 https,31390 tcp,31400 tcp-pilot-grpc-tls,15011',
		31380,
		31390,
	],
	['Anthos Service Mesh', 'status-port,15021 http2,80 https,443,HTTP2', 80, 443],
	[
		'Istio between clusters',
		'status-port,15021 tls,15443 tls-istiod,15012 tls-webhook,15017',
		undefined,
		15443,
	],
	['Istio of the Gateway API', 'status-port,15021,tcp default,80,http', 80, undefined],
	['knative-local-gateway', 'http2,80', 80, undefined],
	['Contour with metrics', 'metrics,8002 http,80 https,443', 80, 443],
	['Envoy Gateway at high ports', 'http-10080,10080 https-10443,10443', 10080, 10443],
	['Envoy Gateway with TLS that is passed on', 'tls-passthrough-6443,6443 https-443,443 http-80,80', 80, 443],
	['Traefik with its dashboard', 'traefik,8080 web,80 websecure,443 metrics,9100', 80, 443],
	['Traefik with its admin port', 'admin,8080 web,8000 websecure,8443', 8000, 8443],
	['ingress-nginx', 'http,80,http https,443,https', 80, 443],
	['ingress-nginx with its metrics', 'metrics,10254,http https,443,https http,80,http', 80, 443],
	['NGINX Gateway Fabric', 'port-80,80 port-443,443', 80, 443],
	['HAProxy Technologies', 'http,80 https,443 stat,1024', 80, 443],
	['haproxy-ingress', 'http-80,80 https-443,443 stat-1936,1936 metrics,9101', 80, 443],
	['Voyager', 'tcp-80,80 tcp-443,443', 80, 443],
	['Kong', 'kong-admin,8001 kong-proxy,80 kong-proxy-tls,443', 80, 443],
	['Kong, TLS first', 'proxy-ssl,443 proxy,80', 80, 443],
	['Apache APISIX', 'apisix-gateway,80 apisix-gateway-tls,443', 80, 443],
	['Gloo', 'http-monitoring,8081 http,80 https,443', 80, 443],
	['Emissary', 'ambassador-admin,8877 http,80 https,443', 80, 443],
	['Cilium', 'port-80,80 port-443,443', 80, 443],
	['the router of OpenShift', 'http,80 https,443 metrics,1936', 80, 443],
	['Higress', 'http2,80 https,443', 80, 443],
	['Kuma, of which ports are called by their numbers', '8080,8080 8443,8443', 8080, 8443],
	['http and http-tls', 'http,31080 http-tls,31443', 31080, 31443],
	['http2-tls before http2', 'http2-tls,31443 http2,31080', 31080, 31443],
	['web and web-tls', 'web-tls,31443 web,31080', 31080, 31443],
	['http1 and https1', 'https1,31443 http1,31080', 31080, 31443],
	['insecure and secure', 'secure,31443 insecure,31080', 31080, 31443],
	['TLS that is passed on, before HTTPS', 'https-passthrough,8443 https,31443 http,31080', 31080, 31443],
	['nothing but TLS that is passed on, beside HTTP', 'http,80 tls-passthrough,443', 80, undefined],
	['nothing but TLS that is passed on', 'tls-passthrough,443', undefined, 443],
	['a monitor before', 'http-monitor,8080 http,31080', 31080, undefined],
	['a debugger before', 'http-debug,8080 http-admin,80 http,31080 https,31443', 31080, 31443],
	['what tells of itself, and nothing else', 'http-admin,80 http-metrics,8080', undefined, undefined],
	['a name of its own before one that everybody uses', 'https-partners,9443 https,31443', undefined, 31443],
	['a number before a name of its own', 'http-partners,31080 main,80', 80, undefined],
	['TLS in the name of the usual port for HTTP', 'http-tls,80 other,8080', 8080, 80],
	['TCP that says nothing of HTTP', 'tcp,8080 http-main,31080', 31080, undefined],
	['one word', 'httptls,31443 http8080,31080', 31080, 31443],
];

describe('the ports of the Service in front of a gateway', () => {
	it.each(cases)('%s: %s', (_, text, plain, secure) => {
		const doors = doorsOf(ports(text));
		expect([doors.plain?.port, doors.secure?.port]).toEqual([plain, secure]);
	});

	it('takes no port over UDP, which HTTP/3 has beside the one for HTTPS', () => {
		const udp = {name: 'http3', port: 443, protocol: 'UDP'};
		expect(doorsOf([udp])).toEqual({plain: undefined, secure: undefined});
		expect(doorsOf([udp, ...ports('https,443')]).secure?.port).toBe(443);
	});

	it('knows the port of the nodes of each', () => {
		expect(doorsOf(ports('http2,80,,31080 https,443,,31443'))).toEqual({
			plain: {port: 80, nodePort: 31_080},
			secure: {port: 443, nodePort: 31_443},
		});
	});
});
