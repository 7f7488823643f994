/** Why nothing may be called good at the moment, whatever the shares say: requests fail, or users get nothing of the service. */
import {withCode} from '../transport/answer-summary.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import type {GatewayCondition} from './gateway-state.js';
import type {LastSeen} from './last-seen.js';

export type Trouble = {
	kind: 'down' | 'gateway' | 'failures' | 'unanswered' | 'refusals' | 'redirects' | 'any host';
	/** How many of how many requests. */
	count: number;
	of: number;
	/** One sentence for the operator. */
	sentence: string;
	/** What to do about it, where a key of the console does it, or a flag of a command. */
	remedy?: 'choose what to send';
	/** It was so under this split, and is no longer: too many answers came without it. */
	isOver?: true;
};

/** What ends, and is told of for as long as it weighs. */
type Ending = Extract<Trouble['kind'], 'failures' | 'gateway' | 'down'>;

/**
 * The part of users' answers that may fail while something is still called good: half of what nobody would release with,
 * so that a rate above 5 % is seldom below it by chance.
 */
const toleratedPart = 0.025;

type Counts = Pick<
	EpochCounts,
	'answered' | 'errors' | 'refused' | 'gatewayAnswers' | 'unreached' | 'statusCodes' | 'rows'
>;

/** `12:03:11`, in the time zone of the operator. */
export const timeOf = (at: number) => new Date(at).toTimeString().slice(0, 8);

/** Answers without it before something is said to be over; and the chance of so many, were it as frequent as before. */
const fewestSince = 5;
const tooUnlikely = 0.01;

function isOver(count: number, of: number, {answersSince}: LastSeen): boolean {
	const before = Math.max(1, of - answersSince);
	return answersSince >= fewestSince && (1 - Math.min(1, count / before)) ** answersSince < tooUnlikely;
}

/**
 * What still happens comes before what is over, and is told by what came lately where it is much of that: a loop of hours hides
 * what has just begun.
 *
 * @param options.overdue Requests that wait for an answer for longer than any answer took.
 * @param options.isAnyHostOpen It is not known yet what any host gets.
 * @param options.lastSeen When users got that last.
 * @param options.ownLately Answers of the gateway's own for as long as the rows' "lately" is; undefined where that is all of the time.
 */
export function troubleOf(
	counts: Counts,
	gateway: GatewayCondition,
	{
		overdue = 0,
		isAnyHostOpen = false,
		lastSeen = {},
		ownLately,
	}: {
		overdue?: number;
		isAnyHostOpen?: boolean;
		lastSeen?: Partial<Record<Ending, LastSeen | undefined>>;
		ownLately?: number | undefined;
	} = {},
): Trouble | undefined {
	const troubles = [
		downNow(counts, gateway),
		gatewaysOwn(counts, gateway, {last: lastSeen.gateway, ownLately}),
		outage(counts, lastSeen.down),
		failures(counts, lastSeen.failures, ownLately !== undefined),
		unanswered(counts, overdue),
		refusals(counts),
		redirects(counts),
		anyHost(counts, isAnyHostOpen),
	].filter(trouble => trouble !== undefined);
	return troubles.find(trouble => !trouble.isOver) ?? troubles[0];
}

const requestsOf = ({answered, gatewayAnswers, unreached}: Counts) => answered + gatewayAnswers + unreached;
const isMuch = (count: number, of: number) => count > toleratedPart * of;
// Of few answers as many may be chance: more than nobody would release with, and not a single one.
const isMuchLately = (count: number, of: number) => count >= fewestSince && count > 2 * toleratedPart * of;

const latelyIn = (rows: Counts['rows']): number => rows.reduce((sum, {lately}) => sum + lately, 0);

const hasEnded = (count: number, of: number, last: LastSeen | undefined): boolean =>
	last !== undefined && isOver(count, of, last);

/** The trouble as it is told when it is over, if it is. */
function ended(trouble: Omit<Trouble, 'isOver'>, last: LastSeen | undefined): Trouble | undefined {
	return last && hasEnded(trouble.count, trouble.of, last)
		? {...trouble, sentence: `${trouble.sentence}, last ${timeOf(last.at)}`, isOver: true}
		: undefined;
}

function downNow(counts: Counts, gateway: GatewayCondition): Trouble | undefined {
	if (gateway.kind !== 'down') return undefined;
	const {since, requests, sentence} = gateway;
	const number = requests === 1 ? '1 request' : `${requests} requests`;
	return {
		kind: 'down',
		count: requests,
		of: requestsOf(counts),
		sentence: `gateway down since ${timeOf(since)} (${number}): ${sentence}`,
	};
}

function gatewaysOwn(
	counts: Counts,
	gateway: GatewayCondition,
	{last, ownLately = 0}: {last: LastSeen | undefined; ownLately: number | undefined},
): Trouble | undefined {
	const {code = '', text = ''} = gateway.kind === 'answers itself' ? gateway : {};
	const said = withCode(code, text);
	const kind = 'gateway';
	const answeredLately = latelyIn(counts.rows) + ownLately;
	if (isMuchLately(ownLately, answeredLately) && !hasEnded(ownLately, answeredLately, last)) {
		const sentence = `${ownLately} of ${answeredLately} answers lately are the gateway's own${said === '' ? '' : ` (${said})`}: no revision answered`;
		return {kind, count: ownLately, of: answeredLately, sentence};
	}
	const count = counts.gatewayAnswers;
	const of = requestsOf(counts);
	if (!isMuch(count, of)) return undefined;
	return (
		ended({kind, count, of, sentence: `${count} of ${of} answers were the gateway's own`}, last) ?? {
			kind,
			count,
			of,
			sentence: `${count} of ${of} answers are the gateway's own${said === '' ? '' : ` (${said})`}: no revision answered`,
		}
	);
}

function outage(counts: Counts, last: LastSeen | undefined): Trouble | undefined {
	const count = counts.unreached;
	const of = requestsOf(counts);
	if (!isMuch(count, of)) return undefined;
	const trouble = {
		kind: 'down',
		count,
		of,
		sentence: `the gateway was down for ${count} of ${of} requests`,
	} as const;
	return ended(trouble, last) ?? trouble;
}

/** @param isLong Counts are of longer than "lately". */
function failures(counts: Counts, last: LastSeen | undefined, isLong: boolean): Trouble | undefined {
	const {errors, answered: of, rows} = counts;
	const failing = rows.filter(row => row.errors > 0 && row.code !== undefined);
	const failedLately = latelyIn(failing);
	const all = latelyIn(rows);
	if (isLong && isMuchLately(failedLately, all) && !hasEnded(failedLately, all, last)) {
		const kinds = failing.filter(({lately}) => lately > 0).map(({code, lately}) => `${code} ×${lately}`);
		const sentence = `test requests fail: ${failedLately} of ${all} lately (${kinds.join(', ')})`;
		return {kind: 'failures', count: failedLately, of: all, sentence};
	}
	if (!isMuch(errors, of)) return undefined;
	const kinds = failing.map(({code, errors: count}) => `${code} ×${count}`);
	const told = `${errors} of ${of} (${kinds.join(', ')})`;
	const kind = 'failures';
	return (
		ended({kind, count: errors, of, sentence: `test requests failed: ${told}`}, last) ?? {
			kind,
			count: errors,
			of,
			sentence: `test requests fail: ${told}`,
		}
	);
}

function unanswered({answered, errors}: Counts, overdue: number): Trouble | undefined {
	const awaited = answered + overdue;
	if (overdue === 0 || errors + overdue <= toleratedPart * awaited) return undefined;
	const failing = errors === 0 ? '' : `, and ${errors} failed`;
	return {
		kind: 'unanswered',
		count: errors + overdue,
		of: awaited,
		sentence: `${overdue} of ${awaited} requests have no answer yet${failing}`,
	};
}

function refusals(counts: Counts): Trouble | undefined {
	const {refused, answered, rows} = counts;
	if (!isMuch(refused, answered)) return undefined;
	const kinds = rows.flatMap(({code, n}) => (code?.startsWith('4') === true ? [`${code} ×${n}`] : []));
	return {
		kind: 'refusals',
		count: refused,
		of: answered,
		sentence: `only ${kinds.join(', ')}: nothing shows that any revision works`,
		remedy: 'choose what to send',
	};
}

function redirects({answered, rows}: Counts): Trouble | undefined {
	const found = rows.filter(({code}) => code?.startsWith('3') === true);
	const count = found.reduce((sum, {n}) => sum + n, 0);
	if (count <= answered / 2) return undefined;
	const led = found.find(({code = ''}) => /^30[12378]$/.test(code));
	const where = led?.code === undefined || led.text === '' ? '' : ` (${withCode(led.code, led.text)})`;
	return {
		kind: 'redirects',
		count,
		of: answered,
		sentence: `${count} of ${answered} answers are ${led ? `redirects${where}` : '3xx without a place to go to'}: nothing shows that a revision works`,
		remedy: 'choose what to send',
	};
}

const nothingShown = 'nothing shows that the service answers';

/** A default page is answered well, too: nothing is proven by what any host gets, though it may be the service's. */
function anyHost({answered, rows}: Counts, isOpen: boolean): Trouble | undefined {
	const kind = 'any host';
	if (isOpen) {
		return {
			kind,
			count: 0,
			of: answered,
			sentence: `not known yet whether any host is answered so: ${nothingShown}`,
		};
	}
	const alike = rows.filter(({why}) => why === 'any host');
	const count = alike.reduce((sum, {n}) => sum + n, 0);
	if (!isMuch(count, answered)) return undefined;
	const said = alike[0]?.fingerprint ?? alike[0]?.text ?? '';
	const what = said === '' ? '' : ` (${said})`;
	return {
		kind,
		count,
		of: answered,
		sentence: `any host gets ${count} of ${answered} answers${what}: ${nothingShown}; ask a gateway that knows it (--gateway)`,
	};
}
