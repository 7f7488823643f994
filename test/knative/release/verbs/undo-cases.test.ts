/** Undoing, in the situations that went wrong, one by one. */
import {describe, expect, it} from 'vitest';
import {abandon} from '../../../../source/knative/release/verbs/abandon.js';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import {releaseOf} from '../../../../source/knative/release/release.js';
import {rollBack} from '../../../../source/knative/release/verbs/roll-back.js';
import {undo} from '../../../../source/knative/release/verbs/undo.js';
import {planned} from '../../../release/parts/made.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planUndo,
} from '../../../../source/release/plan-split.js';
import {set, splitOf} from '../../../../source/knative/split/split.js';
import {Model, nameOf} from '../stories/model.js';
import {happen} from '../stories/happen.js';
import {madeOf, pin, pinnedFirst, targetsOf} from '../deployed.js';

describe('undoing', () => {
	it('takes back the last change, by whomever and on whatever machine, one after the other', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
		model.pass(60);
		model.send('anns', 'ann', planned(planRollback(model.facts('anns'))));
		model.pass(60);
		const first = planned(planUndo(model.facts('bobs')));
		expect(first.notes[0]).toMatch(/^Takes back: roll back at \d\d:\d\d by ann\.$/);
		model.send('bobs', 'bob', first);
		expect(model.traffic).toEqual([pin(1, 0, 'previous'), pin(2, 100, 'stable')]);
		model.send('bobs', 'bob', planned(planUndo(model.facts('bobs'))));
		expect(model.traffic).toEqual([pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		expect(undo(model.facts('bobs'))).toMatchObject({kind: 'refused'});
	});

	it('does not guess what was before a change that nobody saw', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
		model.pass(60);
		model.write('kim', [pin(1, 100)]);
		expect(undo(model.facts('anns'), {now: model.now})).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(/and kim has changed it since; what it was before that is not known\.$/),
		});
	});

	it('takes back what a colleague did, where the console has seen it', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.watched('anns', 'kim', () => model.write('kim', [pin(1, 50, 'stable'), pin(2, 50, 'canary')]));
		expect(targetsOf(undo(model.facts('anns')))).toEqual([pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
	});

	it('pins what the latest was then: the one of today had nothing', () => {
		const model = madeOf(1);
		const facts = model.facts('anns');
		const row = {
			key: 'cart-00001',
			revision: 'cart-00001',
			latest: false,
			percent: 100,
			tags: [],
			locked: false,
		};
		model.send('anns', 'ann', planned(planSplit(facts, [row])));
		model.deploy('ci', {crashes: false});
		expect(undo(model.facts('bobs'))).toMatchObject({kind: 'refused', already: true});
	});
});

/** Promoted here, and given back to the first one there. */
function takenBack(): Model {
	const model = pinnedFirst(2);
	model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
	model.pass(60);
	model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
	model.pass(60);
	model.write('bob', [pin(1, 100, 'previous'), pin(2, 0, 'stable')]);
	model.pass(60);
	return model;
}

describe('what a colleague took back with kubectl', () => {
	it('is not promoted again without a word', () => {
		expect(promote(takenBack().facts())).toMatchObject({
			kind: 'split',
			revision: 'cart-00002',
			guess: {sentence: 'cart-00002 had 100 % of users until bob took it back to 0 %'},
		});
	});

	it('was rolled back already', () => {
		expect(rollBack(takenBack().facts())).toMatchObject({
			already: true,
			instead: 'abandon',
			reason: 'cart-00002 was rolled back already by bob: cart-00001 has 100 %.',
		});
	});

	it('is brought back by an undo with a word', () => {
		const model = takenBack();
		model.watched('anns', 'kim', () => model.write('kim', [pin(1, 10, 'previous'), pin(2, 90, 'stable')]));
		model.pass(60);
		model.watched('anns', 'bob', () => model.write('bob', [pin(1, 100, 'previous'), pin(2, 0, 'stable')]));
		const choice = undo(model.facts('anns'));
		expect(targetsOf(choice)).toEqual([pin(1, 10, 'previous'), pin(2, 90, 'stable')]);
		expect(choice).toMatchObject({
			bringsBack: {
				revision: 'cart-00002',
				how: expect.stringMatching(/^from whom it was taken at .* by bob$/),
			},
		});
	});

	it('is told by its tag where nothing is noted', () => {
		const model = takenBack();
		model.note = undefined;
		expect(promote(model.facts())).toMatchObject({
			guess: {sentence: 'cart-00002 has 0 %, though it is tagged stable: it may have been taken back'},
		});
		model.write('bob', [pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
		expect(promote(model.facts())).not.toHaveProperty('guess');
	});
});

const give = (model: Model, percent: number) => {
	const facts = model.facts('anns');
	const split = set(splitOf(facts.service), nameOf(2), percent);
	model.send('anns', 'ann', planned(planSplit(facts, split)));
	model.pass(60);
};
/** The second revision was tried with so much, and that was undone. */
const undone = (model: Model, percent: number) => {
	give(model, percent);
	model.send('anns', 'ann', planned(planUndo(model.facts('anns'))));
	model.pass(60);
	return model;
};
const untried = () => {
	const model = pinnedFirst(2);
	model.write('kim', [pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
	return model;
};
/** It was rolled back before, and the next one given up without any user. */
const rolledBack = () => {
	const model = untried();
	give(model, 50);
	model.send('anns', 'ann', planned(planRollback(model.facts('anns'))));
	model.pass(60);
	const tagged = {kind: 'new revision', machine: 'anns', percent: 0, crashes: false, stays: false} as const;
	happen(model, tagged);
	model.pass(60);
	model.send('anns', 'ann', planned(planAbandon(model.facts('anns'), {why: 'slow'})));
	model.pass(60);
	return model;
};

describe('undoing what gave users a revision', () => {
	it.each([
		['for the first time', () => undone(untried(), 40), 40],
		['that was rolled back before', () => undone(rolledBack(), 50), 50],
	])('takes it from them: to promote it then is more than was asked for, %s', (_, made, had) => {
		const model = made();
		const facts = model.facts('bobs');
		expect(promote(facts)).toMatchObject({
			revision: nameOf(2),
			guess: {
				sentence: expect.stringMatching(
					new RegExp(`^cart-00002 had ${had} % of users until the undo at .* by ann$`),
				),
				because: 'cart-00002 was taken back to 0 %',
			},
		});
		expect(releaseOf(facts)).toMatchObject({
			canary: {lost: 'undone'},
			reason: expect.stringContaining('but was taken back to 0 %'),
		});
		expect(rollBack(facts)).toMatchObject({
			already: true,
			reason: expect.stringMatching(
				new RegExp(`^cart-00002 had ${had} % of users until the undo at .* by ann: cart-00001 has 100 %\\.$`),
			),
			instead: 'abandon',
		});
		expect(abandon(facts)).toMatchObject({revision: nameOf(1), parts: {canary: nameOf(2)}});
	});

	it('is no roll back of what was given up since, where that was rolled back before', () => {
		const facts = rolledBack().facts('bobs');
		expect(rollBack(facts)).toMatchObject({
			reason: expect.stringMatching(
				/^cart-00002 was rolled back already at .* by ann: cart-00001 has 100 %\.$/,
			),
			instead: 'abandon',
		});
		expect(abandon(facts)).toMatchObject({parts: {canary: nameOf(2)}});
	});

	it('is what is told, too, where it is out of the split', () => {
		const model = pinnedFirst(2);
		const [whole] = splitOf(model.facts('anns').service);
		if (!whole) throw new Error('no row');
		const given = {...whole, key: nameOf(2), revision: nameOf(2), percent: 20, tags: []};
		model.send('anns', 'ann', planned(planSplit(model.facts('anns'), [{...whole, percent: 80}, given])));
		model.pass(60);
		model.send('anns', 'ann', planned(planUndo(model.facts('anns'))));
		expect(rollBack(model.facts('bobs'))).toMatchObject({
			reason: expect.stringMatching(
				/^cart-00002 had 20 % of users until the undo at .*: cart-00001 has 100 %\.$/,
			),
		});
	});

	it('takes nothing from what users had before it, nor from what keeps a part', () => {
		const model = untried();
		give(model, 10);
		give(model, 50);
		model.send('anns', 'ann', planned(planUndo(model.facts('anns'))));
		expect(promote(model.facts('bobs'))).not.toHaveProperty('guess');
		model.send('anns', 'ann', planned(planRollback(model.facts('anns'))));
		model.send('anns', 'ann', planned(planUndo(model.facts('anns'))));
		expect(promote(model.facts('bobs'))).not.toHaveProperty('guess');
	});
});
