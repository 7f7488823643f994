/**
 * Yardsticks, simulated at 50 requests a second in stretches of two seconds, looked at after each of them, 400 runs unless said
 * otherwise (SIMULATION_RUNS makes more of them here):
 *
 * - False alarms of the split: within an hour Poisson and bursts 0 of 400 runs, sessions of 10 requests on average within a second 1; within
 *   five minutes, 10 within 10 s 1 % (4 of 400, all within the first one), 10 within a minute 1.3 %, 30 within a second 1.3 %. All
 *   sessions are found to come in groups: half of the runs within 16 s (10 within 1 s), 60 s (10 within 10 s) and 6 min (10 within a minute).
 * - What no test of counts can tell: sessions of 30 requests within 10 s are called wrong in 9 % of the runs, most of them within 20 s, within
 *   a minute in 15 %; of 100 within 10 s in 26 %. One client that has half of all requests and keeps to a revision is a wrong split for as
 *   long as it stays: 1 % where that is 2 s, 70 % where it is 10 s, nearly always where it is a minute. So a split that is called wrong is
 *   said to be that unless one client sends so many of the requests, and nothing is claimed any more once it changes.
 * - False alarms of the errors, 1 % on both sides: Poisson and bursts 0 % (200 runs).
 * - A gateway that goes from 80/20 to 50/50 at any moment of a stretch: all 400 runs are called within ten seconds after 6 s, 10 s, 20 s,
 *   30 s, a minute, ten minutes and an hour of truth (median 5.9, 5.3, 4.1, 3.3, 3.0, 2.6 and 2.7 s, worst 9.0, 9.7, 9.3, 9.7, 7.7, 5.4 and
 *   5.5 s). 399 where it lies from the beginning on (worst 12 s) and after four seconds of truth (worst 11 s), 384 after two (worst 11.6 s):
 *   then little is known of how requests come. After an hour that is the 30 minutes that are kept. Ten seconds are five stretches, of
 *   which the lie has four whole ones.
 * - A lie that goes on is said to be over, of the looks at which it is called, looked at every two seconds for 20 minutes: at 80/20
 *   instead of 90/10 with 5 requests a second at 79 of 11,155, in 18 of 40 runs (by the most extreme half a minute in 11 of 12); every eight
 *   seconds, 65/35 instead of 80/20 with 5 a second 2 of 1,146 (66), 86/14 instead of 90/10 with 50 a second 2 of 1,224 (33), gross ones never.
 *   That it is over is found within 32 s in all 12 runs of the latter two.
 * - A canary at 10 % that fails 5 %, median / 90 % / worst: 26 / 36 / 46 s against 0 %, 26 / 40 / 58 s against 0.1 %, 48 / 86 / 140 s
 *   against 1 %.
 */
import {describe, expect, it, vi} from 'vitest';
import {usersErrorVerdict, usersSplitVerdict, type UsersInterval} from '../../source/stats/users-verdict.js';
import {seeded} from './parts/random.js';
import {intervalsOf, type Traffic} from './parts/users-traffic.js';

const runs = Number(process.env['SIMULATION_RUNS'] ?? 40);
vi.setConfig({testTimeout: 60_000 * Math.max(1, runs / 20)});
const shares = [0.8, 0.2];
const pair = {fresh: 1, old: 0, shares: [0.9, 0.1]};

/** Seconds until a verdict is given; Infinity when it never is. Looked at after each stretch at first, later more seldom. */
function secondsUntil(
	intervals: readonly UsersInterval[],
	isSaid: (seen: readonly UsersInterval[]) => boolean,
): number {
	for (let seen = 1; seen <= intervals.length; seen += seen < 60 ? 1 : seen < 300 ? 10 : 60) {
		if (isSaid(intervals.slice(0, seen))) return seen * 2;
	}
	return Infinity;
}

function simulated(
	traffic: Omit<Traffic, 'random'>,
	measure: (intervals: UsersInterval[], run: number) => number,
): number[] {
	return Array.from({length: runs}, (_, run) =>
		measure(intervalsOf({...traffic, random: seeded(1000 + run)}), run),
	).toSorted((one, other) => one - other);
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(sorted.length * q)] ?? Infinity;
const disagrees = (seen: readonly UsersInterval[]) => usersSplitVerdict(seen, shares).state === 'disagrees';

/** Seconds until a lie is called that begins after so many, at any moment of a stretch. */
const after = (seconds: number) =>
	simulated({kind: 'poisson', shares, seconds, rate: 50}, (before, run) => {
		const random = seeded(9000 + run);
		const phase = random();
		const lies = {kind: 'poisson', shares: [0.5, 0.5], random} as const;
		const [truth] = intervalsOf({kind: 'poisson', shares, seconds: 2, rate: 50 * phase, random});
		const [lie] = intervalsOf({...lies, seconds: 2, rate: 50 * (1 - phase)});
		const mixed = shares.map((_, place) => (truth?.requests[place] ?? 0) + (lie?.requests[place] ?? 0));
		const rest = intervalsOf({...lies, seconds: 58, rate: 50});
		const intervals = [...before, {requests: mixed, failed: [0, 0], rejected: [0, 0]}, ...rest];
		for (let seen = before.length + 1; seen <= intervals.length; seen++) {
			// No more are kept than that.
			if (disagrees(intervals.slice(Math.max(0, seen - 900), seen))) {
				return 2 * (seen - before.length - phase);
			}
		}
		return Infinity;
	});

/** Seconds until a canary is worse that fails 5 % against so many of the old one. */
const until = (old: number) =>
	simulated({kind: 'poisson', shares: [0.9, 0.1], errors: [old, 0.05], seconds: 300, rate: 50}, intervals =>
		secondsUntil(intervals, seen => usersErrorVerdict(seen, pair).state === 'worse'),
	);

describe('false alarms within an hour', () => {
	it.each([
		['poisson', {kind: 'poisson'}],
		['bursts', {kind: 'bursts'}],
		['sessions of 10 requests within a second', {kind: 'sessions', length: 10, span: 1}],
		['sessions of 10 requests over 10 seconds', {kind: 'sessions', length: 10, span: 10}],
		['sessions of 10 requests over a minute', {kind: 'sessions', length: 10, span: 60}],
		['sessions of 30 requests within a second', {kind: 'sessions', length: 30, span: 1}],
		['sessions of 3 requests over a minute', {kind: 'sessions', length: 3, span: 60}],
	] as const)('%s: the split is called wrong in at most 1 of 20', (_, kind) => {
		const alarms = simulated({...kind, shares, seconds: 3600, rate: 50}, intervals =>
			secondsUntil(intervals, disagrees),
		);
		expect(alarms.filter(Number.isFinite).length / runs).toBeLessThanOrEqual(0.05);
	});

	it.each(['poisson', 'bursts'] as const)(
		'%s: a canary that is as good is called worse in at most 1 of 20',
		kind => {
			const alarms = simulated(
				{kind, shares: [0.9, 0.1], errors: [0.01, 0.01], seconds: 3600, rate: 50},
				intervals => secondsUntil(intervals, seen => usersErrorVerdict(seen, pair).state === 'worse'),
			);
			expect(alarms.filter(Number.isFinite).length / runs).toBeLessThanOrEqual(0.05);
		},
	);
});

it.each([
	['sessions of 10 requests over 10 seconds', {kind: 'sessions', length: 10, span: 10}],
	['sessions of 30 requests over 10 seconds', {kind: 'sessions', length: 30, span: 10}],
	['one client with half of it, which changes every two seconds', {kind: 'one client', span: 2}],
	['one client with half of it, which changes every ten', {kind: 'one client', span: 10}],
] as const)('claims nothing of %s after some minutes', (_, kind) => {
	const states = Array.from(
		{length: 10},
		(__, run) =>
			usersSplitVerdict(intervalsOf({...kind, shares, seconds: 900, rate: 50, random: seeded(run)}), shares)
				.state,
	);
	expect(states).toEqual(states.map(() => 'dependent'));
});

it('says what part of the requests one client would have to send for the same counts, which are no other than those of a lie', () => {
	const random = seeded(21);
	const seconds = 600;
	const free = intervalsOf({kind: 'poisson', shares, seconds, rate: 25, random});
	const ofOne = intervalsOf({kind: 'poisson', shares: [0, 1], seconds, rate: 25, random});
	const client = free.map(({requests, ...rest}, index) => ({
		...rest,
		requests: requests.map((count, place) => count + (ofOne[index]?.requests[place] ?? 0)),
	}));
	const lie = intervalsOf({kind: 'poisson', shares: [0.4, 0.6], seconds, rate: 50, random});
	for (const verdict of [client, lie].map(intervals => usersSplitVerdict(intervals, shares))) {
		expect(verdict.state).toBe('disagrees');
		expect(verdict.oneClient).toBeGreaterThan(0.45);
		expect(verdict.oneClient).toBeLessThan(0.55);
	}
});

it('finds requests that come in groups, and claims nothing of them', () => {
	const random = seeded(3);
	const intervals = intervalsOf({
		kind: 'sessions',
		length: 10,
		span: 1,
		shares: [0.7, 0.3],
		seconds: 300,
		rate: 50,
		random,
	});
	const verdict = usersSplitVerdict(intervals, shares);
	expect(verdict.state).toBe('dependent');
	expect(verdict.dispersion.factor).toBeGreaterThan(4);
	expect(usersErrorVerdict(intervals, pair).state).toBe('dependent');
});

it.each([10, 20, 30, 60, 600])(
	'calls a gateway within ten seconds that gives 50/50 in the place of 80/20, after %d seconds of truth',
	seconds => {
		expect(after(seconds).filter(took => took > 10)).toEqual([]);
	},
);

it('calls one that lies from the beginning on, or from the first seconds, within ten seconds, nearly always', () => {
	const lie = simulated({kind: 'poisson', shares: [0.5, 0.5], seconds: 60, rate: 50}, seen =>
		secondsUntil(seen, disagrees),
	);
	expect(quantile(lie, 0.9)).toBeLessThanOrEqual(10);
	for (const seconds of [2, 4, 6]) expect(quantile(after(seconds), 0.9)).toBeLessThanOrEqual(10);
});

/** A hundred requests without a failure, of which so many went to the first. */
const intervalOf = (first: number): UsersInterval => ({
	requests: [first, 100 - first],
	failed: [0, 0],
	rejected: [0, 0],
});

it.each([15, 30, 60])(
	'calls a gateway that lies two stretches after it began to, after %d true ones',
	before => {
		const truth = Array.from({length: before}, (_, index) => intervalOf(77 + 3 * (index % 3)));
		expect(usersSplitVerdict(truth, shares).state).toBe('agrees');
		expect(usersSplitVerdict([...truth, intervalOf(62), intervalOf(63)], shares).state).toBe('disagrees');
	},
);

it('calls a canary at 10 % that fails 5 % worse within the yardstick', () => {
	expect(quantile(until(0), 0.9)).toBeLessThanOrEqual(46);
	expect(quantile(until(0.001), 0.9)).toBeLessThanOrEqual(58);
});

it('knows at once that users reach a revision that is configured 0 %', () => {
	const interval = {requests: [100, 0, 1], failed: [0, 0, 0], rejected: [0, 0, 0]};
	expect(usersSplitVerdict([interval], [0.8, 0.2, 0])).toMatchObject({
		state: 'impossible',
		requests: [100, 0, 1],
	});
});

const unused = (requests: readonly number[], number: number) =>
	Array.from({length: number}, () => ({requests, failed: [0, 0], rejected: [0, 0]}));

it('cannot tell requests at the tag of a revision at 0 % from those of a gateway that sends users there', () => {
	const asked = unused([8, 4], 10);
	expect(usersSplitVerdict(asked, [1, 0], [true, true])).toMatchObject({
		state: 'at tags',
		requests: [80, 40],
	});
	expect(usersSplitVerdict(asked, [1, 0], [true, false]).state).toBe('impossible');
});

it('sees a split of the others that is wrong, whatever comes to a tag at 0 %', () => {
	const wrong = Array.from({length: 20}, (_, index) => ({
		requests: [50 + (index % 5), 50 - (index % 3), 30],
		failed: [0, 0, 0],
		rejected: [0, 0, 0],
	}));
	expect(usersSplitVerdict(wrong, [0.8, 0.2, 0], [true, true, true])).toMatchObject({
		state: 'disagrees',
		isOneTagged: true,
	});
});

it.each([[true], [false]])(
	'forgets requests at 0 %% that came no more for half a minute, tag %s',
	isTagged => {
		const over = [...unused([8, 4], 10), ...unused([8, 0], 15)];
		expect(usersSplitVerdict(over, [1, 0], [false, isTagged])).toMatchObject({
			state: 'agrees',
			requests: [200, undefined],
		});
	},
);

it('agrees only once a share that gets nothing would have shown, and it is known how requests come', () => {
	const even = Array.from({length: 3}, () => ({requests: [80, 20], failed: [0, 0], rejected: [0, 0]}));
	expect(usersSplitVerdict(even, shares).state).toBe('too few');
	expect(usersSplitVerdict([...even, ...even, ...even], shares).state).toBe('agrees');
	expect(usersSplitVerdict([], shares)).toMatchObject({state: 'too few', logE: 0});
});

it('takes a 404 of the canary where the old one answers for a failure of its own kind', () => {
	const random = seeded(12);
	const intervals = intervalsOf({kind: 'poisson', shares: [0.9, 0.1], seconds: 60, rate: 50, random}).map(
		({requests}) => ({requests, failed: [0, 0], rejected: [0, requests[1] ?? 0]}),
	);
	expect(usersErrorVerdict(intervals, pair)).toMatchObject({state: 'worse', by: '4xx'});
});

it('does not say that a split agrees which only looks wrong because little is known of how requests come', () => {
	const wrong = Array.from({length: 7}, (_, index) => ({
		requests: [48 + (index % 3), 52 - (index % 2)],
		failed: [0, 0],
		rejected: [0, 0],
	}));
	for (let seen = 1; seen <= wrong.length; seen++) {
		expect(usersSplitVerdict(wrong.slice(0, seen), [0.9, 0.1]).state).toMatch(/suspicious|disagrees/);
	}
});

const stretches = (of: readonly number[], seconds: number, seed: number) =>
	intervalsOf({kind: 'poisson', shares: of, seconds, rate: 50, random: seeded(seed)});

describe('a split that was wrong', () => {
	const wrong = stretches([0.5, 0.5], 60, 1);

	it('is over once what came lately is of the one that is set', () => {
		expect(usersSplitVerdict([...wrong, ...stretches(shares, 40, 2)], shares)).toMatchObject({
			state: 'disagrees',
			isOver: true,
		});
	});

	it.each([
		['goes on', wrong],
		['has only just ended', [...wrong, ...stretches(shares, 10, 3)]],
		['is a little less so', [...wrong, ...stretches([0.65, 0.35], 40, 4)]],
		['comes back', [...wrong, ...stretches(shares, 40, 5), ...stretches([0.5, 0.5], 20, 6)]],
	])('is not over while it %s', (_, intervals) => {
		expect(usersSplitVerdict(intervals, shares).isOver).toBeUndefined();
	});

	/** 5 requests a second, of which the second revision gets 35 % where 20 % are set. */
	const mild = {kind: 'poisson', shares: [0.65, 0.35], rate: 5} as const;

	it('is hardly ever said to be over while a mild lie goes on for long', () => {
		const looks = {wrong: 0, over: 0};
		simulated({...mild, seconds: 1200}, intervals => {
			for (let seen = 20; seen <= intervals.length; seen += 20) {
				const {state, isOver} = usersSplitVerdict(intervals.slice(0, seen), shares);
				looks.wrong += state === 'disagrees' ? 1 : 0;
				looks.over += isOver ? 1 : 0;
			}
			return 0;
		});
		expect(looks.wrong).toBeGreaterThan(10 * runs);
		expect(looks.over / looks.wrong).toBeLessThanOrEqual(0.01);
	});

	it('is found to be over within a minute after a mild lie', () => {
		const found = simulated({...mild, seconds: 1200}, (lie, run) => {
			const truth = intervalsOf({...mild, shares, seconds: 60, random: seeded(7000 + run)});
			return secondsUntil(truth, seen => usersSplitVerdict([...lie, ...seen], shares).isOver === true);
		});
		expect(quantile(found, 0.9)).toBeLessThanOrEqual(60);
	});
});
