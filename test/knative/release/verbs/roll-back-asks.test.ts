/** Rolling back where several revisions may be meant: nothing is chosen for the operator. */
import {describe, expect, it} from 'vitest';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import {rollBack} from '../../../../source/knative/release/verbs/roll-back.js';
import {planned} from '../../../release/parts/made.js';
import {planPromote} from '../../../../source/release/plan-split.js';
import {Model, nameOf} from '../stories/model.js';
import {latest, madeOf, pin, pinnedFirst, targetsOf, wholeOf} from '../deployed.js';

describe('rolling back', () => {
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

	it('asks where image and split may have been written at once, whatever had pods then', () => {
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
		for (const name of [nameOf(1), nameOf(2)]) {
			for (const ago of [20_000, 500_000]) {
				expect(rollBack(active(name, 'False', ago))).toMatchObject({kind: 'ask'});
			}
		}
		expect(rollBack(facts)).toMatchObject({kind: 'ask', candidates: ['cart-00001', 'cart-00002']});
	});

	it('asks while the labeler has not let go yet of the one that may have had the traffic', () => {
		const model = madeOf(2);
		model.write('kim', [pin(1, 0, 'stable'), latest(100)]);
		model.pass(60);
		model.deploy('ci', {crashes: false});
		const facts = model.facts();
		const revisions = facts.revisions.map(revision => ({...revision, routingState: 'active' as const}));
		expect(rollBack({...facts, revisions})).toMatchObject({
			kind: 'ask',
			candidates: ['cart-00001', 'cart-00002'],
		});
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
