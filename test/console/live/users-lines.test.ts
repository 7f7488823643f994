/** What is counted of users, on a line. */
import {describe, expect, it} from 'vitest';
import {
	sinceSplitLine,
	usersLine,
	usersSummary,
	usersVerdicts,
} from '../../../source/console/live/users-lines.js';
import {usersCertainty} from '../../../source/users/counting/certainty.js';
import {usersRow as row} from '../../users/snapshots.js';
import {counted, snapshot, windowOf} from './parts/users-windows.js';

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
