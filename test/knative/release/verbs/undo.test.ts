/** Undo by what is noted on the service, and by what a machine remembers where nothing is. */
import {describe, expect, it} from 'vitest';
import type {Change, ReleaseFacts} from '../../../../source/knative/release/evidence/release-facts.js';
import type {ReleaseNote} from '../../../../source/knative/release/evidence/note.js';
import {undo, undoable} from '../../../../source/knative/release/verbs/undo.js';
import {splitOf, type Split} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import {moment} from '../../../../source/knative/text/moment.js';
import {revisionName, revisionView, serviceView} from '../../objects.js';
import {notedAt, noting} from '../noted.js';

const [one, two] = [revisionName(1), revisionName(2)];
const shares = (first: number): TrafficTarget[] => [
	{revisionName: one, percent: first},
	{revisionName: two, percent: 100 - first},
];
const splitWith = (first: number): Split => splitOf(serviceView({traffic: shares(first), ready: 2}));

const change = (generation: number, before: Split, after: Split, reason: string): Change => ({
	before,
	after,
	generation,
	at: Date.UTC(2026, 0, 2, 4, generation),
	by: 'ann',
	own: true,
	reason,
});

function factsWith(traffic: TrafficTarget[], changes: readonly Change[], created = 2): ReleaseFacts {
	const service = serviceView({
		traffic,
		ready: created,
		edit(object) {
			object.metadata.generation = changes.at(-1)?.generation ?? 1;
		},
	});
	const revisions = Array.from({length: created}, (_, index) => revisionView(created - index));
	return {service, revisions, changes};
}

/** A service with these shares and a note about them, which a colleague has changed since where `isOld`. */
function factsNoted(first: number, part: Partial<ReleaseNote>, {isOld = false} = {}): ReleaseFacts {
	const split = splitWith(isOld ? 42 : first);
	const edit = noting({generation: 5, split, ...part}, isOld ? 6 : 5);
	const service = serviceView({traffic: shares(first), ready: 2, edit});
	return {service, revisions: [revisionView(2), revisionView(1)], changes: []};
}

/** Everything by following the latest, when that was this revision. */
const latest = (revision: number): Split =>
	splitOf(serviceView({traffic: [{latestRevision: true, percent: 100}], ready: revision}));

/** What is said to be taken back, where this was the last change. */
function takenBack(last: Change): string | undefined {
	const choice = undo(factsWith(shares(90), [last]));
	return choice.kind === 'split' ? choice.notes[0] : undefined;
}

const now = Date.UTC(2026, 0, 2, 12, 30);
const clock = moment(notedAt, now);

const percents = (split: Split) => split.map(({percent}) => percent);

describe('what undo would put back', () => {
	it('leaves out the change that was undone, and the undo', () => {
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(90), splitWith(50), 'split'),
			change(4, splitWith(50), splitWith(90), 'undo: too many errors'),
		];
		expect(undoable(factsWith(shares(90), changes)).map(percents)).toEqual([[100, 0]]);
	});

	it('keeps a change that an undo did not take back', () => {
		// The first undo had to leave out a revision that was not ready, so it did not end where the first change did.
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(90), splitWith(50), 'split'),
			change(4, splitWith(50), splitWith(85), 'undo'),
			change(5, splitWith(85), splitWith(70), 'undo'),
		];
		expect(undoable(factsWith(shares(70), changes)).map(percents)).toEqual([
			[85, 15],
			[100, 0],
		]);
	});

	it('is nothing where a change in between was not seen', () => {
		const changes = [
			change(2, splitWith(100), splitWith(90), 'split'),
			change(3, splitWith(80), splitWith(50), 'split'),
		];
		expect(undoable(factsWith(shares(50), changes)).map(percents)).toEqual([[80, 20]]);
	});
});

it('what followed the latest is pinned, in one row with what was pinned to that revision', () => {
	const before = splitOf(
		serviceView({
			traffic: [
				{latestRevision: true, percent: 60, tag: 'canary'},
				{revisionName: two, percent: 40, tag: 'stable'},
			],
			ready: 2,
		}),
	);
	const choice = undo(factsWith(shares(100), [change(2, before, splitWith(100), 'split')], 3));
	expect(choice).toMatchObject({
		kind: 'split',
		split: [{key: two, revision: two, latest: false, percent: 100, tags: ['canary', 'stable']}],
	});
	expect(choice.kind === 'split' && choice.split).toHaveLength(1);
});

const previousAfter = (part: Partial<ReleaseNote>) => {
	const choice = undo(factsNoted(100, part));
	return choice.kind === 'split' ? choice.parts?.previous : choice;
};

describe('undo, by what is noted on the service,', () => {
	it('puts back the split before, and says whose change that takes back', () => {
		const facts = factsNoted(50, {verb: 'promote', undo: [splitWith(90), splitWith(100)]});
		expect(undoable(facts).map(split => percents(split))).toEqual([
			[90, 10],
			[100, 0],
		]);
		expect(undo(facts, {now})).toEqual({
			kind: 'split',
			split: splitWith(90),
			revision: undefined,
			parts: {stable: one, canary: two, previous: undefined},
			notes: [`Takes back: promote at ${clock} by ann.`],
		});
	});

	it('goes one step further back than an undo, and says so', () => {
		expect(undo(factsNoted(50, {verb: 'undo', undo: [splitWith(90)]}), {now})).toMatchObject({
			split: splitWith(90),
			notes: [`Takes back: the change before the one undone at ${clock} by ann.`],
		});
	});

	it('knows what a roll back goes to from there by a noted roll back, else by its tag', () => {
		const untagged = splitWith(0);
		const tagged = untagged.map(row => (row.revision === one ? {...row, tags: ['previous']} : row));
		expect(previousAfter({verb: 'roll back', undo: [untagged]})).toBe(one);
		expect(previousAfter({verb: 'promote', undo: [untagged]})).toBeUndefined();
		expect(previousAfter({verb: 'roll back', stable: undefined, undo: [tagged]})).toBe(one);
	});

	it('names the revision that gets everything', () => {
		expect(undo(factsNoted(50, {undo: [splitWith(100)]}))).toMatchObject({revision: one});
		expect(undo(factsNoted(50, {undo: [splitWith(0)]}))).toMatchObject({revision: two});
	});

	it.each([
		['roll back', 'rolled back'],
		['abandon', 'given up'],
	] as const)('warns of bringing back what a %s took from users', (verb, how) => {
		const facts = factsNoted(100, {verb, undo: [splitWith(60)]});
		expect(undo(facts, {now})).toMatchObject({
			bringsBack: {revision: two, how: `which was ${how} at ${clock} by ann`},
		});
		// At 0 % no user gets it.
		expect(undo(factsNoted(50, {verb, undo: [splitWith(100)]}), {now})).not.toHaveProperty('bringsBack');
	});

	it.each(['undo', 'tag', 'new revision'] as const)(
		'warns of it after a %s since the roll back, too',
		verb => {
			const taken = [
				{revision: 'helloworld-go-00003', at: notedAt, by: 'bob'},
				{revision: two, at: notedAt, by: 'ann'},
			];
			const facts = factsNoted(100, {verb, taken, undo: [splitWith(60)]});
			const back = {bringsBack: {revision: two, how: `which was rolled back at ${clock} by ann`}};
			expect(undo(facts, {now})).toMatchObject(back);
			// Made since under the same name, it is another one.
			const again = [{...revisionView(2), createdAt: notedAt + 1000}, revisionView(1)];
			expect(undo({...facts, revisions: again}, {now})).not.toHaveProperty('bringsBack');
		},
	);

	it.each(['split', 'promote', 'undo'] as const)('warns of nothing after a %s', verb => {
		expect(undo(factsNoted(100, {verb, undo: [splitWith(60)]}), {now})).not.toHaveProperty('bringsBack');
	});

	it('refuses what is there already', () => {
		expect(undo(factsNoted(60, {undo: [splitWith(60)]}))).toEqual({
			kind: 'refused',
			reason: 'helloworld-go has the split it had before the last change already.',
			already: true,
		});
	});

	it('refuses where no earlier split is noted, and where the split was changed since', () => {
		expect(undo(factsNoted(60, {}), {now})).toEqual({
			kind: 'refused',
			reason: 'Nothing to undo: no earlier split of helloworld-go is noted.',
		});
		expect(undo(factsNoted(60, {undo: [splitWith(90)]}, {isOld: true}), {now})).toEqual({
			kind: 'refused',
			reason: `Nothing to undo: the last change of helloworld-go that is known was at ${clock} by ann, and bob has changed it since; what it was before that is not known.`,
		});
	});
});

describe('undo, by what a machine remembers,', () => {
	it('refuses where nothing is known, and names whoever changed what is known since', () => {
		expect(undo(factsWith(shares(100), []))).toMatchObject({
			reason: 'Nothing to undo: no change of the split of helloworld-go is known.',
		});
		const gone = change(2, splitWith(100), splitWith(90), 'split');
		const service = serviceView({
			traffic: shares(70),
			ready: 2,
			edit({metadata}) {
				metadata.generation = 3;
				metadata.annotations = {};
			},
		});
		expect(undo({service, revisions: [], changes: [gone]})).toMatchObject({
			reason: expect.stringMatching(/ was at .* by ann, and somebody has changed it since/),
		});
	});

	it('says what its own change was, and of another one only that it was one', () => {
		const own = change(2, splitWith(100), splitWith(90), 'split: try it');
		expect(takenBack(own)).toMatch(/^Takes back: split: try it at .* by ann\.$/);
		const theirs = {...own, own: false, from: 1, reason: 'undo'};
		expect(takenBack(theirs)).toMatch(/^Takes back: a change of the split at .* by ann\.$/);
	});

	it.each(['undo', 'undo: too many errors'])('does not take its own undo back: %s', reason => {
		const last = change(2, splitWith(100), splitWith(90), reason);
		expect(undo(factsWith(shares(90), [last]))).toMatchObject({kind: 'refused'});
	});

	it('takes back what only begins like an undo', () => {
		const last = change(2, splitWith(100), splitWith(90), 'undone by hand');
		expect(undo(factsWith(shares(90), [last]))).toMatchObject({kind: 'split', split: splitWith(100)});
	});

	it('says who is stable and canary by the split of then', () => {
		const tagged = splitOf(
			serviceView({
				traffic: [
					{revisionName: one, percent: 30, tag: 'stable'},
					{revisionName: two, percent: 70, tag: 'canary'},
					{revisionName: two, percent: 0, tag: 'preview'},
				],
				ready: 2,
			}),
		);
		const last = change(2, tagged, splitWith(100), 'split');
		expect(undo(factsWith(shares(100), [last]))).toMatchObject({
			split: tagged,
			parts: {stable: one, canary: two},
		});
	});

	it('names no canary where one revision has had everything all the time', () => {
		const pinned = splitOf(serviceView({traffic: [{revisionName: two, percent: 100}], ready: 2}));
		const facts = factsWith([{revisionName: two, percent: 100}], [change(2, latest(2), pinned, 'pin')]);
		expect(undo(facts)).toMatchObject({split: latest(2), parts: {stable: two, canary: undefined}});
	});
});

describe('what followed the latest revision', () => {
	it('follows it again while that is the revision of then', () => {
		const facts = factsWith(shares(100), [change(2, latest(2), splitWith(100), 'split')]);
		expect(undo(facts)).toMatchObject({split: [{key: '@latest', latest: true, percent: 100}]});
	});

	it('is pinned where a newer one is, or is about to be, the latest', () => {
		const facts = factsWith(shares(100), [change(2, latest(2), splitWith(100), 'split')]);
		const created = {...facts.service, latestCreated: revisionName(3)};
		const choice = undo({...facts, service: created});
		expect(choice).toMatchObject({split: [{key: two, latest: false, percent: 100}]});
		expect(choice.kind === 'split' && choice.notes).toContain(
			`The split followed the latest revision, then ${two}; pinned now, because ${revisionName(3)} is the latest today.`,
		);
	});
});
