/** How a list or a watch of a reflector ends, and what is to be done next. */
import {TransportError, type ApiAnswer} from '../cluster.js';
import {parseStatus, sentenceOf} from '../status.js';

export type WatchPhase = 'list' | 'watch';

/** What the API server says no with, and time alone will not change soon. */
export type WatchRefusal =
	/** 403, or 401: the credentials are not accepted. */
	| {kind: 'forbidden'; status: 401 | 403; why: string}
	/** It knows no such resource: the CRD is not installed. */
	| {kind: 'missing'; why: string};

export type WatchEnd =
	| {next: WatchPhase; after: 'nothing'}
	| {next: WatchPhase; after: 'back-off'; why: string; retryAfter?: number | undefined}
	/** There was no answer at all: none in time (`isUnanswered`), or no connection, or it broke. */
	| {next: WatchPhase; after: 'loss'; why: string; isUnanswered: boolean}
	/** The watch said nothing for too long. */
	| {next: 'list'; after: 'silence'}
	/** The history no longer reaches back to where we are (410). */
	| {next: 'list'; after: 'expiry'; why: string}
	| {next: 'list'; after: 'long wait'; refusal: WatchRefusal};

/** What a refusal of a list or a watch asks for. */
export function refusal(answer: ApiAnswer, doing: WatchPhase): WatchEnd {
	const why = sentenceOf(answer);
	const {status} = answer;
	if (status === 401 || status === 403) {
		return {next: 'list', after: 'long wait', refusal: {kind: 'forbidden', status, why}};
	}
	if (status === 404) return {next: 'list', after: 'long wait', refusal: {kind: 'missing', why}};
	if (status === 410) return {next: 'list', after: 'expiry', why};
	const retryAfter = answer.retryAfter ?? parseStatus(answer.body)?.retryAfter;
	// Anything but a busy server may have to do with where the watch was to begin (504: a resourceVersion from before
	// etcd was restored), so that only a new list gets out of it.
	const busy = status === 429 || (status >= 500 && status !== 504);
	return {next: busy ? doing : 'list', after: 'back-off', why, retryAfter};
}

/** What a lost connection asks for; anything else that was thrown is a fault of this program and is thrown on. */
export function loss(error: unknown, doing: WatchPhase): WatchEnd {
	if (!(error instanceof TransportError)) throw error;
	const {message: why, isUnanswered, isLogin} = error;
	// As a 401: it is not the server that is waited for.
	if (isLogin) return {next: 'list', after: 'long wait', refusal: {kind: 'forbidden', status: 401, why}};
	return {next: doing, after: 'loss', why, isUnanswered};
}
