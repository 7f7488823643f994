/** What a verb of a release comes to: a split to be written, a no, or a question. Pure. */
import {stateWords} from '../../revision/revision-state.js';
import type {RevisionView} from '../../revision/revision.js';
import {equalSplits, splitOf, type Split} from '../../split/split.js';
import type {ServiceView} from '../../service/service.js';
import type {Placeholders} from './role-tags.js';
import type {ReleaseFacts} from '../evidence/release-facts.js';

/** Who has which part once the split is written. */
export type Parts = {
	readonly stable: string | undefined;
	readonly canary: string | undefined;
	readonly previous: string | undefined;
};

/** `how`: as a clause, `which was rolled back at 12:04 by ann`. */
export type BroughtBack = {readonly revision: string; readonly how: string};

/**
 * `sentence`: without its stop. `because`: the same in a clause, `cart-00002 was rolled back`. `taken`: where it is certain that
 * somebody has taken the revision from users, that without its name, `was rolled back`.
 */
export type Guess = {readonly sentence: string; readonly because: string; readonly taken?: string};

export type Choice =
	| {
			readonly kind: 'split';
			readonly split: Split;
			/** The revision that gets 100 %; undefined where none does. */
			readonly revision: string | undefined;
			readonly parts: Parts;
			/** Sentences the operator should read before agreeing. */
			readonly notes: readonly string[];
			/** What it gives users again that somebody has taken from them. */
			readonly bringsBack?: BroughtBack;
			/** That this is more than what was asked for: not by one press of Enter, and not by `--yes`. */
			readonly guess?: Guess;
	  }
	/** `already`: what is wished for is so. `instead`: the verb that does what may be meant. */
	| {readonly kind: 'refused'; readonly reason: string; readonly already?: true; readonly instead?: 'abandon'}
	/** It cannot be told which revision is meant: the operator says. */
	| {readonly kind: 'ask'; readonly question: string; readonly candidates: readonly string[]};

/** What else a verb is told. */
export type VerbOptions = {
	/** The operator's own word for which revision is meant, by its full name. */
	readonly to?: string | undefined;
	/** Which names for tags are free; undefined where nobody has asked. */
	readonly placeholders?: Placeholders | undefined;
	/** Milliseconds since 1970, for moments in sentences. */
	readonly now?: number | undefined;
};

/** Undefined where there is none of that name, or the revisions could not be listed. */
export function revisionOf({revisions}: ReleaseFacts, name: string): RevisionView | undefined {
	return revisions?.find(candidate => candidate.name === name);
}

/** Why the revision cannot take traffic, as a sentence without its stop; undefined when it can, or may be able to. */
export function unready({revisions}: ReleaseFacts, name: string): string | undefined {
	if (!revisions) return undefined;
	const revision = revisions.find(candidate => candidate.name === name);
	if (!revision) return `${name} does not exist`;
	if (revision.state.ready) return undefined;
	return `${name} is not ready (${stateWords(revision.state)})`;
}

/**
 * Whether the split is asked for as it is. The same revision twice without tags is another split: the Route merges the two
 * and never becomes ready (knative/serving service.go, checkRoutesNotReady).
 */
export function isAsked(service: ServiceView, split: Split): boolean {
	return equalSplits(splitOf(service), split) && !hasRepeats(service);
}

function hasRepeats({specTraffic}: Pick<ServiceView, 'specTraffic'>): boolean {
	const seen = specTraffic.map(({revision, latest, tag}) => `${revision ?? ''} ${latest} ${tag ?? ''}`);
	return new Set(seen).size < seen.length;
}
