/** The way of a change to the gateway, by what the watch tells of it. */
import {beforeEach, describe, expect, it} from 'vitest';
import {beginMove, followRoutes, waitingSentence} from '../../../source/console/session/follow-routes.js';
import {notify} from '../../../source/console/state/select.js';
import {createConsoleStore, type ConsoleStore, type Notice} from '../../../source/console/state/state.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {condition, revisionName, serviceView} from '../../knative/objects.js';

type Routes = 'True' | 'Unknown' | 'False';

const canary: TrafficTarget[] = [
	{revisionName: revisionName(1), percent: 90},
	{revisionName: revisionName(2), percent: 10},
];
const whole: TrafficTarget[] = [
	{revisionName: revisionName(1), percent: 100},
	{revisionName: revisionName(2), percent: 0},
];

/** The service at that generation, and what its route says of it. */
function at(
	generation: number,
	routes: Routes,
	{traffic = canary, uid, name}: {traffic?: TrafficTarget[]; uid?: string; name?: string} = {},
): ServiceView {
	return serviceView({
		traffic,
		ready: 2,
		edit({metadata, status}) {
			metadata.generation = generation;
			if (uid !== undefined) metadata.uid = uid;
			if (name !== undefined) metadata.name = name;
			status.observedGeneration = generation;
			const words = routes === 'False' ? 'Revision "x" not found' : '';
			status.conditions = [
				condition('ConfigurationsReady', 'True'),
				condition('RoutesReady', routes, routes === 'False' ? 'RevisionMissing' : '', words),
			];
		},
	});
}

const {uid} = at(1, 'True');
let store: ConsoleStore;
let now: number;

beforeEach(() => {
	store = createConsoleStore({to: 'test', namespace: 'default'});
	now = 1000;
});

/** The watch tells of these services, and of no others. */
const tell = (...services: ServiceView[]) => store.setState({services});
const follow = () => followRoutes(store, {now: () => now});
const move = (of = uid) => store.getState().moves.get(of);
const said = () => store.getState().notice?.text;
/** What is said of a write from here until the gateway has it. */
const wait = (deed?: string, of = uid): void =>
	notify(store, {tone: 'good', text: `${deed ?? 'Split'}: ${waitingSentence}.`, arriving: {uid: of, deed}});

describe('a change that others made', () => {
	it('is none where the service was never seen but in order', () => {
		tell(at(3, 'True'));
		follow();
		tell(at(3, 'True'));
		expect(store.getState().moves.size).toBe(0);
	});

	it('is under way from when the watch tells of it until the gateway has it, and nothing is said', () => {
		wait();
		const before = said();
		tell(at(1, 'True'));
		follow();
		tell(at(2, 'Unknown'));
		expect(move()).toEqual({
			generation: 2,
			askedAt: 1000,
			own: false,
			movedAt: undefined,
			refusalTold: false,
		});
		now = 2000;
		tell(at(2, 'True'));
		expect(move()).toMatchObject({askedAt: 1000, own: false, movedAt: 2000});
		now = 3000;
		tell(at(2, 'True'));
		expect(move()).toMatchObject({movedAt: 2000});
		expect(said()).toBe(before);
	});

	it('takes the place of the one before, whatever had become of that', () => {
		tell(at(2, 'Unknown'));
		follow();
		now = 2000;
		tell(at(3, 'Unknown'));
		expect(move()).toMatchObject({generation: 3, askedAt: 2000, movedAt: undefined});
		now = 3000;
		tell(at(4, 'True'));
		expect(move()).toMatchObject({generation: 4, askedAt: 3000, movedAt: 3000});
	});

	it('is looked at in a service that was there before anybody followed', () => {
		tell(at(2, 'Unknown'));
		follow();
		expect(move()).toMatchObject({generation: 2, askedAt: 1000});
	});

	it('of one service is none of another', () => {
		const other = at(1, 'True', {uid: 'uid-of-other', name: 'other'});
		tell(at(1, 'True'), other);
		follow();
		tell(at(2, 'Unknown'), other);
		expect([...store.getState().moves.keys()]).toEqual([uid]);
	});

	it('is followed no longer than wanted', () => {
		const end = follow();
		end();
		tell(at(2, 'Unknown'));
		expect(store.getState().moves.size).toBe(0);
	});

	it('changes nothing in the store where there is no news of it', () => {
		tell(at(2, 'Unknown'));
		follow();
		const {moves} = store.getState();
		tell(at(2, 'Unknown'));
		expect(store.getState().moves).toBe(moves);
	});
});

describe('a write from here', () => {
	it('is not at the gateway because the one before it is: the watch is behind', () => {
		tell(at(1, 'True'));
		follow();
		beginMove(store, uid, 2, 900);
		tell(at(1, 'True'));
		expect(move()).toEqual({
			generation: 2,
			askedAt: 900,
			own: true,
			movedAt: undefined,
			refusalTold: false,
		});
		tell(at(2, 'Unknown'));
		expect(move()).toMatchObject({own: true, askedAt: 900, movedAt: undefined});
		now = 2000;
		tell(at(2, 'True'));
		expect(move()).toMatchObject({own: true, askedAt: 900, movedAt: 2000});
	});

	it('is not at the gateway while the controller has not seen it', () => {
		tell(at(1, 'True'));
		follow();
		beginMove(store, uid, 2, 900);
		tell({...at(2, 'True'), observedGeneration: 1});
		expect(move()).toMatchObject({movedAt: undefined});
	});

	it('that the watch has told of before the answer came is there at once', () => {
		follow();
		tell(at(2, 'True'));
		beginMove(store, uid, 2, 900);
		expect(move()).toMatchObject({generation: 2, own: true, askedAt: 900});
		expect(move()?.movedAt).toEqual(expect.any(Number));
	});

	it('keeps when the gateway had it, where the watch was faster than the answer', () => {
		tell(at(2, 'Unknown'));
		follow();
		now = 1500;
		tell(at(2, 'True'));
		beginMove(store, uid, 2, 900);
		expect(move()).toMatchObject({own: true, askedAt: 900, movedAt: 1500});
	});

	it('has nothing of when the gateway had the one before', () => {
		tell(at(2, 'Unknown'));
		follow();
		tell(at(2, 'True'));
		beginMove(store, uid, 3, 900);
		expect(move()).toMatchObject({generation: 3, movedAt: undefined});
	});

	it('does not take the place of a later change that was told of already', () => {
		tell(at(3, 'Unknown'));
		follow();
		const before = move();
		beginMove(store, uid, 2, 900);
		expect(move()).toBe(before);
	});

	it('gives way to a change of somebody else', () => {
		tell(at(1, 'True'));
		follow();
		beginMove(store, uid, 2, 900);
		tell(at(3, 'Unknown'));
		expect(move()).toMatchObject({generation: 3, own: false, movedAt: undefined});
	});
});

/** A write from here to that split, followed until the gateway has it. */
const arrive = (traffic: TrafficTarget[]): void => {
	tell(at(1, 'True'));
	follow();
	beginMove(store, uid, 2, 900);
	tell(at(2, 'True', {traffic}));
};

describe('the promise of a write from here', () => {
	it.each<[string, string | undefined, TrafficTarget[], string]>([
		['of a split', undefined, canary, 'helloworld-go is now 90│10.'],
		['of a roll back', 'Rolled back', whole, `Rolled back: ${revisionName(1)} has 100 %.`],
		['of a promotion', 'Promoted', whole, `Promoted: ${revisionName(1)} has 100 %.`],
		[
			'of a release that is given up',
			`Given up, ${revisionName(2)} rejected`,
			whole,
			`Given up, ${revisionName(2)} rejected: ${revisionName(1)} has 100 %.`,
		],
		[
			'of one that is given up beside a release',
			`Given up, ${revisionName(3)} rejected`,
			canary,
			`Given up, ${revisionName(3)} rejected: helloworld-go is now 90│10.`,
		],
		['of an undo', 'Undone', canary, 'Undone: helloworld-go is now 90│10.'],
		['of a split that gives one everything', undefined, whole, 'helloworld-go is now 100│0.'],
		[
			'of one that names a revision twice',
			undefined,
			[
				{revisionName: revisionName(1), percent: 60},
				{revisionName: revisionName(1), percent: 30, tag: 'stable'},
				{revisionName: revisionName(2), percent: 10},
			],
			'helloworld-go is now 90│10.',
		],
		[
			'of one of three revisions',
			undefined,
			[
				{revisionName: revisionName(1), percent: 70},
				{revisionName: revisionName(2), percent: 0, tag: 'canary'},
				{revisionName: revisionName(3), percent: 30},
			],
			`helloworld-go is now ${revisionName(1)} 70 %, ${revisionName(3)} 30 %.`,
		],
	])('%s is said to be kept when it is', (_, verb, traffic, expected) => {
		wait(verb);
		arrive(traffic);
		expect(store.getState().notice).toEqual({tone: 'good', text: expected});
	});

	it('is left where it is about another service, until that one is there', () => {
		wait('Promoted', 'another uid');
		const before = store.getState().notice;
		arrive(canary);
		expect(move()?.movedAt).toBe(1000);
		expect(store.getState().notice).toBe(before);
	});

	it('is left where the write has missed something', () => {
		const missed: Notice = {
			tone: 'bad',
			text: `Given up: ${waitingSentence}. But it has no mark.`,
			arriving: {uid, deed: 'Given up'},
		};
		notify(store, missed);
		arrive(whole);
		expect(store.getState().notice).toEqual(missed);
	});

	it('is left where something else is said by now', () => {
		const other: Notice = {tone: 'bad', text: 'Not applied.'};
		notify(store, other);
		arrive(canary);
		expect(store.getState().notice).toEqual(other);
		expect(move()?.movedAt).toBe(1000);
	});
});

describe('the late no of a route', () => {
	const refusal =
		/^helloworld-go: .*Revision "x" not found.* The gateway keeps the split it had before; users see no change\. .*u undoes it, R rolls back\.$/;

	it('to a write from here is said, once', () => {
		wait();
		tell(at(1, 'True'));
		follow();
		beginMove(store, uid, 2, 900);
		tell(at(2, 'False'));
		expect(store.getState().notice).toMatchObject({tone: 'bad', text: expect.stringMatching(refusal)});
		expect(move()).toMatchObject({refusalTold: true, movedAt: undefined});
		notify(store, {tone: 'info', text: 'Read.'});
		tell(at(2, 'False'));
		expect(said()).toBe('Read.');
	});

	it.each(['True', 'Unknown'] as const)(
		'to what others changed of a service that was %s is said, too',
		was => {
			tell(at(1, was));
			follow();
			tell(at(2, 'False'));
			expect(said()).toMatch(refusal);
		},
	);

	it('that was there before anybody looked is no news', () => {
		tell(at(2, 'False'));
		follow();
		expect(said()).toBeUndefined();
		tell(at(2, 'False'));
		expect(said()).toBeUndefined();
		expect(move()).toMatchObject({refusalTold: true});
	});
});

describe('a change that was made while nobody listened', () => {
	it.each<[what: string, away: () => void]>([
		['the console was stopped', () => {}],
		[
			'the server did not answer',
			() => {
				const {feeds} = store.getState();
				const services = {kind: 'stale', since: now, why: 'the API server does not answer'} as const;
				store.setState({feeds: {...feeds, services}});
				tell(at(2, 'Unknown'));
				store.setState({feeds});
			},
		],
	])('is not said to be live since it was seen, where %s', (what, away) => {
		tell(at(1, 'True'));
		follow();
		beginMove(store, uid, 2, now);
		away();
		now += what.includes('stopped') ? 9000 : 1000;
		tell(at(2, 'True'));
		expect(move()).toMatchObject({movedAt: now, isLate: true});
	});

	it('is not said so either where the watch tells of it before the write is answered', () => {
		tell(at(1, 'True'));
		follow();
		const askedAt = now;
		now += 9000;
		tell(at(2, 'True'));
		beginMove(store, uid, 2, askedAt);
		expect(move()).toMatchObject({own: true, isLate: true});
	});

	it('is the last of which that is said', () => {
		tell(at(1, 'True'));
		follow();
		now += 9000;
		tell(at(2, 'True'));
		now += 1000;
		beginMove(store, uid, 3, now);
		now += 1000;
		tell(at(3, 'True'));
		expect(move()).toEqual({generation: 3, askedAt: 11_000, own: true, movedAt: 12_000, refusalTold: false});
	});
});
