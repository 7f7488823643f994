/** What the users of a service get, for a reader and for a script. Pure. */
import {
	latency,
	okWords,
	percentWords,
	rate,
	sinceSplitLine,
	usersLine,
	usersSummary,
	usersVerdicts,
} from '../../console/live/users-lines.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {UsersRow, UsersSnapshot, UsersWindow} from '../../users/users.js';
import {textTable} from '../print/text-table.js';

const headings = ['REVISION', 'SET', 'GOT', 'RATE', 'COUNT', 'OK', '4xx', 'P50', 'P95', 'PODS'];

/** A line on what was measured, a row for each revision, all since the split, the verdicts, and what is wrong. */
export function usersLines(service: ServiceView, snapshot: UsersSnapshot): string[] {
	const {view, state, problems} = snapshot;
	const {recent} = view;
	const sinceSplit = sinceSplitLine(snapshot);
	const name = `${service.namespace}/${service.name}`;
	if (state !== 'counting') {
		// The first problem is the summary, where there is somebody to ask.
		const rest = problemLines(snapshot, state === 'unserved' ? 0 : 1);
		return [`${name}  ${usersSummary(snapshot).text}`, ...rest];
	}
	return [
		`${name}  users of the last ${Math.round(recent.seconds)} s: ${total(recent)}`,
		...textTable([headings, ...recent.rows.map(row => cells(row, recent))]),
		...(sinceSplit === undefined ? [] : [sinceSplit]),
		...usersVerdicts(snapshot).map(({text}) => text),
		...problemLines({problems}, 0),
	];
}

/** The rate, or why that is none to go by: in the words of the line. */
function total(recent: UsersWindow): string {
	const mark = recent.isExact ? '' : '≈';
	return recent.certainty.told === 'shares'
		? `${mark}${rate(recent.perSecond)}/s`
		: usersLine(recent).replace(/^users +/, '');
}

function cells(row: UsersRow, {isExact, certainty, hasStatuses}: UsersWindow): string[] {
	const mark = isExact ? '' : '≈';
	// Rates side by side say what shares say.
	const isTold = isExact || certainty.told === 'shares';
	return [
		row.revision,
		row.percent === undefined ? '–' : `${row.percent} %`,
		row.share === undefined ? '–' : `${mark}${percentWords(row.share)} %`,
		isTold ? `${mark}${rate(row.perSecond)}/s` : '–',
		row.requests === 0 ? '–' : String(row.requests),
		hasStatuses ? okWords(row) : '–',
		row.requests > 0 && (hasStatuses || row.rejected > 0) ? String(row.rejected) : '–',
		row.p50 === undefined ? '–' : `≈${latency(row.p50)} ms`,
		row.p95 === undefined ? '–' : `≈${latency(row.p95)} ms`,
		podWords(row),
	];
}

function podWords({pods}: UsersRow): string {
	if (!pods) return '–';
	return pods.read === pods.all ? String(pods.all) : `${pods.read} of ${pods.all}`;
}

/** Said once: the first problem may be in the summary already. */
const problemLines = ({problems}: Pick<UsersSnapshot, 'problems'>, from: number): string[] =>
	problems.slice(from).map(({sentence}) => `! ${sentence}`);

/** Its fields are an interface for scripts. Every one is there each time: what is not known is null. */
export function usersJson(service: ServiceView, {state, view, problems}: UsersSnapshot): object {
	const {split, errors, failing, kept} = view;
	return {
		namespace: service.namespace,
		service: service.name,
		state,
		recent: windowJson(view.recent),
		sinceSplit: windowJson(view.sinceSplit),
		split: split
			? {
					verdict: split.state,
					requests: split.requests,
					logE: finite(split.logE),
					dispersion: split.dispersion.looks > 0 ? split.dispersion.factor : null,
				}
			: null,
		untested: view.untested?.kind ?? null,
		errors: errors
			? {
					verdict: errors.state,
					logE: finite(errors.logE),
					by: errors.by,
					canary: errors.fresh,
					stable: errors.old,
				}
			: null,
		failing: failing
			? {
					revision: failing.revision,
					failed: failing.failed,
					requests: failing.requests,
					limit: failing.limit,
				}
			: null,
		kept: kept ? {revision: kept.revision, requests: kept.requests, others: kept.others} : null,
		problems: problems.map(({kind, sentence}) => ({kind, sentence})),
	};
}

/**
 * Nothing was measured in no time, of rates nothing was counted, and most errors of gRPC have no status: a script must not take any of
 * them for none.
 */
const known = (value: number, isKnown: boolean) => (isKnown ? value : null);

/** JSON has no infinity: evidence beyond all numbers is a large one. */
const finite = (value: number) => (Number.isFinite(value) ? value : Number.MAX_VALUE);

function windowJson({
	seconds,
	perSecond,
	requests,
	isExact,
	certainty,
	hasStatuses,
	rows,
}: UsersWindow): object {
	const isMeasured = seconds > 0;
	const errors = (count: number, row: UsersRow) =>
		known(count, (isExact || row.requests > 0) && (hasStatuses || count > 0));
	return {
		seconds,
		perSecond: known(perSecond, isMeasured),
		requests: known(requests, isExact || requests > 0),
		isExact,
		certainty: isMeasured ? certainty.told : null,
		rows: rows.map(row => ({
			revision: row.revision,
			percent: row.percent ?? null,
			share: row.share ?? null,
			perSecond: known(row.perSecond, isMeasured),
			requests: known(row.requests, isExact || row.requests > 0),
			failed: errors(row.failed, row),
			rejected: errors(row.rejected, row),
			p50: row.p50 === undefined || row.p50 === Infinity ? null : row.p50,
			p95: row.p95 === undefined || row.p95 === Infinity ? null : row.p95,
			concurrency: row.concurrency ?? null,
			pods: (isMeasured && row.pods) || null,
		})),
	};
}
