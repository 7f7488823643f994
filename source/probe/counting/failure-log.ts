/** Failures in a list of their own: each kind once, with how often, since when, and until when. */
import {withoutIds} from '../transport/answer-summary.js';
import type {Grade} from '../attribution/grade.js';
import {isFailure} from '../attribution/grade.js';

export type FailureEntry = {
	/** The same for the same kind of failure. */
	key: string;
	/** `500`, `UNAVAILABLE`, `timeout`. */
	code: string;
	/** What the last one said: its first line, or a sentence. Printable. */
	text: string;
	grade: Grade;
	/** At the service's own host, which users see, or at a tag's, where it is certain whose it is. */
	at: 'service' | 'tag';
	/** Whose it is; several when it may be any of theirs, none when it is the gateway's. */
	revisions: readonly string[];
	/** An Envoy says that it had one of them from behind it. */
	isFromUpstream?: boolean | undefined;
	count: number;
	/** Milliseconds since 1970. */
	first: number;
	last: number;
	/** Of the last one, milliseconds. */
	latency: number;
};

export type FailureLog = {
	record(failure: Omit<FailureEntry, 'key' | 'count' | 'first' | 'last'> & {when: number}): void;
	/**
	 * The newest first.
	 *
	 * @param worksElsewhere Whether a 4xx is a failure.
	 */
	entries(options: {worksElsewhere: boolean}): readonly FailureEntry[];
	clear(): void;
};

const keyOf = (at: string, code: string, said: string): string => [at, code, said].join(' ');

/** Kinds of failure that are kept; the one that was seen longest ago gives way. */
const limit = 50;

/** An empty one, for one loop. Two failures are of one kind where place, code and words agree but for their ids. */
export function createFailureLog(): FailureLog {
	const kept = new Map<string, FailureEntry>();

	/** What the gateway says was taken for a revision's, before it was known that it says so itself. */
	function takenFor({at, code, grade}: Pick<FailureEntry, 'at' | 'code' | 'grade'>, said: string): string[] {
		if (grade !== 'gateway') return [];
		const begin = `${keyOf(at, code, said)}\n`;
		return [...kept.values()].flatMap(({key, isFromUpstream}) =>
			key.startsWith(begin) && isFromUpstream !== true ? [key] : [],
		);
	}

	return {
		record({when, ...failure}) {
			// An id in the text must not make each failure a kind of its own.
			const said = withoutIds(failure.text);
			const key = [keyOf(failure.at, failure.code, said), ...failure.revisions].join('\n');
			const known = [key, ...takenFor(failure, said)].flatMap(one => kept.get(one) ?? []);
			for (const one of known) kept.delete(one.key);
			kept.set(key, {
				...failure,
				isFromUpstream: failure.isFromUpstream === true || known.some(one => one.isFromUpstream === true),
				key,
				count: known.reduce((sum, {count}) => sum + count, 1),
				first: Math.min(when, ...known.map(({first}) => first)),
				last: Math.max(when, ...known.map(({last}) => last)),
			});
			const [oldest] = kept.keys();
			if (kept.size > limit && oldest !== undefined) kept.delete(oldest);
		},
		entries({worksElsewhere}) {
			return [...kept.values()]
				.filter(
					({grade}) => grade === 'gateway' || grade === 'unreached' || isFailure(grade, {worksElsewhere}),
				)
				.toReversed();
		},
		clear() {
			kept.clear();
		},
	};
}
