import {expect, test} from 'vitest';
import {changeSentence} from '../../../source/release/verdict/change-sentence.js';

const at = new Date(2026, 10, 26, 12, 5, 41).getTime();
const kinds = (counts: Readonly<Record<string, number>>) => new Map(Object.entries(counts));
const told = (before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) =>
	changeSentence({at, before: kinds(before), after: kinds(after), logE: 9});

test('where one alone answers since, that is said', () => {
	expect(told({'revision a': 9, 'revision b': 1}, {'revision b': 5})).toBe(
		"since 12:05:41 all answers are b's",
	);
	const change = {at, before: kinds({'revision a': 9}), after: kinds({'revision b': 5}), logE: 9};
	expect(changeSentence(change, name => `canary ${name}`)).toContain("all answers are canary b's");
});

test('the three most frequent are told before and since, the most frequent first', () => {
	expect(
		told(
			{'revision a': 90, 'revision b': 10},
			{'revision a': 20, 'code 500': 60, 'revision b': 5, other: 15},
		),
	).toBe('since 12:05:41 500 60 %, a 20 %, unknown 15 %, before a 90 %, b 10 %');
});
