/** Which revision is stable and which canary, and what the verbs make of it: the situations that went wrong, one by one. */
import {expect, it} from 'vitest';
import {promote} from '../../../source/knative/release/verbs/promote.js';
import {rollBack} from '../../../source/knative/release/verbs/roll-back.js';
import {formatNote} from '../../../source/knative/release/evidence/note.js';
import {releaseOf} from '../../../source/knative/release/release.js';
import {trafficWarnings} from '../../../source/knative/release/warnings.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {revisionName, revisionView, serviceView} from '../objects.js';
import {notedAt, noting} from './noted.js';
import {latest, madeOf, pin, targetsOf} from './deployed.js';

it('what a promotion leaves in the split does not go by what one machine remembers', () => {
	const model = madeOf(2);
	model.watched('bobs', 'kim', () => model.write('kim', [pin(2, 0), pin(1, 100, 'canary')]));
	model.pass(60);
	expect(model.facts('bobs').changes).toHaveLength(1);
	expect(targetsOf(promote(model.facts('bobs')))).toEqual(targetsOf(promote(model.facts('anns'))));
});

it('what followed the latest and is pinned at the same share is no news to users', () => {
	const model = madeOf(2);
	const {service, revisions} = model.facts();
	const before = splitOf(service);
	const after = before.map(row => ({...row, key: 'cart-00002', latest: false}));
	expect(trafficWarnings(service, revisions, before, after)).toEqual([]);
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

it.each([0, 10])(
	'what was rolled back keeps its tag, but is not tried any more beside a newer one at %i %%',
	percent => {
		const traffic = [
			{revisionName: revisionName(1), percent: 100 - percent, tag: 'stable'},
			{revisionName: revisionName(2), percent: 0, tag: 'canary'},
			{latestRevision: true, percent},
		];
		const split = splitOf(serviceView({traffic, ready: 3}));
		const taken = [{revision: revisionName(2), at: notedAt, by: 'ann'}];
		const edit = noting({generation: 5, split, verb: 'new revision', taken});
		const revisions = [revisionView(3), revisionView(2), revisionView(1)];
		const facts = {service: serviceView({traffic, ready: 3, edit}), revisions, changes: []};
		expect(releaseOf(facts)).toMatchObject({
			canary: {revision: revisionName(3), percent},
			stable: {revision: revisionName(1)},
		});
		expect(promote(facts)).toMatchObject({revision: revisionName(3)});
		expect(promote(facts)).not.toHaveProperty('guess');
		expect(rollBack(facts)).toMatchObject({kind: percent === 0 ? 'refused' : 'split'});
	},
);

it('what was rolled back is the canary where there is none after it', () => {
	const traffic = [pin(1, 100, 'stable'), pin(2, 0, 'canary')];
	const model = madeOf(2);
	model.write('kim', traffic);
	const facts = model.facts();
	const edited = {...facts.service, releaseNote: undefined};
	expect(releaseOf({...facts, service: edited}).canary?.revision).toBe('cart-00002');
	// After it was made.
	const at = 1 + Math.max(...(facts.revisions ?? []).map(({createdAt = 0}) => createdAt));
	const taken = [{revision: 'cart-00002', at, by: 'ann'}];
	const releaseNote = formatNote({
		generation: edited.generation,
		verb: 'tag',
		stable: 'cart-00001',
		canary: 'cart-00002',
		previous: undefined,
		followed: false,
		since: notedAt,
		by: 'ann',
		split: splitOf(edited),
		undo: [],
		rejected: [],
		taken,
	});
	expect(releaseOf({...facts, service: {...edited, releaseNote}}).canary).toMatchObject({
		revision: 'cart-00002',
		because: 'tagged canary, but was rolled back',
		lost: 'rolled back',
	});
});

it('what somebody took back by other means is no fresh canary, where this machine remembers that', () => {
	const model = madeOf(2);
	model.write('kim', [pin(1, 90), pin(2, 10, 'canary')]);
	model.pass(60);
	model.watched('bobs', 'kim', () => model.write('kim', [pin(1, 100), pin(2, 0, 'canary')]));
	const {canary} = releaseOf(model.facts('bobs'));
	expect(canary).toMatchObject({revision: 'cart-00002', percent: 0, lost: 'taken back'});
	expect(promote(model.facts('bobs'))).toMatchObject({
		guess: {sentence: 'cart-00002 had 10 % of users until kim took it back to 0 %'},
	});
	// A note of before it had users knows nothing of that.
	const facts = model.facts('bobs');
	const noted = formatNote({
		generation: 1,
		verb: 'tag',
		stable: 'cart-00001',
		canary: undefined,
		previous: undefined,
		followed: false,
		since: notedAt,
		by: 'ann',
		split: splitOf(facts.service).map(row => ({...row, percent: row.revision === 'cart-00001' ? 100 : 0})),
		undo: [],
		rejected: [],
	});
	const old = {...facts, service: {...facts.service, releaseNote: noted}};
	expect(releaseOf(old).canary).toMatchObject({
		because: 'tagged canary, but was taken back to 0 %',
		lost: 'taken back',
	});
	// Who has not seen it cannot know.
	expect(releaseOf(model.facts('anns')).canary).not.toHaveProperty('lost');
	model.watched('bobs', 'kim', () => model.write('kim', [pin(1, 95), pin(2, 5, 'canary')]));
	expect(releaseOf(model.facts('bobs')).canary).not.toHaveProperty('lost');
});
