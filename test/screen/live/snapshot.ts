/** What a loop has counted of two revisions of helloworld-go, 90│10. */
import {createLoop, type LoopSnapshot} from '../../../source/probe/loop/loop.js';
import type {RecordedAnswer} from '../../../source/console/state/state.js';
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
