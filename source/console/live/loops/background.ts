/** Loops of services that are not selected go on within limits. */
import {sentOf, type LoopEntry} from './loop-entry.js';

/** Loops that go on in the background at once; the one that is there longest is paused for another. */
const backgroundLimit = 5;
/** Requests that a loop may send in the background: a quarter of an hour at one a second. */
const backgroundBudget = 1000;

type Entries = ReadonlyMap<string, LoopEntry>;

/** Loops of services other than the one that is shown that are sending, the one that was left longest ago first. */
export function backgroundLoops(entries: Entries, shown: string | undefined): [uid: string, LoopEntry][] {
	return [...entries]
		.filter(([uid, {wanted}]) => uid !== shown && wanted)
		.toSorted(([, one], [, other]) => one.leftAs - other.leftAs);
}

/** Why a loop may send no more in the background, as a clause; undefined while it may. */
export function budgetSpent(entry: LoopEntry): string | undefined {
	if (!entry.wanted || entry.leftAt === undefined) return undefined;
	return sentOf(entry) - entry.leftAt < backgroundBudget
		? undefined
		: `sent ${backgroundBudget} requests in the background`;
}

/**
 * The loop in the background that has to give way, and why, as a clause: the oldest where there are too many, or too much is sent.
 *
 * @param maxRate Requests a second of all of them.
 */
export function crowdedOut(
	entries: Entries,
	shown: string | undefined,
	maxRate: number,
): {uid: string; entry: LoopEntry; why: string} | undefined {
	const running = backgroundLoops(entries, shown);
	const [oldest] = running;
	const rate = running.reduce((sum, [, {loop}]) => sum + loop.snapshot().rate, 0);
	const isMany = running.length > backgroundLimit;
	if (!oldest || (!isMany && rate <= maxRate)) return undefined;
	const [uid, entry] = oldest;
	const why = isMany
		? `at most ${backgroundLimit} loops go on in the background`
		: `loops in the background send at most ${maxRate} requests a second`;
	return {uid, entry, why};
}
