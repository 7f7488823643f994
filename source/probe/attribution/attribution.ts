/**
 * Which revision an answer belongs to. That is learned, never guessed: from what a revision answers at its tag URL, which
 * the gateway routes to it whatever the split, or from what the service answers while one revision alone has 100 % of
 * settled traffic. An answer belongs to one only when every revision with a share was heard and only that one of all that the
 * route leads to says it; else it is one of several revisions', which are named. Pure: evidence in, evidence out.
 */
import type {Answer} from '../transport/probe.js';
import type {AnyHost} from './any-host.js';
import {gradeOf} from './grade.js';
import type {ExpectedStatus} from '../transport/request-content.js';

/** What each revision is known to have said, by revision. Never changed in place. */
export type Evidence = ReadonlyMap<string, Sayings>;

type Sayings = {
	/** Fingerprints of answers at a tag URL of the revision. */
	readonly tag: ReadonlySet<string>;
	/** Fingerprints of answers of the service while the revision alone had its traffic. */
	readonly alone: ReadonlySet<string>;
};

/** How it was heard what a revision says. */
export type HowLearned = keyof Sayings;

export type Attribution =
	| {kind: 'revision'; revision: string; how: HowLearned}
	| {
			kind: 'one of';
			/** At least one; in the order of the split. */
			revisions: readonly string[];
			/**
			 * alike: several say it · unheard: one that has a share was not heard, and may say it · unknown: no tag URL gave
			 * this body · no success: a failure or the like, which says nothing of who gave it · any host: what the gateway
			 * answers to every host, which is the service's or nobody's.
			 */
			why: 'alike' | 'unheard' | 'unknown' | 'no success' | 'any host';
	  }
	/** No revision has a share, or it is not known which. */
	| {kind: 'nobody'};

export const noEvidence: Evidence = new Map();

/**
 * Fingerprints that are remembered of one revision and way of learning. One that says something new each time
 * (a clock, a request id) has no fingerprint worth the memory.
 */
const sayingsLimit = 64;

/** An answer from a URL that belongs to one revision. */
export type TagAnswer = {revision: string; answer: Answer};

/** Evidence with what revisions answered at their tag URLs. */
export function learnFromTags(
	evidence: Evidence,
	answers: readonly TagAnswer[],
	isExpected?: ExpectedStatus,
): Evidence {
	let learned = evidence;
	for (const {revision, answer} of answers) {
		learned = learn(learned, revision, 'tag', fingerprintToLearn(answer, isExpected));
	}

	return learned;
}

/**
 * Evidence with what the service answered while `revision` alone had 100 % of settled traffic. What another revision answered
 *   at its tag is not learned: it may come from there, through a gateway that is not where its status says.
 */
export function learnAlone(
	evidence: Evidence,
	revision: string,
	answer: Answer,
	isExpected?: ExpectedStatus,
): Evidence {
	const fingerprint = fingerprintToLearn(answer, isExpected);
	return fingerprint !== undefined && saidByAnother(evidence, revision, fingerprint)
		? evidence
		: learn(evidence, revision, 'alone', fingerprint);
}

/**
 * Undefined for what teaches nothing. What is said of a failing revision is mostly said by somebody else: the gateway, the
 * activator, the queue-proxy. Their pages are the same for every revision.
 */
function fingerprintToLearn({outcome}: Answer, isExpected?: ExpectedStatus): string | undefined {
	return outcome.kind === 'response' && gradeOf(outcome, isExpected) === 'success'
		? outcome.fingerprint
		: undefined;
}

function learn(
	evidence: Evidence,
	revision: string,
	how: HowLearned,
	fingerprint: string | undefined,
): Evidence {
	const sayings = evidence.get(revision) ?? {tag: new Set(), alone: new Set()};
	const known = sayings[how];
	if (fingerprint === undefined || known.has(fingerprint) || known.size >= sayingsLimit) {
		return evidence;
	}

	return new Map(evidence).set(revision, {...sayings, [how]: new Set(known).add(fingerprint)});
}

function saidByAnother(evidence: Evidence, revision: string, fingerprint: string): boolean {
	for (const [other, {tag}] of evidence) {
		if (other !== revision && tag.has(fingerprint)) return true;
	}

	return false;
}

/** What a revision says, and how that was heard; undefined when it was not. Its tag counts before anything else. */
function heard(
	evidence: Evidence,
	revision: string,
): {says: ReadonlySet<string>; how: HowLearned} | undefined {
	const sayings = evidence.get(revision);
	if (!sayings) return undefined;
	if (sayings.tag.size > 0) return {says: sayings.tag, how: 'tag'};
	const own = [...sayings.alone].filter(fingerprint => !saidByAnother(evidence, revision, fingerprint));
	return own.length > 0 ? {says: new Set(own), how: 'alone'} : undefined;
}

/** Whose an answer is, by what was learned. */
export type Attributor = (said: {
	fingerprint: string | undefined;
	isSuccess: boolean;
	/** Its first line. */
	text?: string;
	/** It is known that any host gets the same. */
	isToAny?: boolean;
}) => Attribution;

type AttributorOptions = {
	/** Whether any host gets what users got. */
	isSaidToAny?: AnyHost['isToUsers'];
	/** The revisions that the route leads to, at 0 % too: all that were heard where that is not known. */
	listed?: readonly string[];
};

/**
 * The rule for answers under one split.
 *
 * @param holders The revisions that have a share of the traffic, in the order of the split.
 */
export function createAttributor(
	evidence: Evidence,
	holders: readonly string[],
	{isSaidToAny = () => false, listed = [...evidence.keys()]}: AttributorOptions = {},
): Attributor {
	const others = [...evidence.keys()].filter(revision => !holders.includes(revision));
	const says = (revision: string, fingerprint: string) =>
		heard(evidence, revision)?.says.has(fingerprint) === true;
	const unheard = holders.filter(revision => !heard(evidence, revision));
	const known = new Map<string, Attribution>();

	function attribute(fingerprint: string): Attribution {
		const saying = holders.filter(revision => says(revision, fingerprint));
		// One without a share answers when the gateway is not where its status says: who says the same as one with a share may be it,
		// as far as the route leads there at all.
		const outside = others.filter(
			revision => (saying.length === 0 || listed.includes(revision)) && says(revision, fingerprint),
		);
		const sayers = [...saying, ...outside];
		if (sayers.length === 0) {
			// What even a revision that was heard may say now and then.
			return oneOf(holders, 'unknown');
		}

		const [only] = sayers;
		if (sayers.length === 1 && only !== undefined && unheard.length === 0) {
			return {kind: 'revision', revision: only, how: heard(evidence, only)?.how ?? 'tag'};
		}

		return unheard.length > 0 ? oneOf([...sayers, ...unheard], 'unheard') : oneOf(sayers, 'alike');
	}

	return ({fingerprint, isSuccess, text = '', isToAny = false}) => {
		if (isSuccess && (isToAny || isSaidToAny({fingerprint, firstLine: text}))) {
			return oneOf(holders, 'any host');
		}

		if (!isSuccess || fingerprint === undefined) {
			return oneOf(holders, isSuccess ? 'unknown' : 'no success');
		}

		const found = known.get(fingerprint) ?? attribute(fingerprint);
		known.set(fingerprint, found);
		return found;
	};
}

function oneOf(
	revisions: readonly string[],
	why: Extract<Attribution, {kind: 'one of'}>['why'],
): Attribution {
	return revisions.length === 0 ? {kind: 'nobody'} : {kind: 'one of', revisions, why};
}

/**
 * Evidence without what was heard at the tags of some revisions, and without some of what one said while it was alone; the same
 * where there is none of it.
 */
export function withoutDoubtful(
	evidence: Evidence,
	{
		isDoubtful,
		isToAny,
	}: {isDoubtful: (revision: string) => boolean; isToAny: (fingerprint: string) => boolean},
): Evidence {
	const left = [...evidence].flatMap(([revision, {tag, alone}]) => {
		const own = [...alone].filter(fingerprint => !isToAny(fingerprint));
		const isTagLeft = tag.size === 0 || !isDoubtful(revision);
		return isTagLeft && own.length === alone.size
			? []
			: [[revision, {alone: new Set(own), tag: isTagLeft ? tag : none}] as const];
	});
	return left.length === 0 ? evidence : new Map([...evidence, ...left]);
}

const none: ReadonlySet<string> = new Set();

/** The revisions among these that never said anything. */
export function unheardOf(evidence: Evidence, revisions: readonly string[]): string[] {
	return revisions.filter(revision => !heard(evidence, revision));
}

/** The fingerprints by which answers are attributed to `revision`, oldest first. */
export function fingerprintsOf(evidence: Evidence, revision: string): string[] {
	return [...(heard(evidence, revision)?.says ?? [])];
}

/** What one that says the same again and again is taken down as saying at most: more is something new each time. */
const fewSayings = 8;

/**
 * Whether what two revisions said at their own hosts proves that it was they who were asked. A gateway that leads
 * both hosts to the same pods gives answers that are alike; such that differ each time prove nothing either.
 */
export function areProvenDistinct(evidence: Evidence, one: string, other: string): boolean {
	const [first, second] = [heard(evidence, one)?.says, heard(evidence, other)?.says];
	return (
		first !== undefined &&
		second !== undefined &&
		first.size <= fewSayings &&
		second.size <= fewSayings &&
		![...first].some(fingerprint => second.has(fingerprint))
	);
}
