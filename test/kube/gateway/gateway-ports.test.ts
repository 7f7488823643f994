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
