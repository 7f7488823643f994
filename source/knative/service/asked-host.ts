/** What a service says itself of a host that it may be asked by. Pure. */
import type {ServiceView} from './service.js';

type Addressed = Pick<ServiceView, 'url' | 'statusTraffic'>;

/** Of a host, with a port or without, as it would be compared; undefined where it is none. */
export const hostName = (authority: string | undefined): string | undefined =>
	URL.parse(`http://${authority ?? ''}`)?.hostname.replace(/\.$/, '');

const isAt = (url: string | undefined, name: string): boolean =>
	url !== undefined && hostName(URL.parse(url)?.host) === name;

/** The tag whose host that is, and the revision that it leads to; undefined where it is none's. */
export function tagOfHost(
	{statusTraffic}: Addressed,
	host: string,
): {tag: string; revision: string} | undefined {
	const name = hostName(host);
	if (name === undefined) return undefined;
	return statusTraffic.flatMap(({tag, revision, url}) =>
		tag !== undefined && isAt(url, name) ? [{tag, revision}] : [],
	)[0];
}

/** Whether it is that of the service's URL, or of one of its tags. */
export function isHostOf(service: Addressed, host: string): boolean {
	const name = hostName(host);
	return name !== undefined && (isAt(service.url, name) || tagOfHost(service, host) !== undefined);
}
