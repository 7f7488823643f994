/**
 * Whether what is answered at the host of a tag is what the gateway answers to any host: a default backend says "welcome" to a
 * tag that it has no rule for, and that is no answer of the revision. Asked of a host that cannot exist, once
 * (gateway-knowledge.ts). Where users of the service get the same, the gateway leads every host to the service.
 */
import {variedWords, wordsToAll, type GatewayKnowledge} from './gateway-knowledge.js';
import type {GatewayResponse, ProbeTarget} from '../transport/probe.js';

export type AnyHost = {
	/** A success at the host of a tag. */
	noteTag(revision: string, target: ProbeTarget, answer: GatewayResponse): void;
	/** Whatever was answered at the service's own host. */
	noteService(target: ProbeTarget, answer: GatewayResponse): void;
	/** Any host is answered as this revision's tag is, and no user was so far: what is said there is not its own. */
	isDoubtful: (revision: string) => boolean;
	/** It is not known yet whether any host is answered as this revision's tag is. */
	isOpen(revision: string): boolean;
	/** What is answered at the tags of these two differs in nothing but the names of their hosts. */
	areAlike(one: string, other: string): boolean;
	/** What is answered at the tag of this revision, where any host gets it, and users of the service do not. */
	saidToAll: (revision: string) => string | undefined;
	clear(): void;
};

/** `general`: the words without what may differ from request to request. */
type Said = {words: string; general: string; text: string; isToAll: boolean | undefined};

/** What users get is remembered so far; more is something new each time. */
const mostHeard = 64;

/** Answers that users got before it is said that they do not get something. */
const fewestHeard = 10;

/** @param options.isSaidToAll Whether a host that cannot exist gets these words of `wordsToAll`. */
export function createAnyHost({
	isSaidToAll,
	onChange,
}: {
	isSaidToAll: GatewayKnowledge['isSaidToAll'];
	onChange: () => void;
}): AnyHost {
	const tags = new Map<string, Said>();

	async function look(said: Said, target: ProbeTarget): Promise<void> {
		said.isToAll = await isSaidToAll(target, said.words);
		onChange();
	}

	const heard = new Set<string>();
	let heardTimes = 0;

	return {
		noteTag(revision, target, answer) {
			const own = wordsToAll(answer, target.authority);
			if (own === undefined) return;
			const before = tags.get(revision);
			const general = variedWords(own);
			// A page with a request id in it is the same page.
			const isVaried = before?.general === general && before.words !== own;
			const words = isVaried ? general : own;
			if (before?.words === words) return;
			const said: Said = {words, general, text: answer.firstLine, isToAll: undefined};
			tags.set(revision, said);
			void look(said, target);
		},
		noteService(target, answer) {
			const words = wordsToAll(answer, target.authority);
			heardTimes++;
			if (words !== undefined && heard.size < mostHeard) heard.add(words).add(variedWords(words));
		},
		isDoubtful(revision) {
			const said = tags.get(revision);
			return said?.isToAll === true && !heard.has(said.words);
		},
		isOpen(revision) {
			const said = tags.get(revision);
			return said !== undefined && said.isToAll === undefined;
		},
		areAlike(one, other) {
			const said = tags.get(one);
			return said !== undefined && said.words === tags.get(other)?.words;
		},
		saidToAll(revision) {
			const said = tags.get(revision);
			const isUsers = heardTimes < fewestHeard || (said !== undefined && heard.has(said.words));
			return said?.isToAll === true && !isUsers ? said.text : undefined;
		},
		clear() {
			tags.clear();
			heard.clear();
			heardTimes = 0;
		},
	};
}
