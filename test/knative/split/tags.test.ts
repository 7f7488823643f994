import * as fc from '../../support/property.js';
import {applyPatch} from 'rfc6902';
import {describe, expect, it} from 'vitest';
import {trafficOperation} from '../../../source/knative/objects/patch.js';
import {even, splitOf, toTargets} from '../../../source/knative/split/split.js';
import {retag, splitTags, tagsOf, tagsRule} from '../../../source/knative/split/tags.js';
import {knativeService, revisionName, serviceView} from '../objects.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
const service = serviceView({
	traffic: [
		{revisionName: one, percent: 90, tag: 'stable'},
		{latestRevision: true, percent: 10, tag: 'canary'},
	],
	ready: 2,
});
const targets = (revision: string, ...tags: string[]) => toTargets(retag(service, revision, tags).split);

describe('the tags of a revision', () => {
	it('are read from its own row and from the one that follows the latest and means it', () => {
		expect(tagsOf(service, one)).toEqual(['stable']);
		expect(tagsOf(service, two)).toEqual(['canary']);
		expect(tagsOf(service, three)).toEqual([]);
	});

	it('stay where they are when they are to stay', () => {
		expect(retag(service, two, ['canary'])).toEqual({split: splitOf(service), notes: []});
	});

	it('go when they are not named any more, and no share moves', () => {
		expect(targets(two)).toEqual([
			{revisionName: one, percent: 90, tag: 'stable'},
			{latestRevision: true, percent: 10},
		]);
	});

	it('come on a pinned row at 0 %, not on the row that will follow the next revision', () => {
		const {split, notes} = retag(service, two, ['canary', 'next']);
		expect(toTargets(split)).toEqual([
			{revisionName: one, percent: 90, tag: 'stable'},
			{latestRevision: true, percent: 10, tag: 'canary'},
			{revisionName: two, percent: 0, tag: 'next'},
		]);
		expect(notes).toEqual([`${two} is listed at 0 %, so that a tag can lead to it.`]);
	});

	it('move from where they are', () => {
		const {split, notes} = retag(service, three, ['stable']);
		expect(toTargets(split).at(-1)).toEqual({revisionName: three, percent: 0, tag: 'stable'});
		expect(notes).toContain(`The tag stable moves from ${one} to ${three}.`);
	});

	it('come on the row that the revision has, without a word', () => {
		const {split, notes} = retag(service, one, ['stable', 'next']);
		expect(toTargets(split)[1]).toEqual({revisionName: one, percent: 0, tag: 'next'});
		expect(split).toHaveLength(2);
		expect(notes).toEqual([]);
	});

	it('move from the row that follows the latest, by its revision or, while none is ready, by its name', () => {
		expect(retag(service, one, ['stable', 'canary']).notes).toEqual([
			`The tag canary moves from ${two} to ${one}.`,
		]);
		const waiting = serviceView({
			traffic: [
				{revisionName: one, percent: 90},
				{latestRevision: true, percent: 10, tag: 'canary'},
			],
			edit({status}) {
				delete status.latestReadyRevisionName;
			},
		});
		expect(retag(waiting, one, ['canary']).notes).toEqual([`The tag canary moves from @latest to ${one}.`]);
	});

	it.each([
		['a,b  c', ['a', 'b', 'c']],
		[' , ', []],
	])('are typed as %j', (typed, tags) => {
		expect(splitTags(typed)).toEqual(tags);
	});

	it.each([
		['', /^fine$/],
		['canary, next', /^fine$/],
		['a a', /^The tag a is defined twice\.$/],
		['b a a b', /^The tag a is defined twice\.$/],
		['fine One Two', /^The tag One may have/],
		['Upper', /lower-case/],
		['a'.repeat(60), /at most 63 characters/],
	])('are judged: %j', (typed, sentence) => {
		expect(tagsRule(typed, 'helloworld-go') ?? 'fine').toMatch(sentence);
	});
});

it('a patch of the traffic leaves every other field of the object as it was', () => {
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (extra, value) => {
			const base = knativeService();
			const object = {
				...base,
				metadata: {...base.metadata, annotations: {...extra}},
				spec: {...base.spec, foreign: value},
			};
			const before = structuredClone(object);
			const errors = applyPatch(object, [trafficOperation(even(splitOf(service)))]);
			expect(errors).toEqual([null]);
			expect(object).toEqual({...before, spec: {...before.spec, traffic: object.spec.traffic}});
			expect(object.spec.traffic).toEqual(toTargets(even(splitOf(service))));
		}),
	);
});
