/** Where something listens. `host` is a name or an address, an IPv6 one without brackets. */
export type Endpoint = {host: string; port: number};

/** `host:port`, as URLs have it: an IPv6 address in brackets. */
export function endpointText({host, port}: Endpoint): string {
	return `${bracketed(host)}:${port}`;
}

/** A host as it stands before a port. */
export function bracketed(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}
