/** Shares as they are typed, where the newest revision is not ready: what it is tagged stays its own. */
import {describe, expect, it} from 'vitest';
import {sharesMeant} from '../../../source/knative/release/shares-meant.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {condition, revisionName, revisionView, serviceView} from '../objects.js';

const [one, two] = [revisionName(1), revisionName(2)];
const pinned: TrafficTarget = {revisionName: one, percent: 100, tag: 'stable'};

/** The second revision was made, and is not ready. */
function meant(traffic: TrafficTarget[], words: string): string {
	const service = serviceView({traffic, ready: 1, created: 2});
	const revisions = [revisionView(2, [condition('Ready', 'Unknown', 'Deploying', '')]), revisionView(1)];
	const result = sharesMeant(words.split(' '), {service, revisions, changes: []});
	if (!result.ok) return result.reason;
	return result.split
		.map(({key, percent, tags}) => `${key}=${percent}${tags.map(tag => `#${tag}`).join('')}`)
		.join(' ')
		.replaceAll(one, '1')
		.replaceAll(two, '2');
}

describe('while the newest revision is not ready', () => {
	const tried: TrafficTarget[] = [pinned, {latestRevision: true, percent: 0, tag: 'canary'}];

	it.each([
		['1=90 2=10', '1=90#stable 2=10#canary'],
		['@stable=90 @canary=10', '1=90#stable 2=10#canary'],
		['1=90 @latest=10', '1=90#stable @latest=10#canary'],
		['stable=90 canary=10', '1=90#stable @latest=10#canary'],
		['1=100', '1=100#stable @latest=0#canary'],
	])('of a canary that is the latest %s is %s', (words, split) => {
		expect(meant(tried, words)).toBe(split);
	});

	it.each([
		['1=90 2=10', '1=90#blue 2=10#canary'],
		['1=100', '1=100#blue @latest=0#canary'],
	])('of a canary that has traffic by following the latest %s is %s', (words, split) => {
		const following: TrafficTarget[] = [
			{latestRevision: true, percent: 100, tag: 'canary'},
			{latestRevision: true, percent: 0, tag: 'blue'},
		];
		expect(meant(following, words)).toBe(split);
	});

	it('what follows the latest and is no canary is pinned when it is named by its name', () => {
		const following: TrafficTarget[] = [{latestRevision: true, percent: 100, tag: 'stable'}];
		expect(meant(following, '1=100')).toBe('1=100#stable');
		expect(meant(following, '1=90 2=10')).toBe('1=90#stable 2=10');
	});
});
