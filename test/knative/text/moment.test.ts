/** A moment as an operator reads it in a sentence, in the time zone of the process. */
import {describe, expect, it} from 'vitest';
import {moment, momentBy} from '../../../source/knative/text/moment.js';

const at = new Date(2026, 2, 4, 3, 5).getTime();
const hours = 3_600_000;

describe('a moment', () => {
	it('is the clock, within the half day before and after it', () => {
		expect(moment(at, at)).toBe('03:05');
		expect(moment(at, at + 12 * hours - 1)).toBe('03:05');
		expect(moment(at, at - 12 * hours + 1)).toBe('03:05');
	});

	it('has its day from then on, or where it is not known what time it is', () => {
		for (const now of [undefined, at + 12 * hours, at - 12 * hours, at + 48 * hours]) {
			expect(moment(at, now)).toBe('2026-03-04 03:05');
		}
		const evening = new Date(2026, 11, 31, 23, 59).getTime();
		expect(moment(evening)).toBe('2026-12-31 23:59');
	});
});

describe('when, and by whom', () => {
	it.each([
		[{at, by: 'ann'}, ' at 03:05 by ann'],
		[{at, by: ''}, ' at 03:05'],
		[{at: undefined, by: 'ann'}, ' by ann'],
		[{at: undefined, by: ''}, ''],
		[{at: 0, by: ''}, ` at ${moment(0, at)}`],
	])('is told as far as it is known: %j', (what, words) => {
		expect(momentBy(what, at)).toBe(words);
	});
});
