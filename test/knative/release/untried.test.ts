/** All of the traffic for what is not being tried: what is warned of, and what is a way back. */
import {describe, expect, it} from 'vitest';
import {untriedWarning} from '../../../source/knative/release/untried.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {formatRejection} from '../../../source/knative/release/evidence/rejection.js';
import type {Split} from '../../../source/knative/split/split.js';
import {revisionName, revisionView, serviceView} from '../objects.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
const all = [revisionView(3), revisionView(2), revisionView(1)];

const to = (key: string, latest = false): Split => [
	{key: latest ? '@latest' : key, revision: key, latest, percent: 100, tags: [], locked: false},
];

function warned(traffic: TrafficTarget[], after: Split, revisions = all) {
	const service = serviceView({traffic, ready: 3});
	return untriedWarning({service, revisions, changes: []}, after)?.sentence;
}

describe('beside a canary', () => {
	const tried: TrafficTarget[] = [
		{revisionName: one, percent: 90, tag: 'stable'},
		{revisionName: two, percent: 10, tag: 'canary'},
	];

	it('goes without a word to the canary, and back', () => {
		expect(warned(tried, to(two))).toBeUndefined();
		expect(warned(tried, to(one))).toBeUndefined();
	});

	it('is warned of for another one, be it as the latest', () => {
		const sentence = `${three} was in no split that is known to have given it traffic: the canary is ${two} (10 %).`;
		expect(warned(tried, to(three))).toBe(sentence);
		expect(warned(tried, to(three, true))).toBe(sentence);
	});

	it('counts the two rows of one revision together, and nothing below 100 %', () => {
		const halves = [
			{...to(three)[0]!, percent: 50},
			{...to(three, true)[0]!, percent: 50},
		];
		expect(warned(tried, halves)).toMatch(/^[^ ]*-00003 was in no split/);
		expect(
			warned(tried, [
				{...to(three)[0]!, percent: 99},
				{...to(one)[0]!, percent: 1},
			]),
		).toBeUndefined();
	});
});

describe('where one has everything', () => {
	it('is warned of for a newer one, and free for an older one', () => {
		const whole: TrafficTarget[] = [{revisionName: two, percent: 100}];
		expect(warned(whole, to(three))).toBe(
			`${three} was in no split that is known to have given it traffic: users have ${two}.`,
		);
		expect(warned(whole, to(one))).toBeUndefined();
		expect(warned(whole, to(two))).toBeUndefined();
	});

	it('is of that one, whatever tag has stayed on it', () => {
		const stayed: TrafficTarget[] = [
			{revisionName: one, percent: 0, tag: 'stable'},
			{revisionName: two, percent: 100, tag: 'canary'},
		];
		expect(warned(stayed, to(three))).toMatch(new RegExp(`users have ${two}\\.$`));
	});
});

it('is not what is said of a revision that was rejected, of which that is said', () => {
	const [newest, ...others] = all;
	const rejected = formatRejection({by: 'bob', at: undefined, why: ''});
	const revisions = [...(newest ? [{...newest, rejected}] : []), ...others];
	expect(warned([{revisionName: two, percent: 100}], to(three), revisions)).toBeUndefined();
});

it('is said of nothing while nobody has anything', () => {
	const service = {
		...serviceView({traffic: [{latestRevision: true, percent: 100}]}),
		latestReady: undefined,
	};
	expect(untriedWarning({service, revisions: all, changes: []}, to(three))).toBeUndefined();
});
