/** Why nothing may be called good at the moment, whatever the shares say: requests fail, or users get nothing of the service. */
import {placeIn, withCode} from '../transport/answer-summary.js';
import type {ProbeTarget} from '../transport/probe.js';
import {tlsPlaceOf} from '../transport/tls-redirect.js';
import type {Lost} from '../counting/answer-series.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import {silence, type GatewayCondition} from './gateway-state.js';
import type {LastSeen} from './last-seen.js';

export type Trouble = {
	kind:
		'down' | 'gateway' | 'failures' | 'unanswered' | 'refusals' | 'redirects' | 'any host' | 'unknown host';
	/** How many of how many requests. */
	count: number;
	of: number;
	/** One sentence for the operator. */
	sentence: string;
	/** What to do about it, where a key of the console does it, or a flag of a command. */
	remedy?: 'choose what to send' | 'ask over TLS';
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

/** Answers without it before something is said to be over; and the chance of so many, were it as frequent as before and no run. */
const fewestSince = 5;
const tooUnlikely = 0.01;

function isOver(count: number, of: number, {answersSince, isRun = false}: LastSeen): boolean {
	if (isRun) return answersSince >= fewestSince;
	const before = Math.max(1, of - answersSince);
	return answersSince >= fewestSince && (1 - Math.min(1, count / before)) ** answersSince < tooUnlikely;
}

/**
 * What still happens comes before what is over, and is told by what came lately where it is much of that: a loop of hours hides
 * what has just begun.
 *
 * @param options.asked What is asked: a redirect may want nothing but TLS.
 * @param options.overdue Requests that wait for an answer for longer than any answer took.
 * @param options.isAnyHostOpen It is not known yet what any host gets.
 * @param options.unknownHost The host that is asked, where nothing says that it leads to the service.
 * @param options.lastSeen When users got that last.
 * @param options.lately What no revision answered for as long as the rows' "lately" is; undefined where that is all of the time.
 */
export function troubleOf(
	counts: Counts,
	gateway: GatewayCondition,
	{
		asked,
		overdue = 0,
		isAnyHostOpen = false,
		unknownHost,
		lastSeen = {},
		lately,
	}: {
		asked?: Pick<ProbeTarget, 'scheme' | 'authority'> | undefined;
		overdue?: number;
		isAnyHostOpen?: boolean;
		unknownHost?: string | undefined;
		lastSeen?: Partial<Record<Ending, LastSeen | undefined>>;
		lately?: Lost | undefined;
	} = {},
): Trouble | undefined {
	const troubles = [
		downNow(counts, gateway),
		gatewaysOwn(counts, gateway, {last: lastSeen.gateway, lately}),
		outage(counts, {last: lastSeen.down, lately}),
		failures(counts, {last: lastSeen.failures, lately}),
		unanswered(counts, overdue),
		refusals(counts),
		redirects(counts, asked),
		anyHost(counts, isAnyHostOpen),
		atUnknownHost(counts, unknownHost),
	].filter(trouble => trouble !== undefined);
	return troubles.find(trouble => !trouble.isOver) ?? troubles[0];
}

/** So many of so many. */
type CountOf = {count: number; of: number};

/** When it was seen last, and what no revision answered lately. */
type Lately = {last: LastSeen | undefined; lately: Lost | undefined};

const requestsOf = ({answered, gatewayAnswers, unreached}: Counts) => answered + gatewayAnswers + unreached;
const isMuch = (count: number, of: number) => count > toleratedPart * of;
// Of few answers as many may be chance: more than nobody would release with, and not a single one.
const isMuchLately = ({count, of}: CountOf) => count >= fewestSince && count > 2 * toleratedPart * of;

const latelyIn = (rows: Counts['rows']): number => rows.reduce((sum, {lately}) => sum + lately, 0);

const hasEnded = ({count, of}: CountOf, last: LastSeen | undefined): boolean =>
	last !== undefined && isOver(count, of, last);

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

/**
 * By what came lately where it is much of that, else by all of it where it is much of that; in the past where too many came
 * without it since.
 *
 * @param tell What of it is so: `lately` at the end of the figures where they are of that alone.
 */
function partial(
	kind: Ending,
	{all, recent, last}: {all: CountOf; recent: CountOf | undefined; last: LastSeen | undefined},
	tell: (part: CountOf, is: {lately: string; isPast: boolean}) => string,
): Trouble | undefined {
	if (recent && isMuchLately(recent) && !hasEnded(recent, last)) {
		return {kind, ...recent, sentence: tell(recent, {lately: ' lately', isPast: false})};
	}
	if (!isMuch(all.count, all.of)) return undefined;
	if (!last || !hasEnded(all, last)) return {kind, ...all, sentence: tell(all, {lately: '', isPast: false})};
	const sentence = `${tell(all, {lately: '', isPast: true})}, last ${timeOf(last.at)}`;
	return {kind, ...all, sentence, isOver: true};
}

/** Requests of lately: those that got an answer of the service, and those that no revision answered. */
const requestsLately = ({rows}: Counts, {gateway, unreached}: Lost) => latelyIn(rows) + gateway + unreached;

function gatewaysOwn(counts: Counts, gateway: GatewayCondition, {last, lately}: Lately): Trouble | undefined {
	const {code = '', text = ''} = gateway.kind === 'answers itself' ? gateway : {};
	const said = withCode(code, text);
	const because = said === '' ? '' : ` (${said})`;
	return partial(
		'gateway',
		{
			all: {count: counts.gatewayAnswers, of: requestsOf(counts)},
			recent: lately && {count: lately.gateway, of: requestsLately(counts, lately)},
			last,
		},
		({count, of}, {lately: when, isPast}) =>
			isPast
				? `${count} of ${of} answers were the gateway's own`
				: `${count} of ${of} answers${when} are the gateway's own${because}: no revision answered`,
	);
}

function outage(counts: Counts, {last, lately}: Lately): Trouble | undefined {
	return partial(
		'down',
		{
			all: {count: counts.unreached, of: requestsOf(counts)},
			recent: lately && {count: lately.unreached, of: requestsLately(counts, lately)},
			last,
		},
		({count, of}, {lately: when}) =>
			count < silence.requests
				? `${count} of ${of} requests${when} did not reach the gateway`
				: `the gateway was down for ${count} of ${of} requests${when}`,
	);
}

function failures({errors, answered, rows}: Counts, {last, lately}: Lately): Trouble | undefined {
	const failing = rows.filter(row => row.errors > 0 && row.code !== undefined);
	return partial(
		'failures',
		{
			all: {count: errors, of: answered},
			recent: lately && {count: latelyIn(failing), of: latelyIn(rows)},
			last,
		},
		({count, of}, {lately: when, isPast}) => {
			const kinds = failing
				.map(row => ({code: row.code, n: when === '' ? row.errors : row.lately}))
				.filter(({n}) => n > 0)
				.map(({code, n}) => `${code} ×${n}`);
			return `test requests ${isPast ? 'failed' : 'fail'}: ${count} of ${of}${when} (${kinds.join(', ')})`;
		},
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

function redirects(
	{answered, rows}: Counts,
	asked: Pick<ProbeTarget, 'scheme' | 'authority'> | undefined,
): Trouble | undefined {
	const found = rows.filter(({code}) => code?.startsWith('3') === true);
	const count = found.reduce((sum, {n}) => sum + n, 0);
	if (count <= answered / 2) return undefined;
	const led = found.find(({code = ''}) => /^30[12378]$/.test(code));
	const where = led?.code === undefined || led.text === '' ? '' : ` (${withCode(led.code, led.text)})`;
	const wantsTls = asked !== undefined && tlsPlaceOf(asked, placeIn(led?.text ?? '')) !== undefined;
	const what = led
		? `${wantsTls ? 'redirected to https' : 'redirects'}${where}`
		: '3xx without a place to go to';
	return {
		kind: 'redirects',
		count,
		of: answered,
		sentence: `${count} of ${answered} answers are ${what}: nothing shows that a revision works`,
		remedy: wantsTls ? 'ask over TLS' : 'choose what to send',
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

/** What a revision says at its tag proves that it was asked; anything else may be said by another service. */
function atUnknownHost({answered, rows}: Counts, host: string | undefined): Trouble | undefined {
	if (host === undefined) return undefined;
	const proven = rows.filter(({learned, why}) => learned === 'tag' || why === 'alike');
	const count = answered - proven.reduce((sum, {n}) => sum + n, 0);
	if (!isMuch(count, answered)) return undefined;
	return {
		kind: 'unknown host',
		count,
		of: answered,
		sentence: `nothing says that ${host} leads to the service, and no tag says what ${count} of ${answered} answers say: they may be another one's`,
	};
}
