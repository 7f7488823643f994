/** Answers that are no object: `kind: Status`, or what a proxy in between had to say. */
import * as v from 'valibot';
import type {ApiAnswer} from './cluster.js';
import {printable, printableLines} from '../knative/text/printable.js';

const statusSchema = v.object({
	kind: v.literal('Status'),
	status: v.optional(v.string()),
	message: v.optional(v.string(), ''),
	reason: v.optional(v.string(), ''),
	code: v.optional(v.number()),
	details: v.optional(
		v.nullable(
			v.object({
				name: v.optional(v.string()),
				kind: v.optional(v.string()),
				uid: v.optional(v.string()),
				causes: v.optional(
					v.nullable(
						v.array(v.object({message: v.optional(v.string(), ''), field: v.optional(v.string(), '')})),
					),
				),
				retryAfterSeconds: v.optional(v.number()),
			}),
		),
	),
});

/** A Status body: all texts are the server's own, made printable. */
export type Status = {
	/** Machine-readable word such as `NotFound`, `AlreadyExists`, `Expired`; '' when there is none. */
	reason: string;
	message: string;
	code?: number;
	causes: {field: string; message: string}[];
	/** Of the object that it is about, where it says; raw. */
	about?: {name: string; kind: string; uid?: string | undefined};
	/** That what was asked for was done. */
	isSuccess?: true;
	/** Seconds. */
	retryAfter?: number;
};

/** The API server's own sentences have several lines; their ends stay. */
function lines(text: string): string {
	return printableLines(text).join('\n');
}

/** Undefined when the body is no Status. */
export function parseStatus(body: unknown): Status | undefined {
	const parsed = v.safeParse(statusSchema, body);
	if (!parsed.success) return undefined;
	const {message, reason, code, details, status} = parsed.output;
	const causes = (details?.causes ?? []).map(cause => ({
		field: printable(cause.field),
		message: lines(cause.message),
	}));
	return {
		reason: printable(reason),
		message: lines(message),
		causes,
		...(status === 'Success' && {isSuccess: true}),
		...(details?.name !== undefined && {
			about: {name: details.name, kind: details.kind ?? '', uid: details.uid},
		}),
		...(code === undefined ? {} : {code}),
		...(details?.retryAfterSeconds === undefined ? {} : {retryAfter: details.retryAfterSeconds}),
	};
}

/** `admission webhook "x" denied the request: validation failed: ` says nothing an operator can act on. */
const webhookPrefix = /^admission webhook "[^"\n]*" denied the request: (?:validation failed: )?/;

/** The message of a Status without the words that only name the webhook that said it. */
export function withoutWebhookPrefix(message: string): string {
	return message.replace(webhookPrefix, '');
}

/** `v1.Status` of a failure, as the API server writes it (k8s.io/apimachinery pkg/apis/meta/v1/types.go). */
const failureSchema = v.object({
	kind: v.literal('Status'),
	apiVersion: v.literal('v1'),
	status: v.literal('Failure'),
	message: v.optional(v.string(), ''),
	reason: v.optional(v.string(), ''),
	code: v.number(),
});

/** What the API server says no for before it stores anything, each with its code (k8s.io/apimachinery pkg/api/errors). */
const refusals: ReadonlyMap<string, number> = new Map([
	['BadRequest', 400],
	['Unauthorized', 401],
	['Forbidden', 403],
	['NotFound', 404],
	['MethodNotAllowed', 405],
	['NotAcceptable', 406],
	['AlreadyExists', 409],
	['Conflict', 409],
	['Expired', 410],
	['Gone', 410],
	['RequestEntityTooLarge', 413],
	['UnsupportedMediaType', 415],
	['Invalid', 422],
	['TooManyRequests', 429],
	['ServiceUnavailable', 503],
]);

/**
 * Whether an answer proves that nothing was stored: a Status that only the API server writes, for a reason that comes before
 * that. A webhook that says no may give any reason, and is named. Everything else may have been put in the place of the
 * answer by something on the way, be it in plain words and whatever its code: the sentence by which the API server says that it
 * is busy is that of other servers, too. A time-out of it or of etcd may come after the change was made.
 */
export function isRefusal({status, body}: Pick<ApiAnswer, 'status' | 'body'>): boolean {
	const parsed = v.safeParse(failureSchema, body);
	if (!parsed.success) return false;
	const {code, reason, message} = parsed.output;
	if (code !== status) return false;
	return (
		refusals.get(reason) === status ||
		/^admission webhook "[^"\n]*" denied the request/.test(message) ||
		(status === 500 && message.includes('failed calling webhook'))
	);
}

const ownWords: Record<number, string> = {
	401: 'the API server does not accept the credentials of this context',
	403: 'the API server forbids this',
	404: 'the API server does not know this path',
	429: 'the API server is asked too often',
	503: 'the API server is not available at the moment',
	504: 'the API server ran out of time',
};

type Refusal = Pick<ApiAnswer, 'status' | 'body' | 'redirect'>;

/**
 * Whether something on the way has answered (a proxy, a portal that wants a login): the API server sends nobody elsewhere,
 * says no in no web page, and gives nothing but objects.
 */
export function isOnTheWay({status, body}: Refusal): boolean {
	return status < 400
		? status >= 300 || typeof body === 'string'
		: typeof body === 'string' && isMarkup(body);
}

const isMarkup = (text: string) => text.trimStart().startsWith('<');

/**
 * One sentence, printable, that says why an answer is no success: the server's own words where it has some, else the
 * meaning of the status code. A body that is no Status comes from something in between (a proxy, a load balancer);
 * its first line is quoted.
 */
export function sentenceOf(answer: Refusal): string {
	const status = parseStatus(answer.body);
	if (!status && isOnTheWay(answer)) return wordsOnTheWay(answer);
	if (status?.message === 'Unauthorized' || status?.message === '') return ownWordsFor(answer.status);
	if (status) return status.message;
	const text = firstLineOf(answer.body);
	const words = ownWordsFor(answer.status);
	return text === '' ? words : `${words}: ${text}`;
}

/** The same of an answer that nothing proves to be the API server's. */
export function sentenceOfAnybody(answer: Refusal): string {
	if (isOnTheWay(answer) || parseStatus(answer.body)) return sentenceOf(answer);
	const text = firstLineOf(answer.body);
	return `the answer may not be the API server's (HTTP ${answer.status}${text === '' ? '' : `: ${text}`})`;
}

function firstLineOf(body: unknown): string {
	const text = typeof body === 'string' ? body.trim().split('\n', 1)[0]! : '';
	return printable(text.slice(0, 200));
}

const middleman = 'something between here and the API server';

function wordsOnTheWay({status, body, redirect}: Refusal): string {
	if (status >= 300 && status < 400) {
		const to = redirect === undefined ? '' : ` to ${redirect}`;
		return `${middleman} redirects this${to}, perhaps to a login (HTTP ${status})`;
	}
	const what = typeof body === 'string' && isMarkup(body) ? 'a web page' : 'no object';
	return `${middleman} answered with ${what} (HTTP ${status})`;
}

function ownWordsFor(status: number): string {
	return `${ownWords[status] ?? 'the API server answered with an error'} (HTTP ${status})`;
}
