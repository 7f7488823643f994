/**
 * Which revision a fingerprint belongs to. That is learned, never guessed: from what a revision answers at its tag URL,
 * which the gateway routes to it whatever the split, or from what the service answers while one revision alone has
 * 100 % of settled traffic. Pure: evidence in, evidence out.
 */
import type {Answer} from '../transport/probe.js';

/** What each revision is known to have said, by revision. Never changed in place. */
export type Evidence = ReadonlyMap<string, Sayings>;

type Sayings = {
	/** Fingerprints of answers at a tag URL of the revision. */
	readonly tag: ReadonlySet<string>;
	/** Fingerprints of answers of the service while the revision alone had its traffic. */
	readonly alone: ReadonlySet<string>;
};

export type Attribution =
	| {kind: 'revision'; revision: string; how: 'tag' | 'alone'}
	/** Each of these revisions says it at its tag URL: from outside they cannot be told apart by it. */
	| {kind: 'indistinguishable'; revisions: readonly string[]}
	/** One says it at its tag URL or when alone, another only when alone: they are alike, or the gateway was not where its status said. */
	| {kind: 'contradictory'; revisions: readonly string[]}
	/** Nobody was heard to say it, or there is no fingerprint. */
	| {kind: 'unknown'};

export const noEvidence: Evidence = new Map();

/**
 * Fingerprints that are remembered of one revision and way of learning. One that says something new each time
 * (a clock, a request id) has no fingerprint worth the memory.
 */
const sayingsLimit = 64;

/** An answer from a URL that belongs to one revision. */
export type TagAnswer = {revision: string; answer: Answer};

/** Evidence with what revisions answered at their tag URLs. */
export function learnFromTags(evidence: Evidence, answers: readonly TagAnswer[]): Evidence {
	let learned = evidence;
	for (const {revision, answer} of answers) {
		learned = learn(learned, revision, 'tag', answer);
	}

	return learned;
}

/** Evidence with what the service answered while `revision` alone had 100 % of settled traffic. */
export function learnAlone(evidence: Evidence, revision: string, answer: Answer): Evidence {
	return learn(evidence, revision, 'alone', answer);
}

function learn(evidence: Evidence, revision: string, how: keyof Sayings, {outcome}: Answer): Evidence {
	// What is said of a failing revision is mostly said by somebody else: the gateway, the activator, the queue-proxy.
	// Their pages are the same for every revision.
	if (
		outcome.kind !== 'response' ||
		outcome.error ||
		outcome.by === 'gateway' ||
		outcome.fingerprint === undefined
	) {
		return evidence;
	}

	const sayings = evidence.get(revision) ?? {tag: new Set(), alone: new Set()};
	const known = sayings[how];
	if (known.has(outcome.fingerprint) || known.size >= sayingsLimit) {
		return evidence;
	}

	return new Map(evidence).set(revision, {...sayings, [how]: new Set(known).add(outcome.fingerprint)});
}

/** Whose answer has this fingerprint, by what was learned. */
export function attribute(evidence: Evidence, fingerprint: string | undefined): Attribution {
	if (fingerprint === undefined) {
		return {kind: 'unknown'};
	}

	const byTag: string[] = [];
	const byBeingAlone: string[] = [];
	for (const [revision, {tag, alone}] of evidence) {
		if (tag.has(fingerprint)) {
			byTag.push(revision);
		} else if (tag.size === 0 && alone.has(fingerprint)) {
			// Only of a revision that was never asked at a tag URL: where it was and said something else, this came from
			// another one through a gateway that had not switched.
			byBeingAlone.push(revision);
		}
	}

	const revisions = [...byTag, ...byBeingAlone];
	const [revision] = revisions;
	if (revision === undefined) {
		return {kind: 'unknown'};
	}

	if (revisions.length === 1) {
		return {kind: 'revision', revision, how: byTag.length > 0 ? 'tag' : 'alone'};
	}

	return {
		kind: byBeingAlone.length === 0 ? 'indistinguishable' : 'contradictory',
		revisions: revisions.toSorted(),
	};
}

/** The fingerprints by which answers are attributed to `revision`, oldest first. */
export function fingerprintsOf(evidence: Evidence, revision: string): string[] {
	const {tag, alone} = evidence.get(revision) ?? {tag: new Set<string>(), alone: new Set<string>()};
	return [...(tag.size > 0 ? tag : alone)];
}
