/** What promoting says of revisions that are no part of the release, and where there is nothing to promote. */
import {describe, expect, it} from 'vitest';
import {promote} from '../../../../source/knative/release/verbs/promote.js';
import type {RevisionView} from '../../../../source/knative/revision/revision.js';
import {moment} from '../../../../source/knative/text/moment.js';
import {condition, revisionName, revisionView, serviceView} from '../../objects.js';
import {notedAt, noting} from '../noted.js';
import {splitOf} from '../../../../source/knative/split/split.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
const canary = [
	{revisionName: one, percent: 90, tag: 'stable'},
	{revisionName: two, percent: 10, tag: 'canary'},
];

const whole = [{revisionName: one, percent: 100}];

/** What is said of a newer one. */
const notesBeside = (newer: Partial<RevisionView>) => {
	const service = serviceView({traffic: canary, ready: 3});
	const revisions = [{...revisionView(3), ...newer}, revisionView(2), revisionView(1)];
	const choice = promote({service, revisions, changes: []});
	return choice.kind === 'split' ? choice.notes : [];
};

/** Everything on the first, which is all there is, and a generation that the controller has taken up or not. */
const takenUp = (observed: number) => ({
	service: serviceView({
		traffic: whole,
		ready: 1,
		edit({metadata, status}) {
			metadata.generation = 2;
			status.observedGeneration = observed;
		},
	}),
	revisions: [revisionView(1)],
	changes: [],
});

/** A canary, and a note about it. */
const notedFacts = (note: Partial<Parameters<typeof noting>[0]>) => {
	const split = splitOf(serviceView({traffic: canary, ready: 2}));
	const service = serviceView({traffic: canary, ready: 2, edit: noting({generation: 5, split, ...note})});
	return {service, revisions: [revisionView(2), revisionView(1)], changes: []};
};

describe('beside newer revisions', () => {
	it('says who made them and when, as far as that is told', () => {
		const created = Date.UTC(2026, 0, 2, 5);
		expect(notesBeside({creator: 'ci', createdAt: created})).toEqual([
			`ci has made ${three} since (${moment(created)}); it is not part of this release.`,
		]);
		expect(notesBeside({creator: undefined, createdAt: undefined})).toEqual([
			`Somebody has made ${three} since; it is not part of this release.`,
		]);
	});

	it('says of one that does not serve how it is', () => {
		const failed = revisionView(3, [condition('Ready', 'False', 'ContainerMissing', 'no image')]);
		expect(notesBeside({...failed, creator: 'ci', createdAt: undefined})).toEqual([
			`ci has made ${three} since, failed; it is not part of this release.`,
		]);
	});
});

/** Why nothing is promoted beside a newest revision like this. */
const reasonOf = (newest: Partial<RevisionView> | undefined, rejected?: string) => {
	const service = serviceView({traffic: whole, ready: 1, created: 2});
	const made = newest && {...revisionView(2), ...newest, ...(rejected !== undefined && {rejected})};
	const choice = promote({service, revisions: [...(made ? [made] : []), revisionView(1)], changes: []});
	return choice.kind === 'refused' ? choice : undefined;
};

describe('with nothing to promote', () => {
	const has = `${one} has 100 % of the traffic of helloworld-go already`;

	it('says that one which is being deleted is no canary', () => {
		expect(reasonOf({deleting: true})).toEqual({
			kind: 'refused',
			reason: `helloworld-go has no canary: ${has}.`,
		});
	});

	it('says who rejected the newest one, and why', () => {
		const at = '2026-01-02T12:04:00Z';
		expect(reasonOf({}, JSON.stringify({by: 'ann', at, why: '5xx'}))?.reason).toBe(
			`helloworld-go has no canary: ${two} was rejected at ${moment(Date.parse(at))} by ann: 5xx. ${has}.`,
		);
		expect(reasonOf({}, '{"by":"ann"}')?.reason).toBe(
			`helloworld-go has no canary: ${two} was rejected by ann. ${has}.`,
		);
	});

	it('says that a newest one which is not there, or not ready, was not promoted', () => {
		const failed = revisionView(2, [condition('Ready', 'False', 'ContainerMissing', 'no image')]);
		expect(reasonOf(failed)?.reason).toBe(
			`The newest revision, ${two}, is not ready (Failed: ContainerMissing: no image); ${has}. Nothing was promoted.`,
		);
		expect(reasonOf(undefined)?.reason).toBe(
			`The newest revision, ${two}, is not ready; ${has}. Nothing was promoted.`,
		);
	});

	it('says so while the last change may still make a newer revision', () => {
		expect(promote(takenUp(1))).toMatchObject({reason: expect.stringContaining('has not taken up the last')});
		expect(promote(takenUp(1))).not.toHaveProperty('already');
		expect(promote(takenUp(2))).toEqual({kind: 'refused', reason: `${has}.`, already: true});
	});
});

describe('where the newer one of two has the tag of what users had', () => {
	const traffic = [
		{revisionName: one, percent: 90},
		{revisionName: two, percent: 10, tag: 'stable'},
	];
	const facts = (rows: typeof traffic) => ({
		service: serviceView({traffic: rows, ready: 2}),
		revisions: [revisionView(2), revisionView(1)],
		changes: [],
	});

	it('asks, and takes either', () => {
		expect(promote(facts(traffic))).toEqual({
			kind: 'ask',
			question: `${one} is older than ${two}, which is tagged stable, and has traffic: that would be no promotion.`,
			candidates: [two, one],
		});
		for (const to of [one, two]) expect(promote(facts(traffic), {to})).toMatchObject({revision: to});
	});

	it('goes to the older one where that is tagged as what is tried', () => {
		const tagged = traffic.map(row => ({...row, tag: row.tag ?? 'canary'}));
		expect(promote(facts(tagged))).toMatchObject({kind: 'split', revision: one});
	});
});

describe('of what the note tells', () => {
	it('a canary that was rolled back is more than what was asked for, and no other', () => {
		const now = notedAt + 60_000;
		for (const to of [undefined, two]) {
			expect(promote(notedFacts({verb: 'roll back'}), {now, to})).toMatchObject({
				guess: {
					sentence: `${two} was rolled back at ${moment(notedAt, now)} by ann`,
					because: `${two} was rolled back`,
				},
			});
		}
		const taken = [{revision: two, at: notedAt, by: 'ann'}];
		expect(promote(notedFacts({verb: 'tag', taken}), {now})).toMatchObject({
			guess: {
				sentence: `${two} was rolled back at ${moment(notedAt, now)} by ann`,
				because: `${two} was rolled back`,
			},
		});
		// One after the other.
		expect(
			promote(notedFacts({verb: 'roll back', canary: 'helloworld-go-00003', taken}), {now}),
		).toHaveProperty('guess');
		expect(promote(notedFacts({verb: 'roll back', canary: one}), {now})).not.toHaveProperty('guess');
		expect(promote(notedFacts({verb: 'split'}), {now})).not.toHaveProperty('guess');
	});

	it('follow latest comes on again where it was on before, and no newer revision can take the traffic', () => {
		expect(promote(notedFacts({followed: true}))).toMatchObject({
			split: [{key: one}, {key: '@latest', latest: true, percent: 100}],
			notes: [
				'Follow latest is on again, as before this release: the next ready revision gets this traffic.',
			],
		});
		expect(promote(notedFacts({followed: true}))).toMatchObject({
			split: [{key: one, percent: 0, tags: ['previous']}, {key: '@latest'}],
			parts: {previous: one},
		});
		const before = notedFacts({followed: true});
		const newer = {...before.service, latestCreated: three};
		const choice = promote({...before, service: newer, revisions: [revisionView(3), ...before.revisions]});
		expect(choice).toMatchObject({split: [{key: one}, {key: two, percent: 100}]});
		expect(choice.kind === 'split' && choice.notes).toContain(
			`Stays pinned to ${two}: later revisions wait for you.`,
		);
		const pinned = promote(notedFacts({followed: false}));
		expect(pinned.kind === 'split' && pinned.notes).toEqual([]);
	});

	it('what users had stays as the way back, unless that is not wanted', () => {
		expect(promote(notedFacts({}))).toMatchObject({
			parts: {stable: two, canary: undefined, previous: one},
			split: [
				{key: one, percent: 0, tags: ['previous']},
				{key: two, percent: 100, tags: ['stable']},
			],
		});
		expect(promote(notedFacts({}), {keepsPrevious: false})).toMatchObject({
			parts: {previous: undefined},
			split: [{key: two, percent: 100, tags: ['stable']}],
		});
	});
});
