import {describe, expect, it} from 'vitest';
import type {PodReport} from '../../../source/users/scrape/ask-pod.js';
import {createPodMemory} from '../../../source/users/scrape/pod-memory.js';

const counts: PodReport = {kind: 'counts', counts: {byStatus: new Map()}};
const rate: PodReport = {
	kind: 'rate',
	stat: {pod: 'x', concurrency: 0, requests: 1, proxiedRequests: 0, uptime: 1},
};
const closed: PodReport = {kind: 'closed'};
const failed = (sentence: string): PodReport => ({kind: 'failed', sentence});

/** A pod that is asked every two seconds for what it is to be asked for, unless it rests. */
function asked(
	answers: {counts: (second: number) => PodReport; rate: PodReport},
	{isPrometheus = true} = {},
) {
	const memory = createPodMemory();
	const log: string[] = [];
	return {
		memory,
		log,
		until(last: number) {
			for (let second = log.length * 2; second <= last; second += 2) {
				const now = second * 1000;
				if (memory.isResting(now)) {
					log.push('–');
					continue;
				}
				const askedFor = memory.isWithoutCounts(now) ? 'rate' : 'counts';
				memory.askedAt = now;
				log.push(askedFor);
				memory.record(askedFor === 'rate' ? answers.rate : answers.counts(second), {
					askedFor,
					now,
					isPrometheus,
				});
			}
			return memory.known;
		},
	};
}

describe('a pod that is to tell exact counts', () => {
	it('is asked for them again soon where nobody listened yet', () => {
		const pod = asked({counts: second => (second < 1 ? closed : counts), rate});
		expect(pod.until(2)).toEqual({tells: 'rate', failure: undefined, noCounts: undefined});
		expect(pod.until(4)).toEqual({tells: 'counts', failure: undefined, noCounts: undefined});
	});

	it('is asked for its rate where another program answers, and why is said', () => {
		const pod = asked({counts: () => failed('port 9091: it answers with HTTP 404'), rate});
		expect(pod.until(60)).toEqual({
			tells: 'rate',
			failure: undefined,
			noCounts: 'port 9091: it answers with HTTP 404',
		});
		expect(pod.log.filter(what => what === 'counts').length).toBeLessThanOrEqual(5);
		expect(pod.log.at(1)).toBe('rate');
	});

	it('is said to have nobody who listens, once that stays so', () => {
		expect(asked({counts: () => closed, rate}).until(10).noCounts).toBe('port 9091: nobody listens');
		expect(asked({counts: () => closed, rate}, {isPrometheus: false}).until(10).noCounts).toBeUndefined();
	});

	it('goes on counting after a failure, and tells its rate after a second one', () => {
		const once = asked({counts: second => (second === 2 ? failed('no answer within 5 s') : counts), rate});
		once.until(2);
		expect(once.memory.known).toMatchObject({tells: 'counts', failure: 'no answer within 5 s'});
		once.until(8);
		expect(once.memory.known.failure).toBeUndefined();
		expect(once.log).not.toContain('rate');
		const always = asked({counts: second => (second > 0 ? failed('no answer within 5 s') : counts), rate});
		always.until(8);
		expect(always.log).toEqual(['counts', 'counts', '–', 'counts', 'rate']);
		expect(always.until(20)).toEqual({tells: 'rate', failure: undefined, noCounts: 'no answer within 5 s'});
	});
});

it('says of a pod that the list goes on to have that the API server knows none', () => {
	const pod = asked({counts: () => ({kind: 'gone'}), rate});
	expect(pod.until(0).failure).toBeUndefined();
	expect(pod.until(20).failure).toBe('the API server says that there is no such pod (404)');
});

it('asks a pod that tells nothing more and more seldom, and goes on saying why', () => {
	const pod = asked({counts: () => failed('port 9091: no'), rate: failed('port 9090: no')});
	pod.until(600);
	expect(pod.memory.known.failure).toBe('port 9090: no');
	expect(pod.log.slice(0, 3)).toEqual(['counts', 'rate', '–']);
	expect(pod.log.slice(-200).filter(what => what !== '–').length).toBeLessThanOrEqual(16);
});
