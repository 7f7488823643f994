/**
 * Whether what is answered is what the gateway answers to any host: a default backend says "welcome" to a host that it has no
 * rule for. Asked of a host that cannot exist, once (gateway-knowledge.ts). A gateway that leads every host to the service looks
 * the same: nothing is claimed by such answers, for or against anybody.
 */
import {isOfSuccess, variedWords, wordsToAll, type GatewayKnowledge} from './gateway-knowledge.js';
import type {GatewayResponse, ProbeTarget} from '../transport/probe.js';

/** What is compared of a success. */
export type Compared = Pick<GatewayResponse, 'fingerprint' | 'firstLine'>;

/** What any host gets at the tag of a revision. */
export type SaidToAll = {
	text: string;
	/** Users of the service get it as well. */
	isUsers: boolean;
};

/**
 * Whether any host gets what was answered here. A gateway that says nothing to unknown hosts is taken for one that knows its own.
 *
 * @param saidToAll As of `GatewayKnowledge`.
 */
export async function isSaidToAll(
	{authority, ...target}: ProbeTarget,
	said: Compared,
	saidToAll: GatewayKnowledge['saidToAll'],
): Promise<boolean> {
	const words = wordsToAll(said, authority);
	const toAll = await saidToAll({...target, authority});
	return toAll.has(words) || toAll.has(variedWords(words));
}

export type AnyHost = {
	/** A success at the host of a tag. */
	noteTag(revision: string, target: ProbeTarget, answer: GatewayResponse): void;
	/** Whatever was answered at the service's own host; a success is compared. */
	noteService(target: ProbeTarget, answer: GatewayResponse, options: {isSuccess: boolean}): void;
	/** Any host is answered as this revision's tag is: what is said there may not be its own. */
	isDoubtful: (revision: string) => boolean;
	/** It is not known yet whether any host is answered as this revision's tag is. */
	isOpen(revision: string): boolean;
	/** It is not known yet what any host gets, and users were answered well. */
	readonly isUsersOpen: boolean;
	/** Any host gets what users of the service got here. */
	isToUsers: (said: Compared) => boolean;
	/** What is answered at the tags of these two differs in nothing but the names of their hosts. */
	areAlike(one: string, other: string): boolean;
	/** What is answered at the tag of this revision, where any host gets it; not before enough users were answered. */
	saidToAll: (revision: string) => SaidToAll | undefined;
	clear(): void;
};

/** `general`: the words without what may differ from request to request. */
type HeardAnswer = {words: string; general: string; text: string};

/** What users get is remembered so far; more is something new each time. */
const mostHeard = 64;

/** Answers that users got before it is said that they do not get something. */
const fewestHeard = 10;

/** @param options.saidToAll What a host that cannot exist gets. */
export function createAnyHost({
	saidToAll,
	onChange,
}: {
	saidToAll: GatewayKnowledge['saidToAll'];
	onChange: () => void;
}): AnyHost {
	const tags = new Map<string, HeardAnswer>();
	const heard = new Set<string>();
	let heardTimes = 0;
	let hasSucceeded = false;
	/** What any host gets; undefined while that is not known. */
	let toAll: ReadonlySet<string> | undefined;
	let isAsked = false;
	/** Of what was asked before another gateway took its place nothing counts. */
	let period = 0;
	/** The service's own host: pages name it. */
	let authority = '';

	async function look(target: ProbeTarget): Promise<void> {
		if (isAsked) return;
		isAsked = true;
		const began = period;
		const said = await saidToAll(target);
		if (began !== period) return;
		toAll = new Set([...said].filter(isOfSuccess));
		onChange();
	}

	/** Nothing is said well to a host that cannot exist, as by nearly every gateway: then no answer need be compared. */
	const isNothing = () => toAll?.size === 0;

	const isToAll = (words: string) =>
		toAll !== undefined && (toAll.has(words) || toAll.has(variedWords(words)));

	return {
		noteTag(revision, target, answer) {
			if (answer.fingerprint === undefined) return;
			const own = wordsToAll(answer, target.authority);
			const before = tags.get(revision);
			const general = variedWords(own);
			// A page with a request id in it is the same page.
			const isVaried = before?.general === general && before.words !== own;
			const words = isVaried ? general : own;
			if (before?.words === words) return;
			tags.set(revision, {words, general, text: answer.firstLine});
			void look(target);
		},
		noteService(target, answer, {isSuccess}) {
			heardTimes++;
			if (!isSuccess) return;
			hasSucceeded = true;
			({authority} = target);
			if (isNothing()) return;
			const words = wordsToAll(answer, authority);
			if (heard.size < mostHeard) heard.add(words).add(variedWords(words));
			void look(target);
		},
		isDoubtful(revision) {
			const said = tags.get(revision);
			return said !== undefined && isToAll(said.words);
		},
		isOpen(revision) {
			return tags.has(revision) && toAll === undefined;
		},
		get isUsersOpen() {
			return hasSucceeded && toAll === undefined;
		},
		isToUsers: said => toAll !== undefined && !isNothing() && isToAll(wordsToAll(said, authority)),
		areAlike(one, other) {
			const said = tags.get(one);
			return said !== undefined && said.words === tags.get(other)?.words;
		},
		saidToAll(revision) {
			const said = tags.get(revision);
			if (said === undefined || heardTimes < fewestHeard || !isToAll(said.words)) return undefined;
			return {text: said.text, isUsers: heard.has(said.words) || heard.has(variedWords(said.words))};
		},
		clear() {
			tags.clear();
			heard.clear();
			heardTimes = 0;
			hasSucceeded = false;
			toAll = undefined;
			isAsked = false;
			period++;
		},
	};
}
