/**
 * Whose a host is that a service is asked by instead of its own: its URL, its tags and the rules of its Ingress are of the service
 * itself; a DomainMapping has an Ingress, a class and a URL of its own, and may lead to another service.
 */
import {createHash} from 'node:crypto';
import {hostName, isHostOf, tagOfHost} from '../../knative/service/asked-host.js';
import {parseDomainMapping, type DomainMapping} from '../../knative/service/domain-mapping.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {TransportError, type Cluster} from '../cluster.js';
import {listAll} from '../list.js';
import {domainMappingsPath, ingressPath, servingPath} from '../paths.js';
import type {AskedRoute} from './find-gateway.js';
import {readIngressHosts} from './gateway-objects.js';

export type HostRoute = AskedRoute & {scheme: 'http' | 'https'; clusterLocal: boolean};

export type HostOwner =
	/** `route`: by which it is served, where a DomainMapping leads it to the service. */
	| {kind: 'own'; route?: HostRoute}
	/** `sentence`: whose it is, and what to do. */
	| {kind: 'other'; sentence: string}
	/** Nothing that may be read says whose it is. `isUnanswered`: not all of it was answered, and it may yet be said. */
	| {kind: 'unknown'; isUnanswered?: true};

/**
 * Whose `host` is, by what of the namespace may be read.
 *
 * @param host With a port or without.
 */
export async function readHostOwner(
	asked: Cluster,
	service: ServiceView,
	host: string,
	signal: AbortSignal = new AbortController().signal,
): Promise<HostOwner> {
	if (isHostOf(service, host)) return {kind: 'own'};
	const name = hostName(host) ?? host;
	const {namespace} = service;
	const {cluster, isAllAnswered} = heard(asked);
	const other = (whose: string): HostOwner => ({
		kind: 'other',
		sentence: `${host} is ${whose}, and says nothing of ${service.name}. Leave that host out (--host, or i in the console).`,
	});
	const mapping = await read(cluster, domainMappingsPath(namespace, name));
	if (mapping !== undefined) {
		const parsed = parseDomainMapping(mapping);
		if (!parsed.ok) return other(`a DomainMapping that does not lead to a service`);
		if (parsed.value.isUnclaimed) {
			return other(
				'of a DomainMapping that does not hold it (DomainClaimed is False: another namespace may)',
			);
		}
		return parsed.value.service === service.name
			? {kind: 'own', route: routeOf(parsed.value, name)}
			: other(`a DomainMapping that leads to the service ${parsed.value.service}`);
	}
	const ingress = await read(cluster, ingressPath(namespace, service.name));
	if (readIngressHosts(ingress).some(one => hostName(one) === name)) {
		const tag = tagInCluster(service, name);
		return tag === undefined ? {kind: 'own'} : other(hostOf(service, tag));
	}
	const owner = (await servicesOf(cluster, namespace, signal)).find(one => isHostOf(one, host));
	if (owner) return other(hostOf(owner, tagOfHost(owner, host)?.tag));
	return {kind: 'unknown', ...(!isAllAnswered() && {isUnanswered: true})};
}

const hostOf = ({name}: ServiceView, tag: string | undefined): string =>
	`the host of ${tag === undefined ? '' : `the tag ${tag} of `}the service ${name}`;

const firstLabel = (host: string | undefined): string | undefined => host?.split('.', 1)[0];

/** The tag whose name within the cluster that is, which is in no status: of its URL it has the first label. */
function tagInCluster({name, statusTraffic}: ServiceView, host: string): string | undefined {
	const label = firstLabel(host);
	if (label === name) return undefined;
	return statusTraffic.find(
		({tag, url}) =>
			tag !== undefined &&
			(label === `${tag}-${name}` || label === firstLabel(hostName(URL.parse(url ?? '')?.host))),
	)?.tag;
}

/** What says that there is none, or that it may not be read, is an answer; what something on the way says is none. */
const answers: ReadonlySet<number> = new Set([200, 403, 404]);

/** The same cluster, and whether it has answered all that it was asked. */
function heard(asked: Cluster): {cluster: Cluster; isAllAnswered: () => boolean} {
	let isAllAnswered = true;
	const request: Cluster['request'] = async question => {
		try {
			const answer = await asked.request(question);
			isAllAnswered &&= answers.has(answer.status);
			return answer;
		} catch (error) {
			isAllAnswered = false;
			throw error;
		}
	};
	return {cluster: {...asked, request}, isAllAnswered: () => isAllAnswered};
}

async function servicesOf(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<ServiceView[]> {
	const items = await listAll(cluster, servingPath('services', namespace), {}, signal);
	return (items ?? []).flatMap(item => {
		const parsed = parseService(item);
		return parsed.ok ? [parsed.value] : [];
	});
}

/** Undefined where there is none, or it may not be read. */
async function read(cluster: Cluster, path: string): Promise<unknown> {
	try {
		const {status, body} = await cluster.request({method: 'GET', path});
		return status === 200 ? body : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}

/** Its Ingress is named after it (knative/serving pkg/reconciler/domainmapping/resources/ingress.go). */
function routeOf({namespace, uid, url, ingressClass}: DomainMapping, name: string): HostRoute {
	return {
		namespace,
		name: ingressNameOf(name),
		scheme: url?.startsWith('https:') ? 'https' : 'http',
		clusterLocal: false,
		ingressClass,
		routesBy: `serving.knative.dev/domainMappingUID=${uid}`,
	};
}

/** Characters of a name of Kubernetes', and of an MD5 in it. */
const longest = 63;
const hashLength = 32;

/** What has no room for the host keeps its beginning, with a hash (knative/pkg kmeta.ChildName). */
function ingressNameOf(host: string): string {
	if (host.length <= longest) return host;
	const hash = createHash('md5').update(host).digest('hex');
	return `${host.slice(0, longest - hashLength)}${hash}`;
}
