/** What was measured of each revision, for the pane of the revisions. Pure. */
import {isAsking, tagsSilentSince} from '../../console/live/verdicts.js';
import type {ConsoleState, LoopSnapshot, ServiceVerdict} from '../../console/state/state.js';
import {apportion} from '../../knative/split/apportion.js';
import type {ServiceView} from '../../knative/service/service.js';
import {duration, failedPart} from '../format.js';

/** `err cart-00002` → `22 %`, `then err cart-00002` → `yes` where that is of before the loop was paused, `suspect cart-00002` → `yes`, `got cart-00002` → `13 %`, `p95 cart-00002` → `382 ms`: flat, so that the same is no news. */
export type Measured = Readonly<Record<string, string>>;

/** By the names of revisions. Empty without a service, and for what nobody has measured. */
export function measuredOf(
	state: Pick<ConsoleState, 'live' | 'users' | 'verdicts'>,
	service: ServiceView | undefined,
): Measured {
	if (!service) return {};
	return Object.fromEntries([
		...failureShares(state, service),
		...sharesGot(state, service),
		...percentiles(state, service),
	]);
}

type Entry = readonly [string, string];

/** A share of what a revision was asked; or nobody has counted it, and what fails may be its. */
export type FailuresMeasured =
	| {kind: 'share'; part: string; isNone: boolean; /** Of before nobody asked any more. */ isOld: boolean}
	| {kind: 'unknown'};

/** Undefined where nobody has measured, and nothing fails that may be its. */
export function failuresOf(measured: Measured, revision: string): FailuresMeasured | undefined {
	const part = measured[`err ${revision}`];
	if (part !== undefined) {
		return {kind: 'share', part, isNone: part === failedPart(0, 1), isOld: isOld(measured, 'err', revision)};
	}
	return measured[`suspect ${revision}`] === undefined ? undefined : {kind: 'unknown'};
}

/** Whether it is of a loop that asks no more: so it was then. */
export const isOld = (measured: Measured, what: 'err' | 'p95', revision: string): boolean =>
	measured[`then ${what} ${revision}`] !== undefined;

const loopOf = ({live}: Pick<ConsoleState, 'live'>, uid: string): LoopSnapshot | undefined =>
	live?.uid === uid ? live.snapshot : undefined;

/** What the loop has counted of users: while no revision answers, all of that is of before. */
function answeredLoop(state: Pick<ConsoleState, 'live'>, uid: string): LoopSnapshot | undefined {
	const snapshot = loopOf(state, uid);
	return snapshot?.silentSince === undefined ? snapshot : undefined;
}

/** What is compared at tags, which goes on while only users get no answer. */
function comparedNow(state: Pick<ConsoleState, 'live'>, uid: string): LoopSnapshot['comparison'] {
	const snapshot = loopOf(state, uid);
	return snapshot && tagsSilentSince(snapshot) === undefined ? snapshot.comparison : undefined;
}

/**
 * How many requests of each revision fail, where it is certain whose failures they are: of those that were sent to its tag, or of
 * those of users. Else no more than that some may be its.
 */
function failureShares(state: Pick<ConsoleState, 'live' | 'users'>, {uid}: ServiceView): Entry[] {
	const {users} = state;
	const sinceSplit = users?.uid === uid && !users.isPaused ? users.snapshot.view.sinceSplit : undefined;
	const counted = sinceSplit?.hasStatuses === true ? sinceSplit.rows : [];
	const {rows = [], weights = [], answered = 0, errors = 0, alarm} = answeredLoop(state, uid) ?? {};
	const comparison = comparedNow(state, uid);
	const [only, ...others] = weights.filter(({percent}) => percent > 0);
	// What may be that of another one has no certain failures either: those say nothing of whose they are.
	const doubtful = rows
		.filter(({revision, n}) => revision === undefined && n > 0)
		.flatMap(({candidates}) => candidates);
	// Where one has all of the traffic, what users get is what it answers.
	const isAlone =
		only && others.length === 0 && !alarm && doubtful.every(revision => revision === only.revision);
	const alone = isAlone ? [{revision: only.revision, of: answered, failed: errors}] : [];
	const asked = comparison ? [comparison.fresh, comparison.old] : [];
	const probed = [
		...alone,
		...asked.map(side => ({revision: side.revision, of: side.asked, failed: side.failed})),
	].filter(({of}) => of > 0);
	const ofUsers = counted
		.map(({revision, requests, failed}) => ({revision, of: requests, failed}))
		.filter(({of}) => of > 0);
	const snapshot = loopOf(state, uid);
	const isPast = snapshot !== undefined && !isAsking(snapshot);
	// What the loop has found before is of then; where users are counted now it is of no use.
	const old = isPast
		? probed.filter(({revision}) => ofUsers.every(counts => counts.revision !== revision))
		: [];
	const known = [...(isPast ? old : probed), ...ofUsers];
	const isFailing = rows.some(row => row.revision === undefined && row.errors > 0);
	const suspects = isFailing ? doubtful : [];
	// The worse of both, which is the last one: users may ask for more than the loop does.
	return [
		...suspects.map(revision => [`suspect ${revision}`, 'yes'] as const),
		...old.map(({revision}) => [`then err ${revision}`, 'yes'] as const),
		...known
			.toSorted((one, other) => one.failed / one.of - other.failed / other.of)
			.map(({revision, of, failed}) => [`err ${revision}`, failedPart(failed, of)] as const),
	];
}

/**
 * What the loop was answered of the last half a minute, in whole percent of all answers. `rest`: those of no certain revision; a
 * revision that they may be of, and that was not heard itself, has an unknown share. Undefined where no revision was heard.
 */
export function latelyAnswered(
	verdict: Pick<ServiceVerdict, 'isRunning' | 'shares'> | undefined,
): {readonly got: ReadonlyMap<string, number | undefined>; readonly rest: number} | undefined {
	if (!verdict?.isRunning) return undefined;
	const {shares} = verdict;
	const sum = shares.reduce((all, {got = 0}) => all + got, 0);
	if (sum === 0) return undefined;
	const whole = apportion([...shares.map(({got = 0}) => got), Math.max(0, 100 - sum)], 100);
	return {
		got: new Map(
			shares.map(({revision, isOpen}, index) => [revision, isOpen ? undefined : (whole[index] ?? 0)]),
		),
		rest: whole.at(-1) ?? 0,
	};
}

/** Of the last half a minute: what the loop was answered while it runs, else what users were. */
function sharesGot({verdicts, users}: Pick<ConsoleState, 'verdicts' | 'users'>, {uid}: ServiceView): Entry[] {
	const verdict = verdicts.get(uid);
	const answered = latelyAnswered(verdict);
	if (answered) {
		return [...answered.got].flatMap(([revision, share]) =>
			share === undefined ? [] : [[`got ${revision}`, `${share} %`] as const],
		);
	}
	// What was so when somebody last looked is not what is got now.
	const rows = users?.uid === uid && !users.isPaused ? users.snapshot.view.recent.rows : [];
	return rows.flatMap(({revision, share}) =>
		share === undefined ? [] : [[`got ${revision}`, `${Math.round(share * 100)} %`] as const],
	);
}

/** Of the answers that the loop got of each, under this split. */
function percentiles(state: Pick<ConsoleState, 'live'>, {uid}: ServiceView): Entry[] {
	const snapshot = answeredLoop(state, uid);
	return (snapshot?.rows ?? []).flatMap(({revision, p95}): Entry[] => {
		if (!snapshot || revision === undefined || p95 === undefined) return [];
		const then: Entry[] = isAsking(snapshot) ? [] : [[`then p95 ${revision}`, 'yes']];
		return [[`p95 ${revision}`, duration(p95)], ...then];
	});
}
