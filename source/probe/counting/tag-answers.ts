/** What revisions answered at hosts of their own since the loop began, under whichever split. */
import {distinguishingTrait} from '../attribution/traits.js';
import type {Answer} from '../transport/probe.js';

/** Answers that one revision gave at a host of its own, by the class of their HTTP status: as its pods count them. */
export type AnswersAtTag = {readonly requests: number; readonly failed: number; readonly rejected: number};

export type TagAnswers = {
	/** An answer of this revision: a failure is none. */
	count(revision: string, answer: Answer): void;
	/** By revision: whoever counts what pods get takes them out. */
	readonly counts: ReadonlyMap<string, AnswersAtTag>;
	/** Keeps what may tell this revision from others. */
	keepTraits(revision: string, answer: Answer): void;
	/** By what these revisions can be told apart, in the words of `--fingerprint`; undefined where nothing does. */
	traitBetween(revisions: readonly string[]): string | undefined;
	forgetTraits(): void;
};

/** Answers of which the traits are kept, of each revision. */
const traitsLimit = 6;

/** An empty one. Counts by HTTP status alone: 5xx has failed, 4xx is rejected; no answer at all is not counted. */
export function createTagAnswers(): TagAnswers {
	let traits: ReadonlyMap<string, readonly ReadonlyMap<string, string>[]> = new Map();
	let counts: ReadonlyMap<string, AnswersAtTag> = new Map();
	return {
		count(revision, {outcome}) {
			if (outcome.kind !== 'response') return;
			const before = counts.get(revision) ?? {requests: 0, failed: 0, rejected: 0};
			const {status} = outcome;
			counts = new Map(counts).set(revision, {
				requests: before.requests + 1,
				failed: before.failed + (status >= 500 ? 1 : 0),
				rejected: before.rejected + (status >= 400 && status < 500 ? 1 : 0),
			});
		},
		get counts() {
			return counts;
		},
		keepTraits(revision, {outcome}) {
			if (outcome.kind === 'response' && outcome.traits) {
				const kept = [...(traits.get(revision) ?? []), outcome.traits].slice(-traitsLimit);
				traits = new Map(traits).set(revision, kept);
			}
		},
		traitBetween: revisions =>
			distinguishingTrait(new Map(revisions.map(revision => [revision, traits.get(revision) ?? []]))),
		forgetTraits() {
			traits = new Map();
		},
	};
}
