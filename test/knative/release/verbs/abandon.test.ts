/** Giving a canary up, in the situations that went wrong, one by one. */
import {describe, expect, it} from 'vitest';
import {abandon} from '../../../../source/knative/release/verbs/abandon.js';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import {rollBack} from '../../../../source/knative/release/verbs/roll-back.js';
import {undo} from '../../../../source/knative/release/verbs/undo.js';
import {planned} from '../../../release/parts/made.js';
import {planAbandon, planPromote, planRollback} from '../../../../source/release/plan-split.js';
import {nameOf} from '../stories/model.js';
import {latest, madeOf, pin, pinnedFirst, targetsOf, wholeOf} from '../deployed.js';

describe('abandoning', () => {
	it('takes the canary out with its tag, and leaves users what they have', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		const choice = abandon(model.facts());
		expect(choice).toMatchObject({kind: 'split', rejected: 'cart-00002'});
		expect(targetsOf(choice)).toEqual([pin(1, 100, 'stable')]);
	});

	it('pins what users have, where the split waits for one that failed', () => {
		const model = madeOf(1);
		model.deploy('ci', {crashes: true});
		expect(targetsOf(abandon(model.facts()))).toEqual([pin(1, 100)]);
	});

	it('does not take what users are to keep for what is to be given up, where it cannot tell which that is', () => {
		const model = madeOf(3);
		model.write('kim', [pin(1, 40), pin(2, 40), pin(3, 20)]);
		const choice = abandon(model.facts());
		expect(choice).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(
				/cart-00001 and cart-00002 have 40 % each\. Roll back to .* first, then give cart-00003 up\.$/,
			),
		});
	});

	it('says that there is nothing to give up', () => {
		expect(abandon(madeOf(1).facts())).toEqual({
			kind: 'refused',
			reason: 'cart has no canary to abandon: cart-00001 has 100 %.',
		});
	});

	it('is known by the note alone, carried on until the revision bears its mark, and then let go', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planAbandon(model.facts('anns'), {why: 'it failed'})));
		const warnsOf = () =>
			planned(planPromote(model.facts('bobs'), {to: 'cart-00002'})).warnings.map(({sentence}) => sentence);
		expect(warnsOf()).toContainEqual(
			expect.stringMatching(/^cart-00002 was rejected at \d\d:\d\d by ann: it failed\.$/),
		);
		model.pass(60);
		model.deploy('ci', {crashes: false});
		model.pass(60);
		model.send('bobs', 'bob', planned(planPromote(model.facts('bobs'), {to: 'cart-00003'})));
		expect(model.noted()?.rejected).toMatchObject([{revision: 'cart-00002', by: 'ann', why: 'it failed'}]);
		model.reject('cart-00002', 'ann');
		model.pass(60);
		model.send('bobs', 'bob', planned(planRollback(model.facts('bobs'))));
		expect(model.noted()?.rejected).toEqual([]);
	});

	it('keeps what was given up from being promoted or rolled back to', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planAbandon(model.facts('anns'))));
		model.reject('cart-00002', 'ann');
		expect(promote(model.facts())).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(
				/^cart has no canary: cart-00002 was rejected at .* by ann: it failed\. cart-00001 has 100 %/,
			),
		});
		const back = planned(planPromote(model.facts(), {to: 'cart-00002'}));
		expect(back.warnings).toContainEqual(expect.objectContaining({kind: 'rejected', revision: 'cart-00002'}));
	});
});

it('giving up twice is once', () => {
	const model = pinnedFirst(2);
	model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
	expect(abandon({...model.facts(), revisions: undefined})).toMatchObject({rejected: 'cart-00002'});
	model.send('anns', 'ann', planned(planAbandon(model.facts('anns'))));
	model.reject('cart-00002', 'ann');
	expect(planAbandon(model.facts('bobs'))).toEqual({
		ok: false,
		already: true,
		reason: expect.stringMatching(
			/^cart-00002 was given up already at \d\d:\d\d by ann: cart-00001 has 100 %\.$/,
		),
	});
	model.pass(60);
	model.deploy('ci', {crashes: false});
	model.write('kim', [pin(1, 100)]);
	expect(planAbandon(model.facts())).not.toHaveProperty('already');
});

describe('giving up what is not being tried', () => {
	it('leaves the release as it is, and gives its share to what users had', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(1, 70, 'stable'), pin(2, 20), pin(3, 10, 'canary')]);
		model.send('anns', 'ann', planned(planAbandon(model.facts('anns'), {to: nameOf(2)})));
		expect(model.traffic).toEqual([pin(1, 90, 'stable'), pin(3, 10, 'canary')]);
		expect(model.noted()).toMatchObject({verb: 'split', canary: 'cart-00003', stable: 'cart-00001'});
		model.pass(60);
		model.send('anns', 'ann', planned(planAbandon(model.facts('anns'), {to: nameOf(4)})));
		expect(model.traffic).toEqual([pin(1, 90, 'stable'), pin(3, 10, 'canary')]);
		expect(model.noted()?.rejected).toMatchObject([{revision: 'cart-00004'}, {revision: 'cart-00002'}]);
		expect(wholeOf(promote(model.facts()))).toBe('cart-00003');
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00001');
	});

	it('leaves a canary that waits for being ready at the tag which follows the latest', () => {
		const model = madeOf(2);
		model.write('kim', [pin(2, 100, 'stable'), latest(0, 'canary')]);
		model.deploy('ci', {crashes: false, stays: true});
		model.pass(60);
		const choice = abandon(model.facts(), {to: nameOf(1)});
		expect(choice).toMatchObject({rejected: 'cart-00001'});
		expect(targetsOf(choice)).toEqual([pin(2, 100, 'stable'), latest(0, 'canary')]);
	});

	it('is refused for what users had, and where nobody can take its share', () => {
		const model = pinnedFirst(3);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		expect(abandon(model.facts(), {to: nameOf(1)})).toMatchObject({
			kind: 'refused',
			reason:
				'cart-00001 is what users run, beside the canary, cart-00002: promote cart-00002, or roll back to one first.',
		});
		model.write('kim', [pin(1, 40), pin(2, 40), pin(3, 20)]);
		expect(abandon(model.facts(), {to: nameOf(2)})).toMatchObject({
			kind: 'refused',
			reason: 'Which revision is to have the 40 % of cart-00002 cannot be told: split them first.',
		});
	});
});

it('undoing an abandonment says that what comes back was given up, even at 0 %', () => {
	const model = pinnedFirst(2);
	model.write('kim', [pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
	model.send('anns', 'ann', planned(planAbandon(model.facts('anns'))));
	expect(undo(model.facts())).toMatchObject({
		notes: expect.arrayContaining([
			expect.stringMatching(
				/^Brings cart-00002 back into the split, at 0 %, which was given up at .* by ann; its mark as rejected stays\.$/,
			),
		]),
	});
});
