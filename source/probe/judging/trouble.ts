/** Why nothing may be called good at the moment, whatever the shares say: users get failures, or nothing of the service. */
import {withCode} from '../transport/answer-words.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import type {GatewayCondition} from './gateway-state.js';

export type Trouble = {
	kind: 'down' | 'gateway' | 'failures' | 'unanswered' | 'refusals' | 'redirects';
	/** How many of how many requests. */
	count: number;
	of: number;
	/** One sentence for the operator. */
	sentence: string;
	/** It was so under this split, and is no longer: too many answers came without it. */
	isOver?: true;
};

/** When something was seen last, in milliseconds since 1970, and how many answers of the service came since. */
export type LastSeen = {at: number; answersSince: number};

/** What ends, and is told of for as long as it weighs. */
type Ending = Extract<Trouble['kind'], 'failures' | 'gateway' | 'down'>;

/**
 * The part of users' answers that may fail while something is still called good: half of what nobody would release with,
 * so that a rate above 5 % is seldom below it by chance.
 */
export const toleratedPart = 0.025;

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
 * @param overdue Requests that wait for an answer for longer than any answer took.
 * @param lastSeen When users got that last.
 */
export function troubleOf(
	counts: Counts,
	gateway: GatewayCondition,
	overdue = 0,
	lastSeen: Partial<Record<Ending, LastSeen | undefined>> = {},
): Trouble | undefined {
	const {answered, errors, refused, gatewayAnswers, unreached, rows} = counts;
	const of = answered + gatewayAnswers + unreached;
	const isMuch = (count: number) => count > toleratedPart * of;
	const over = (kind: Ending, count: number, sentence: string): Trouble | undefined => {
		const last = lastSeen[kind];
		return last && isOver(count, of, last)
			? {kind, count, of, sentence: `${sentence}, last ${timeOf(last.at)}`, isOver: true}
			: undefined;
	};
	if (gateway.kind === 'down') {
		const {since, requests, sentence} = gateway;
		const number = requests === 1 ? '1 request' : `${requests} requests`;
		return {
			kind: 'down',
			count: requests,
			of,
			sentence: `gateway down since ${timeOf(since)} (${number}): ${sentence}`,
		};
	}

	if (isMuch(gatewayAnswers)) {
		const ended = over(
			'gateway',
			gatewayAnswers,
			`${gatewayAnswers} of ${of} answers were the gateway's own`,
		);
		if (ended) return ended;
		const {code = '', text = ''} = gateway.kind === 'answers itself' ? gateway : {};
		const said = withCode(code, text);
		return {
			kind: 'gateway',
			count: gatewayAnswers,
			of,
			sentence: `${gatewayAnswers} of ${of} answers are the gateway's own${said === '' ? '' : ` (${said})`}: no revision answered`,
		};
	}

	if (isMuch(unreached)) {
		const sentence = `the gateway was down for ${unreached} of ${of} requests`;
		return over('down', unreached, sentence) ?? {kind: 'down', count: unreached, of, sentence};
	}

	if (isMuch(errors)) {
		const kinds = rows
			.filter(row => row.errors > 0 && row.code !== undefined)
			.map(({code, errors: count}) => `${code} ×${count}`);
		const told = `failures: ${errors} of ${answered} (${kinds.join(', ')})`;
		return (
			over('failures', errors, `users got ${told}`) ?? {
				kind: 'failures',
				count: errors,
				of: answered,
				sentence: `users get ${told}`,
			}
		);
	}

	const awaited = answered + overdue;
	if (errors + overdue > toleratedPart * awaited) {
		const failing = errors === 0 ? '' : `, and ${errors} failed`;
		return {
			kind: 'unanswered',
			count: errors + overdue,
			of: awaited,
			sentence: `${overdue} of ${awaited} requests have no answer yet${failing}`,
		};
	}

	if (isMuch(refused)) {
		const kinds = rows.flatMap(({code, n}) => (code?.startsWith('4') === true ? [`${code} ×${n}`] : []));
		return {
			kind: 'refusals',
			count: refused,
			of: answered,
			sentence: `only ${kinds.join(', ')}: nothing shows that any revision works; choose what to send (i)`,
		};
	}

	const redirects = rows.reduce((sum, {code, n}) => sum + (code?.startsWith('3') === true ? n : 0), 0);
	if (redirects > answered / 2) {
		return {
			kind: 'redirects',
			count: redirects,
			of: answered,
			sentence: `${redirects} of ${answered} answers are ${rows.some(({code = ''}) => /^30[12378]$/.test(code)) ? 'redirects' : '3xx without a place to go to'}: nothing shows that a revision works; choose what to send (i)`,
		};
	}

	return undefined;
}
