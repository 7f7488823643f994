import {describe, expect, it} from 'vitest';
import {
	sinceSplitLine,
	usersAlarm,
	usersLine,
	usersSummary,
	usersVerdicts,
} from '../../../source/console/live/users-lines.js';
import {usersCertainty} from '../../../source/users/counting/certainty.js';
import {createLedger, type LedgerStretch} from '../../../source/users/counting/ledger.js';
import {usersView} from '../../../source/users/counting/users-view.js';
import {seeded} from '../../stats/parts/random.js';
import {usersRow as row, usersSnapshot} from '../../users/snapshots.js';
import type {UsersRow, UsersSnapshot, UsersWindow} from '../../../source/users/users.js';

function windowOf(rows: readonly UsersRow[], isExact = true): UsersWindow {
	const perSecond = rows.reduce((sum, {perSecond: own}) => sum + own, 0);
	const certainty = usersCertainty(
		rows.map(one => ({perSecond: one.perSecond, ownPerSecond: 0})),
		{seconds: 30, isExact},
	);
	return {
		certainty,
		seconds: 30,
		perSecond,
		requests: rows.reduce((sum, {requests}) => sum + requests, 0),
		isExact,
		hasStatuses: true,
		rows: rows.map(one => ({...one, share: perSecond > 0 ? one.perSecond / perSecond : undefined})),
	};
}

const counted = windowOf([
	row('old', 309, {requests: 9270, failed: 28, p95: 38.2}),
	row('new', 103, {requests: 3090, failed: 58, p95: 382.4}),
]);

/** So many of the requests to the new one are answered with a 4xx. */
const lineWith = (rejected: number) =>
	usersLine(
		windowOf([row('old', 80, {requests: 2400, rejected: 10}), row('new', 20, {requests: 600, rejected})]),
	);

describe('the line', () => {
	it('says rate, shares, successes and latencies in the order of the revisions', () => {
		expect(usersLine(counted)).toBe('users  412/s   75│25   ok 99.7 %│98.1 %   p95 ≈38│382 ms');
		expect(usersLine(counted, {isShort: true})).toBe('users  412/s   75│25');
	});

	it('says how many got a 4xx, where those are more than a few', () => {
		expect(lineWith(600)).toBe('users  100/s   80│20   ok 100 %│100 %   4xx 0.4 %│100 %');
		expect(lineWith(5)).toBe('users  100/s   80│20   ok 100 %│100 %');
	});

	it('says nothing of successes where errors have no status of their own', () => {
		expect(usersLine({...counted, hasStatuses: false})).toBe('users  412/s   75│25   p95 ≈38│382 ms');
	});

	it('marks what is an estimate, and leaves out what is not told', () => {
		expect(usersLine(windowOf([row('old', 7.5), row('new', 0.1)], false))).toEqual(
			expect.stringMatching(/^users {2}≈7\.6\/s {3}≈98\.7│1\.3 ±\d+$/),
		);
	});

	it('says in plain words that nobody uses it, and not where somebody does', () => {
		expect(usersLine(windowOf([row('old', 0.04), row('new', 0)]))).toBe('users  nobody uses it: 0/s');
		expect(usersLine(windowOf([row('old', 0.2), row('new', 0)]))).toBe(
			'users  hardly anybody uses it: 0.2/s',
		);
	});

	it('does not call 99.99 % all', () => {
		expect(usersLine(windowOf([row('old', 90, {requests: 20_000, failed: 1})]))).toContain('ok 99.9 %');
	});

	it('shows a revision that gets something though it should get nothing, and none that gets nothing as it should', () => {
		const rows = [row('old', 90), row('new', 10, {percent: 0}), row('idle', 0, {percent: 0})];
		expect(usersLine(windowOf(rows))).toBe('users  100/s   90│10');
	});
});

/**
 * Half a minute of two pods that say every two seconds how many came in the last one; what the line says, and what really came.
 *
 * @param own Requests of this console itself a second, sent at an even pace.
 */
function sampled(rate: number, random: () => number, own = 0): {text: string; share: number} {
	const ledger = createLedger();
	const stretches: LedgerStretch[] = [];
	const really = [0, 0];
	/** One second of requests that come one by one. */
	const sent = [0, 0];
	const second = () => {
		const came = [0, 0];
		for (let number = 0; number < own; number++) {
			const place = random() < 0.8 ? 0 : 1;
			came[place] = (came[place] ?? 0) + 1;
			sent[place] = (sent[place] ?? 0) + 1;
		}
		for (
			let at = rate === 0 ? 1 : -Math.log(1 - random()) / rate;
			at < 1;
			at -= Math.log(1 - random()) / rate
		) {
			const place = random() < 0.8 ? 0 : 1;
			came[place] = (came[place] ?? 0) + 1;
			really[place] = (really[place] ?? 0) + 1;
		}
		return came;
	};
	for (let round = 0; round <= 15; round++) {
		if (round > 0) second();
		const last = second();
		const stretch = ledger.add({
			at: round * 2000,
			pods: new Map([
				['old', ['old.1']],
				['new', ['new.1']],
			]),
			samples: ['old', 'new'].map((revision, place) => ({
				uid: `${revision}.1`,
				revision,
				isNew: false,
				at: round * 2000,
				said: {
					kind: 'rate',
					stat: {pod: revision, concurrency: 0, requests: last[place] ?? 0, proxiedRequests: 0, uptime: 9},
				},
			})),
			own: new Map(
				['old', 'new'].map((revision, place) => [
					revision,
					{requests: sent[place] ?? 0, failed: 0, rejected: 0},
				]),
			),
			isSettling: false,
		});
		if (stretch) stretches.push(stretch);
	}
	const weights = [
		{revision: 'old', percent: 80},
		{revision: 'new', percent: 20},
	];
	const view = usersView(stretches, {weights, since: 0, pair: undefined});
	return {text: usersLine(view.recent), share: (really[1] ?? 0) / ((really[0] ?? 0) + (really[1] ?? 0))};
}

it.each([10, 50, 400])(
	'says of shares from rates how far off they may be: right in 19 of 20, at %i requests a second',
	rate => {
		const random = seeded(90_90);
		const runs = 400;
		const missed = {really: 0, set: 0};
		const widths: number[] = [];
		for (let run = 0; run < runs; run++) {
			const {text, share} = sampled(rate, random);
			const [, fresh, off] = /≈\d+│(\d+) ±([\d.]+)$/.exec(text) ?? [];
			widths.push(Number(off));
			// Shares are shown in whole percents.
			const room = Number(off) + 0.5;
			if (Math.abs(Number(fresh) - share * 100) > room) missed.really++;
			if (Math.abs(Number(fresh) - 20) > room) missed.set++;
		}
		expect(missed.really / runs).toBeLessThanOrEqual(0.05);
		expect(missed.set / runs).toBeLessThanOrEqual(0.05);
		// It is no bound that is true of everything.
		expect(Math.max(...widths)).toBeLessThanOrEqual(Math.ceil(1.1 * 196 * Math.sqrt(0.16 / (15 * rate))));
	},
);

it.each([1, 2, 5, 20, 50])('shows no shares of what is left of %i requests a second of its own', own => {
	const random = seeded(17);
	const texts = Array.from({length: 200}, () => sampled(0, random, own).text);
	expect(texts.filter(text => text.includes('│'))).toEqual([]);
	const quiet = texts.filter(text => /^users {2}nobody uses it/.test(text));
	expect(quiet.length / texts.length).toBeGreaterThanOrEqual(0.95);
});

it.each([
	[20, 5],
	[50, 20],
])(
	'tells the shares of %i users a second beside %i of its own, no better than it knows them',
	(rate, own) => {
		const random = seeded(23);
		const runs = 400;
		let missed = 0;
		for (let run = 0; run < runs; run++) {
			const {text, share} = sampled(rate, random, own);
			const [, fresh, off] = /≈\d+│(\d+) ±([\d.]+)$/.exec(text) ?? [];
			if (!(Math.abs(Number(fresh) - share * 100) <= Number(off) + 0.5)) missed++;
		}
		expect(missed / runs).toBeLessThanOrEqual(0.05);
	},
);

it('says of few requests that their shares cannot be told, and of fewer that they may be none', () => {
	expect(usersLine(windowOf([row('old', 0.5), row('new', 0.4)], false))).toBe(
		'users  ≈0.9 ±0.5/s: too few to tell the shares',
	);
	const rows = [row('old', 0.5), row('new', 0.4)];
	const certainty = usersCertainty(
		rows.map(({perSecond}) => ({perSecond, ownPerSecond: 5})),
		{seconds: 30, isExact: false},
	);
	const among = {...windowOf(rows, false), certainty};
	expect(usersLine(among)).toBe('users  nobody uses it, or too few to tell: ≈0.9 ±1.7/s');
	expect(usersVerdicts(snapshot({sinceSplit: among}))[0]?.text).toContain('too little traffic for a verdict');
	expect(sinceSplitLine(snapshot({sinceSplit: among}))).toBeUndefined();
});

const snapshot = (part: Partial<UsersSnapshot['view']>, more: Partial<UsersSnapshot> = {}): UsersSnapshot =>
	usersSnapshot(counted, part, more);

const split = (state: NonNullable<UsersSnapshot['view']['split']>['state']) => ({
	state,
	requests: [9270, 3090],
	logE: 0,
	minimum: 10,
	dispersion: {factor: 4.2, isFound: state === 'dependent', looks: 20, mostOver: () => 1},
	oneClient: 0.375,
	isOneTagged: false,
});

const worse = {state: 'worse', logE: 5, by: '5xx', fresh: 'new', old: 'old'} as const;

describe('the alarm', () => {
	it('is what is said in red: what the canary does to users before which split they get', () => {
		expect(usersAlarm(snapshot({split: split('disagrees'), errors: worse}))).toBe('worse');
		expect(usersAlarm(snapshot({split: split('disagrees')}))).toBe('wrong');
		expect(usersAlarm(snapshot({split: split('impossible')}))).toBe('wrong');
	});

	it.each(['too few', 'agrees', 'suspicious', 'at tags', 'dependent'] as const)(
		'is none of a split of which it is said: %s',
		state => {
			const doubtful = snapshot({split: split(state)});
			expect(usersVerdicts(doubtful).every(({tone}) => tone !== 'bad')).toBe(true);
			expect(usersAlarm(doubtful)).toBeUndefined();
		},
	);

	const failing = {revision: 'only', failed: 96, requests: 300, limit: 0.05, isOld: false};
	const kept = {revision: 'new', requests: 412, others: 3};

	it('is of a revision that fails its users though it is worse than none, and names the counts', () => {
		expect(usersAlarm(snapshot({failing}))).toBe('failing');
		expect(usersAlarm(snapshot({failing, errors: worse}))).toBe('worse');
		expect(usersVerdicts(snapshot({failing}))).toEqual([
			{tone: 'bad', text: 'users get failures: only fails 96 of 300 (32 %): above 5 %, not by chance'},
		]);
		const said = usersVerdicts(snapshot({failing: {...failing, revision: 'new'}, errors: worse}));
		expect(said.map(({text}) => text)).toEqual([expect.stringContaining('canary is WORSE')]);
	});

	it('is of users who still get what was rolled back', () => {
		const back = snapshot({split: split('at tags'), kept});
		expect(usersAlarm(back)).toBe('wrong');
		expect(usersVerdicts(back)).toEqual([
			{
				tone: 'bad',
				text: 'users, split: WRONG: new still gets its users at 0 % (412, others 3), unless they ask its tag URL',
			},
		]);
	});

	it('is none where nothing is counted', () => {
		expect(usersAlarm(snapshot({errors: worse}, {state: 'unknown'}))).toBeUndefined();
	});
});

describe('the verdicts', () => {
	it('put what is bad first, with the counts', () => {
		expect(usersVerdicts(snapshot({split: split('agrees'), errors: worse}))).toEqual([
			{tone: 'bad', text: 'users: canary is WORSE (5xx: 58 of 3090 against 28 of 9270)'},
			{tone: 'good', text: 'users, split: no contradiction so far (9270│3090)'},
		]);
	});

	it('put what is the alarm first of all that is bad', () => {
		const said = usersVerdicts(snapshot({split: split('disagrees'), errors: worse}));
		expect(said.map(({text}) => text)).toEqual([
			expect.stringContaining('canary is WORSE'),
			expect.stringContaining('DISAGREES'),
		]);
	});

	it('say of a split that is wrong which part of the requests one client would have to send to do the same', () => {
		expect(usersVerdicts(snapshot({split: split('disagrees')}))[0]?.text).toBe(
			'users, split: DISAGREES with the configured one (9270│3090), unless one client sends 38 % of them',
		);
	});

	it('accuse nobody of requests that may have come to a tag URL', () => {
		const disagreeing = {...split('disagrees'), isOneTagged: true};
		expect(usersVerdicts(snapshot({split: disagreeing}))[0]?.text).toMatch(
			/, unless requests at a tag URL, or of one client, are 38 % of them$/,
		);
		expect(usersVerdicts(snapshot({split: {...split('at tags'), requests: [84, 42, undefined]}}))).toEqual([
			{
				tone: 'plain',
				text: 'users, split: requests at 0 % (84│42│–): at its tag URL, or the gateway sends users there; counts cannot tell',
			},
		]);
	});

	it('claim nothing of requests that come in groups', () => {
		expect(usersVerdicts(snapshot({split: split('dependent')}))).toEqual([
			{tone: 'doubtful', text: 'users, split: requests come in groups (×4.2): no verdict, see the share'},
		]);
	});

	it('are none where next to nobody comes', () => {
		const quiet = windowOf([row('old', 0.2, {requests: 6}), row('new', 0)]);
		expect(usersVerdicts(snapshot({sinceSplit: quiet, split: split('agrees')}))).toEqual([
			{tone: 'dim', text: 'users: too little traffic for a verdict; no error here proves nothing'},
		]);
	});
});

it('says the same of all that was seen of the split, and how long that is', () => {
	const sinceSplit = {...counted, seconds: 240};
	expect(sinceSplitLine(snapshot({sinceSplit}))).toBe(
		'this split, 4 min watched  412/s   75│25   ok 99.7 %│98.1 %   p95 ≈38│382 ms',
	);
	expect(sinceSplitLine(snapshot({sinceSplit: {...counted, seconds: 31}}))).toContain(
		'this split, 31 s watched  412/s',
	);
	expect(sinceSplitLine(snapshot({sinceSplit: {...counted, seconds: 0}}))).toBeUndefined();
	expect(sinceSplitLine(snapshot({}, {state: 'waiting'}))).toBeUndefined();
});

it('names requests at tag URLs among those of users: no error that is told covers them', () => {
	const problems = [{kind: 'tags', sentence: 'requests at tag URLs are among them'}] as const;
	expect(usersSummary({...snapshot({}), problems}).text).toMatch(/^users and tag URLs {2}412\/s/);
	const own = {kind: 'own', sentence: 'includes 40 requests of this console'} as const;
	expect(usersSummary({...snapshot({}), problems: [...problems, own]}).text).toMatch(
		/^users and this console {2}412/,
	);
});

it('calls requests of this console that cannot be told apart by their name, too', () => {
	const problems = [{kind: 'own', sentence: 'includes 40 requests of this console'}] as const;
	const many = {recent: counted};
	expect(usersSummary(snapshot(many, {problems})).text).toMatch(/^users and this console {2}412\/s/);
	expect(usersSummary(snapshot(many)).text).toMatch(/^users {2}412\/s/);
	const few = {recent: windowOf([row('old', 0.2), row('new', 0)])};
	expect(usersSummary(snapshot(few, {problems})).text).toMatch(/^users {2}hardly anybody uses it/);
});

it('says in the place of numbers why there are none', () => {
	const problems = [{kind: 'unread', sentence: 'shop-1 cannot be asked: no answer within 5 s'}] as const;
	expect(usersSummary(snapshot({}, {state: 'unknown', problems}))).toEqual({
		tone: 'dim',
		text: 'users  not known: shop-1 cannot be asked: no answer within 5 s',
	});
	expect(usersSummary(snapshot({}, {state: 'waiting'})).text).toBe('users  asking the pods…');
	expect(usersSummary(snapshot({}, {state: 'unserved'})).text).toBe(
		'users  none: the route has no split, so no pod is asked',
	);
});

const said = (untested: UsersSnapshot['view']['untested']) => usersVerdicts(snapshot({untested}))[0]?.text;

it('says why there is no verdict on the split, but of rates, of which it is said already', () => {
	expect(said({kind: 'slow', seconds: 7.4})).toBe(
		'users, split: too early to tell: requests take up to 7.4 s',
	);
	expect(said({kind: 'silent', revision: 'cart-00002'})).toContain('no request of cart-00002 has ended yet');
	expect(said({kind: 'starting', revision: 'cart-00002'})).toContain('cart-00002 waits for its first pod');
	expect(said({kind: 'part', read: 20, all: 25})).toContain('20 of 25 pods are read');
	expect([said({kind: 'rates'}), said(undefined)]).toEqual([undefined, undefined]);
});

const saidOfTag = (isOneTagged: boolean) =>
	usersVerdicts(snapshot({split: {...split('suspicious'), isOneTagged}}))[0]?.text;

it('says of a revision with a tag that what looks like too much may have been asked there', () => {
	expect([saidOfTag(true), saidOfTag(false)]).toEqual([
		'users, split: possibly off; could be chance or requests at a tag URL (9270│3090)',
		'users, split: possibly off; could be chance (9270│3090)',
	]);
});

it('compares no errors where one of both got no requests', () => {
	const errors = {state: 'not worse', logE: 0, by: '5xx', fresh: 'cart-00002', old: 'cart-00001'} as const;
	const among = windowOf([row('cart-00001', 49, {requests: 292}), row('cart-00002', 0)]);
	expect(usersVerdicts(snapshot({errors, sinceSplit: among}))).toEqual([
		{tone: 'dim', text: 'users: errors not compared: no request at cart-00002 seen under this split'},
	]);
});

it('keeps what was known, with its time, while nothing more is told, and says why', () => {
	const until = new Date(2026, 10, 26, 12, 3, 4).getTime();
	const problems = [{kind: 'unlisted', sentence: 'the list of pods may be old'}] as const;
	const gone = {known: {window: counted, until}, isCurrent: false};
	for (const state of ['unknown', 'waiting'] as const) {
		expect(usersSummary(snapshot(gone, {state, problems}))).toEqual({
			tone: 'dim',
			text: 'users  at 12:03:04: 412/s   75│25   ok 99.7 %│98.1 %   p95 ≈38│382 ms: the list of pods may be old',
		});
	}
});
