/** All of the traffic for what is not being tried: what is warned of, and what is a way back. */
import {describe, expect, it} from 'vitest';
import {untriedOnWayBack, untriedWarning} from '../../../source/knative/release/untried.js';
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

/** The second is ready, and the third is not yet. */
const waitingFor = (traffic: TrafficTarget[]) => {
	const made = serviceView({traffic, ready: 2});
	return {service: {...made, latestCreated: three}, revisions: all, changes: []};
};

describe('following the latest with everything', () => {
	const tried: TrafficTarget[] = [
		{revisionName: one, percent: 90, tag: 'stable'},
		{latestRevision: true, percent: 10, tag: 'canary'},
	];

	it('is warned of for the next one, which gets it as soon as it is ready', () => {
		expect(untriedWarning(waitingFor(tried), to(two, true))).toEqual({
			kind: 'untried',
			revision: three,
			sentence: `${three} gets all of the traffic as soon as it is ready: nobody will have tried it.`,
		});
		expect(untriedWarning(waitingFor(tried), to(two))).toBeUndefined();
	});

	it('is nothing new where it did so before, or where nothing is waited for', () => {
		expect(untriedWarning(waitingFor([{latestRevision: true, percent: 100}]), to(two, true))).toBeUndefined();
		const {service, ...others} = waitingFor(tried);
		const made = {...others, service: {...service, latestCreated: two}};
		expect(untriedWarning(made, to(two, true))).toBeUndefined();
	});
});

describe('a way back', () => {
	it('is none to what is newer than what users had and has no traffic', () => {
		const traffic: TrafficTarget[] = [
			{revisionName: one, percent: 90, tag: 'stable'},
			{revisionName: three, percent: 10, tag: 'canary'},
		];
		const facts = {service: serviceView({traffic, ready: 3}), revisions: all, changes: []};
		expect(untriedOnWayBack(facts, to(two))).toMatchObject({kind: 'untried', revision: two});
		expect(untriedOnWayBack(facts, to(one))).toBeUndefined();
		const having = [...traffic.map(row => ({...row, percent: 40})), {revisionName: two, percent: 20}];
		const service = serviceView({traffic: having, ready: 3});
		expect(untriedOnWayBack({...facts, service}, to(two))).toBeUndefined();
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
