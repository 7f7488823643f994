/** What a loop has counted of two revisions of helloworld-go, 90│10. */
import {createLoop, type LoopSnapshot} from '../../../source/probe/loop/loop.js';
import type {RecordedAnswer} from '../../../source/console/state/state.js';
import type {Comparison} from '../../../source/probe/pairs/comparison.js';
import {errorVerdict} from '../../../source/stats/error-verdict.js';
import {failureBound} from '../../../source/stats/failure-bound.js';
import {latencyVerdict} from '../../../source/stats/latency-verdict.js';
import {answering} from '../../probe/answers.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {targetAt} from '../../probe/servers.js';
import {one, two} from '../parts/state.js';

export const rowOf = (revision: string, n: number, percent: number): LoopSnapshot['rows'][number] => ({
	key: `revision ${revision}`,
	fingerprint: 'Hello World!',
	otherFingerprints: 0,
	code: undefined,
	text: `Hello from ${revision}`,
	why: undefined,
	lately: n,
	revision,
	learned: 'tag',
	attribution: 'revision',
	candidates: [revision],
	configuredPercent: percent,
	n,
	errors: 0,
	observedShare: percent / 100,
	interval: {low: 0, high: 1},
	recent: [10],
	sample: 'Hello',
	p50: 12,
	p95: 31,
	p99: undefined,
});

/** Answers that may be those of a revision that was never heard on its own. */
export const unheardRow = (candidates: string[], n: number): LoopSnapshot['rows'][number] => ({
	...rowOf('', n, 0),
	key: 'unheard',
	why: 'unheard',
	revision: undefined,
	attribution: 'one of',
	candidates,
	configuredPercent: undefined,
});

/** An answer that is a success, unless the test says otherwise. */
export const answerOf = (said: string, part: Partial<RecordedAnswer> = {}): RecordedAnswer => ({
	...answering(said),
	grade: 'success',
	settling: false,
	at: Date.now(),
	order: 1,
	...part,
});

export function snapshotOf(part: Partial<LoopSnapshot> = {}): LoopSnapshot {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	return {
		...loop.snapshot(),
		weights: [
			{revision: one, percent: 90},
			{revision: two, percent: 10},
		],
		...part,
	};
}

/** As pairs are after some requests of which the newer revision failed some. */
export function comparisonOf(old: string, fresh: string, {failed}: {failed: number}): Comparison {
	const side = {asked: 40, p50: 12, p95: 20, p99: 30, cold: 0, coldP50: undefined, undecided: 0};
	return {
		old: {...side, revision: old, failed: 0, lastFailure: undefined},
		fresh: {...side, revision: fresh, failed, lastFailure: undefined},
		since: 0,
		pairs: 40,
		compared: 40,
		bad: 0,
		notSent: 0,
		withoutGateway: 0,
		gatewaySaid: undefined,
		alikeFailures: {count: 0, text: '', isLast: false},
		errors: errorVerdict({asked: 40, failed}, {asked: 40, failed: 0}),
		latency: latencyVerdict(40, 0),
		worse: undefined,
		slower: undefined,
		isProven: true,
		bound: failureBound(failed, 40),
		boundMore: undefined,
		boundWait: undefined,
	};
}
