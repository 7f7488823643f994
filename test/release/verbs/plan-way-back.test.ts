/** The plans by which users get back what they had: roll back, undo, giving a canary up. */
import {describe, expect, it} from 'vitest';
import {planAbandon, planRollback, planSplit, planUndo} from '../../../source/release/plan-split.js';
import {kubectlMarkCommand, kubectlPatchCommand} from '../../../source/knative/commands/commands.js';
import {markOf} from '../../../source/knative/release/evidence/rejection.js';
import {baseOf} from '../../../source/knative/revision/base.js';
import {
	noteIn,
	now,
	one,
	operationsOf,
	percents,
	planned,
	revisionMade,
	row,
	serviceMade,
	situation,
	three,
	tried,
	two,
	whole,
} from '../parts/made.js';
import {kindsOf} from '../parts/split-plans.js';

describe('rolling back and undoing', () => {
	it('warns of a revision that is known to fail at its tag, and asks nothing more for it', () => {
		const atTags = new Map([
			[one, {requests: 81, failed: 40}],
			[two, {requests: 81, failed: 81}],
		]);
		const warned = planned(planRollback(situation({atTags}))).warnings.filter(
			({revision}) => revision === one,
		);
		expect(warned).toEqual([
			{kind: 'other', revision: one, sentence: `${one} failed 40 of 81 requests at its tag (49 %).`},
		]);
		const few = new Map([[one, {requests: 81, failed: 1}]]);
		expect(planned(planRollback(situation({atTags: few}))).warnings).toEqual(
			planned(planRollback(situation())).warnings,
		);
	});

	it('is refused with what may be meant instead', () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{revisionName: two, percent: 0, tag: 'canary'},
		];
		expect(planRollback(situation({traffic}))).toEqual({
			ok: false,
			reason: expect.stringContaining('Nothing to roll back'),
			instead: 'abandon',
		});
	});

	it('goes to the revision that the operator named', () => {
		const facts = situation({revisions: [revisionMade(3), revisionMade(2), revisionMade(1)]});
		const traffic = [
			{revisionName: one, percent: 90, tag: 'stable'},
			{revisionName: three, percent: 10, tag: 'canary'},
		];
		const plan = planned(planRollback({...situation({traffic}), revisions: facts.revisions}, {to: two}));
		expect(percents(plan.splits?.after)).toContain(`${two}=100`);
		// No user is known to have had it.
		expect(kindsOf(plan)).toContain('untried');
	});

	it('goes to nothing newer, though the operator named it', () => {
		const facts = situation({revisions: [revisionMade(3), revisionMade(2), revisionMade(1)]});
		expect(planRollback(facts, {to: three})).toMatchObject({
			ok: false,
			reason: expect.stringContaining(`${three} is newer than what has the traffic beside it`),
		});
	});

	it('undoes nothing where nothing is known', () => {
		expect(planUndo(situation())).toEqual({
			ok: false,
			reason: 'Nothing to undo: no change of the split of helloworld-go is known.',
		});
	});

	it('says of any share that is given again to what was rolled back when that was, and by whom', () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{revisionName: two, percent: 0, tag: 'canary'},
		];
		const facts = situation({traffic, note: {verb: 'roll back'}});
		const given = (percent: number) =>
			planned(planSplit(facts, [row(one, 100 - percent, ['stable']), row(two, percent, ['canary'])]))
				.warnings;
		const sentence = expect.stringMatching(/-00002 was rolled back at .* by ann\.$/);
		expect(given(3)).toContainEqual({kind: 'other', revision: two, sentence});
		const because = expect.stringMatching(/-00002 was rolled back$/);
		expect(given(100)).toContainEqual({kind: 'guess', sentence, because});
		// It is what users had that gets more by this.
		const back = planned(
			planSplit(situation({note: {verb: 'roll back'}}), [row(one, 100, ['stable']), row(two, 0, ['canary'])]),
		);
		expect(back.warnings.map(warning => warning.sentence).join(' ')).not.toContain('rolled back');
	});

	it('warns of what an undo brings back to users', () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{revisionName: two, percent: 0, tag: 'canary'},
		];
		const undo = [[row(one, 50, ['stable']), row(two, 50, ['canary'])]];
		const plan = planned(planUndo(situation({traffic, note: {verb: 'roll back', undo}})));
		expect(plan.warnings[0]).toEqual({
			kind: 'other',
			sentence: expect.stringMatching(/^Brings .*-00002 back to 50 % of users, which was rolled back/),
		});
	});
});

describe('giving a canary up', () => {
	const why = 'too slow';

	it('is the patch, then the mark by the uid of the revision', () => {
		const facts = situation();
		const plan = planned(planAbandon(facts, {why}));
		const mark = {by: 'ann', at: now, why};
		expect(plan.reject).toEqual({revision: two, uid: 'uid-2', mark});
		expect(plan.action).toBe('abandon');
		expect(percents(plan.splits?.after)).toBe(`${one}=100`);
		expect(plan.notes).toContain(
			`Two writes: this patch, whose note already says that ${two} is rejected, then the mark on ${two} itself.`,
		);
		expect(plan.commands).toEqual([
			kubectlPatchCommand(facts.service, operationsOf(plan)),
			kubectlMarkCommand({namespace: 'default', revision: two, uid: 'uid-2'}, markOf(mark)),
			expect.stringMatching(/^kn service update/),
		]);
		// That it leaves the split is what was asked for.
		expect(kindsOf(plan)).toEqual([]);
	});

	it('says which other revisions leave the split by it', () => {
		const traffic = [
			{revisionName: one, percent: 80, tag: 'stable'},
			{revisionName: two, percent: 10, tag: 'canary'},
			{revisionName: three, percent: 10},
		];
		const facts = situation({traffic});
		expect(planned(planAbandon(facts)).warnings).toMatchObject([{kind: 'unlisted', revision: three}]);
	});

	it('is the patch alone where the revision is not known by its uid', () => {
		const alone = `${two} is rejected by the note on helloworld-go; it gets no mark of its own: the revisions could not be listed.`;
		for (const revisions of [[revisionMade(2, {uid: ''}), revisionMade(1)], [revisionMade(1)], undefined]) {
			const plan = planned(planAbandon({...situation(), revisions}, {why}));
			expect(plan.notes).toContain(alone);
			expect(plan.reject).toBeUndefined();
			expect(plan.commands.map(line => line.split(' ').slice(0, 3).join(' '))).toEqual([
				'kubectl patch ksvc',
				'kn service update',
			]);
			expect(noteIn(plan)?.rejected).toMatchObject([{revision: two, why}]);
		}
	});

	it('keeps the beginning of a long reason', () => {
		const plan = planned(planAbandon(situation(), {why: 'x'.repeat(501)}));
		expect(plan.reject?.mark.why).toBe('x'.repeat(500));
	});

	it('needs no reason and no name', () => {
		const {user: _user, ...facts} = situation();
		expect(planned(planAbandon(facts)).reject?.mark).toEqual({by: '', at: now, why: ''});
	});

	it('puts the template back in the same patch, where that is wanted', () => {
		const facts = {...situation(), service: serviceMade({traffic: tried, ready: 2, image: 'app:2'})};
		const base = baseOf({
			metadata: {name: one},
			spec: {containers: [{image: 'app:1', env: [{name: 'TARGET', value: 'World'}]}]},
		});
		if (!base) throw new Error('no base');
		const plan = planned(planAbandon(facts, {base}));
		const operations = operationsOf(plan);
		expect(operations[0]).toEqual({op: 'replace', path: '/spec/template', value: base.template});
		expect(operations.map(({path}) => path)).toContain('/spec/traffic');
		expect(plan.facts).toEqual([
			{label: 'Template', value: `as ${one} runs it: a new revision, at 0 %`},
			{label: '', value: 'image app:2 → app:1'},
		]);
		expect(plan.commands).toEqual([
			kubectlPatchCommand(facts.service, operations),
			expect.stringMatching(/^kubectl patch revision/),
		]);
		expect(kindsOf(plan)).toEqual([]);
	});

	it('is refused where there is no canary', () => {
		expect(planAbandon(situation({traffic: whole(one), revisions: [revisionMade(1)]}))).toEqual({
			ok: false,
			reason: `helloworld-go has no canary to abandon: ${one} has 100 %.`,
		});
	});
});
