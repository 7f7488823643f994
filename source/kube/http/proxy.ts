/** The proxy that the environment names for a server, by the rules of Go's net/http, which kubectl follows. */
import {BlockList, isIP} from 'node:net';
import {domainToASCII} from 'node:url';
import {loginIn} from '../../knative/text/user-info.js';

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

/** However the two are written: IPv4 as IPv6, with zeros or without. */
const isSameAddress = (one: string, other: string): boolean =>
	isIP(one) !== 0 && inNetwork(one, `${other}/${isIP(other) === 6 ? 128 : 32}`);

/** Splits an optional `:port` off an entry of NO_PROXY (Go's net.SplitHostPort); a bare IPv6 address has none. */
function hostAndPort(entry: string): {host: string; port: string} {
	const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(entry);
	return match ? {host: match[1] ?? match[2] ?? '', port: match[3]!} : {host: entry, port: ''};
}

/** As golang.org/x/net/http/httpproxy has it. */
function excludes(entry: string, host: string, port: string): boolean {
	if (entry === '*') return true;
	if (entry.includes('/')) return inNetwork(host, entry);
	const wanted = hostAndPort(entry);
	if (wanted.port !== '' && wanted.port !== port) return false;
	if (wanted.host === '') return false;
	if (isIP(wanted.host) !== 0) return isSameAddress(host, wanted.host);
	// The end of an address is not that of a name.
	if (isIP(host) !== 0) return false;
	const bareDomain = wanted.host.replace(/^\*?\./, '');
	const domain = /[^\0-\u007F]/.test(bareDomain) ? domainToASCII(bareDomain) : bareDomain;
	if (domain === '') return false;
	// `.x` and `*.x` mean what is below x; `x` means x and what is below.
	return host.endsWith(`.${domain}`) || (host === domain && !/^\*?\./.test(wanted.host));
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

/** Why an address leads nowhere whatever its scheme, as the end of a sentence; undefined where it may lead somewhere. */
export function placeFault(address: string): string | undefined {
	const [, host, port = ''] =
		/^[a-z][\w+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::([^/?#]*))?/i.exec(address) ?? [];
	if (host === undefined) return undefined;
	if (host === '') return 'names no host';
	const isPort = /^\d*$/.test(port) && Number(port) <= 65_535;
	return isPort ? undefined : 'has a port that is no number up to 65535';
}

/** Why Go does not take the login of a URL, as the end of a sentence; undefined where it does, or there is none. */
export function loginFault({username, password}: URL): string | undefined {
	return /%(?![\da-f]{2})/i.test(username + password)
		? 'has a login with a % that is no %XX; write % as %25'
		: undefined;
}

/** What SOCKS has room for (RFC 1929). */
const longestForSocks = 255;

/** What is wrong with the URL of a proxy, as the end of a sentence; undefined where it can be gone through. */
export function proxyFault(proxy: string): string | undefined {
	const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
	const isKnown = /^(?:https?|socks5h?):/i.test(proxy);
	if (!isKnown || !url) return (isKnown && placeFault(proxy)) || 'is no http://, https:// or socks5:// URL';
	if (url.hostname === '') return 'names no host';
	const fault = loginFault(url);
	if (fault !== undefined) return fault;
	const {user = '', password = ''} = loginIn(url) ?? {};
	const isTooLong = user.length > longestForSocks || password.length > longestForSocks;
	return isTooLong && url.protocol.startsWith('socks') ? 'has a login that is too long for SOCKS' : undefined;
}
