/** When users got something last, and how much came without it since. Pure. */
import type {FailureEntry} from '../counting/failure-log.js';

/** When something was seen last, in milliseconds since 1970, and how many answers of the service came since. */
export type LastSeen = {
	at: number;
	answersSince: number;
	/** It was seen several times in a row, and not now and then: once something else comes that is over. */
	isRun?: boolean;
};

/**
 * When users got a failure last, and an answer of the gateway's own, and when it could not be reached; undefined where that
 * was never.
 *
 * @param unreached When the gateway could not be reached last, and whether it was down then.
 * @param answersSince How many answers of the service came at that moment, a whole second, or later.
 */
export function lastSeenOf(
	kinds: readonly FailureEntry[],
	unreached: {at: number; isRun: boolean} | undefined,
	answersSince: (at: number) => number,
): Record<'failures' | 'gateway' | 'down', LastSeen | undefined> {
	const latest = (isGateways: boolean): number | undefined => {
		const times = kinds
			.filter(({at, grade}) => at === 'service' && (grade === 'gateway') === isGateways)
			.map(({last}) => last);
		return times.length === 0 ? undefined : Math.max(...times);
	};
	const seen = (at: number | undefined) =>
		at === undefined
			? undefined
			: // Counted by the second: those of the same one may have come before.
				{at, answersSince: answersSince((Math.floor(at / 1000) + 1) * 1000)};
	const down = seen(unreached?.at);
	return {
		failures: seen(latest(false)),
		gateway: seen(latest(true)),
		down: down && unreached && {...down, isRun: unreached.isRun},
	};
}
