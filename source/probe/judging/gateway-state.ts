/** What is to be said of the gateway itself, beside what the revisions answer. */
import type {Answer} from '../transport/probe.js';
import type {Grade} from '../attribution/grade.js';
import {withCode, answerSummary} from '../transport/answer-summary.js';

export type GatewayCondition =
	| {kind: 'not asked'}
	| {kind: 'answers'}
	/** No connection comes to be, of several requests in a row. */
	| {
			kind: 'down';
			/** Milliseconds since 1970. */
			since: number;
			/** At the service's own host. */
			requests: number;
			/** Why, in the operator's words. */
			sentence: string;
			/** The same in a few words. */
			reason?: string | undefined;
	  }
	/** It answers by itself: it has no route for the host, or no pod to send to. */
	| {
			kind: 'answers itself';
			/** Since nothing else came in between, and how often since then. */
			since: number;
			last: number;
			requests: number;
			/** Nothing else comes: nothing ever did, or none of several requests got it. */
			isAll: boolean;
			code: string;
			/** With its status: `404 Not Found`. */
			text: string;
	  };

export type GatewayMonitor = {
	/**
	 * @param options.asked Where: that a tag's host has no route says nothing of the service's. `isSettling`: the gateway may not have
	 * the route yet. `now`: milliseconds since 1970.
	 */
	record(
		answer: Answer,
		grade: Grade,
		options: {asked: 'service' | 'tag' | 'tag elsewhere'; isSettling: boolean; now: number},
	): void;
	/** @param now Milliseconds since 1970: answers of its own are forgotten some time after the last one. */
	condition(now: number): GatewayCondition;
	/**
	 * Since when no revision answers at the service's own host, once that is more than a lost request or two; milliseconds since 1970. What
	 * the gateway answers itself while it may not have the route yet is not among them.
	 */
	silentSince(): number | undefined;
	clear(): void;
};

/** Milliseconds after which an answer of the gateway's own is over, when others came since. */
const recently = 30_000;

/** So many requests in a row without an answer of a revision, for so many milliseconds, are no chance, however fast they are sent. */
export const silence = {requests: 3, duration: 2000};

/**
 * A gateway of which nothing is known. It is down after several requests that were lost, and not after one; any answer ends that. A
 * reset or a timeout does not, it may be the revision’s.
 */
export function createGatewayMonitor(): GatewayMonitor {
	/** Requests without a connection, with none that was answered since. */
	let down: (Extract<GatewayCondition, {kind: 'down'}> & {inARow: number}) | undefined;
	let own: Extract<GatewayCondition, {kind: 'answers itself'}> | undefined;
	let hasAnswered = false;
	/** Requests at the service's own host that no revision answered, since the last that one did. */
	let lost: {since: number; last: number; requests: number} | undefined;
	/** One has answered there. */
	let hasServed = false;

	const isSilent = () =>
		lost !== undefined && lost.requests >= silence.requests && lost.last - lost.since >= silence.duration;

	return {
		record({outcome}, grade, {asked, isSettling, now: at}) {
			// Users have another gateway, or another way to it.
			if (asked === 'tag elsewhere') {
				return;
			}

			const isService = asked === 'service';
			if (isService && (grade === 'unreached' || (grade === 'gateway' && !isSettling))) {
				lost = {since: lost?.since ?? at, last: at, requests: (lost?.requests ?? 0) + 1};
			}

			if (grade === 'unreached') {
				down = {
					kind: 'down',
					since: down?.since ?? at,
					requests: (down?.requests ?? 0) + (isService ? 1 : 0),
					inARow: (down?.inARow ?? 0) + 1,
					...(outcome.kind === 'failure'
						? {sentence: outcome.sentence, reason: outcome.reason}
						: {sentence: ''}),
				};
				return;
			}

			// A reset or a timeout may be the gateway's or not: it ends nothing.
			if (outcome.kind === 'failure') {
				return;
			}

			down = undefined;
			hasAnswered = true;
			if (!isService) {
				return;
			}

			if (grade === 'gateway') {
				const before = own && lost && own.since >= lost.since ? own : undefined;
				own = {
					kind: 'answers itself',
					since: before?.since ?? at,
					last: at,
					requests: (before?.requests ?? 0) + 1,
					isAll: !hasServed || isSilent(),
					code: outcome.code,
					text: withCode(outcome.code, answerSummary(outcome)),
				};
				return;
			}

			lost = undefined;
			hasServed = true;
			if (own) own = {...own, isAll: false};
		},
		condition(now) {
			// One or two are lost without that.
			if (down && down.requests > 0 && down.inARow >= silence.requests) {
				const {inARow: _, ...condition} = down;
				return condition;
			}
			if (own && (own.isAll || now - own.last < recently)) return own;
			return hasAnswered ? {kind: 'answers'} : {kind: 'not asked'};
		},
		silentSince: () => (isSilent() ? lost?.since : undefined),
		clear() {
			down = undefined;
			own = undefined;
			hasAnswered = false;
			lost = undefined;
			hasServed = false;
		},
	};
}
