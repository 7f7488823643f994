/** What is said of how a canary did, and when a review warns of it. */
import {describe, expect, it} from 'vitest';
import {
	verdictSentence,
	verdictWarnings,
	type CanaryVerdict,
} from '../../../source/release/verdict/canary-verdict.js';
import type {TrafficAction} from '../../../source/release/plan.js';
import {latestKey, type Split} from '../../../source/knative/split/split.js';
import {one, two} from '../parts/made.js';

const worse: CanaryVerdict = {
	canary: {revision: two, asked: 81, failed: 18, p50: 120.4},
	stable: {revision: one, asked: 81, failed: 0, p50: 79.6},
	pairs: 81,
	errors: 'worse',
	latency: 'not slower',
	isProven: true,
};
const counts = `${two} failed 18 of 81 (22 %), ${one} 0 of 81`;

describe('the sentence of a verdict', () => {
	it.each<[string, Partial<CanaryVerdict>, string]>([
		['a canary that is worse', {}, `WORSE: ${counts}.`],
		['one that may be', {errors: 'suspicious'}, `Possibly worse: ${counts}.`],
		['one that is slower too', {latency: 'slower'}, `WORSE: ${counts}. SLOWER: p50 120 ms against 80 ms.`],
		['one that may be slower, which is not said', {latency: 'suspicious'}, `WORSE: ${counts}.`],
		['no pair at all', {pairs: 0}, `${two} was not compared with ${one}.`],
		['too few', {errors: 'not worse'}, `Too few requests to tell: ${counts}.`],
		[
			'one that nothing proves to have been asked',
			{errors: 'not worse', isProven: false, bound: 1},
			`Not worse so far, if it was asked: the tags' answers do not differ: ${counts}.`,
		],
		[
			'one beside what fails whenever it is asked',
			{
				errors: 'not worse',
				isProven: false,
				bound: 1,
				canary: {revision: two, asked: 22, failed: 0},
				stable: {revision: one, asked: 22, failed: 22},
			},
			`Not worse so far, if it was asked: ${one} has only failed: ${two} failed 0 of 22, ${one} 22 of 22.`,
		],
		['a bound that bounds nothing', {errors: 'not worse', bound: 1}, `Too few requests to tell: ${counts}.`],
		['a bound', {errors: 'not worse', bound: 0.999}, `Not worse so far: ${counts} (true rate < 99.9 %).`],
		[
			'no failures, without a share of them',
			{errors: 'not worse', bound: 0.0123, canary: {revision: two, asked: 300, failed: 0}},
			`Not worse so far: ${two} failed 0 of 300, ${one} 0 of 81 (true rate < 1.2 %).`,
		],
		[
			'a single request that failed',
			{canary: {revision: two, asked: 1, failed: 1}},
			`WORSE: ${two} failed 1 of 1 (100 %), ${one} 0 of 81.`,
		],
	])('of %s', (_, changed, sentence) => {
		expect(verdictSentence({...worse, ...changed})).toBe(sentence);
	});

	it.each<[string, Partial<CanaryVerdict>]>([
		['canary', {canary: {...worse.canary, p50: undefined}}],
		['stable revision', {stable: {...worse.stable, p50: undefined}}],
	])('names no latencies where that of the %s is not known', (_, changed) => {
		const slower = {...worse, ...changed, latency: 'slower' as const};
		expect(verdictSentence(slower)).toBe(`WORSE: ${counts}. SLOWER.`);
	});
});

const row = (revision: string, percent: number, key = revision) => ({
	key,
	revision,
	latest: key === latestKey,
	percent,
	tags: [],
	locked: false,
});

const share = (revision: string, percent: number) => ({revision, percent, tags: [], latest: false});

/** From 90:10. */
function warned(
	after: Split,
	{
		action = 'split',
		verdict = worse,
		before = [share(one, 90), share(two, 10)],
	}: {action?: TrafficAction; verdict?: CanaryVerdict | undefined; before?: ReturnType<typeof share>[]} = {},
) {
	return verdictWarnings(verdict, {action, before, after});
}

const everything = [row(one, 0), row(two, 100)];

describe('a review warns of a canary that is worse', () => {
	it('as of any other thing, where it gets more', () => {
		const sentence = `WORSE: ${counts}.`;
		expect(warned([row(one, 89), row(two, 11)])).toEqual([{kind: 'other', revision: two, sentence}]);
	});

	it('so that it has to be meant, where it gets all, or is brought back', () => {
		expect(warned(everything, {action: 'promote'})).toMatchObject([{kind: 'worse', revision: two}]);
		expect(warned([row(one, 50), row(two, 50)], {action: 'undo'})).toMatchObject([{kind: 'worse'}]);
		expect(warned(everything, {action: 'split'})).toMatchObject([{kind: 'worse'}]);
		expect(warned([row(one, 1), row(two, 99)], {action: 'split'})).toMatchObject([{kind: 'other'}]);
	});

	it('not where it gets no more than it had', () => {
		expect(warned([row(one, 90), row(two, 10)])).toEqual([]);
		expect(warned([row(one, 100), row(two, 0)])).toEqual([]);
		expect(warned([row(one, 100)])).toEqual([]);
	});

	it('by all that it gets, be it by following the latest', () => {
		const after = [row(one, 85), row(two, 8), row(two, 7, latestKey)];
		expect(warned(after)).toHaveLength(1);
		expect(warned([row(one, 90), row(two, 5), row(two, 5, latestKey)])).toEqual([]);
	});

	it('where it was not in the split at all, from the first percent on', () => {
		const before = [share(one, 100)];
		expect(warned([row(one, 99), row(two, 1)], {before})).toHaveLength(1);
		expect(warned([row(one, 100)], {before})).toEqual([]);
	});

	it('that is slower alone, which has to be meant as well, and says that first', () => {
		const verdict: CanaryVerdict = {...worse, errors: 'not worse', bound: 0.05, latency: 'slower'};
		const sentence = expect.stringMatching(/^SLOWER: p50 120 ms against 80 ms\. Not worse so far: /);
		expect(warned(everything, {action: 'promote', verdict})).toMatchObject([{kind: 'slower', sentence}]);
		expect(warned([row(one, 50), row(two, 50)], {verdict})).toMatchObject([{kind: 'other', sentence}]);
	});

	it('by one word where it is worse and slower', () => {
		const verdict: CanaryVerdict = {...worse, latency: 'slower'};
		expect(warned(everything, {action: 'promote', verdict})).toMatchObject([{kind: 'worse'}]);
	});

	it.each<[string, CanaryVerdict | undefined]>([
		['is not worse', {...worse, errors: 'not worse'}],
		['may be worse', {...worse, errors: 'suspicious', latency: 'suspicious'}],
	])('and not of one that %s', (_, verdict) => {
		expect(warned(everything, {action: 'promote', verdict})).toEqual([]);
	});

	it('and not where nothing was compared', () => {
		const sides = {action: 'promote', before: [share(one, 100)], after: everything} as const;
		expect(verdictWarnings(undefined, sides)).toEqual([]);
	});
});
