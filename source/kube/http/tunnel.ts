/** Tunnels through an HTTP proxy, and what becomes of those that do not come about. */
import {Pool, type Dispatcher} from 'undici';

/** `host:port`, without the login that a URL may have. */
export function hostOfProxy(proxy: string): string {
	const {host, protocol} = new URL(proxy);
	if (/:\d+$/.test(host)) return host;
	return `${host}:${protocol === 'https:' ? 443 : protocol.startsWith('socks') ? 1080 : 80}`;
}

const placeOfProxy = 'it is named by proxy-url in the kubeconfig, or by HTTPS_PROXY';

/** The proxy is where the way to the server ends: it refused (then without a cause), or could not be asked. */
export class ProxyRefusal extends Error {
	override name = 'ProxyRefusal';

	constructor(
		message: string,
		/** What the operator can do about it. */
		readonly advice = placeOfProxy,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

function refusal(proxy: string, status: number): ProxyRefusal {
	const host = hostOfProxy(proxy);
	if (status !== 407) return new ProxyRefusal(`the proxy ${host} made no connection (HTTP ${status})`);
	const {username, protocol} = new URL(proxy);
	return username === ''
		? new ProxyRefusal(
				`the proxy ${host} wants a login (HTTP 407)`,
				`give it as ${protocol}//USER:PASSWORD@${host}`,
			)
		: new ProxyRefusal(`the proxy ${host} does not accept the login (HTTP 407)`);
}

/** Connections to the proxy itself: of ProxyAgent, for the tunnels that it makes. */
export function tunnelPool(origin: URL, options: Pool.Options, proxy: string): Pool {
	const pool = new Pool(origin, options);
	const connect: (target: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData> =
		pool.connect.bind(pool);
	// ProxyAgent calls it with what to connect to, and awaits the answer.
	const tunnel: typeof connect = async target => {
		let answer: Dispatcher.ConnectData;
		try {
			answer = await connect(target);
		} catch (error) {
			throw new ProxyRefusal(`the proxy ${hostOfProxy(proxy)} cannot be asked`, undefined, {cause: error});
		}
		if (answer.statusCode === 200) return answer;
		answer.socket.on('error', () => {}).destroy();
		throw refusal(proxy, answer.statusCode);
	};
	return Object.assign(pool, {connect: tunnel});
}
