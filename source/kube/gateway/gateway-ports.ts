/**
 * Which port of the Service in front of a gateway is for HTTP, and which for HTTPS: by `appProtocol` where it says so, then by
 * name, then by number. Names are what installers make of them: `http2`, `http-80`, `http-8080`, `https-8443`, `web`, `websecure`.
 */
export type ServicePort = {
	name?: string | null | undefined;
	port: number;
	protocol?: string | null | undefined;
	appProtocol?: string | null | undefined;
	nodePort?: number | null | undefined;
};

/** A port of a Service, and the port of each node that leads to it, if there is one. */
export type Door = {port: number; nodePort: number | undefined};

export type Doors = {
	/** HTTP in the clear; HTTP/2 with prior knowledge goes there as well. */
	plain: Door | undefined;
	/** TLS, with the name of the host as server name. */
	secure: Door | undefined;
};

/** KEP-3726 and what Istio, Contour and Traefik write there besides. */
const plainProtocols = new Set(['http', 'http2', 'h2c', 'grpc', 'kubernetes.io/h2c', 'kubernetes.io/ws']);
const secureProtocols = new Set(['https', 'h2', 'grpcs', 'grpc-web-tls', 'kubernetes.io/wss']);

/** A gateway's own: where it tells of itself, and where it passes TLS on without ending it (Istio's 15443). */
const own =
	/(?:^|-)(?:status|metrics?|prom(?:etheus)?|health|healthz|healthcheck|admin|stats|monitoring|traefik|xds|internal)(?:-|$)/;

const plainName = /^(?:http2?|h2c|web)(?:$|-(?!s(?:ecure)?$))|(?:^|-)(?:proxy|http2?(?:-\d+)?)$/;
const secureName =
	/^(?:https|http2?-?s(?:ecure)?|web-?secure)(?:$|-)|(?:^|-)(?:proxy-(?:tls|ssl)|https(?:-\d+)?)$/;
/** TLS, but perhaps TLS that is passed on: Istio's port 15443 is called `tls`, beside `https`. */
const anyTlsName = /^(?:tls|ssl|h2)(?:$|-)/;
const plainNumbers = [80, 8080, 8000, 10080];
const secureNumbers = [443, 8443, 10443];

type Kind = 'plain' | 'secure';

/** How sure it is that a port is for that: 3 by appProtocol, 2 by name (1.5 by one that may mean more), 1 by number, 0 not at all. */
function sureness({name, port, protocol, appProtocol}: ServicePort, kind: Kind): number {
	const called = (name ?? '').toLowerCase();
	if ((protocol ?? 'TCP') !== 'TCP' || own.test(called)) return 0;
	const spoken = (appProtocol ?? '').toLowerCase();
	const [protocols, names, numbers] =
		kind === 'plain'
			? [plainProtocols, plainName, plainNumbers]
			: [secureProtocols, secureName, secureNumbers];
	if (protocols.has(spoken)) return 3;
	const others = kind === 'plain' ? secureProtocols : plainProtocols;
	// What is said of it counts for more than what it is called.
	if (others.has(spoken)) return 0;
	if (names.test(called)) return 2;
	if (kind === 'secure' && anyTlsName.test(called)) return 1.5;
	const isOther =
		kind === 'plain' ? secureName.test(called) || anyTlsName.test(called) : plainName.test(called);
	return numbers.includes(port) && !isOther ? 1 : 0;
}

/** The doors of a gateway. A single port that says nothing of itself is for HTTP. */
export function doorsOf(ports: readonly ServicePort[]): Doors {
	const find = (kind: Kind): Door | undefined => {
		const numbers = kind === 'plain' ? plainNumbers : secureNumbers;
		const rank = (port: number) => (numbers.includes(port) ? numbers.indexOf(port) : numbers.length);
		const [best] = ports
			.map(port => ({port, sure: sureness(port, kind)}))
			.filter(({sure}) => sure > 0)
			.toSorted(
				// Of those that say what they are, the one that everybody knows; then those of which the number alone speaks.
				(one, other) =>
					Number(one.sure === 1) - Number(other.sure === 1) ||
					rank(one.port.port) - rank(other.port.port) ||
					other.sure - one.sure,
			);
		return best && doorOf(best.port);
	};
	const plain = find('plain');
	const secure = find('secure');
	const [only, ...more] = ports;
	if (!plain && !secure && only && more.length === 0 && (only.protocol ?? 'TCP') === 'TCP') {
		return {plain: doorOf(only), secure: undefined};
	}
	return {plain, secure};
}

function doorOf({port, nodePort}: ServicePort): Door {
	return {port, nodePort: nodePort ?? undefined};
}
