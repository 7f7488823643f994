/** Rolling back, in the situations that went wrong, one by one. */
import {describe, expect, it} from 'vitest';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import {releaseOf} from '../../../../source/knative/release/release.js';
import {trafficWrittenBefore} from '../../../../source/knative/release/evidence/record.js';
import {rollBack} from '../../../../source/knative/release/verbs/roll-back.js';
import {planRevision} from '../../../../source/knative/revision/plan-revision.js';
import {splitOf} from '../../../../source/knative/split/split.js';
import {planCreateRevision} from '../../../../source/release/plan-object.js';
import {planned} from '../../../release/parts/made.js';
import {planPromote, planRollback, planSplit, planUndo} from '../../../../source/release/plan-split.js';
import {Model, nameOf} from '../stories/model.js';
import {latest, madeOf, pin, pinnedFirst, targetsOf, wholeOf} from '../deployed.js';

describe('rolling back', () => {
	it('does not go forward when somebody has put the old one back', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 100), pin(2, 0, 'canary')]);
		model.pass(60);
		model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
		model.pass(240);
		model.write('kim', [pin(1, 100)]);
		for (const who of ['anns', 'bobs']) {
			expect(planRollback(model.facts(who))).toMatchObject({
				ok: false,
				already: true,
				reason: expect.stringMatching(
					/^cart-00002 was rolled back already at \d\d:\d\d by kim: cart-00001 has 100 %\.$/,
				),
			});
		}
	});

	it('twice is once', () => {
		const model = pinnedFirst(2);
		model.write('kim', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planRollback(model.facts('anns'))));
		expect(model.traffic).toEqual([pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
		expect(planRollback(model.facts('bobs'))).toMatchObject({
			ok: false,
			already: true,
			reason: expect.stringMatching(/^cart-00002 was rolled back already at \d\d:\d\d by ann/),
		});
	});

	it('goes by the split, whatever an old file of this machine says', () => {
		const model = new Model();
		model.pass(60);
		model.deploy('ci', {crashes: false});
		model.write('ann', [pin(1, 90, 'stable'), pin(2, 10, 'canary')]);
		model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
		for (let made = 0; made < 3; made++) model.deploy('ci', {crashes: false});
		model.note = undefined;
		model.write('bob', [pin(4, 90, 'stable'), pin(5, 10, 'canary')]);
		expect(wholeOf(rollBack(model.facts('anns')))).toBe('cart-00004');
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00004');
	});

	it('is not led by a tag that was left behind', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 0, 'stable'), latest(100)]);
		model.pass(60);
		model.deploy('ci', {crashes: false});
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00002');
	});

	it('is not led by one that became ready only after the route had let go of it', () => {
		const model = new Model();
		model.pass(60);
		model.write('kim', [pin(1, 0), latest(100)]);
		model.pass(60);
		model.deploy('ci', {crashes: false, stays: true});
		model.pass(60);
		model.deploy('ci', {crashes: false, stays: true});
		model.pass(60);
		model.becomeReady();
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00001');
	});

	it('says that users never got a newer one that came into a split without it', () => {
		const model = new Model();
		model.pass(60);
		model.write('kim', [pin(1, 100)]);
		model.pass(60);
		model.deploy('ci', {crashes: true});
		model.pass(60);
		expect(rollBack(model.facts())).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(
				/^Nothing to roll back: users never got cart-00002; cart-00001 has 100 %\. No revision older /,
			),
		});
	});

	it('goes by the Route where one tool has written the split, and later the image alone', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 0, 'stable'), latest(100)]);
		const written = model.now;
		model.pass(60);
		model.deploy('kim', {crashes: false});
		const facts = model.facts();
		expect(rollBack(facts)).toMatchObject({kind: 'ask', candidates: ['cart-00001', 'cart-00002']});
		const told = (at: number | undefined) =>
			rollBack({...facts, service: trafficWrittenBefore(facts.service, at)});
		expect(wholeOf(told(written))).toBe('cart-00002');
		// Written when the revision was made, or not known: the split may be another one since.
		expect(told(model.now)).toMatchObject({kind: 'ask'});
		expect(told(undefined)).toMatchObject({kind: 'ask'});
		const behind = {...facts.service, observedGeneration: facts.service.generation - 1};
		expect(trafficWrittenBefore(behind, written)).toBe(behind);
	});

	it('goes to nothing that the route has refused, be it tagged stable', () => {
		const model = new Model();
		model.pass(60);
		model.deploy('ci', {crashes: true});
		model.pass(60);
		model.deploy('ci', {crashes: false});
		model.pass(60);
		model.write('kim', [latest(90), pin(2, 10, 'stable')]);
		const choice = rollBack(model.facts());
		expect(choice.kind).toBe('ask');
		expect(releaseOf(model.facts()).stable?.revision).toBe('cart-00003');
	});

	it('goes by the note, where the spec was changed once since', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 100), latest(0)]);
		model.pass(60);
		const [main, row] = splitOf(model.service());
		if (!main || !row) throw new Error('two rows');
		const slid = [
			{...main, percent: 90},
			{...row, percent: 10},
		];
		model.send('anns', 'ann', planned(planSplit(model.facts('anns'), slid)));
		model.pass(60);
		model.write('kim', [pin(1, 0), pin(2, 100)]);
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00001');
	});

	it('goes to no revision that was in no split', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(2, 90), pin(4, 10, 'canary')]);
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00002');
	});

	it('moves nobody where nothing of the new one has reached users', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(2, 100), pin(4, 0, 'canary')]);
		expect(rollBack(model.facts())).toEqual({
			kind: 'refused',
			reason: 'Nothing to roll back: cart-00004 has 0 %, cart-00002 has 100 %.',
			instead: 'abandon',
		});
		const facts = model.facts('anns');
		model.send(
			'anns',
			'ann',
			planned(
				planSplit(facts, [
					{
						key: 'cart-00002',
						revision: 'cart-00002',
						latest: false,
						percent: 100,
						tags: ['stable'],
						locked: false,
					},
					{
						key: 'cart-00004',
						revision: 'cart-00004',
						latest: false,
						percent: 0,
						tags: ['canary'],
						locked: false,
					},
				]),
			),
		);
		// What it had before somebody began to note is not known.
		expect(rollBack(model.facts())).toMatchObject({
			reason: 'Nothing to roll back: cart-00004 has 0 %, cart-00002 has 100 %.',
		});
	});

	it('takes the revision before, of a service that follows the latest', () => {
		const model = madeOf(3);
		const choice = rollBack(model.facts());
		expect(choice).toMatchObject({
			kind: 'split',
			notes: [
				'Back to cart-00002: the latest ready revision until cart-00003 came.',
				'Pins cart-00002 (was: follow latest).',
			],
		});
		expect(wholeOf(choice)).toBe('cart-00002');
	});

	it('stops a gradual rollout where users were before it', () => {
		const model = madeOf(2);
		model.hasRolloutDuration = true;
		model.pass(60);
		model.deploy('ci', {crashes: false});
		model.rollOn();
		expect(releaseOf(model.facts())).toMatchObject({
			canary: {revision: 'cart-00003', percent: 31},
			stable: {revision: 'cart-00002', percent: 69},
		});
		expect(targetsOf(rollBack(model.facts()))).toEqual([pin(3, 0), pin(2, 100)]);
		expect(targetsOf(promote(model.facts()))).toEqual([pin(3, 100, 'stable'), pin(2, 0, 'previous')]);
	});

	it('goes to the largest share beside the canary', () => {
		const model = pinnedFirst(5);
		model.write('kim', [pin(1, 30), pin(2, 40), pin(3, 20), pin(4, 7), pin(5, 3)]);
		expect(wholeOf(rollBack(model.facts()))).toBe('cart-00002');
	});

	it('works with a newest revision that failed, and takes out what the route would refuse', () => {
		const model = madeOf(1);
		model.write('ann', [pin(1, 90, 'stable'), latest(10, 'canary')]);
		model.pass(60);
		model.deploy('ann', {crashes: false});
		model.pass(60);
		model.deploy('ci', {crashes: true});
		expect(targetsOf(rollBack(model.facts()))).toEqual([pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
	});

	it('works where the revisions may not be listed', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(2, 90, 'stable'), pin(4, 10, 'canary')]);
		expect(wholeOf(rollBack({...model.facts(), revisions: undefined}))).toBe('cart-00002');
		model.write('kim', [pin(2, 90), pin(4, 10)]);
		expect(wholeOf(rollBack({...model.facts(), revisions: undefined}))).toBe('cart-00002');
	});

	it('never goes to a rejected revision', () => {
		const model = madeOf(3);
		model.reject('cart-00002', 'ann');
		const choice = rollBack(model.facts());
		expect(choice.kind === 'split' ? wholeOf(choice) : choice.kind).not.toBe('cart-00002');
	});
});

describe('a roll back to what the operator names', () => {
	it.each([
		['what has everything', [pin(1, 100)], '2'],
		['what it is tried beside', [pin(1, 90, 'stable'), pin(2, 10, 'canary')], '2'],
		['all that have a share', [pin(1, 50), pin(2, 50)], '3'],
	])('is none to what is newer than %s', (_, traffic, to) => {
		const model = pinnedFirst(3);
		model.write('kim', traffic);
		expect(rollBack(model.facts(), {to: nameOf(Number(to))})).toMatchObject({
			kind: 'refused',
			reason: expect.stringMatching(
				/^cart-0000\d is newer than what has the traffic beside it, .*Promote it instead/,
			),
		});
	});

	it('goes to what is older than one of those that have a share', () => {
		const model = pinnedFirst(4);
		model.write('kim', [pin(1, 50), pin(2, 30), pin(4, 20)]);
		expect(wholeOf(rollBack(model.facts(), {to: nameOf(2)}))).toBe('cart-00002');
		expect(wholeOf(rollBack(model.facts(), {to: nameOf(3)}))).toBe('cart-00003');
	});
});

it.each([
	['tagged', [pin(2, 90, 'stable'), pin(3, 10, 'canary')]],
	['untagged', [pin(2, 90), pin(3, 10)]],
])('a roll back that was undone goes to the same again, %s', (_, traffic) => {
	const model = pinnedFirst(3);
	// All within the same second: the records of the revisions tell nothing apart.
	model.write('kim', traffic);
	model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
	model.send('anns', 'ann', planned(planRollback(model.facts('anns'))));
	model.send('bobs', 'bob', planned(planUndo(model.facts('bobs'))));
	expect(wholeOf(rollBack(model.facts('bobs')))).toBe('cart-00002');
	expect(wholeOf(rollBack(model.facts()))).toBe('cart-00002');
});

it('the tag of the way back is no way back any more once the next revision came, where follow latest is on again', () => {
	const model = madeOf(1);
	model.pass(60);
	const revision = planRevision(
		model.service(),
		{image: 'registry.example.com/cart:2', percent: 0, newTag: 'canary'},
		{stable: nameOf(1)},
	);
	if (!revision.ok) throw new Error('no revision');
	model.send('anns', 'ann', planCreateRevision(model.facts('anns'), revision, []), {
		makes: {crashes: false, stays: false},
	});
	model.pass(60);
	model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
	expect(splitOf(model.service()).map(({key, percent, tags}) => `${key}=${percent}:${tags.join()}`)).toEqual([
		'cart-00001=0:previous',
		'@latest=100:stable',
	]);
	model.pass(60);
	model.deploy('ci', {crashes: false});
	model.pass(60);
	expect(wholeOf(rollBack(model.facts()))).toBe('cart-00002');
});
