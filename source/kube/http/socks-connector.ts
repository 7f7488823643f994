/**
 * Connections through a SOCKS5 proxy, for undici. Its own (8.12, experimental) prints two warnings of Node's into the picture, and
 * speaks HTTP/1.1 only.
 */
import {isIP, type Socket} from 'node:net';
import {SocksClient} from 'socks';
import {buildConnector} from 'undici';
import {loginIn} from '../../knative/text/user-info.js';
import type {ServerConnection} from '../auth/credentials.js';
import {ProxyRefusal} from './tunnel.js';

/**
 * @param proxy URL: socks5: or socks5h:, which are the same to kubectl; the proxy resolves the name.
 * @param options.timeout Milliseconds until there is a connection.
 */
export function socksConnector(
	proxy: string,
	{tls, allowH2, timeout}: {tls: ServerConnection['tls']; allowH2: boolean; timeout: number},
): buildConnector.connector {
	const url = new URL(proxy);
	const secured = buildConnector({...tls, allowH2, timeout});
	const open = async (options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> => {
		const target = {
			host: options.hostname.replace(/^\[|\]$/g, ''),
			port: Number(options.port) || (options.protocol === 'https:' ? 443 : 80),
		};
		let socket: Socket;
		try {
			socket = await connectThrough(url, target, timeout);
		} catch (error) {
			callback(new ProxyRefusal('the proxy cannot be asked', undefined, {cause: error}), null);
			return;
		}
		if (options.protocol !== 'https:') {
			callback(null, socket);
			return;
		}
		const name = isIP(target.host) === 0 ? target.host : '';
		secured({...options, servername: tls.servername ?? name, httpSocket: socket}, callback);
	};
	return (options, callback) => void open(options, callback);
}

const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

async function connectThrough(url: URL, destination: {host: string; port: number}, timeout: number) {
	const {hostname, port} = url;
	const login = loginIn(url);
	const {socket} = await SocksClient.createConnection({
		command: 'connect',
		destination,
		timeout,
		proxy: {
			host: hostname.replace(/^\[|\]$/g, ''),
			port: Number(port) || 1080,
			type: 5,
			...(login && {userId: text(login.user), password: text(login.password)}),
		},
	});
	return socket.setNoDelay(true);
}
