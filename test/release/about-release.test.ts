/** What a review says of the release that it is about. */
import {describe, expect, it, test} from 'vitest';
import {aboutRelease} from '../../source/release/about-release.js';
import {releaseOf, type ReleaseFacts} from '../../source/knative/release/release.js';
import {verdictSentence, type CanaryVerdict} from '../../source/release/verdict/canary-verdict.js';
import {exactMoment} from '../../source/knative/text/moment.js';
import {now, one, revisionMade, serviceMade, three, tried, two, whole, worseCanary} from './parts/made.js';

const factsOf = (
	service = serviceMade({traffic: tried, ready: 2}),
	...revisions: ReturnType<typeof revisionMade>[]
) => ({
	service,
	revisions,
	changes: [],
});

const fresh = revisionMade(2, {image: 'registry.example.com/app:2'});
const old = revisionMade(1, {image: 'registry.example.com/app:1'});

/** The lines with this label, and those that belong to it. */
function linesOf(facts: ReleaseFacts, label: string, to?: string): string[] {
	const lines = aboutRelease(facts, to);
	const first = lines.findIndex(line => line.label === label);
	if (first === -1) return [];
	const next = lines.findIndex((line, index) => index > first && line.label !== '');
	return lines.slice(first, next === -1 ? undefined : next).map(({value}) => value);
}

describe('of a release', () => {
	it('is told who is canary and who stable, and why, who set the split, and what differs, in this order', () => {
		expect(aboutRelease({...factsOf(undefined, fresh, old), now})).toEqual([
			{label: 'Canary', value: `${two} 10 %: tagged canary`},
			{label: 'Stable', value: `${one} 90 %: tagged stable, and has traffic`},
			{label: 'Split set', value: 'by bob'},
			{label: 'Differs', value: 'image registry.example.com/app:1 → registry.example.com/app:2'},
		]);
	});

	it('is told since when, where that is noted', () => {
		const service = serviceMade({traffic: tried, ready: 2, note: {since: now - 60_000, by: 'ann'}});
		const since = `at ${exactMoment(now - 60_000, now)} by ann`;
		expect(linesOf({...factsOf(service), now} as ReleaseFacts, 'Split set')).toEqual([since]);
	});

	it('is told since when it was written, where the note has only when that was planned', () => {
		const service = serviceMade({traffic: tried, ready: 2, note: {since: now - 600_000, by: 'ann'}});
		const later = {...service, trafficWrittenAt: now - 21_000};
		const since = `at ${exactMoment(now - 21_000, now)} by ann`;
		expect(linesOf({...factsOf(later), now} as ReleaseFacts, 'Split set')).toEqual([since]);
		// As `kn-canary status` has it.
		expect(releaseOf(factsOf(later))).toMatchObject({since: now - 21_000, by: 'ann'});
	});

	it('nothing is said of who set the split where nobody knows', () => {
		const service = serviceMade({
			traffic: tried,
			ready: 2,
			edit: object => delete object.metadata.annotations,
		});
		expect(aboutRelease(factsOf(service)).map(({label}) => label)).toEqual(['Canary', 'Stable']);
	});

	it('how the canary did comes before who set the split', () => {
		const verdict = worseCanary;
		const lines = aboutRelease({...factsOf(), verdict});
		expect(lines.map(({label}) => label)).toEqual(['Canary', 'Stable', 'Verdict', 'Split set']);
		expect(lines[2]).toEqual({label: 'Verdict', value: verdictSentence(verdict), isBad: true});
		// It is read while requests go on.
		const [dated] = linesOf({...factsOf(), verdict, now} as ReleaseFacts, 'Verdict');
		expect(dated).toBe(`At ${exactMoment(now, now)}: ${verdictSentence(verdict)}`);
	});
});

describe('where it cannot be told', () => {
	it('who is the canary, that is said', () => {
		const traffic = [
			{revisionName: one, percent: 60},
			{revisionName: 'by-hand', percent: 40},
		];
		expect(linesOf(factsOf(serviceMade({traffic})), 'Canary?')).toEqual([
			'Which revision is the canary cannot be told: none is tagged canary, and which is the newest is not known.',
		]);
	});

	it('what users had, that is said, and the canary is told from another one that has traffic', () => {
		const traffic = [
			{revisionName: one, percent: 45},
			{revisionName: two, percent: 45},
			{revisionName: three, percent: 10, tag: 'canary'},
		];
		const facts = factsOf(serviceMade({traffic, ready: 3}), revisionMade(3, {image: 'app:3'}), fresh, old);
		expect(linesOf(facts, 'Stable?')).toEqual([
			`Which revision users had cannot be told: ${one} and ${two} have 45 % each.`,
		]);
		expect(linesOf(facts, 'Differs')).toEqual(['image registry.example.com/app:1 → app:3']);
		const above = {...facts, service: serviceMade({traffic: traffic.toReversed(), ready: 3})};
		expect(linesOf(above, 'Differs')).toEqual(['image registry.example.com/app:2 → app:3']);
	});
});

/** So many settings of the autoscaler. */
const settings = (count: number) =>
	Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].slice(0, count).map(key => [key, '1']));

const differing = (count: number) =>
	linesOf(factsOf(undefined, revisionMade(2, {autoscaling: settings(count)}), revisionMade(1)), 'Differs');

describe('what differs', () => {
	it('is said in at most six lines, and the rest is counted', () => {
		expect(differing(6)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map(key => `${key} not set → 1`));
		expect(differing(7)).toEqual([
			...['a', 'b', 'c', 'd', 'e', 'f'].map(key => `${key} not set → 1`),
			'and 1 more',
		]);
	});

	it('is labelled once', () => {
		const lines = aboutRelease(
			factsOf(undefined, revisionMade(2, {autoscaling: settings(7)}), revisionMade(1)),
		);
		expect(lines.slice(-7).map(({label}) => label)).toEqual(['Differs', '', '', '', '', '', '']);
	});

	it('is nothing, where nothing does that is shown', () => {
		expect(differing(0)).toEqual(['in nothing that is shown here']);
	});

	it.each<[string, ReturnType<typeof revisionMade>[]]>([
		['canary', [old]],
		['stable revision', [fresh]],
	])('is not said while the %s is not known', (_, known) => {
		expect(linesOf(factsOf(undefined, ...known), 'Differs')).toEqual([]);
	});

	it('nothing is said of it while the revisions are not known', () => {
		expect(linesOf({...factsOf(), revisions: undefined}, 'Differs')).toEqual([]);
	});
});

describe('where nothing is being tried', () => {
	const facts = factsOf(serviceMade({traffic: whole(two), ready: 2}), fresh, old);

	it('what differs is told from what has everything to what is to have it, as the way back is read', () => {
		expect(linesOf(facts, 'Differs', one)).toEqual([
			'image registry.example.com/app:1 → registry.example.com/app:2',
		]);
	});

	it('nothing differs from itself', () => {
		expect(linesOf(facts, 'Differs', two)).toEqual([]);
		expect(linesOf(facts, 'Differs')).toEqual([]);
	});
});

describe('where another revision than the canary is to have everything', () => {
	const third = revisionMade(3, {image: 'app:3'});
	const verdict: CanaryVerdict = {
		canary: {revision: two, asked: 50, failed: 0},
		stable: {revision: one, asked: 50, failed: 0},
		pairs: 50,
		errors: 'not worse',
		latency: 'not slower',
		isProven: true,
	};

	it('what differs is told of that one, and nothing of how the canary did', () => {
		const release = {...factsOf(undefined, third, fresh, old), verdict};
		expect(linesOf(release, 'Differs', three)).toEqual(['image registry.example.com/app:1 → app:3']);
		expect(linesOf(release, 'Verdict', three)).toEqual([]);
		expect(linesOf(release, 'Verdict', two)).toEqual([verdictSentence(verdict)]);
	});

	it('and is older than what users have, what differs is read as the way back', () => {
		const traffic = [
			{revisionName: two, percent: 90, tag: 'stable'},
			{revisionName: three, percent: 10, tag: 'canary'},
		];
		const release = factsOf(serviceMade({traffic, ready: 3}), third, fresh, old);
		expect(linesOf(release, 'Differs', one)).toEqual([
			'image registry.example.com/app:1 → registry.example.com/app:2',
		]);
	});

	it('and nothing is being tried, what differs is told from what has everything', () => {
		const forward = factsOf(serviceMade({traffic: whole(one), ready: 2}), fresh, old);
		expect(linesOf(forward, 'Differs', two)).toEqual([
			'image registry.example.com/app:1 → registry.example.com/app:2',
		]);
	});
});

test('of a canary beside what has everything, what differs is told from that', () => {
	const traffic = [
		{revisionName: one, percent: 100, tag: 'stable'},
		{revisionName: two, percent: 0, tag: 'canary'},
	];
	const facts = factsOf(serviceMade({traffic, ready: 2}), fresh, old);
	expect(linesOf(facts, 'Differs', two)).toEqual([
		'image registry.example.com/app:1 → registry.example.com/app:2',
	]);
});
