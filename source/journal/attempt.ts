/**
 * A write that is about to be sent, as it is remembered before it is: whatever becomes of this program then, the next one
 * knows that there was one and can look what became of it. Pure.
 */
import * as v from 'valibot';
import {text} from '../knative/objects/parsed.js';
import type {DeedEnd} from './deed.js';
import {entryFields, rowsOf, withoutSecrets, type HistoryEntry} from './journal-entry.js';

/** `generation`: of the service that it was made from. */
export type Attempt = Omit<HistoryEntry, 'id'> & {
	id: string;
	/** The note about the release goes with it, in the same patch: by that it is told from the same split by somebody else. */
	isNoted?: true | undefined;
	/** How it ended; undefined while nobody has found out. A change that was made has an entry of its own. */
	end: AttemptEnd | undefined;
};

export type AttemptEnd = {how: 'not made' | 'not known'; sentence: string};

/** What is appended when it is known how an attempt ended that made no change, or how something made or deleted did. */
export type AttemptOutcome = (AttemptEnd | DeedEnd) & {id: string};

const id = v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/));
const attempt = v.object({
	attempt: id,
	noted: v.fallback(v.optional(v.literal(true)), undefined),
	of: v.object(entryFields),
});
const outcome = v.object({ended: id, how: v.picklist(['made', 'not made', 'not known']), sentence: text});

export type JournalLine = {kind: 'attempt'; attempt: Attempt} | {kind: 'outcome'; outcome: AttemptOutcome};

/** An attempt or its end, of a line of the file; undefined when the line is neither. */
export function parseAttemptLine(value: unknown): JournalLine | undefined {
	const begun = v.safeParse(attempt, value);
	if (begun.success) {
		const {attempt: key, noted: isNoted, of} = begun.output;
		return {
			kind: 'attempt',
			attempt: {...withoutSecrets(of), id: key, ...(isNoted && {isNoted}), end: undefined},
		};
	}
	const over = v.safeParse(outcome, value);
	if (!over.success) return undefined;
	const {ended, how, sentence} = over.output;
	return {kind: 'outcome', outcome: {id: ended, how, sentence}};
}

/** A line of the history: without its end, which is a line of its own, and without secrets of its command. */
export function formatAttempt({id: key, isNoted, end: _end, before, after, ...rest}: Attempt): string {
	const of = {...withoutSecrets(rest), before: rowsOf(before), after: rowsOf(after)};
	return JSON.stringify({attempt: key, ...(isNoted && {noted: true}), of});
}

/** The line that says how an attempt ended. */
export function formatOutcome({id: key, ...end}: AttemptOutcome): string {
	return JSON.stringify({ended: key, ...end});
}

/** The attempts that made no change as far as is known, with their ends: those that have an entry are left out. */
export function attemptsOf(
	begun: readonly Attempt[],
	outcomes: readonly AttemptOutcome[],
	entries: readonly HistoryEntry[],
): Attempt[] {
	const made = new Set(entries.flatMap(entry => entry.id ?? []));
	const ends = new Map(outcomes.map(each => [each.id, endOf(each)]));
	return begun.filter(({id: key}) => !made.has(key)).map(each => ({...each, end: ends.get(each.id)}));
}

/** A change that was made has an entry, and no end. */
function endOf({how, sentence}: AttemptOutcome): AttemptEnd | undefined {
	return how === 'made' ? undefined : {how, sentence};
}
