/** Promoting, in the situations that went wrong, one by one. */
import {describe, expect, it} from 'vitest';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import {releaseOf} from '../../../../source/knative/release/release.js';
import {planned} from '../../../release/parts/made.js';
import {planSplit} from '../../../../source/release/plan-split.js';
import {nameOf} from '../stories/model.js';
import {latest, madeOf, pin, pinnedFirst, targetsOf, wholeOf} from '../deployed.js';

describe('promoting', () => {
	it('goes to the canary, and names what CI has made since', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(1, 75, 'stable'), pin(2, 25, 'canary')]);
		const choice = promote(model.facts(), {now: model.now});
		expect(wholeOf(choice)).toBe('cart-00002');
		expect(choice).toMatchObject({
			notes: [
				expect.stringMatching(
					/^ci has made cart-00004 since \(\d\d:\d\d\); it is not part of this release\.$/,
				),
				expect.stringMatching(/cart-00003/),
			],
		});
	});

	it('moves the tags, lets rows at 0 % without one go, and keeps one way back', () => {
		const model = pinnedFirst(4);
		model.write('kim', [
			pin(1, 0),
			pin(2, 60, 'stable'),
			pin(2, 0, 'green'),
			pin(3, 0),
			pin(4, 40, 'canary'),
		]);
		expect(targetsOf(promote(model.facts()))).toEqual([
			{revisionName: 'cart-00002', percent: 0, tag: 'green'},
			{revisionName: 'cart-00002', percent: 0, tag: 'previous'},
			{revisionName: 'cart-00004', percent: 100, tag: 'stable'},
		]);
		expect(targetsOf(promote(model.facts(), {keepsPrevious: false}))).toEqual([
			{revisionName: 'cart-00002', percent: 0, tag: 'green'},
			{revisionName: 'cart-00004', percent: 100, tag: 'stable'},
		]);
	});

	it('pins the canary: later revisions wait', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 90, 'stable'), latest(10, 'canary')]);
		const choice = promote(model.facts());
		expect(targetsOf(choice)).toContainEqual({revisionName: 'cart-00002', percent: 100, tag: 'stable'});
		expect(choice).toMatchObject({notes: ['Pinned to cart-00002: later revisions wait for you.']});
	});

	it('says that there is no canary, and offers the only newer one that is ready', () => {
		const model = pinnedFirst(2);
		const choice = promote(model.facts());
		expect(wholeOf(choice)).toBe('cart-00002');
		expect(choice).toMatchObject({
			guess: {
				sentence: 'cart has no canary: cart-00001 has 100 %. cart-00002 is newer, but no split lists it',
				because: 'no split lists cart-00002',
			},
		});
	});

	it('is no way to give users back what they had', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		expect(promote(model.facts(), {to: nameOf(1)})).toEqual({
			kind: 'refused',
			reason:
				'cart-00001 is what users had before cart-00002 was tried: that would be no promotion. Roll back instead.',
		});
	});

	it('asks which one, where several are newer', () => {
		expect(promote(pinnedFirst(3).facts())).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00003', 'cart-00002'],
		});
	});

	it('is done where the newest has everything, and not where the newest is not ready', () => {
		expect(promote(madeOf(2).facts())).toMatchObject({kind: 'refused', already: true});
		const model = pinnedFirst(1);
		model.deploy('ci', {crashes: true});
		expect(promote(model.facts())).toEqual({
			kind: 'refused',
			reason:
				'The newest revision, cart-00002, is not ready (Failed); cart-00001 has 100 % of the traffic of cart already. Nothing was promoted.',
		});
	});

	it('does not promote a canary that is not ready', () => {
		const model = madeOf(1);
		model.write('ann', [pin(1, 100, 'stable'), latest(0, 'canary')]);
		model.deploy('ann', {crashes: true});
		expect(releaseOf(model.facts()).canary).toEqual({
			revision: 'cart-00002',
			percent: 0,
			because: 'not ready: until it is, the tag canary leads to cart-00001',
		});
		expect(promote(model.facts())).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(/^cart-00002 is not ready/),
		});
	});

	it('puts right the tags that were left on a release that is complete', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 0, 'stable'), pin(2, 100, 'canary')]);
		expect(targetsOf(promote(model.facts()))).toEqual([pin(1, 0, 'previous'), pin(2, 100, 'stable')]);
	});

	it('refuses a revision twice without tags as what is there already, and writes it once', () => {
		const model = madeOf(1);
		model.write('kim', [pin(1, 40), pin(1, 60)]);
		const facts = model.facts();
		const whole = {
			key: 'cart-00001',
			revision: 'cart-00001',
			latest: false,
			percent: 100,
			tags: [],
			locked: false,
		};
		expect(planned(planSplit(facts, [whole])).write).toMatchObject({
			operations: [{path: '/spec/traffic', value: [{revisionName: 'cart-00001', percent: 100}]}, {}],
		});
	});
});
