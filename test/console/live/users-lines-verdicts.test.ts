/** What is said of users beside the numbers: verdicts on the split and the canary, and the alarm. */
import {describe, expect, it} from 'vitest';
import {usersAlarm, usersVerdicts} from '../../../source/console/live/users-lines.js';
import type {UsersSnapshot} from '../../../source/users/users.js';
import {usersRow as row} from '../../users/snapshots.js';
import {snapshot, windowOf} from './parts/users-windows.js';

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

	it('is no more of a split that was wrong and is right again', () => {
		const over = snapshot({split: {...split('disagrees'), isOver: true}});
		expect(usersAlarm(over)).toBeUndefined();
		expect(usersVerdicts(over)[0]).toMatchObject({
			tone: 'doubtful',
			text: expect.stringContaining('was wrong, as configured by now'),
		});
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
