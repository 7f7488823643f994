import {describe, expect, it} from 'vitest';
import {createLedger, type PodSample, type LedgerStretch} from '../../../source/users/counting/ledger.js';

const counted = (counts: Readonly<Record<string, number>>): PodSample['said'] => ({
	kind: 'counts',
	counts: {
		byStatus: new Map(
			Object.entries(counts).map(([status, count]) => [status, {count, buckets: [{bound: Infinity, count}]}]),
		),
	},
});
const rated = (requests: number): PodSample['said'] => ({
	kind: 'rate',
	stat: {pod: 'x', concurrency: 0.5, requests, proxiedRequests: requests, uptime: 9},
});

type Said = Readonly<Record<string, PodSample['said']>>;

/** A pod's uid begins with its revision: `new.1`. */
const revisionOf = (uid: string): string => uid.split('.', 1)[0] ?? '';

type KnownCounts = Readonly<Record<string, {requests: number; failed: number; rejected?: number}>>;

const countsOf = (own: KnownCounts) =>
	new Map(Object.entries(own).map(([revision, counts]) => [revision, {rejected: 0, ...counts}]));

function ledgerOf() {
	const ledger = createLedger();
	let at = 0;
	return (
		said: Said,
		{
			running = Object.keys(said),
			isNew = [],
			own = {},
			ownOpen = {},
			isSettling = false,
		}: {
			running?: readonly string[];
			isNew?: readonly string[];
			own?: KnownCounts;
			ownOpen?: KnownCounts;
			isSettling?: boolean;
		} = {},
	): LedgerStretch | undefined => {
		at += 2000;
		return ledger.add({
			at,
			pods: Map.groupBy(running, revisionOf),
			samples: Object.entries(said).map(([uid, what]) => ({
				uid,
				revision: revisionOf(uid),
				isNew: isNew.includes(uid),
				at,
				said: what,
			})),
			own: countsOf(own),
			ownOpen: countsOf(ownOpen),
			isSettling,
		});
	};
}

const of = (stretch: LedgerStretch | undefined, revision: string) => stretch?.byRevision.get(revision);

describe('exact counts', () => {
	it('are what came between two rounds, whatever was counted before', () => {
		const add = ledgerOf();
		expect(add({'old.1': counted({200: 1000}), 'new.1': counted({200: 10, 500: 1})})).toBeUndefined();
		const stretch = add({'old.1': counted({200: 1080}), 'new.1': counted({200: 28, 404: 1, 500: 2})});
		expect(stretch).toMatchObject({from: 2000, to: 4000, isSettling: false});
		expect(of(stretch, 'old')).toMatchObject({requests: 80, failed: 0, perSecond: 40, isExact: true});
		expect(of(stretch, 'new')).toMatchObject({
			requests: 20,
			failed: 1,
			rejected: 1,
			perSecond: 10,
			isExact: true,
		});
	});

	it('begin again with the queue-proxy: all that it counts is new', () => {
		const add = ledgerOf();
		add({'old.1': counted({200: 1000, 500: 3})});
		// What it counted before that, since it was last asked, is lost.
		const anew = {requests: 7, failed: 0, isExact: true, isCut: true};
		expect(of(add({'old.1': counted({200: 7})}), 'old')).toMatchObject(anew);
		expect(of(add({'old.1': counted({200: 9})}), 'old')).toMatchObject({requests: 2, isCut: false});
	});

	it('of a pod that has come are all its own, of one that was only not seen none', () => {
		const add = ledgerOf();
		add({'old.1': counted({200: 5})});
		const stretch = add(
			{'old.1': counted({200: 6}), 'old.2': counted({200: 30}), 'old.3': counted({200: 400})},
			{isNew: ['old.2']},
		);
		expect(of(stretch, 'old')?.requests).toBe(31);
		// The third one is not known yet: what is said of all of them is an estimate.
		expect(of(stretch, 'old')).toMatchObject({isExact: false, pods: {all: 3, read: 2}});
	});

	it('of a pod that went end with it', () => {
		const add = ledgerOf();
		add({'old.1': counted({200: 5}), 'old.2': counted({200: 5})});
		expect(of(add({'old.1': counted({200: 9})}), 'old')).toMatchObject({
			requests: 4,
			isCut: true,
			pods: {all: 1, read: 1},
		});
		expect(of(add({'old.1': counted({200: 10})}), 'old')?.isCut).toBe(false);
	});

	it('of a revision scaled to zero are none, and exactly that', () => {
		const add = ledgerOf();
		const none = {running: [] as string[]};
		add({}, none);
		const stretch = add({}, none);
		expect(stretch?.byRevision.size).toBe(0);
	});

	it('wait for a pod that is late, so that no stretch lacks its part', () => {
		const add = ledgerOf();
		const running = ['old.1', 'new.1'];
		add({'old.1': counted({200: 10}), 'new.1': counted({200: 10})});
		expect(add({'old.1': counted({200: 20})}, {running})).toBeUndefined();
		const stretch = add({'old.1': counted({200: 30}), 'new.1': counted({200: 14})});
		expect(stretch).toMatchObject({from: 2000, to: 6000});
		expect([of(stretch, 'old')?.requests, of(stretch, 'new')?.requests]).toEqual([20, 4]);
	});

	it('do not wait for ever: without that pod they are an estimate', () => {
		const add = ledgerOf();
		const running = ['old.1', 'old.2'];
		add({'old.1': counted({200: 10}), 'old.2': counted({200: 10})});
		expect(add({'old.1': counted({200: 20})}, {running})).toBeUndefined();
		expect(add({'old.1': counted({200: 30})}, {running})).toBeUndefined();
		const stretch = add({'old.1': counted({200: 40})}, {running});
		expect(of(stretch, 'old')).toMatchObject({
			requests: 30,
			isExact: false,
			perSecond: 10,
			pods: {all: 2, read: 1},
		});
	});
});

describe('what a pod counted while nobody could ask it', () => {
	const running = ['old.1', 'new.1'];
	const first = {'old.1': counted({200: 100}), 'new.1': counted({200: 10})};

	it('belongs to no stretch: those that ended without it are over', () => {
		const add = ledgerOf();
		add(first);
		for (let round = 1; round <= 6; round++) add({'old.1': counted({200: 100 + 80 * round})}, {running});
		const back = add({'old.1': counted({200: 660}), 'new.1': counted({200: 150})});
		expect(of(back, 'old')).toMatchObject({requests: 80, isExact: true});
		expect(of(back, 'new')).toMatchObject({requests: 0, isExact: false, pods: {all: 1, read: 0}});
		const next = add({'old.1': counted({200: 740}), 'new.1': counted({200: 170})});
		expect([of(next, 'old')?.requests, of(next, 'new')?.requests]).toEqual([80, 20]);
		expect(of(next, 'new')?.isExact).toBe(true);
	});

	it('neither does it when the pod has only come', () => {
		const add = ledgerOf();
		add({'old.1': counted({200: 100})});
		const isNew = ['new.1'];
		for (const requests of [180, 260, 340, 420]) add({'old.1': counted({200: requests})}, {running, isNew});
		const back = add({'old.1': counted({200: 500}), 'new.1': counted({200: 90})}, {isNew});
		expect(of(back, 'new')).toMatchObject({requests: 0, isExact: false});
		expect(
			of(add({'old.1': counted({200: 580}), 'new.1': counted({200: 110})}, {isNew}), 'new'),
		).toMatchObject({requests: 20, isExact: true});
	});

	it('nor what it did in the round that all others are compared with', () => {
		const add = ledgerOf();
		add({'old.1': counted({200: 100})}, {running});
		const isNew = ['new.1'];
		const second = add({'old.1': counted({200: 180}), 'new.1': counted({200: 9000})}, {isNew});
		expect(of(second, 'new')).toMatchObject({requests: 0, isExact: false});
	});
});

it('says how early the requests of a stretch may have come: since its pods were asked before', () => {
	const ledger = createLedger();
	const add = (at: number, askedAt: number, said: PodSample['said']) =>
		ledger.add({
			at,
			pods: new Map([['old', ['old.1']]]),
			samples: [{uid: 'old.1', revision: 'old', isNew: false, at: askedAt, said}],
			own: new Map(),
			isSettling: false,
		});
	add(10_000, 8500, counted({200: 1}));
	expect(add(12_000, 11_000, counted({200: 2}))?.earliest).toBe(8500);
	expect(add(14_000, 13_000, rated(5))?.earliest).toBe(11_000);
});

it('begins again when the clock is set back', () => {
	const ledger = createLedger();
	const add = (at: number, requests: number) =>
		ledger.add({
			at,
			pods: new Map([['old', ['old.1']]]),
			samples: [{uid: 'old.1', revision: 'old', isNew: false, at, said: counted({200: requests})}],
			own: new Map(),
			isSettling: false,
		});
	add(3_600_000, 1);
	expect(add(2000, 11)).toBeUndefined();
	expect(of(add(4000, 31), 'old')).toMatchObject({requests: 20, perSecond: 10});
});

describe('rates', () => {
	it('are added up over the pods, and are an estimate', () => {
		const add = ledgerOf();
		add({'old.1': rated(9)});
		const stretch = add({'old.1': rated(10), 'old.2': rated(30)});
		expect(of(stretch, 'old')).toMatchObject({perSecond: 40, isExact: false, requests: 0, concurrency: 1});
	});

	it('of several rounds are not added up', () => {
		const add = ledgerOf();
		const running = ['old.1', 'new.1'];
		add({'old.1': rated(9), 'new.1': rated(1)});
		expect(add({'old.1': rated(10)}, {running})).toBeUndefined();
		const stretch = add({'old.1': rated(20), 'new.1': rated(2)});
		expect(of(stretch, 'old')).toMatchObject({perSecond: 20, concurrency: 0.5});
	});

	it('of some of the pods stand for all of them', () => {
		const add = ledgerOf();
		const running = ['old.1', 'old.2', 'old.3', 'old.4'];
		add({}, {running});
		expect(of(add({'old.1': rated(10), 'old.2': rated(20)}, {running}), 'old')).toMatchObject({
			perSecond: 60,
			pods: {all: 4, read: 2},
		});
	});
});

describe('the requests of this console itself', () => {
	it('are taken out of counts, also those that the pods tell of later', () => {
		const add = ledgerOf();
		add({'new.1': counted({200: 100})}, {own: {new: {requests: 50, failed: 2}}});
		const own = {new: {requests: 60, failed: 3}};
		expect(of(add({'new.1': counted({200: 106})}, {own}), 'new')).toMatchObject({requests: 0});
		expect(of(add({'new.1': counted({200: 113, 500: 1})}, {own}), 'new')).toMatchObject({
			requests: 4,
			failed: 0,
		});
	});

	it('are taken out of what the pods answered with a 4xx', () => {
		const add = ledgerOf();
		add({'new.1': counted({200: 100})}, {own: {}});
		const own = {new: {requests: 9, failed: 0, rejected: 9}};
		expect(of(add({'new.1': counted({200: 103, 404: 10})}, {own}), 'new')).toMatchObject({
			requests: 4,
			rejected: 1,
		});
	});

	it('that failed at one revision or another are failures of users at neither, and said to be left out', () => {
		const add = ledgerOf();
		const none = {requests: 0, failed: 0};
		add({'old.1': counted({200: 80}), 'new.1': counted({200: 20})}, {ownOpen: {old: none, new: none}});
		const open = {requests: 4, failed: 4};
		const first = add(
			{'old.1': counted({200: 160, 500: 1}), 'new.1': counted({200: 40, 500: 6})},
			{ownOpen: {old: open, new: open}},
		);
		expect(of(first, 'old')).toMatchObject({failed: 0, open: {failed: 1, rejected: 0}});
		expect(of(first, 'new')).toMatchObject({failed: 2, open: {failed: 4, rejected: 0}});
		// What none of them has told of for half a minute was not there.
		for (let round = 0; round < 15; round++) {
			add({'old.1': counted({200: 160, 500: 1})}, {ownOpen: {old: open}});
		}
		expect(of(add({'old.1': counted({200: 160, 500: 4})}, {ownOpen: {old: open}}), 'old')).toMatchObject({
			failed: 3,
		});
	});

	it('are taken out of rates', () => {
		const add = ledgerOf();
		add({'new.1': rated(5)}, {own: {new: {requests: 0, failed: 0}}});
		const own = {new: {requests: 10, failed: 0}};
		expect(of(add({'new.1': rated(25)}, {own}), 'new')?.perSecond).toBe(20);
	});

	it('are owed where the pods have told of fewer by then', () => {
		const add = ledgerOf();
		add({'new.1': rated(5)}, {own: {}});
		const own = {new: {requests: 10, failed: 0}};
		expect(of(add({'new.1': rated(3)}, {own}), 'new')).toMatchObject({
			perSecond: 0,
			balance: -2,
			ownPerSecond: 5,
		});
	});
});

it('marks what came while the gateway was switched', () => {
	const add = ledgerOf();
	add({'old.1': counted({200: 1})});
	expect(add({'old.1': counted({200: 2})}, {isSettling: true})?.isSettling).toBe(true);
	// It ended within this one.
	expect(add({'old.1': counted({200: 3})})?.isSettling).toBe(true);
	expect(add({'old.1': counted({200: 4})})?.isSettling).toBe(false);
});
