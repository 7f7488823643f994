/** Whether the template makes what users run, and what is warned of before it makes again what failed them. */
import {describe, expect, it} from 'vitest';
import {baseOffer, baseWarnings} from '../../source/release/base-offer.js';
import type {Rejection} from '../../source/knative/release/evidence/rejection.js';
import {moment} from '../../source/knative/text/moment.js';
import {comparedTemplate} from '../../source/knative/revision/base.js';
import {now, one, revisionMade, serviceMade, three, two, whole, type Noted} from './parts/made.js';

const [good, bad] = ['registry.example.com/shop/cart:1', 'registry.example.com/shop/cart:2'];
const rejection: Rejection = {by: 'ann', at: now - 60_000, why: 'too many 5xx'};
const rejected = `rejected at ${moment(now - 60_000, now)} by ann: too many 5xx`;
const back: Noted = {verb: 'roll back', stable: one, canary: two, since: now - 60_000, by: 'ann'};
const rolledBack = `rolled back at ${moment(now - 60_000, now)} by ann`;

type Situation = {
	image?: string;
	env?: Readonly<Record<string, string>>;
	created?: number;
	note?: Noted;
	revisions?: ReturnType<typeof revisionMade>[] | undefined;
};

const first = revisionMade(1, {image: good});
const second = revisionMade(2, {image: bad});

/** Users run the first revision; the template is what the second one was made from. */
const factsOf = ({image = bad, env, created = 2, note, ...more}: Situation = {}) => ({
	service: serviceMade({
		traffic: whole(one),
		ready: created,
		created,
		image,
		...(env && {env}),
		...(note && {note}),
	}),
	revisions: 'revisions' in more ? more.revisions : [second, first],
	changes: [],
	now,
});

describe('what a revision may be made from', () => {
	it('is no question where the template makes what users run', () => {
		expect(baseOffer(factsOf({image: good}))).toBeUndefined();
	});

	it.each<[string, Situation]>([
		['the revisions are', {revisions: undefined}],
		['what users run is', {revisions: [second]}],
	])('is no question while %s not known', (_, situation) => {
		expect(baseOffer(factsOf(situation))).toBeUndefined();
	});

	it('is the template or what users run, by their images', () => {
		expect(baseOffer(factsOf())).toEqual({
			revision: one,
			template: 'cart:2',
			outcome: undefined,
			running: `${one} (cart:1)`,
		});
	});

	it('is told by what else differs, where the image is the same', () => {
		const offer = baseOffer(factsOf({image: good, env: {TARGET: 'World', MODE: 'fast'}}));
		expect(offer?.template).toBe('cart:1, env +MODE');
	});

	it('comes with what has become of what the template made', () => {
		const given = revisionMade(2, {image: bad, rejected: rejection});
		expect(baseOffer(factsOf({revisions: [given, first]}))?.outcome).toBe(rejected);
		expect(baseOffer(factsOf({note: back}))?.outcome).toBe(rolledBack);
	});
});

describe('a revision is made from what', () => {
	const given = revisionMade(2, {image: bad, rejected: rejection});

	it('was rejected: that is warned of, by its name', () => {
		expect(baseWarnings(factsOf({revisions: [given, first]}))).toEqual([
			{
				kind: 'rejected',
				revision: two,
				sentence: `It is the same as ${two}, which was ${rejected}.`,
			},
		]);
	});

	it('runs the image of what was rejected, with other settings: that is warned of, by the image', () => {
		const facts = factsOf({env: {MODE: 'fast'}, revisions: [given, first]});
		expect(baseWarnings(facts)).toEqual([
			{
				kind: 'rejected',
				revision: two,
				sentence: `It runs the image of ${two} (cart:2) again, which was ${rejected}.`,
			},
		]);
	});

	it('runs again what was rejected before the newest revision was made', () => {
		const newest = revisionMade(3, {image: 'cart:3'});
		const facts = factsOf({created: 3, revisions: [newest, given, first]});
		expect(baseWarnings(facts)).toMatchObject([
			{kind: 'rejected', revision: two, sentence: expect.stringMatching(/^It runs the image of .*-00002/)},
		]);
	});

	it('is the same as what was rejected, though an older one of the same image was rejected too', () => {
		const later: Rejection = {...rejection, by: 'bea'};
		const third = revisionMade(3, {image: bad, rejected: later});
		const facts = factsOf({created: 3, revisions: [given, third, first]});
		expect(baseWarnings(facts)).toMatchObject([
			{revision: three, sentence: expect.stringMatching(/the same as .*-00003, which was .* by bea/)},
		]);
	});

	it('was rolled back: that is said, and nothing has to be typed', () => {
		expect(baseWarnings(factsOf({note: back}))).toEqual([
			{
				kind: 'other',
				revision: two,
				sentence: `It is the same as ${two}, which was ${rolledBack}.`,
			},
		]);
	});

	it('was rolled back under another name, or with other settings: what it runs of it is said', () => {
		const sentence = `It runs the image of ${two} (cart:2) again, which was ${rolledBack}.`;
		const copy = revisionMade(3, {image: bad});
		const renamed = factsOf({created: 3, note: back, revisions: [copy, second, first]});
		expect(baseWarnings(renamed)).toMatchObject([{kind: 'other', revision: two, sentence}]);
		expect(baseWarnings(factsOf({env: {MODE: 'fast'}, note: back}))).toMatchObject([{sentence}]);
	});

	it('failed nobody: then nothing is said', () => {
		expect(baseWarnings(factsOf())).toEqual([]);
		expect(baseWarnings(factsOf({image: 'cart:3', note: back}))).toEqual([]);
		expect(baseWarnings(factsOf({note: {...back, verb: 'split'}}))).toEqual([]);
		expect(baseWarnings(factsOf({note: {...back, canary: three}}))).toEqual([]);
		expect(baseWarnings(factsOf({note: back, revisions: undefined}))).toEqual([]);
	});

	it('was rolled back, by a note on another split than the present one: that is not said', () => {
		const split = [{key: two, revision: two, latest: false, percent: 100, tags: [], locked: false}];
		expect(baseWarnings(factsOf({note: {...back, split}}))).toEqual([]);
	});

	it('is given, and not the template of the service', () => {
		const facts = factsOf({image: good, revisions: [given, first]});
		expect(baseWarnings(facts)).toEqual([]);
		expect(baseWarnings(facts, {...comparedTemplate(facts.service), image: bad})).toMatchObject([
			{kind: 'rejected', revision: two},
		]);
	});

	it('users run: of their image, what was given up with other variables is none of theirs', () => {
		const theirs = revisionMade(1, {image: good, env: {MODE: 'slow'}});
		const failed = revisionMade(2, {image: good, env: {MODE: 'fast'}, rejected: rejection});
		const again = factsOf({image: good, env: {MODE: 'slow'}, revisions: [failed, theirs]});
		expect(baseWarnings(again)).toEqual([]);
		const same = factsOf({created: 3, image: good, env: {MODE: 'fast'}, revisions: [failed, theirs]});
		expect(baseWarnings(same)).toMatchObject([
			{sentence: expect.stringContaining(`what ${two} was given up with (env MODE)`)},
		]);
	});
});
