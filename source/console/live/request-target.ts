/** Where a service is asked: its own host, or that of a tag, at the gateway's address. */
import type {RequestOptions} from '../../probe/transport/request-options.js';
import type {Tag} from '../../probe/attribution/learning.js';
import type {ProbeTarget} from '../../probe/transport/probe.js';
import {curlCommand, grpcurlCommand} from '../../knative/commands/commands.js';
import type {ServiceView, StatusTarget} from '../../knative/service/service.js';
import type {ConsoleState, GatewayState} from '../state/state.js';

export type TargetLookup =
	| {
			ok: true;
			target: ProbeTarget;
			url: string;
			command: string;
			/** What the command needs when this program has ended: the same port-forward by kubectl. */
			forwarding?: string;
			/** That the gateway's own address cannot be reached from here, and what that means. */
			unreached?: string;
	  }
	/** It cannot be asked, and what to do. */
	| {ok: false; reason: string};

/** How it is asked, as far as that makes up a request. */
export type RequestedBy = Pick<RequestOptions, 'path' | 'grpcCall'> &
	Partial<Pick<RequestOptions, 'request' | 'content'>>;

/** How a service is asked: as was chosen for it, or as the flags say. */
export function requestOptionsFor(
	{asking, requests}: Pick<ConsoleState, 'asking' | 'requests'>,
	uid: string | undefined,
): RequestOptions {
	return (uid === undefined ? undefined : requests.get(uid)) ?? asking;
}

/** @param url Of the service (`status.url`) or of a tag; undefined while there is none. */
export function targetOf(
	service: ServiceView,
	url: string | undefined,
	gateway: GatewayState,
	{path, grpcCall, request, content}: RequestedBy = {path: '/'},
): TargetLookup {
	if (service.clusterLocal) {
		return {
			ok: false,
			reason: `${service.name} is cluster-local: it has no rule on the gateway, so it cannot be asked from here.`,
		};
	}
	if (url === undefined || !URL.canParse(url)) {
		return {ok: false, reason: `${service.name} has no URL yet; wait until it is routed.`};
	}
	if (gateway.kind === 'looking') return {ok: false, reason: 'The gateway is still being looked for.'};
	if (gateway.kind === 'not found') return {ok: false, reason: gateway.sentence};
	const parsed = new URL(url);
	const scheme = parsed.protocol === 'https:' ? 'https' : 'http';
	const {protocol} = service.summary;
	const address = {host: gateway.host, port: gateway.port};
	const {forward, unreached} = gateway;
	return {
		ok: true,
		url,
		target: {
			address,
			tunnel: forward?.tunnel,
			authority: parsed.host,
			path: protocol !== 'grpc' ? path : grpcCall ? `/${grpcCall.method}` : '/',
			scheme,
			protocol: protocol === 'grpc' ? 'grpc' : 'http1',
			...(content && {request: content}),
		},
		command:
			protocol === 'grpc'
				? grpcurlCommand(parsed.host, address, {...grpcCall, headers: request?.headers ?? []})
				: curlCommand(parsed.host, address, {scheme, path, ...request}),
		...(forward && {forwarding: forward.command}),
		...(unreached && {unreached: unreached.sentence}),
	};
}

/** The tagged entry of the route that leads to a revision; where it has several tags, the first. */
export function taggedEntry(service: ServiceView, revision: string): StatusTarget | undefined {
	return service.statusTraffic.find(
		target => target.revision === revision && target.tag !== undefined && target.url !== undefined,
	);
}

/** The tags of the route that have a URL, with what they lead to. */
export function tagsOf({statusTraffic}: ServiceView): Tag[] {
	return statusTraffic.flatMap(({tag, url, revision}) =>
		tag === undefined || url === undefined || !URL.canParse(url)
			? []
			: [{tag, revision, authority: new URL(url).host}],
	);
}
