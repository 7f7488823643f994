/** Which revision is stable and which canary, and what the verbs make of it: the situations that went wrong, one by one. */
import {describe, expect, it} from 'vitest';
import {abandon} from '../../../source/knative/release/verbs/abandon.js';
import type {Choice} from '../../../source/knative/release/verbs/choice.js';
import {promote} from '../../../source/knative/release/verbs/promote.js';
import {releaseOf} from '../../../source/knative/release/release.js';
import {rollBack} from '../../../source/knative/release/verbs/roll-back.js';
import {undo} from '../../../source/knative/release/verbs/undo.js';
import {trafficWarnings} from '../../../source/knative/release/warnings.js';
import {planRevision} from '../../../source/knative/revision/plan-revision.js';
import {splitOf, toTargets} from '../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {planCreateRevision} from '../../../source/release/plan-object.js';
import {planned} from '../../release/made.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planUndo,
} from '../../../source/release/plan-split.js';
import {serviceView} from '../objects.js';
import {Model, nameOf} from './model.js';

const pin = (generation: number, percent: number, tag?: string): TrafficTarget => ({
	revisionName: nameOf(generation),
	percent,
	...(tag !== undefined && {tag}),
});
const latest = (percent: number, tag?: string): TrafficTarget => ({
	latestRevision: true,
	percent,
	...(tag !== undefined && {tag}),
});

/** A service of which CI has made so many revisions, a minute apart, each taking the traffic over from the one before. */
function madeOf(revisions: number): Model {
	const model = new Model();
	for (let made = 1; made < revisions; made++) {
		model.pass(60);
		model.deploy('ci', {crashes: false});
	}
	model.pass(60);
	return model;
}

/** The same with everything pinned to the first one, so that the others were in no split. */
function pinnedFirst(revisions: number): Model {
	const model = new Model();
	model.pass(60);
	model.write('kim', [pin(1, 100)]);
	for (let made = 1; made < revisions; made++) {
		model.pass(60);
		model.deploy('ci', {crashes: false});
	}
	model.pass(60);
	return model;
}

function wholeOf(choice: Choice): string | undefined {
	if (choice.kind !== 'split') throw new Error(choice.kind === 'ask' ? choice.question : choice.reason);
	return choice.split.find(({percent}) => percent === 100)?.revision;
}

const targetsOf = (choice: Choice) => (choice.kind === 'split' ? toTargets(choice.split) : choice);

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
			guess: 'cart has no canary: cart-00001 has 100 %. cart-00002 is newer, but no split lists it',
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

	it('asks where the last one may have been followed at 0 % only', () => {
		const model = new Model();
		model.pass(60);
		model.write('kim', [pin(1, 100), latest(0)]);
		for (let made = 0; made < 2; made++) {
			model.pass(60);
			model.deploy('ci', {crashes: false});
		}
		model.pass(60);
		model.write('kim', [pin(1, 0), latest(100)]);
		expect(rollBack(model.facts())).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00001', 'cart-00002'],
		});
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

	it('asks where image and split were written at once, and what it would go to had no pods', () => {
		const model = new Model();
		model.pass(60);
		model.write('kim', [pin(1, 100, 'stable'), latest(0)]);
		model.pass(60);
		model.deploy('kim', {crashes: false});
		model.pass(600);
		model.deploy('kim', {crashes: false, traffic: [pin(1, 0, 'stable'), latest(100)]});
		model.pass(60);
		const facts = model.facts();
		const active = (name: string, status: 'True' | 'False', ago: number) => ({
			...facts,
			revisions: facts.revisions.map(revision =>
				revision.name === name
					? {
							...revision,
							conditions: [
								...revision.conditions.filter(({type}) => type !== 'Active'),
								{type: 'Active', status, severity: 'Info', reason: '', message: '', since: facts.now - ago},
							],
						}
					: revision,
			),
		});
		expect(rollBack(active(nameOf(2), 'False', 500_000))).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00001', 'cart-00002'],
		});
		// It lost its pods with its traffic.
		expect(wholeOf(rollBack(active(nameOf(2), 'False', 20_000)))).toBe('cart-00002');
		expect(wholeOf(rollBack(active(nameOf(1), 'False', 500_000)))).toBe('cart-00002');
	});

	it('asks where the one that was tried in between leaves the split last', () => {
		const model = madeOf(3);
		model.write('kim', [pin(1, 100)]);
		model.pass(60);
		model.write('kim', [pin(1, 90), pin(2, 0), pin(3, 10)]);
		model.pass(60);
		model.write('kim', [pin(2, 0), pin(3, 100)]);
		model.pass(60);
		model.write('kim', [pin(3, 100)]);
		expect(rollBack(model.facts())).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00002', 'cart-00001'],
		});
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
		expect(rollBack(model.facts())).toMatchObject({
			reason: 'Nothing to roll back: users never got cart-00004; cart-00002 has 100 %.',
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

	it('asks where two have as much', () => {
		const model = pinnedFirst(3);
		model.write('kim', [pin(1, 40), pin(2, 40), pin(3, 20)]);
		expect(rollBack(model.facts())).toMatchObject({kind: 'ask', candidates: ['cart-00001', 'cart-00002']});
		expect(wholeOf(rollBack(model.facts(), {to: 'cart-00001'}))).toBe('cart-00001');
	});

	it('asks where the record says as much for several, and takes the word of a note or of this machine then', () => {
		const model = pinnedFirst(3);
		model.write('kim', [pin(1, 50), pin(2, 50)]);
		model.pass(60);
		model.write('kim', [pin(3, 100)]);
		expect(rollBack(model.facts())).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00002', 'cart-00001'],
		});
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

	it('asks where neither the revisions may be listed nor anything else tells, whatever a machine remembers', () => {
		const model = pinnedFirst(2);
		model.watched('anns', 'kim', () => model.write('kim', [pin(2, 100)]));
		const blind = (who?: string) => ({...model.facts(who), revisions: undefined});
		expect(rollBack(blind())).toEqual({
			kind: 'ask',
			question:
				'Which revision had the traffic before cart-00002 cannot be told: the revisions could not be listed.',
			candidates: [],
		});
		// One more that may be meant, and no proposal.
		expect(rollBack(blind('anns'))).toEqual({
			kind: 'ask',
			question: expect.stringMatching(
				/This machine remembers cart-00001 with 100 % until kim changed it at .*09:\d\d\.$/,
			),
			candidates: ['cart-00001'],
		});
		expect(targetsOf(rollBack(blind(), {to: 'cart-00001'}))).toEqual([pin(2, 0), pin(1, 100)]);
	});

	it('never goes to a rejected revision', () => {
		const model = madeOf(3);
		model.reject('cart-00002', 'ann');
		const choice = rollBack(model.facts());
		expect(choice.kind === 'split' ? wholeOf(choice) : choice.kind).not.toBe('cart-00002');
	});
});

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
			guess: 'cart-00002 had 100 % of users until bob took it back to 0 %',
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
			guess: 'cart-00002 has 0 %, though it is tagged stable: it may have been taken back',
		});
		model.write('bob', [pin(1, 100, 'stable'), pin(2, 0, 'canary')]);
		expect(promote(model.facts())).not.toHaveProperty('guess');
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

it('what a promotion leaves in the split does not go by what one machine remembers', () => {
	const model = madeOf(2);
	model.watched('bobs', 'kim', () => model.write('kim', [pin(2, 0), pin(1, 100, 'canary')]));
	model.pass(60);
	expect(model.facts('bobs').changes).toHaveLength(1);
	expect(targetsOf(promote(model.facts('bobs')))).toEqual(targetsOf(promote(model.facts('anns'))));
});

it('what may be the way back stays in the split where it cannot be told which of several it is', () => {
	const model = pinnedFirst(3);
	model.write('kim', [pin(1, 33), pin(2, 33), pin(3, 34)]);
	model.send('anns', 'ann', planned(planPromote(model.facts('anns'))));
	expect(model.traffic).toEqual([pin(1, 0), pin(2, 0), pin(3, 100, 'stable')]);
	model.pass(60);
	expect(rollBack(model.facts())).toMatchObject({kind: 'ask', candidates: ['cart-00001', 'cart-00002']});
	expect(targetsOf(promote(model.facts(), {to: nameOf(3), keepsPrevious: false}))).toEqual([
		pin(3, 100, 'stable'),
	]);
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

it('what followed the latest and is pinned at the same share is no news to users', () => {
	const model = madeOf(2);
	const {service, revisions} = model.facts();
	const before = splitOf(service);
	const after = before.map(row => ({...row, key: 'cart-00002', latest: false}));
	expect(trafficWarnings(service, revisions, before, after)).toEqual([]);
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

it('what is deployed before any revision has been ready is no canary: it is tried beside nothing', () => {
	const service = serviceView({
		traffic: [latest(100)],
		edit(object) {
			object.status.traffic = [];
			delete object.status.latestReadyRevisionName;
		},
	});
	const {canary, stable, doubt, reason} = releaseOf({service, revisions: [], changes: []});
	expect({canary, stable, doubt}).toEqual({canary: undefined, stable: undefined, doubt: undefined});
	expect(reason).toBe('There is no canary.');
});
