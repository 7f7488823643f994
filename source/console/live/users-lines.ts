/** What is known of the users, in words: the same on the screen and without one. Pure. */
import type {UsersSplitVerdict} from '../../stats/users-verdict.js';
import type {UsersFailing, UsersRow, UsersSnapshot, UsersView, UsersWindow} from '../../users/users.js';
import type {UsersAlarm} from '../state/slices/live-slice.js';

/** How good a line is news, for its colour. */
export type Tone = 'good' | 'plain' | 'doubtful' | 'bad' | 'dim';
export type UsersLine = {
	readonly text: string;
	readonly tone: Tone;
	/** What the text begins with, where it is not `users`. */
	readonly label?: string;
};

const about = '≈';

/** Of the verdict on the split among the others. */
export const splitVerdictBegins = 'users, split:';
const worseBegins = 'users: canary is WORSE';
const none = '–';

/** 412, 41, 4.1, 0.2: what an eye can tell apart. */
export function rate(perSecond: number): string {
	return perSecond >= 9.95 ? String(Math.round(perSecond)) : perSecond.toFixed(1).replace(/\.0$/, '');
}

/** 98.1 %, 100 %; never 100 for what is less. */
export function percentWords(share: number): string {
	const percent = share * 100;
	const rounded = Math.round(percent * 10) / 10;
	return rounded === 100 && percent < 100 ? '99.9' : String(rounded);
}

/**
 * What users get: `users  412/s   75│25   ok 99.7 %│98.1 %   p95 ≈38│382 ms`, in the order of the rows; with
 * `4xx 0 %│3 %` where there are some. `≈` is before what is an
 * estimate. Short: without what stands behind the shares. `label`: what stands in the place of `users`.
 */
export function usersLine(
	{rows, perSecond, isExact, certainty, hasStatuses}: UsersWindow,
	{isShort = false, label = 'users'}: {isShort?: boolean; label?: string | undefined} = {},
): string {
	const shown = rows.filter(row => (row.percent ?? 0) > 0 || row.perSecond > 0);
	const mark = isExact ? '' : about;
	if (certainty.told === 'nobody') {
		// A request every few seconds is somebody's.
		const who = rate(perSecond) === '0' ? 'nobody uses it' : 'hardly anybody uses it';
		return `${label}  ${who}: ${mark}${rate(perSecond)}/s`;
	}
	const off = certainty.rateWithin < 0.05 ? '' : ` ±${rate(certainty.rateWithin)}`;
	if (certainty.told === 'unclear') {
		return `${label}  nobody uses it, or too few to tell: ${mark}${rate(perSecond)}${off}/s`;
	}
	if (certainty.told === 'few') {
		return `${label}  ${mark}${rate(perSecond)}${off}/s: too few to tell the shares`;
	}
	const parts = [
		`${label}  ${mark}${rate(perSecond)}/s`,
		`${mark}${shares(shown).join('│')}${isExact ? '' : within(certainty)}`,
	];
	if (isShort) return parts.join('   ');
	if (hasStatuses && shown.some(({requests}) => requests > 0)) {
		parts.push(`ok ${shown.map(okWords).join('│')}`);
	}
	// A 4xx is no failure of the service, and yet all that users get of a revision that has lost a path.
	if (shown.some(({rejected, requests}) => rejected > 0 && rejected >= requests * noticed)) {
		parts.push(`4xx ${shown.map(rejectedWords).join('│')}`);
	}
	if (shown.some(({p95}) => p95 !== undefined)) {
		parts.push(`p95 ${about}${shown.map(({p95}) => latency(p95)).join('│')} ms`);
	}
	return parts.join('   ');
}

/** How far off shares by rates may be, in percent; nothing for one revision alone. */
function within({shareWithin: points}: UsersWindow['certainty']): string {
	return points < 0.05 ? '' : ` ±${points >= 0.95 ? Math.ceil(points) : points.toFixed(1)}`;
}

/** Shares in percent: whole, or with one place where a small one would be none. */
function shares(rows: readonly UsersRow[]): string[] {
	const isFine = rows.some(({share}) => share !== undefined && share > 0 && share < 0.02);
	return rows.map(({share}) =>
		share === undefined ? none : isFine ? (share * 100).toFixed(1) : String(Math.round(share * 100)),
	);
}

/** The part of the requests of a revision that did not fail, in percent; a dash where there were none. */
export function okWords({requests, failed}: UsersRow): string {
	return requests === 0 ? none : `${percentWords(1 - failed / requests)} %`;
}

/** The part of the requests of a revision that is worth a word when it is answered with a 4xx. */
const noticed = 0.01;

const rejectedWords = ({requests, rejected}: UsersRow): string =>
	requests === 0 ? none : `${percentWords(rejected / requests)} %`;

/** Milliseconds, with one decimal place below 10; `>10000` beyond the last bound of the histogram. */
export function latency(milliseconds: number | undefined): string {
	if (milliseconds === undefined) return none;
	if (milliseconds === Infinity) return '>10000';
	return milliseconds >= 9.95 ? String(Math.round(milliseconds)) : milliseconds.toFixed(1);
}

/** Whether users cannot be told from none. */
export const hardlyAnybody = ({certainty: {told}}: UsersWindow): boolean =>
	told === 'nobody' || told === 'unclear';

/** What is said beside the numbers: verdicts, and what is wrong; the most important first. */
export function usersVerdicts({view, state}: UsersSnapshot): UsersLine[] {
	const {split, errors, failing, kept, sinceSplit} = view;
	if (state !== 'counting') return [];
	if (hardlyAnybody(sinceSplit) && sinceSplit.seconds > 0) {
		return [{tone: 'dim', text: 'users: too little traffic for a verdict; no error here proves nothing'}];
	}
	const lines: UsersLine[] = [];
	if (failing && !(errors?.state === 'worse' && errors.fresh === failing.revision)) {
		lines.push({tone: 'bad', text: failingWords(failing)});
	}
	if (kept && !isWrong(split)) {
		lines.push({
			tone: 'bad',
			text: `${splitVerdictBegins} WRONG: ${kept.revision} still gets its users at 0 % (${kept.requests}, others ${kept.others}), unless they ask its tag URL`,
		});
	} else if (split) {
		const counts = split.requests.map(count => count ?? none).join('│');
		lines.push(
			{
				'too few': {tone: 'dim', text: `${splitVerdictBegins} too few requests to tell (${counts})`} as const,
				agrees: {tone: 'good', text: `${splitVerdictBegins} no contradiction so far (${counts})`} as const,
				suspicious: {
					tone: 'doubtful',
					text: `${splitVerdictBegins} possibly off; could be chance${split.isOneTagged ? ' or requests at a tag URL' : ''} (${counts})`,
				} as const,
				disagrees: split.isOver
					? ({
							tone: 'doubtful',
							text: `${splitVerdictBegins} was wrong, as configured by now (${counts})`,
						} as const)
					: ({
							tone: 'bad',
							text: `${splitVerdictBegins} DISAGREES with the configured one (${counts})${oneClient(split)}`,
						} as const),
				impossible: {
					tone: 'bad',
					text: `${splitVerdictBegins} requests at a revision that is configured 0 % (${counts})`,
				} as const,
				'at tags': {
					tone: 'plain',
					text: `${splitVerdictBegins} requests at 0 % (${counts}): at its tag URL, or the gateway sends users there; counts cannot tell`,
				} as const,
				dependent: {
					tone: 'doubtful',
					text: `${splitVerdictBegins} requests come in groups (×${rate(split.dispersion.factor)}): no verdict, see the share`,
				} as const,
			}[split.state],
		);
	}
	const untested = untestedWords(view.untested);
	if (untested !== undefined && view.untested?.kind !== 'rates') {
		lines.push({tone: 'dim', text: `${splitVerdictBegins} ${untested}`});
	}
	if (errors) {
		const row = (revision: string) => sinceSplit.rows.find(found => found.revision === revision);
		const count = (revision: string) => {
			const found = row(revision);
			return `${(errors.by === '5xx' ? found?.failed : found?.rejected) ?? 0} of ${found?.requests ?? 0}`;
		};
		const counts = `${errors.by}: ${count(errors.fresh)} against ${count(errors.old)}`;
		const idle = [errors.fresh, errors.old].find(revision => (row(revision)?.requests ?? 0) === 0);
		lines.push(
			idle !== undefined && errors.state !== 'worse'
				? {tone: 'dim', text: `users: errors not compared: no request at ${idle} seen under this split`}
				: {
						worse: {tone: 'bad', text: `${worseBegins} (${counts})`} as const,
						suspicious: {tone: 'doubtful', text: `users: canary possibly worse (${counts})`} as const,
						'not worse': {tone: 'good', text: `users: canary not worse so far (${counts})`} as const,
						dependent: {tone: 'doubtful', text: `users: errors ${counts}; no verdict`} as const,
					}[errors.state],
		);
	}
	// What the canary does to them comes before what they get of it, as in the alarm.
	const isWorse = (line: UsersLine) =>
		errors?.state === 'worse' && line.text.startsWith(worseBegins) ? 0 : 1;
	return lines.toSorted((one, other) => weight(one) - weight(other) || isWorse(one) - isWorse(other));
}

/** What of it is bad for users, as `usersVerdicts` says in red; what the canary does to them before what they get of it. */
export function usersAlarm({
	view: {split, errors, failing, kept, sinceSplit},
	state,
}: UsersSnapshot): UsersAlarm | undefined {
	if (state !== 'counting' || hardlyAnybody(sinceSplit)) return undefined;
	if (errors?.state === 'worse') return 'worse';
	if (failing) return 'failing';
	return isSplitWrong({split, kept}) ? 'wrong' : undefined;
}

/** Whether users are known to get another split by now than the one that is set. */
export const isSplitWrong = ({split, kept}: Pick<UsersView, 'split' | 'kept'>): boolean =>
	kept !== undefined || isWrong(split);

const isWrong = (split: UsersSplitVerdict | undefined): boolean =>
	(split?.state === 'disagrees' && split.isOver !== true) || split?.state === 'impossible';

/** The limit stands there because it is what was tested; the part that failed is only what was seen. */
const failingWords = ({revision, failed, requests, limit}: UsersFailing): string =>
	`users get failures: ${revision} fails ${failed} of ${requests} (${percentWords(failed / requests)} %): above ${percentWords(limit)} %, not by chance`;

/** Why there is no verdict on the split, without a full stop; undefined where there is no why. */
export function untestedWords(untested: UsersView['untested']): string | undefined {
	switch (untested?.kind) {
		case undefined:
			return undefined;
		case 'rates':
			return 'rates are no counts, so that nothing can be tested';
		case 'part':
			return `no verdict: ${untested.read} of ${untested.all} pods are read, so that shares are estimates`;
		case 'cut':
			return `no verdict: pods of ${untested.revision} end or restart, and what they counted last is not seen`;
		case 'slow':
			return `too early to tell: requests take up to ${rate(untested.seconds)} s`;
		case 'silent':
			return `too early to tell: no request of ${untested.revision} has ended yet`;
		case 'starting':
			return `too early to tell: ${untested.revision} waits for its first pod`;
	}
}

/** What the same counts could come from: no test of counts can tell them apart, so that it is said each time. */
const oneClient = ({oneClient: part, isOneTagged}: UsersSplitVerdict): string =>
	`, unless ${isOneTagged ? 'requests at a tag URL, or of one client, are' : 'one client sends'} ${Math.max(1, Math.round(part * 100))} % of them`;

/** The same of all that was seen under this split, which may be older: `this split, 4 min watched  409/s   74│26   ok …`; undefined where that is not known, or nobody comes. */
export function sinceSplitLine({view: {sinceSplit}, state}: UsersSnapshot): string | undefined {
	const {seconds} = sinceSplit;
	if (state !== 'counting' || seconds === 0 || hardlyAnybody(sinceSplit)) return undefined;
	const time = seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
	return usersLine(sinceSplit, {label: `this split, ${time} watched`});
}

const order: readonly Tone[] = ['bad', 'doubtful', 'plain', 'good', 'dim'];
const weight = ({tone}: UsersLine) => order.indexOf(tone);

/** Whose requests are counted, where it is not users alone. */
const labels: Readonly<Partial<Record<UsersSnapshot['problems'][number]['kind'], string>>> = {
	own: 'users and this console',
	tags: 'users and tag URLs',
};

/** One line about the users, whatever is known: what they get, or why that is not known. */
export function usersSummary(snapshot: UsersSnapshot): UsersLine {
	const {state, view, problems} = snapshot;
	const [problem] = problems;
	if (state === 'unserved') {
		return {tone: 'dim', text: 'users  none: the route has no split, so no pod is asked'};
	}
	// What was so a while ago says more than nothing, and does not come and go: with its time.
	if (view.known && !view.isCurrent) {
		const why = problem === undefined ? '' : `: ${problem.sentence}`;
		const {window, until} = view.known;
		const time = new Date(until).toTimeString().slice(0, 8);
		return {tone: 'dim', text: usersLine(window).replace(/^users +/, `users  at ${time}: `) + why};
	}
	if (state === 'waiting') {
		const isSplitNew = view.history.length > 0 && view.isCurrent;
		const why =
			isSplitNew && problem?.kind !== 'unread'
				? 'the split has just changed: counting since then…'
				: problem === undefined || problem.kind === 'rates' || problem.kind === 'grpc'
					? 'asking the pods…'
					: problem.sentence;
		return {tone: 'dim', text: `users  ${why}`};
	}
	if (state === 'unknown') {
		return {tone: 'dim', text: `users  not known: ${problem?.sentence ?? 'no pod answers'}`};
	}
	const {recent} = view;
	// Requests of this console of which nobody knows the revision cannot be removed: then they are not the users' alone.
	const among = problems.find(({kind}) => kind === 'own') ?? problems.find(({kind}) => kind === 'tags');
	const label = among && !hardlyAnybody(recent) ? labels[among.kind] : undefined;
	return {
		// Colours of warnings are for what is wrong: a service that nobody uses at night is well.
		tone: hardlyAnybody(recent) ? 'dim' : recent.certainty.told === 'few' ? 'doubtful' : 'plain',
		text: usersLine(recent, {label}),
		...(label !== undefined && {label}),
	};
}
