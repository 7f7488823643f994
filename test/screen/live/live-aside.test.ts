import {expect, test} from 'vitest';
import {clock} from '../../../source/screen/format.js';
import {asidePieces, fittingAside} from '../../../source/screen/live/live-aside.js';
import {snapshotOf} from './snapshot.js';

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const began = {at: noon, isSeen: false};
const plain = {isRefused: false, isForwarded: false, background: 0, isBack: false, began};
const wordsOf = (...given: Parameters<typeof asidePieces>) => fittingAside(asidePieces(...given), 200);

test('the line says at which pace, how many answers, and since when under which split', () => {
	const snapshot = snapshotOf({state: 'running', rate: 2, answered: 128, since: noon, at: noon});
	expect(wordsOf(snapshot, 0, plain)).toBe(`2 req/s · 128 answers · 90│10 since ${clock(noon)}`);
	expect(wordsOf({...snapshot, tagRate: 4}, 0, plain)).toMatch(/^6 req\/s, 4 at tags · 128 answers · /);
	expect(wordsOf({...snapshot, tagRate: 4, burstLeft: 12}, 0, plain)).toMatch(
		/^burst, 12 left, 4\/s at tags · /,
	);
	expect(wordsOf({...snapshot, state: 'paused'}, 0, plain)).toMatch(/^paused · /);
	expect(wordsOf({...snapshot, burstLeft: 12}, 0, plain)).toMatch(/^burst, 12 left · /);
	expect(wordsOf({...snapshot, settling: true}, 0, plain)).toMatch(/ · switching$/);
	expect(wordsOf({...snapshot, settling: true}, 0, {...plain, isRefused: true})).toMatch(/ · split refused$/);
	expect(wordsOf({...snapshot, settling: true}, 0, {...plain, isUnread: true})).toMatch(/ · split unread$/);
});

test('a split is of when it began, and where that is not known of when it was first seen', () => {
	const snapshot = snapshotOf({state: 'running', rate: 1, answered: 128, since: noon, at: noon + 60_000});
	const given = (at: number, isSeen: boolean) => wordsOf(snapshot, 0, {...plain, began: {at, isSeen}});
	expect(given(noon - 600_000, false)).toBe(`1 req/s · 128 answers · 90│10 since ${clock(noon - 600_000)}`);
	expect(given(noon, true)).toBe(`1 req/s · 128 answers · 90│10 seen since ${clock(noon)}`);
	expect(given(noon - 86_400_000, false)).toMatch(/ since 2026-11-25 12:00:00$/);
});

test('answers are said to be of before while the gateway gives none', () => {
	const silentSince = noon + 60_000;
	const snapshot = snapshotOf({state: 'running', rate: 1, answered: 128, since: noon, at: noon, silentSince});
	const until = `128 answers until ${clock(noon + 60_000)}`;
	expect(wordsOf(snapshot, 0, plain)).toBe(`1 req/s · ${until} · 90│10 since ${clock(noon)}`);
	// However little room there is.
	expect(fittingAside(asidePieces(snapshot, 0, plain), 10)).toContain(until);
	expect(wordsOf({...snapshot, answered: 0}, 0, plain)).toContain(' · 0 answers · ');
});

test('what else is so stands in it', () => {
	const snapshot = snapshotOf({state: 'running', rate: 1, answered: 1, notSent: 13, since: noon, at: noon});
	const words = wordsOf(snapshot, 0, {...plain, isForwarded: true, background: 2, isBack: true});
	expect(words).toBe(
		`earlier answers, G follows · 1 req/s · 1 answer · 13 skipped (busy or stopped) · 90│10 since ${clock(noon)} · via API server · 2 loops in background`,
	);
});

test('of an earlier split it says which, from when to when, and how many answers that had', () => {
	const past = {...snapshotOf({answered: 7, since: noon, at: noon}), until: noon + 60_000};
	const snapshot = snapshotOf({answered: 55, history: [past, past]});
	const when = `90│10 from ${clock(noon)} to ${clock(noon + 60_000)} · 7 answers`;
	expect(wordsOf(snapshot, 1, plain)).toBe(`the split before · ${when}`);
	expect(wordsOf(snapshot, 2, plain)).toBe(`2 splits ago · ${when}`);
});

test('where there is no room the pieces of the highest rank go first, and those without a rank never', () => {
	const pieces = [{text: 'pace'}, {text: 'answers', rank: 1}, {text: 'forward', rank: 4}];
	expect(fittingAside(pieces, 24)).toBe('pace · answers · forward');
	expect(fittingAside(pieces, 23)).toBe('pace · answers');
	expect(fittingAside(pieces, 13)).toBe('pace');
	expect(fittingAside(pieces, 1)).toBe('pace');
});
