/** Where a service is asked: its own host, or that of a tag, at the gateway's address. */
import type {RequestOptions} from '../../probe/transport/request-options.js';
import type {Tag} from '../../probe/attribution/learning.js';
import type {ProbeOutcome, ProbeTarget} from '../../probe/transport/probe.js';
import {tlsPlaceOf} from '../../probe/transport/tls-redirect.js';
import {bracketed, endpointText} from '../../knative/commands/endpoint.js';
import {routeSettled} from '../../knative/service/service-state.js';
import {selectedService} from '../state/read.js';
import {tagOfHost} from '../../knative/service/asked-host.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {StatusTarget} from '../../knative/service/traffic-entries.js';
import type {ConsoleState, GatewayState} from '../state/state.js';
import {requestCommands, type RequestCommands, type SentRequest} from '../selected/request-commands.js';
import {clearSentence, secretFault} from '../selected/in-clear.js';

export type TargetLookup =
	| (RequestCommands & {
			ok: true;
			target: ProbeTarget;
			/** What is asked: that of a host of one's own, where one is. */
			url: string;
			/** That a URL with https is asked without TLS, as a sentence. */
			inClear?: string;
			/** What the command needs when this program has ended: the same port-forward by kubectl. */
			forwarding?: string;
			/** That the gateway's own address cannot be reached from here, and what that means. */
			unreached?: string;
			/** Why this gateway is asked, where the service's own Ingress does not say it. */
			guess?: string;
			/** That nothing says that the host is the service's, as a sentence. */
			hostDoubt?: string;
			/** Why no tag can be asked beside it, as a sentence. */
			tagsMissing?: string;
	  })
	/** It cannot be asked, and what to do. */
	| {ok: false; reason: string};

/** How it is asked, as far as that makes up a request. */
export type RequestedBy = Pick<RequestOptions, 'path' | 'grpcCall'> &
	Partial<Pick<RequestOptions, 'request' | 'content' | 'host' | 'cacert' | 'insecure'>>;

/** How a service is asked: as was chosen for it, or as the flags say. */
export function requestOptionsFor(
	{requestOptions, requests}: Pick<ConsoleState, 'requestOptions' | 'requests'>,
	uid: string | undefined,
): RequestOptions {
	return (uid === undefined ? undefined : requests.get(uid)) ?? requestOptions;
}

/** Of the tag, where one is meant; undefined while there is none. */
export const askedUrl = ({url, statusTraffic}: ServiceView, tag: string | undefined): string | undefined =>
	tag === undefined ? url : statusTraffic.find(target => target.tag === tag)?.url;

/**
 * Why it cannot be asked there as things are, while it is selected; undefined where it can.
 *
 * @param tag Of the revision that is asked; else the service itself is.
 */
export function whyNoTarget(state: ConsoleState, {uid}: ServiceView, tag?: string): string | undefined {
	const service = selectedService(state);
	if (service?.uid !== uid) return undefined;
	const asked = targetOf(service, askedUrl(service, tag), state.gateway, requestOptionsFor(state, uid));
	return asked.ok ? undefined : asked.reason;
}

/** Why no tag can be asked beside the host that was chosen, as a sentence, while the service is selected. */
export function whyNoTags(state: ConsoleState, service: ServiceView): string | undefined {
	const requestOptions = requestOptionsFor(state, service.uid);
	// They are where the service is.
	if (requestOptions.host === undefined || state.selected?.uid !== service.uid) return undefined;
	const asked = targetOf(service, service.url, state.gateway, requestOptions);
	return asked.ok ? asked.tagsMissing : undefined;
}

/** @param url Of the service (`status.url`) or of a tag; undefined while there is none. */
export function targetOf(
	service: ServiceView,
	url: string | undefined,
	gateway: GatewayState,
	{path, grpcCall, request, content, host: ownHost, cacert, insecure}: RequestedBy = {path: '/'},
): TargetLookup {
	const parsed = url === undefined ? null : URL.parse(url);
	if (url === undefined || parsed === null) return {ok: false, reason: noUrl(service, url)};
	if (gateway.kind === 'looking') return {ok: false, reason: 'The gateway is still being looked for.'};
	if (gateway.kind === 'not found') return {ok: false, reason: gateway.sentence};
	const isOther = Boolean(ownHost) && url === service.url;
	const fault = isOther && ownHost ? hostFault(service, ownHost, gateway) : undefined;
	if (fault !== undefined) return {ok: false, reason: fault};
	const {own, ownMissing, authorities} = gateway;
	if (ownMissing !== undefined && !isOther) return {ok: false, reason: ownMissing};
	const isAtOwn = own !== undefined && !isOther;
	const door = isAtOwn ? own : gateway;
	const {scheme, address} = doorOf(door);
	const authority = (isOther && ownHost) || parsed.host;
	const asked = isOther ? `${gateway.hostScheme ?? parsed.protocol.slice(0, -1)}://${authority}` : url;
	const {via} = gateway;
	const {protocol} = service.summary;
	const sent: SentRequest =
		protocol === 'grpc' ? {headers: request?.headers ?? [], call: grpcCall ?? {}} : {...request, path};
	const secrets = secretFault({url: asked, door, via}, sent);
	if (secrets !== undefined) return {ok: false, reason: secrets};
	const noTags =
		ownMissing ?? (isOther ? secretFault({url: service.url, door: own ?? gateway, via}, sent) : undefined);
	const {forward} = isAtOwn ? own : gateway;
	const {unreached, guess} = isAtOwn ? {} : gateway;
	const unknown = isOther && gateway.hostOwner?.kind === 'unknown' ? gateway.hostOwner : undefined;
	return {
		ok: true,
		url: asked,
		target: {
			address,
			tunnel: forward?.tunnel,
			authority,
			path: protocol !== 'grpc' ? path : grpcCall ? `/${grpcCall.method}` : '/',
			scheme,
			protocol: protocol === 'grpc' ? 'grpc' : 'http1',
			...(content && {request: content}),
			...(unknown && {isHostUnknown: true}),
			...(scheme === 'https' && {authorities}),
			...(own && isOther && {tagsAt: {...doorOf(own), tunnel: own.forward?.tunnel, authorities}}),
		},
		...requestCommands({authority, address, scheme, cacert: cacert?.file, insecure}, sent),
		...(scheme === 'http' && asked.startsWith('https:') && {inClear: clearSentence(authority, via)}),
		...(forward && {forwarding: forward.command}),
		...(unreached && {unreached: unreached.sentence}),
		...(guess !== undefined && {guess}),
		...(unknown && {hostDoubt: doubtSentence(authority, service, unknown)}),
		...(noTags !== undefined && {tagsMissing: `No tag can be asked: ${noTags}`}),
	};
}

const doubtSentence = (
	host: string,
	{name}: ServiceView,
	{isUnanswered = false}: {isUnanswered?: boolean},
): string =>
	`${isUnanswered ? 'The API server has not answered whether' : 'Nothing that may be read here says that'} ${host} leads to ${name}: only what its tags say as well counts as an answer of ${name}.`;

/** Why a host tells nothing of the split: it is that of a tag, or of another service. Undefined where it may be asked. */
export function hostFault(service: ServiceView, host: string, gateway?: GatewayState): string | undefined {
	const tagged = tagOfHost(service, host);
	if (tagged) {
		return `${host} is the host of the tag ${tagged.tag} of ${service.name}: it leads to ${tagged.revision} whatever the split. Leave that host out (--host, or i in the console).`;
	}
	const owner = gateway?.kind === 'found' ? gateway.hostOwner : undefined;
	return owner?.kind === 'other' ? owner.sentence : undefined;
}

/** The scheme is of the door, not of the URL: a load balancer may have TLS where Knative knows of none, and the other way round. */
function doorOf({host, port, tls}: {host: string; port: number; tls: boolean}) {
	return {scheme: tls ? ('https' as const) : ('http' as const), address: {host, port}};
}

/** A ready route has one: waiting brings none then. */
function noUrl(service: ServiceView, url: string | undefined): string {
	if (url !== undefined) return `${service.name} has a URL that is none: ${url}.`;
	return routeSettled(service)
		? `The cluster reports no URL of ${service.name}, though its route is ready: status.url is missing.`
		: `${service.name} has no URL yet; wait until it is routed.`;
}

/** That the gateway wants TLS of whoever asked without: it redirects to the same host over https. */
export type TlsRedirect = {
	/** Where to, printable. */
	location: string;
	/** Where it speaks TLS; undefined when that is not known. */
	gateway: Extract<GatewayState, {kind: 'found'}> | undefined;
	/** What happened and what to do. */
	sentence: string;
};

/** Where to ask instead, when the gateway sends plain HTTP to https of the same host; undefined for any other answer. */
export function tlsRedirectOf(
	{target}: {target: ProbeTarget},
	gateway: GatewayState,
	outcome: ProbeOutcome,
): TlsRedirect | undefined {
	if (outcome.kind !== 'response' || gateway.kind !== 'found') return undefined;
	const {location} = outcome;
	const to = tlsPlaceOf(target, location);
	if (location === undefined || !to) return undefined;
	const {secure, ...rest} = gateway;
	const what = `The gateway redirects http to ${location}`;
	// Where no port is named it is that of whoever stands before the gateway, be it the gateway's or not.
	const place = `https://${bracketed(gateway.host)}:${to.port || 'PORT'}`;
	return {
		location,
		gateway: secure && {...rest, ...secure, tls: true},
		sentence: secure
			? `${what}; v asks again over TLS, at ${endpointText(secure)}.`
			: `${what}; give where it speaks TLS with --gateway ${place}.`,
	};
}

/** The tagged entry of the route that leads to a revision; where it has several tags, the first. */
export function taggedEntry(service: ServiceView, revision: string): StatusTarget | undefined {
	return service.statusTraffic.find(
		target => target.revision === revision && target.tag !== undefined && target.url !== undefined,
	);
}

/**
 * The tags of the route that have a URL, with what they lead to.
 *
 * @param byHeader The tags that are chosen by header, at the service's own host, because theirs leads nowhere.
 */
export function tagsOf(
	{statusTraffic, url: own}: ServiceView,
	byHeader: ReadonlySet<string> = new Set(),
): Tag[] {
	return statusTraffic.flatMap(({tag, url, revision}): Tag[] => {
		if (tag === undefined || url === undefined || !URL.canParse(url)) return [];
		return own !== undefined && URL.canParse(own) && byHeader.has(tag)
			? [{tag, revision, authority: new URL(own).host, byHeader: tag}]
			: [{tag, revision, authority: new URL(url).host}];
	});
}
