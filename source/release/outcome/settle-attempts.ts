/** What became of attempts whose end nobody wrote down, by what the cluster has now. Pure. */
import type {Attempt, AttemptOutcome} from '../../journal/attempt.js';
import type {HistoryEntry} from '../../journal/journal-entry.js';
import {parseNote} from '../../knative/release/evidence/note.js';
import type {ServiceView} from '../../knative/service/service.js';
import {equalSplits, splitOf} from '../../knative/split/split.js';
import {printable} from '../../knative/text/printable.js';
import {underWay} from './settle-deeds.js';

export type Settled = {
	/** Changes that were made after all. */
	made: readonly HistoryEntry[];
	/** Attempts that made none, or of which it cannot be told any more. */
	ended: readonly AttemptOutcome[];
};

/**
 * @param entries All changes of that service that are known, also those that others made: one of them may be the next
 * generation that an attempt was to make.
 */
export function settleAttempts(
	attempts: readonly Attempt[],
	service: ServiceView,
	entries: readonly HistoryEntry[],
	now: number,
): Settled {
	const made: HistoryEntry[] = [];
	const ended: AttemptOutcome[] = [];
	for (const attempt of attempts) {
		if (attempt.end !== undefined || attempt.uid !== service.uid) continue;
		const {end: _end, isNoted: _isNoted, ...change} = attempt;
		const next = attempt.generation + 1;
		const isNext = service.generation === next;
		const known = entries.find(entry => entry.uid === attempt.uid && entry.generation === next);
		const after = isNext ? splitOf(service) : known?.after;
		if (service.generation < next) {
			if (now - attempt.at < underWay) continue;
			ended.push({id: attempt.id, how: 'not made', sentence: 'It never reached the cluster.'});
		} else if (known?.id !== undefined && known.id !== attempt.id) {
			const sentence = 'Another change from here was first.';
			ended.push({id: attempt.id, how: 'not made', sentence});
		} else if (after && equalSplits(after, attempt.after)) {
			const isOurs = !isNext || !attempt.isNoted || isNotedBy(attempt, service);
			if (isOurs) made.push({...change, generation: next});
			else {
				const sentence =
					'The split is the same, but without the note of this change: somebody else was first.';
				ended.push({id: attempt.id, how: 'not known', sentence});
			}
		} else if (after) {
			const sentence = 'Somebody else was first, or the server stored something else.';
			ended.push({id: attempt.id, how: 'not known', sentence});
		} else {
			const sentence = `${service.name} was changed again before anybody looked.`;
			ended.push({id: attempt.id, how: 'not known', sentence});
		}
	}
	return {made, ended};
}

/**
 * A change that leaves the split as it is, by somebody with other tools, leaves the note of the change before it. One of an
 * earlier version has no id.
 */
function isNotedBy({id, generation, by}: Attempt, {releaseNote}: ServiceView): boolean {
	const note = parseNote(releaseNote);
	if (note?.id !== undefined && note.id !== id) return false;
	return note?.generation === generation + 1 && note.by === printable(by);
}
