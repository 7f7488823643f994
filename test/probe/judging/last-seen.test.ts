import {describe, expect, it} from 'vitest';
import type {FailureEntry} from '../../../source/probe/counting/failure-log.js';
import {createFailureLog} from '../../../source/probe/counting/failure-log.js';
import {lastSeenOf} from '../../../source/probe/judging/last-seen.js';

function entries(...seen: readonly Pick<FailureEntry, 'at' | 'grade' | 'last' | 'code'>[]) {
	const log = createFailureLog();
	for (const {at, grade, last, code} of seen) {
		log.record({at, grade, when: last, code, revisions: [], latency: 1, text: '', isFromUpstream: false});
	}
	return log.entries({worksElsewhere: false});
}

describe('when users got something last', () => {
	it('is told of failures and of the gateway apart, and not of what was asked at tags', () => {
		const kinds = entries(
			{at: 'service', grade: 'failure', last: 1000, code: '500'},
			{at: 'service', grade: 'failure', last: 3500, code: '502'},
			{at: 'service', grade: 'gateway', last: 2000, code: '503'},
			{at: 'tag', grade: 'failure', last: 9000, code: '500'},
		);
		expect(lastSeenOf(kinds, undefined, () => 7)).toEqual({
			failures: {at: 3500, answersSince: 7},
			gateway: {at: 2000, answersSince: 7},
			down: undefined,
		});
	});

	it('counts what came since from the next whole second on', () => {
		const asked: number[] = [];
		lastSeenOf([], {at: 3000, isRun: false}, at => {
			asked.push(at);
			return 0;
		});
		lastSeenOf([], {at: 3999, isRun: false}, at => {
			asked.push(at);
			return 0;
		});
		expect(asked).toEqual([4000, 4000]);
	});

	it('is undefined where it was never', () => {
		expect(lastSeenOf([], undefined, () => 1)).toEqual({
			failures: undefined,
			gateway: undefined,
			down: undefined,
		});
	});
});
