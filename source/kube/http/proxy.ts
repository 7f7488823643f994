/** The proxy that the environment names for a server, by the rules of Go's net/http, which kubectl follows. */
import {BlockList, isIP} from 'node:net';

type ProxyEnvironment = Record<string, string | undefined>;

function variable(env: ProxyEnvironment, name: string): string {
	return (env[name] || env[name.toLowerCase()] || '').trim();
}

function bare(host: string): string {
	return host.replace(/^\[|\]$/g, '').toLowerCase();
}

function family(address: string): 'ipv4' | 'ipv6' {
	return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function inNetwork(address: string, network: string): boolean {
	const [base, bits] = network.split('/');
	if (base === undefined || isIP(base) === 0 || isIP(address) === 0 || !/^\d+$/.test(bits ?? '')) {
		return false;
	}
	const prefix = Number(bits);
	if (prefix > (isIP(base) === 6 ? 128 : 32)) return false;
	const list = new BlockList();
	list.addSubnet(base, prefix, family(base));
	return list.check(address, family(address));
}

/** Splits an optional `:port` off an entry of NO_PROXY; a bare IPv6 address has none. */
function hostAndPort(entry: string): {host: string; port: string} {
	const match = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
	return match ? {host: bare(match[1]!), port: match[2]!} : {host: bare(entry), port: ''};
}

function excludes(entry: string, host: string, port: string): boolean {
	if (entry === '*') return true;
	if (entry.includes('/')) return inNetwork(host, entry);
	const wanted = hostAndPort(entry);
	if (wanted.port !== '' && wanted.port !== port) return false;
	if (wanted.host === '') return false;
	if (isIP(wanted.host) !== 0) return wanted.host === host;
	// `.x` and `*.x` mean what is below x; `x` means x and what is below.
	if (wanted.host.startsWith('*.')) return host.endsWith(wanted.host.slice(1));
	if (wanted.host.startsWith('.')) return host.endsWith(wanted.host);
	return host === wanted.host || host.endsWith(`.${wanted.host}`);
}

/** Whether a host name, as a URL has it, is this machine: what is sent there leaves nobody's sight. */
export function isLoopback(hostname: string): boolean {
	const host = bare(hostname);
	return host === 'localhost' || host === '::1' || inNetwork(host, '127.0.0.0/8');
}

/**
 * The URL of the proxy for `server`, or undefined when it is to be reached directly. HTTPS_PROXY or HTTP_PROXY by the
 * server's scheme, unless NO_PROXY (names, `.suffix`, `*`, addresses, CIDR, each with an optional port) has it;
 * loopback never goes through a proxy. A proxy without a scheme is taken as http.
 */
export function proxyFromEnvironment(server: URL, env: ProxyEnvironment): string | undefined {
	const proxy = variable(env, server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
	if (proxy === '') return undefined;
	const host = bare(server.hostname);
	const port = server.port || (server.protocol === 'https:' ? '443' : '80');
	if (isLoopback(host)) return undefined;
	const exceptions = variable(env, 'NO_PROXY').toLowerCase().split(',');
	if (exceptions.some(entry => excludes(entry.trim(), host, port))) return undefined;
	return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Of the URL of a proxy without a fault, what leads to it: Go's net/http does not look at a path, a query or a fragment either. */
export function proxyAddress(proxy: string): string {
	const {protocol, username, password, host} = new URL(proxy);
	const login =
		username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
	return `${protocol}//${login}${host}`;
}

/** What is wrong with the URL of a proxy, as the end of a sentence; undefined where it can be gone through. */
export function proxyFault(proxy: string): string | undefined {
	const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
	if (!url || !/^(?:https?|socks5h?):$/.test(url.protocol) || url.hostname === '') {
		return 'is no http://, https:// or socks5:// URL';
	}
	try {
		decodeURIComponent(url.username + url.password);
		return undefined;
	} catch {
		return 'has a login with a % that is no %XX; write % as %25';
	}
}
