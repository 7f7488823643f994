/**
 * Which port of the Service in front of a gateway is for HTTP, and which for HTTPS: by `appProtocol` where it says so, then by
 * a name that everybody uses, by number, and by what a name has in it. Names are what installers make of them: `http2`, `http-80`,
 * `https-8443`, `web`, `websecure`, `http-tls`; those where a gateway tells of itself are no door.
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
const plainProtocols = new Set(['http', 'h2c', 'grpc', 'ws', 'kubernetes.io/h2c', 'kubernetes.io/ws']);
const secureProtocols = new Set(['https', 'h2', 'grpcs', 'grpc-web-tls', 'wss', 'kubernetes.io/wss']);
/** Says nothing of TLS: of a load balancer of Google's it means HTTP/2 over TLS, of Istio in the clear. */
const eitherProtocol = 'http2';

/** Words of a name by which a gateway tells of itself there, is ruled or watched. */
const ownWord =
	/^(?:status|stats?|c?metrics?|prom(?:etheus)?|monitor(?:ing)?|telemetry|tracing|debug|pprof|admin|manager|dashboard|kiali|grafana|health\w*|probe|ready|readiness|liveness|webhook|xds|dns|istiod\w*|pilot|internal)$/;
const ownNames = new Set(['traefik', 'api']);
/** TLS that is handed on, without anybody at the gateway who could read the request in it. */
const passedOn = /(?:^|[^a-z])pass-?through(?:$|[^a-z])/;

const plainWord = /^(?:http(?!3$)\d*|h2c|web|(?:in|un|non)secure|plain(?:text)?|proxy)$/;
const secureWord = /^(?:http\d?s\d*|(?:http\d?|web)?(?:tls|ssl|secure))$/;
const secureAlone = /^(?:h2|mtls)$/;
/** Without any of these TLS may be TLS that is passed on, as of Istio's 15443, which is called `tls`, beside `https`. */
const httpWord = /^(?:http|web|h2c|proxy|(?:in|un|non)secure|plain)/;

/** Names that stand by themselves, whatever comes before them: Kong's are called `kong-proxy` and `kong-proxy-tls`. */
const plainNames = /^(?:http[12]?|h2c|web|insecure|(?:kong-)?proxy)$/;
const secureNames =
	/^(?:https[12]?|http[12]?-?(?:tls|ssl|secure|s)|web-?(?:tls|ssl|secure)|secure|(?:kong-)?proxy-(?:tls|ssl))$/;

/** First those that everybody knows. */
const numbersOf = {
	plain: {usual: [80, 8080], other: [8000, 10080]},
	secure: {usual: [443, 8443], other: [10443]},
} as const;

type Kind = 'plain' | 'secure';

/** What a name says of TLS; undefined when nothing. */
function kindOfName(name: string): Kind | undefined {
	const words = name.split(/[^a-z\d]+/);
	const isPlain = words.some(word => plainWord.test(word));
	const isSecure = words.some(word => secureWord.test(word) || secureAlone.test(word));
	if (isSecure || (isPlain && words.at(-1) === 's')) return 'secure';
	return isPlain ? 'plain' : undefined;
}

/** How much it may be a port for that; 0: not at all. */
const sureness = {protocol: 5, name: 4, number: 3, words: 2, guess: 1, no: 0} as const;

function surenessOf({name, port, protocol, appProtocol}: ServicePort, kind: Kind): number {
	const called = (name ?? '').toLowerCase();
	const words = called.split(/[^a-z\d]+/);
	const isOwn = ownNames.has(called) || words.some(word => ownWord.test(word));
	if ((protocol ?? 'TCP') !== 'TCP' || isOwn) return sureness.no;
	const named = kindOfName(called);
	const spoken = protocolKind((appProtocol ?? '').toLowerCase(), {named, port});
	// What is said of it counts for more than what it is called.
	if (spoken) return spoken === kind ? sureness.protocol : sureness.no;
	if (named && named !== kind) return sureness.no;
	if ((kind === 'plain' ? plainNames : secureNames).test(called)) return sureness.name;
	const {usual, other} = numbersOf[kind];
	const isNumbered = [...usual, ...other].some(number => number === port);
	if (named === undefined && words.includes('tcp')) return isNumbered ? sureness.guess : sureness.no;
	if (usual.some(number => number === port)) return sureness.number;
	if (named) return words.some(word => httpWord.test(word)) ? sureness.words : sureness.guess;
	return isNumbered ? sureness.guess : sureness.no;
}

function protocolKind(
	protocol: string,
	{named, port}: {named: Kind | undefined; port: number},
): Kind | undefined {
	if (plainProtocols.has(protocol)) return 'plain';
	if (secureProtocols.has(protocol)) return 'secure';
	if (protocol !== eitherProtocol) return undefined;
	return named ?? (numbersOf.secure.usual.some(number => number === port) ? 'secure' : 'plain');
}

/** The doors of a gateway. A single port that says nothing of itself is for HTTP. */
export function doorsOf(ports: readonly ServicePort[]): Doors {
	const isPassedOn = ({name}: ServicePort) => passedOn.test((name ?? '').toLowerCase());
	const doors = doorsAmong(ports.filter(port => !isPassedOn(port)));
	if (doors.plain || doors.secure) return doors;
	const last = doorsAmong(ports);
	if (last.plain || last.secure) return last;
	const [only, ...more] = ports;
	const isAlone = only && more.length === 0 && (only.protocol ?? 'TCP') === 'TCP';
	return {plain: isAlone ? doorOf(only) : undefined, secure: undefined};
}

function doorsAmong(ports: readonly ServicePort[]): Doors {
	const find = (kind: Kind): Door | undefined => {
		const numbers: readonly number[] = [...numbersOf[kind].usual, ...numbersOf[kind].other];
		const rank = ({port}: ServicePort) => (numbers.includes(port) ? numbers.indexOf(port) : numbers.length);
		const [best] = ports
			.map(port => ({port, sure: surenessOf(port, kind)}))
			.filter(({sure}) => sure > sureness.no)
			.toSorted((one, other) => other.sure - one.sure || rank(one.port) - rank(other.port));
		return best && doorOf(best.port);
	};
	return {plain: find('plain'), secure: find('secure')};
}

function doorOf({port, nodePort}: ServicePort): Door {
	return {port, nodePort: nodePort ?? undefined};
}
