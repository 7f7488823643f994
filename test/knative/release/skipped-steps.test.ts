/** Which steps of a release a change leaves out. */
import {expect, it, test} from 'vitest';
import {splitOf, type Split} from '../../../source/knative/split/split.js';
import {toldAbout} from '../../../source/release/plan.js';
import {skippedSteps} from '../../../source/knative/release/skipped-steps.js';
import {exactMoment} from '../../../source/knative/text/moment.js';
import {now, one, serviceMade, three, two} from '../../release/parts/made.js';

const at = (percent: number, note?: {since: number; by: string}) => ({
	service: serviceMade({
		traffic: [
			{revisionName: one, percent: 100 - percent, tag: 'stable'},
			{revisionName: two, percent, tag: 'canary'},
		],
		ready: 2,
		...(note && {note}),
	}),
	revisions: undefined,
	changes: [],
});

const to = (split: Split, percent: number): Split =>
	split.map(row => ({...row, percent: row.revision === two ? percent : 100 - percent}));

test.each([
	[10, 100, '25 % and 50 % (10 % so far)'],
	[0, 100, '5 %, 10 %, 25 % and 50 % (0 % so far)'],
	[10, 50, '25 % (10 % so far)'],
	[10, 25, undefined],
	[25, 50, undefined],
	[50, 100, undefined],
	[50, 10, undefined],
	[100, 0, undefined],
])('from %i % to %i %: %s', (from, wanted, words) => {
	const facts = at(from);
	expect(skippedSteps(facts, to(splitOf(facts.service), wanted))).toBe(words);
});

it('says since when the canary has had what it has, where that is known', () => {
	const facts = {...at(10, {since: now - 252_000, by: 'ann'}), now};
	expect(skippedSteps(facts, to(splitOf(facts.service), 100))).toBe(
		`25 % and 50 % (10 % since ${exactMoment(now - 252_000, now)})`,
	);
});

it('is of what gets the traffic, where that is another one than the canary', () => {
	const facts = {...at(10, {since: now - 252_000, by: 'ann'}), now};
	const [row] = splitOf(facts.service);
	if (!row) throw new Error('no row');
	expect(skippedSteps(facts, [{...row, key: three, revision: three, percent: 100, tags: []}])).toBe(
		`5 %, 10 %, 25 % and 50 % (${three} 0 % so far)`,
	);
});

it('stands before what differs, or last', () => {
	const differs = {label: 'Differs', value: 'image'};
	const set = {label: 'Split set', value: 'by bob'};
	const skips = {label: 'Skips', value: '25 %'};
	expect(toldAbout({about: [set, differs], skipped: '25 %'})).toEqual([set, skips, differs]);
	expect(toldAbout({about: [set], skipped: '25 %'})).toEqual([set, skips]);
	expect(toldAbout({about: [set, differs]})).toEqual([set, differs]);
});
