/** Since when users get another split than the one that is set, and whether they still do, by what came lately. Pure. */
import type {ChangePoint} from '../../stats/change-point.js';
import {judgeCounts, percentsOf} from '../counting/loop-report.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import {nextAlarm, type Alarm} from './alarm.js';

/** Attributed answers of the last half a minute from which on it is told whether something still happens. */
const tellingAnswers = 5;

const isWrong = (state: string | undefined) => state === 'disagrees' || state === 'impossible';

/**
 * One that is over is back by what came since then alone, and as one is raised: by what is claimed however often one looks. The
 * last half a minute by itself would look wrong by chance within minutes.
 *
 * @param options.change What users get became something else then: the alarm is dated by it, to the second.
 * @param options.lastOf When the last answer of these rows came, of any where none are named, if one did lately; milliseconds
 *   since 1970.
 * @param options.countSince How many answers of each row came since then; milliseconds since 1970.
 */
export function nextSplitAlarm(
	before: Alarm | undefined,
	{rows, weights, verdict}: Pick<EpochCounts, 'rows' | 'weights' | 'verdict'>,
	{
		change,
		lastOf,
		countSince,
		now,
	}: {
		change: ChangePoint | undefined;
		lastOf: (keys?: ReadonlySet<string>) => number | undefined;
		countSince: (from: number) => ReadonlyMap<string, number>;
		now: number;
	},
): Alarm | undefined {
	const judged = (countOf: (row: (typeof rows)[number]) => number) =>
		judgeCounts(
			rows.map(row => ({...row, n: countOf(row)})),
			percentsOf(weights),
		);
	const recent = judged(({lately}) => lately);
	// Of what must not come at all it is known which answers are wrong.
	const wrong = rows.filter(
		row => row.lately > 0 && recent?.impossible.includes(row.revision ?? '') === true,
	);
	const lastWrong = () => lastOf(wrong.length > 0 ? new Set(wrong.map(({key}) => key)) : undefined);
	// What changed since the last one was over is when it began, or when it ended, to the second.
	const changed =
		change !== undefined && change.at > (before?.overSince ?? -Infinity) ? change.at : undefined;
	// After hours of the right split, what has just become something else agrees with it all the same when it is counted with those.
	const isBegun = changed !== undefined && isWrong(recent?.state);
	if (before?.isOver === true) {
		const counts = countSince(before.overSince ?? before.last);
		const isBack = isBegun || isWrong(judged(({key}) => counts.get(key) ?? 0)?.state);
		if (isBack) return {...before, since: changed ?? now, last: lastWrong() ?? now, isOver: false};
		return dated(before, change?.at);
	}
	const isTelling = recent !== undefined && !['too few', 'unjudgeable'].includes(recent.state);
	const isRecent =
		isTelling || (recent !== undefined && recent.attributed >= tellingAnswers)
			? isWrong(recent.state) || recent.state === 'suspicious'
			: undefined;
	const next = nextAlarm(before, {
		isRaised: isWrong(verdict?.state) || isBegun,
		isRecent,
		// While nothing comes it is not seen either.
		lastSeen: isRecent === true ? lastWrong() : undefined,
		now,
	});
	if (!next) return next;
	if (next.isOver) return dated({...next, overSince: now}, changed);
	const {overSince} = before ?? {};
	return {
		...next,
		since: Math.min(next.since, changed ?? now),
		...(overSince !== undefined && {overSince}),
	};
}

/** One that is over ended when that changed back, not before it began. */
const dated = (alarm: Alarm, changed: number | undefined): Alarm =>
	changed !== undefined && changed > alarm.since ? {...alarm, last: Math.min(alarm.last, changed)} : alarm;
