/** Tunnels through an HTTP proxy, and what becomes of those that do not come about. */
import {Pool, type Dispatcher} from 'undici';
import {loginIn} from '../../knative/text/user-info.js';

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
	return refusedLogin(proxy, 'HTTP 407');
}

/** @param sign By what the proxy said so. */
function refusedLogin(proxy: string, sign: string): ProxyRefusal {
	const host = hostOfProxy(proxy);
	const url = new URL(proxy);
	return loginIn(url)
		? new ProxyRefusal(`the proxy ${host} does not accept the login (${sign})`)
		: new ProxyRefusal(
				`the proxy ${host} wants a login (${sign})`,
				`give it as ${url.protocol}//USER:PASSWORD@${host}`,
			);
}

/** What a SOCKS proxy said that made no connection, by the words of the library; undefined where it is another error. */
export function socksRefusal({message}: Error, proxy: string): ProxyRefusal | undefined {
	const host = hostOfProxy(proxy);
	if (/^Socks5 Authentication failed|\(no accepted authentication type\)/.test(message)) {
		return refusedLogin(proxy, 'SOCKS');
	}
	const [, reason] = /^Socks5 proxy rejected connection - (\w+)/.exec(message) ?? [];
	if (reason !== undefined) {
		return new ProxyRefusal(`the proxy ${host} made no connection (SOCKS: ${reason})`);
	}
	return message.startsWith('Received invalid Socks5')
		? new ProxyRefusal(`the proxy ${host} does not speak SOCKS5 as it should`)
		: undefined;
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
