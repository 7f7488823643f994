/** Whether a redirect only wants TLS of whoever asked without: to the same host, over https. */
import type {ProbeTarget} from './probe.js';

/** Where to; undefined where it leads elsewhere. */
export function tlsPlaceOf(
	{scheme, authority}: Pick<ProbeTarget, 'scheme' | 'authority'>,
	location: string | undefined,
): URL | undefined {
	const place = location === undefined ? null : URL.parse(location);
	return scheme === 'http' &&
		place?.protocol === 'https:' &&
		place.hostname === URL.parse(`http://${authority}`)?.hostname
		? place
		: undefined;
}
