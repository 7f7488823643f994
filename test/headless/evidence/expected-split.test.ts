import {expect, test} from 'vitest';
import {configuredShares, expectedShares} from '../../../source/headless/evidence/expected-split.js';
import type {StatusTarget} from '../../../source/knative/service/traffic-entries.js';

const target = (revision: string, percent: number, tag?: string): StatusTarget => ({
	revision,
	percent,
	tag,
	latest: false,
	url: undefined,
});
const traffic = [target('h-00001', 60, 'stable'), target('h-00002', 40), target('h-00003', 0, 'next')];

test('the split of the route has each revision once, its rows added up', () => {
	expect(configuredShares([...traffic.slice(1), target('h-00002', 60, 'also')])).toEqual([
		{revision: 'h-00002', percent: 100},
		{revision: 'h-00003', percent: 0},
	]);
});

test.each([
	['50/50/0', [50, 50, 0]],
	['50/50', [50, 50, 0]],
	['20/30/50', [20, 30, 50]],
	['99.5/0.5', [99.5, 0.5, 0]],
	['stable=90,h-00002=10', [90, 10, 0]],
	['next=100', [0, 0, 100]],
])('%s is understood', (text, percents) => {
	const expected = expectedShares(text, traffic);
	expect(expected.ok && expected.shares.map(({percent}) => percent)).toEqual(percents);
});

test.each([
	['50/40', 'the shares sum to 90, not to 100'],
	['a/b', 'give shares from 0 to 100'],
	['100', 'it has 1 shares, and the route has 3: h-00001 60 %, h-00002 40 %, h-00003 0 %'],
	['101/-1', 'give shares from 0 to 100'],
	[
		'canary=100',
		'the route has no revision or tag "canary": it has stable (h-00001), h-00002, next (h-00003)',
	],
	['stable=ten', '"stable=ten" is no NAME=SHARE'],
])('%s is refused with a sentence', (text, sentence) => {
	const expected = expectedShares(text, traffic);
	expect(expected.ok ? '' : expected.reason).toContain(sentence);
});
