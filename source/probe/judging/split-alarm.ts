/** Since when users get another split than the one that is set, and whether they still do, by what came lately. Pure. */
import type {ChangePoint} from '../../stats/change-point.js';
import {judgeCounts, percentsOf} from '../counting/loop-report.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import {nextAlarm, type Alarm} from './alarm.js';

/** Attributed answers of the last half a minute from which on it is told whether something still happens. */
const tellingAnswers = 5;

const isWrong = (state: string | undefined) => state === 'disagrees' || state === 'impossible';

/**
 * @param options.change What users get became something else then: the alarm is dated by it, to the second.
 * @param options.lastOf When the last answer of these rows came, of any where none are named, if one did lately; milliseconds
 *   since 1970.
 */
export function nextSplitAlarm(
	before: Alarm | undefined,
	{rows, weights, verdict}: Pick<EpochCounts, 'rows' | 'weights' | 'verdict'>,
	{
		change,
		lastOf,
		now,
	}: {
		change: ChangePoint | undefined;
		lastOf: (keys?: ReadonlySet<string>) => number | undefined;
		now: number;
	},
): Alarm | undefined {
	const recent = judgeCounts(
		rows.map(row => ({...row, n: row.lately})),
		percentsOf(weights),
	);
	const isTelling = recent !== undefined && !['too few', 'unjudgeable'].includes(recent.state);
	const isRecent =
		isTelling || (recent !== undefined && recent.attributed >= tellingAnswers)
			? isWrong(recent.state) || recent.state === 'suspicious'
			: undefined;
	// Of what must not come at all it is known which answers are wrong.
	const wrong = rows.filter(
		row => row.lately > 0 && recent?.impossible.includes(row.revision ?? '') === true,
	);
	const next = nextAlarm(before, {
		// After hours of the right split, what has just become something else agrees with it all the same when it is counted with those.
		isRaised: isWrong(verdict?.state) || (change !== undefined && isWrong(recent?.state)),
		isRecent,
		// While nothing comes it is not seen either.
		lastSeen:
			isRecent === true
				? lastOf(wrong.length > 0 ? new Set(wrong.map(({key}) => key)) : undefined)
				: undefined,
		now,
	});
	// What changed is when it began, or when it ended, to the second.
	if (!next || !change) return next;
	if (next.isOver) return change.at > next.since ? {...next, last: Math.min(next.last, change.at)} : next;
	// One that is back began again, where it is known when.
	const isBack = before?.isOver === true && change.at > before.last;
	return {...next, since: isBack ? change.at : Math.min(next.since, change.at)};
}
