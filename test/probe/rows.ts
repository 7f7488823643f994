import type {Row} from '../../source/probe/counting/loop-report.js';

/** A row of a report, of answers that one revision is known to give unless something else is said. */
export const rowOf = (part: Partial<Row> = {}): Row => ({
	key: 'revision h-00001',
	fingerprint: undefined,
	otherFingerprints: 0,
	code: undefined,
	text: '',
	revision: 'h-00001',
	learned: 'tag',
	attribution: 'revision',
	why: undefined,
	candidates: ['h-00001'],
	configuredPercent: 100,
	n: 0,
	errors: 0,
	observedShare: 1,
	interval: {low: 0, high: 1},
	lately: 0,
	recent: [],
	sample: '',
	p50: undefined,
	p95: undefined,
	p99: undefined,
	...part,
});
