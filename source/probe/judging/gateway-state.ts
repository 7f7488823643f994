/** What is to be said of the gateway itself, beside what the revisions answer. */
import type {Answer} from '../transport/probe.js';
import type {Grade} from '../attribution/grade.js';
import {withCode, answerSummary} from '../transport/answer-summary.js';

export type GatewayCondition =
	| {kind: 'not asked'}
	| {kind: 'answers'}
	/** No connection comes to be. */
	| {
			kind: 'down';
			/** Milliseconds since 1970. */
			since: number;
			requests: number;
			/** Why, in the operator's words. */
			sentence: string;
	  }
	/** It answers by itself: it has no route for the host, or no pod to send to. */
	| {
			kind: 'answers itself';
			since: number;
			last: number;
			requests: number;
			/** Nothing else has come since then. */
			isAll: boolean;
			code: string;
			/** With its status: `404 Not Found`. */
			text: string;
	  };

/** Since when no revision answers through it, as far as the last requests tell; milliseconds since 1970. */
export function silentSince(gateway: GatewayCondition): number | undefined {
	const isSilent = gateway.kind === 'down' || (gateway.kind === 'answers itself' && gateway.isAll);
	return isSilent ? gateway.since : undefined;
}

export type GatewayMonitor = {
	/** @param options.isService At the service's own host: that a tag's has no route says nothing of it. `now`: milliseconds since 1970. */
	record(answer: Answer, grade: Grade, options: {isService: boolean; now: number}): void;
	/** @param now Milliseconds since 1970: answers of its own are forgotten some time after the last one. */
	condition(now: number): GatewayCondition;
	clear(): void;
};

/** Milliseconds after which an answer of the gateway's own is over, when others came since. */
const recently = 30_000;

/**
 * A gateway of which nothing is known. Any answer ends that it is down; a reset or a timeout does not, it may be the
 * revision’s.
 */
export function createGatewayMonitor(): GatewayMonitor {
	let down: Extract<GatewayCondition, {kind: 'down'}> | undefined;
	let own: Extract<GatewayCondition, {kind: 'answers itself'}> | undefined;
	let hasAnswered = false;

	return {
		record({outcome}, grade, {isService, now: at}) {
			if (grade === 'unreached') {
				down = {
					kind: 'down',
					since: down?.since ?? at,
					requests: (down?.requests ?? 0) + 1,
					sentence: outcome.kind === 'failure' ? outcome.sentence : '',
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
				const isSame = own !== undefined && at - own.last < recently;
				own = {
					kind: 'answers itself',
					since: isSame && own ? own.since : at,
					last: at,
					requests: (isSame && own ? own.requests : 0) + 1,
					isAll: isSame && own ? own.isAll : true,
					code: outcome.code,
					text: withCode(outcome.code, answerSummary(outcome)),
				};
			} else if (own) {
				own = {...own, isAll: false};
			}
		},
		condition(now) {
			if (down) return down;
			if (own && (own.isAll || now - own.last < recently)) return own;
			return hasAnswered ? {kind: 'answers'} : {kind: 'not asked'};
		},
		clear() {
			down = undefined;
			own = undefined;
			hasAnswered = false;
		},
	};
}
