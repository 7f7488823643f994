/**
 * Which answers are the gateway's own, as far as its headers do not say so. Envoy's are known by those (gateway-answer.ts);
 * any other gateway is asked for a host that cannot exist, once: what it answers there it answers without a service.
 */
import {secretFrom} from '../../knative/text/covered.js';
import type {Answer, GatewayResponse, Probe, ProbeTarget} from '../transport/probe.js';
import {withoutIds} from '../transport/answer-summary.js';
import {formatAddress} from '../transport/probe.js';

export type GatewayKnowledge = {
	/** The answer, said to be the gateway's where it is. Rejects only with the reason of `signal`. */
	judge(target: ProbeTarget, answer: Answer, signal?: AbortSignal): Promise<Answer>;
	/** With what a host that cannot exist is answered whenever it is asked: `wordsToAll` where that is well, or `variedWords` of them. */
	saidToAll: (target: ProbeTarget) => Promise<ReadonlySet<string>>;
	/** Another gateway may stand at the same address: what was heard of it is forgotten. */
	forget(): void;
};

type KnownAnswers = {
	/** Good answers that came through an Envoy, and those that did not. */
	fromUpstream: number;
	direct: number;
	/** What it says of hosts that do not exist. */
	catchAll: Promise<ReadonlySet<string>> | undefined;
	/** The same as it was heard first: where no answer comes, it is not asked for again and again. */
	first: Promise<ReadonlySet<string>> | undefined;
};

/** Times that a host which does not exist is asked: an answer drawn from a split is seldom the same so often. */
const rounds = 3;

/** @param random For the hosts that do not exist; 0 to 1. */
export function createGatewayKnowledge({
	probe,
	timeout,
	random = Math.random,
}: {
	probe: Probe;
	timeout: number;
	random?: () => number;
}): GatewayKnowledge {
	const gateways = new Map<string, KnownAnswers>();

	function knownOf(target: ProbeTarget): KnownAnswers {
		const key = `${target.scheme} ${formatAddress(target.address)} ${target.path} ${target.protocol}`;
		let known = gateways.get(key);
		if (!known) {
			known = {fromUpstream: 0, direct: 0, catchAll: undefined, first: undefined};
			gateways.set(key, known);
		}

		return known;
	}

	async function askMadeUp(target: ProbeTarget, known: KnownAnswers): Promise<ReadonlySet<string>> {
		const heard = await Promise.all(
			madeUpHosts(target.authority, random).map(async authority => askHost(target, authority)),
		);
		// Asked again with the next answer that it matters for.
		if (heard.includes(undefined)) known.catchAll = undefined;
		// What is drawn from a split may be the same for one of them by chance.
		const drawn = new Set(
			heard.flatMap(said => (said && said.only === undefined ? [...said.signatures] : [])),
		);
		return new Set(
			heard.flatMap(said => (said?.only === undefined || drawn.has(said.only) ? [] : [said.only])),
		);
	}

	/** What is said of a host, and the `only` thing where that is the same whenever it is asked; undefined without an answer. */
	async function askHost(
		target: ProbeTarget,
		authority: string,
	): Promise<{signatures: ReadonlySet<string>; only: string | undefined} | undefined> {
		const {request} = target;
		const madeUp = {
			...target,
			authority,
			// Nobody knows who answers there: what was given for the service (a token, a cookie, a key in a query) is not for them.
			path: target.path.slice(0, secretFrom(target.path)),
			...(request && {request: {method: request.method, headers: []}}),
		};
		const answers = await Promise.all(
			Array.from({length: rounds}, async () =>
				probe.ask(madeUp, {timeout}).then(
					({outcome}) => outcome,
					() => undefined,
				),
			),
		);
		const signatures = new Set<string>();
		for (const outcome of answers) {
			if (outcome?.kind !== 'response') return undefined;
			signatures.add(isGood(outcome) ? wordsToAll(outcome, authority) : signatureOf(outcome, madeUp));
		}

		const same = signatures.size === 1 ? signatures : new Set([...signatures].map(variedWords));
		const [only] = same;
		return {signatures, only: same.size === 1 ? only : undefined};
	}

	return {
		async judge(target, answer, signal) {
			const {outcome} = answer;
			if (outcome.kind !== 'response' || outcome.by === 'gateway') {
				return answer;
			}

			const known = knownOf(target);
			if (isGood(outcome)) {
				known[outcome.isFromUpstream === true ? 'fromUpstream' : 'direct']++;
				return answer;
			}

			if (outcome.isFromUpstream === true) {
				return answer;
			}

			// Where every good answer came through an Envoy, what did not come through it is not the service's.
			if (known.fromUpstream > 0 && known.direct === 0) {
				return {...answer, outcome: {...outcome, by: 'gateway'}};
			}

			known.catchAll ??= askMadeUp(target, known);
			const signatures = await known.catchAll;
			signal?.throwIfAborted();
			return signatures.has(signatureOf(outcome, target))
				? {...answer, outcome: {...outcome, by: 'gateway'}}
				: answer;
		},
		async saidToAll(target) {
			const known = knownOf(target);
			known.catchAll ??= askMadeUp(target, known);
			known.first ??= known.catchAll;
			return known.first;
		},
		forget() {
			gateways.clear();
		},
	};
}

/** A success is never taken to be the gateway's own: it may lead every host to the service. Nothing is claimed by it either (any-host.ts). */
const isGood = ({status, error}: GatewayResponse): boolean =>
	!error && ((status >= 200 && status < 300) || status === 0);

/** One that reads like a tag of the service, for gateways that go by the end of a name, and one like nothing. */
function madeUpHosts(authority: string, random: () => number): string[] {
	const name = `kn-canary-${Math.floor(random() * 0x1_0000_0000)
		.toString(16)
		.padStart(8, '0')}`;
	return [`${name}-${authority}`, `${name}.invalid`];
}

/** What stays the same from host to host and from request to request. */
function signatureOf(
	{status, body, location = ''}: GatewayResponse,
	{authority, path}: Pick<ProbeTarget, 'authority' | 'path'>,
): string {
	const name = authority.replace(/:\d+$/, '');
	// Those that do not exist are asked without what is secret of the path.
	const whole = `${location}\n${body}`;
	// A slash alone is in ids as well.
	const said = (path === '/' ? whole : whole.replaceAll(path, '{path}')).replaceAll(name, '{host}');
	return `${status} ${withoutIds(said)}`;
}

/** The same of answers with something in them that differs each time: an id, a time. */
export function variedWords(words: string): string {
	return `each time another ${withoutIds(words)}`;
}

/** Of what a host was answered: that it is what is compared of a success. */
export const isOfSuccess = (words: string) => /^(?:each time another )?good /.test(words);

/** What is compared of a success, or else its first line, the same from host to host. */
export function wordsToAll(
	{fingerprint, firstLine}: Pick<GatewayResponse, 'fingerprint' | 'firstLine'>,
	authority: string,
): string {
	const name = authority.replace(/:\d+$/, '');
	const said = fingerprint === undefined ? `nothing to compare ${firstLine}` : fingerprint;
	return `good ${said.replaceAll(name, '{host}')}`;
}
