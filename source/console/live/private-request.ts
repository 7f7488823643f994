/** One request to one revision, whatever the split: at the host of its tag, or by header where no gateway has a rule for that. */
import {isSaidToAll} from '../../probe/attribution/any-host.js';
import {createGatewayKnowledge} from '../../probe/attribution/gateway-knowledge.js';
import {verifyOnce} from '../../probe/loop/verify-once.js';
import {createProbe} from '../../probe/transport/create-probe.js';
import type {Answer} from '../../probe/transport/probe.js';
import {probeOptionsOf, type RequestOptions} from '../../probe/transport/request-options.js';
import {tagHeader, targetAt} from '../../probe/transport/tag-target.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {GatewayState} from '../state/state.js';
import {targetOf, tlsRedirectOf, type TargetLookup} from './request-target.js';

/** Of this program, for the User-Agent; set when it is built. */
const version = process.env['KN_CANARY_VERSION'];

export type AskedTarget = Extract<TargetLookup, {ok: true}>;

/** Which tags of a service the cluster chooses by header; none where it has that off or does not say. */
export type TagsByHeader = (service: ServiceView) => Promise<ReadonlySet<string>>;

export type PrivateAnswer = {
	answer: Answer;
	/** What was asked last, which is what answered. */
	asked: AskedTarget;
	/** Why it was asked by header, or why it could not be; undefined where the host of the tag led somewhere. */
	otherwise?: {isByHeader: boolean; sentence: string};
};

/** Milliseconds at most that an answer waits for what the gateway says to a host that cannot exist: it may say nothing. */
const anyHostWait = 2000;

/** One request over a connection of its own; a success is compared with what any host gets. */
export async function askOnce(
	{target}: AskedTarget,
	requestOptions: RequestOptions,
	signal?: AbortSignal,
): Promise<Answer> {
	const probeOptions = {...probeOptionsOf(requestOptions, version), keepAlive: false};
	const {answer} = await verifyOnce(target, {
		...probeOptions,
		timeout: requestOptions.timeout,
		...(signal && {signal}),
	});
	const {outcome} = answer;
	if (outcome.kind === 'failure' || outcome.error || outcome.by === 'gateway') return answer;
	const probe = createProbe(probeOptions);
	try {
		const timeout = Math.min(requestOptions.timeout ?? anyHostWait, anyHostWait);
		const {saidToAll} = createGatewayKnowledge({probe, timeout});
		if (!(await isSaidToAll(target, outcome, saidToAll))) return answer;
		signal?.throwIfAborted();
		return {...answer, outcome: {...outcome, isToAnyHost: true}};
	} finally {
		await probe.close();
	}
}

/** Asks a tag at its host; where nothing but the gateway answers there, at the service's own host by header. */
export async function askPrivately(
	service: ServiceView,
	tag: string,
	asked: AskedTarget,
	{
		gateway,
		requestOptions,
		tagsByHeader,
		signal,
	}: {
		gateway: GatewayState;
		requestOptions: RequestOptions;
		tagsByHeader: TagsByHeader;
		/** Gives it up: it then rejects with the signal's reason. */
		signal?: AbortSignal | undefined;
	},
): Promise<PrivateAnswer> {
	const answer = await askOnce(asked, requestOptions, signal);
	// Who wants TLS says that of whatever host.
	const problem = tlsRedirectOf(asked, gateway, answer.outcome) ? undefined : leadsNowhere(asked, answer);
	if (problem === undefined) return {answer, asked};
	const nowhere = `The host of the tag ${tag} leads nowhere: ${problem}`;
	const chosen = await tagsByHeader(service);
	if (!chosen.has(tag)) {
		const why = 'tag-header-based-routing is off, or may not be read';
		return {
			answer,
			asked,
			otherwise: {isByHeader: false, sentence: `${nowhere}. No tag can be chosen by header: ${why}.`},
		};
	}
	const byHeader = askedByHeader(service, tag, gateway, requestOptions);
	if (!byHeader.ok) return {answer, asked};
	return {
		answer: await askOnce(byHeader, requestOptions, signal),
		asked: byHeader,
		otherwise: {
			isByHeader: true,
			sentence: `${nowhere}. Asked with the header ${tagHeader} instead.`,
		},
	};
}

/** What shows that no gateway has a rule for the host; undefined where something of the service answered, or nothing could. */
function leadsNowhere({target}: AskedTarget, {outcome}: Answer): string | undefined {
	if (outcome.kind === 'response') {
		if (outcome.isToAnyHost) return 'any host gets what it answers';
		return outcome.by === 'gateway' ? `the gateway itself answers ${outcome.code}` : undefined;
	}
	// A certificate that does not name it, or a handshake that is broken off for a name that nobody knows.
	const isUnknownName = target.scheme === 'https' && ['tls', 'reset'].includes(outcome.failure);
	return isUnknownName ? 'its TLS handshake fails' : undefined;
}

/** The service's own host, and the tag in a header of the request; one of that name that the operator sends gives way. */
function askedByHeader(
	service: ServiceView,
	tag: string,
	gateway: GatewayState,
	{request, ...requestOptions}: RequestOptions,
): TargetLookup {
	const headers = [...request.headers.filter(line => !choosesTag(line)), `${tagHeader}: ${tag}`];
	const asked = targetOf(service, service.url, gateway, {
		...requestOptions,
		host: undefined,
		request: {...request, headers},
	});
	return asked.ok
		? {...asked, target: targetAt(asked.target, {authority: asked.target.authority, byHeader: tag})}
		: asked;
}

const choosesTag = (line: string) => line.toLowerCase().startsWith(`${tagHeader.toLowerCase()}:`);
