import {expect, test} from 'vitest';
import {truncate} from '../../../source/knative/text/truncate.js';

test.each([
	['short', 'ab', 2, 'ab'],
	['ASCII', 'abc', 2, 'ab'],
	['a pair of surrogates', 'a🦊b', 2, 'a'],
	['an emoji of several', 'ab👩‍💻c', 5, 'ab'],
	['a flag', 'ab🇩🇪c', 4, 'ab'],
	['a letter with its mark', 'abe\u0301c', 3, 'ab'],
	['what ends where the cut is', 'a👩‍💻bc', 6, 'a👩‍💻'],
])('a text is cut before what a reader takes for one character: %s', (_, text, length, kept) => {
	expect(truncate(text, length)).toBe(kept);
});

test('far into a text it is cut as near its beginning', () => {
	const before = 'ä'.repeat(2000);
	expect(truncate(`${before}👩‍💻c`, 2003)).toBe(before);
});

test('a character without end is cut all the same, and never within a pair', () => {
	const endless = `a${'\u0301'.repeat(500)}`;
	expect(truncate(endless, 300)).toHaveLength(300);
	const people = truncate(`x${'👩‍'.repeat(200)}`, 300);
	expect(people.isWellFormed()).toBe(true);
	expect(people.length).toBeGreaterThan(200);
});
