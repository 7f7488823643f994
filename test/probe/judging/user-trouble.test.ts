import {expect, test} from 'vitest';
import {troubleOf} from '../../../source/probe/judging/user-trouble.js';
import {rowOf} from '../rows.js';

const row = (code: string | undefined, n: number, errors = 0) =>
	rowOf({
		key: code ?? 'revision h-00001',
		code,
		n,
		errors,
		revision: undefined,
		learned: undefined,
		attribution: 'one of',
		why: 'no success',
	});

const counts = {
	answered: 200,
	errors: 0,
	refused: 0,
	gatewayAnswers: 0,
	unreached: 0,
	statusCodes: {},
	rows: [row(undefined, 200)],
};
const answers = {kind: 'answers'} as const;

test('good answers are no trouble, nor are a few failures', () => {
	expect(troubleOf(counts, answers)).toBeUndefined();
	expect(troubleOf({...counts, errors: 5, rows: [row('500', 5, 5)]}, answers)).toBeUndefined();
});

test('more than one in 40 failures is, whatever the shares say', () => {
	expect(troubleOf({...counts, errors: 6, rows: [row('500', 5, 5), row('timeout', 1, 1)]}, answers)).toEqual({
		kind: 'failures',
		count: 6,
		of: 200,
		sentence: 'test requests fail: 6 of 200 (500 ×5, timeout ×1)',
	});
});

test('what was much and has not come for so long that it would have, is over, and told with its time', () => {
	const failing = {...counts, errors: 20, rows: [row(undefined, 180), row('500', 20, 20)]};
	const at = new Date(2026, 10, 27, 12, 3, 11).getTime();
	const stateAfter = (answersSince: number, errors = 20) =>
		troubleOf({...failing, errors}, answers, {lastSeen: {failures: {at, answersSince}}});
	// One in six failed of the first 120: 26 good ones in a row are less likely than one in 100.
	expect(stateAfter(80)).toEqual({
		kind: 'failures',
		count: 20,
		of: 200,
		sentence: 'test requests failed: 20 of 200 (500 ×20), last 12:03:11',
		isOver: true,
	});
	expect(stateAfter(20)).toMatchObject({sentence: 'test requests fail: 20 of 200 (500 ×20)'});
	// One in 33: of them a hundred good ones prove nothing.
	expect(stateAfter(20, 6)?.isOver).toBeUndefined();
	// All failed, and four were well: it may be every second by now.
	expect(stateAfter(4, 196)?.isOver).toBeUndefined();
	expect(stateAfter(5, 195)?.isOver).toBe(true);
	expect(
		troubleOf({...counts, gatewayAnswers: 40}, answers, {lastSeen: {gateway: {at, answersSince: 100}}}),
	).toMatchObject({isOver: true, sentence: "40 of 240 answers were the gateway's own, last 12:03:11"});
	expect(
		troubleOf({...counts, unreached: 12}, answers, {lastSeen: {down: {at, answersSince: 190}}}),
	).toMatchObject({
		isOver: true,
		sentence: 'the gateway was down for 12 of 212 requests, last 12:03:11',
	});
	// What still happens comes first.
	expect(
		troubleOf({...failing, unreached: 300}, answers, {
			lastSeen: {down: {at, answersSince: 190}, failures: {at, answersSince: 1}},
		}),
	).toMatchObject({sentence: 'test requests fail: 20 of 200 (500 ×20)'});
	expect(
		troubleOf({...counts, unreached: 300}, answers, {overdue: 20, lastSeen: {down: {at, answersSince: 190}}}),
	).toMatchObject({
		kind: 'unanswered',
	});
	expect(troubleOf(failing, answers, {lastSeen: {down: {at, answersSince: 190}}})?.isOver).toBeUndefined();
});

test('what has just begun is told by what came lately, however long it was well before', () => {
	const own = {
		kind: 'answers itself',
		since: 0,
		last: 9,
		requests: 9,
		isAll: false,
		code: '503',
		text: '',
	} as const;
	const long = {...counts, answered: 4000, rows: [{...row(undefined, 4000), lately: 21}]};
	const of = (gatewayAnswers: number, ownLately: number | undefined, answersSince = 0) =>
		troubleOf({...long, gatewayAnswers}, own, {
			lately: ownLately === undefined ? undefined : {gateway: ownLately, unreached: 0},
			lastSeen: {gateway: {at: 0, answersSince}},
		});
	const sentence = "9 of 30 answers lately are the gateway's own (503): no revision answered";
	expect(of(9, 9)).toEqual({kind: 'gateway', count: 9, of: 30, sentence});
	// Nor is it told as less than it is by now.
	expect(of(210, 9)).toMatchObject({count: 9, of: 30});
	// One now and then is none, and of what is over nothing is left.
	expect(of(4, 4)).toBeUndefined();
	expect(of(9, 9, 20)).toBeUndefined();
	expect(of(9, undefined)).toBeUndefined();
	const rows = [
		{...row(undefined, 3990), lately: 20},
		{...row('500', 10, 10), lately: 10},
	];
	const failing = (lately?: {gateway: number; unreached: number}) =>
		troubleOf({...long, errors: 10, rows}, answers, {lately});
	expect(failing({gateway: 0, unreached: 0})).toEqual({
		kind: 'failures',
		count: 10,
		of: 30,
		sentence: 'test requests fail: 10 of 30 lately (500 ×10)',
	});
	expect(failing()).toBeUndefined();
	// Part of the time it could not be reached, however little that is of hours.
	const reached = (unreached: number, gateway: number) =>
		troubleOf({...long, unreached, gatewayAnswers: gateway}, answers, {lately: {gateway, unreached}});
	expect(reached(9, 0)).toEqual({
		kind: 'down',
		count: 9,
		of: 30,
		sentence: 'the gateway was down for 9 of 30 requests lately',
	});
	// Nor does one hide the other.
	expect(reached(9, 10)).toMatchObject({kind: 'gateway', count: 10, of: 40});
	expect(reached(9, 4)).toMatchObject({kind: 'down', count: 9, of: 34});
});

test('requests without an answer are told beside what failed meanwhile', () => {
	expect(troubleOf(counts, answers, {overdue: 5})).toBeUndefined();
	expect(troubleOf(counts, answers, {overdue: 6})).toEqual({
		kind: 'unanswered',
		count: 6,
		of: 206,
		sentence: '6 of 206 requests have no answer yet',
	});
	expect(troubleOf({...counts, errors: 1}, answers, {overdue: 6})).toMatchObject({
		count: 7,
		sentence: '6 of 206 requests have no answer yet, and 1 failed',
	});
});

test('the gateway’s own answers and its being down are told apart from failures', () => {
	const own = {
		kind: 'answers itself',
		since: 0,
		last: 9,
		requests: 30,
		isAll: false,
		code: '503',
		text: 'no healthy upstream',
	} as const;
	expect(troubleOf({...counts, gatewayAnswers: 30}, own)).toMatchObject({
		kind: 'gateway',
		sentence: "30 of 230 answers are the gateway's own (503 no healthy upstream): no revision answered",
	});
	// By now it answers again: what it said is not known any more.
	expect(troubleOf({...counts, gatewayAnswers: 30}, answers)?.sentence).toBe(
		"30 of 230 answers are the gateway's own: no revision answered",
	);
	const down = {kind: 'down', since: 0, requests: 12, sentence: 'Nothing listens.'} as const;
	expect(troubleOf(counts, down)).toMatchObject({
		kind: 'down',
		count: 12,
		sentence: expect.stringMatching(/^gateway down since \d\d:\d\d:\d\d \(12 requests\): Nothing listens\.$/),
	});
	expect(troubleOf({...counts, unreached: 12}, answers)).toMatchObject({kind: 'down', count: 12, of: 212});
});

test('refusals and redirects alone show nothing that works', () => {
	expect(troubleOf({...counts, refused: 200, rows: [row('404', 200)]}, answers)).toMatchObject({
		kind: 'refusals',
		sentence: 'only 404 ×200: nothing shows that any revision works',
		remedy: 'choose what to send',
	});
	expect(troubleOf({...counts, rows: [row('302', 150), row(undefined, 50)]}, answers)).toMatchObject({
		kind: 'redirects',
		count: 150,
		of: 200,
		sentence: expect.stringMatching(/^150 of 200 answers are redirects: nothing shows that a revision works/),
	});
	const led = {...row('308', 200), text: 'to http://h.example/'};
	expect(troubleOf({...counts, rows: [led]}, answers)?.sentence).toBe(
		'200 of 200 answers are redirects (308 to http://h.example/): nothing shows that a revision works',
	);
	expect(troubleOf({...counts, rows: [row('304', 150), row(undefined, 50)]}, answers)?.sentence).toContain(
		'150 of 200 answers are 3xx without a place to go to',
	);
	expect(
		troubleOf({...counts, errors: 6, rows: [row(undefined, 190), row('418', 10), row('500', 6, 6)]}, answers)
			?.sentence,
	).toBe('test requests fail: 6 of 200 (500 ×6)');
	expect(troubleOf({...counts, rows: [row('302', 50), row(undefined, 150)]}, answers)).toBeUndefined();
});

test.each([
	['https://h.example/a', 'http', 'ask over TLS', 'redirected to https'],
	['https://h.example:8443/a', 'http', 'ask over TLS', 'redirected to https'],
	['https://login.example/a', 'http', 'choose what to send', 'redirects'],
	['http://h.example/b', 'http', 'choose what to send', 'redirects'],
	['/b', 'http', 'choose what to send', 'redirects'],
	['https://h.example/b', 'https', 'choose what to send', 'redirects'],
] as const)('of redirects to %s, asked over %s, one is to %s', (location, scheme, remedy, what) => {
	const led = {...row('301', 200), text: `to ${location}`};
	const asked = {scheme, authority: 'h.example:80'};
	expect(troubleOf({...counts, rows: [led]}, answers, {asked})).toMatchObject({
		kind: 'redirects',
		remedy,
		sentence: `200 of 200 answers are ${what} (301 to ${location}): nothing shows that a revision works`,
	});
});

test('what any host gets proves nothing, well as it is answered; nor does what may be that', () => {
	const page = {...row(undefined, 6), why: 'any host', fingerprint: 'It works!'} as const;
	const one = {...counts, rows: [row(undefined, 194), page]};
	expect(troubleOf(one, answers)).toEqual({
		kind: 'any host',
		count: 6,
		of: 200,
		sentence:
			'any host gets 6 of 200 answers (It works!): nothing shows that the service answers; ask a gateway that knows it (--gateway)',
	});
	expect(troubleOf({...counts, rows: [{...page, n: 5}]}, answers)).toBeUndefined();
	expect(troubleOf(counts, answers, {isAnyHostOpen: true})?.sentence).toBe(
		'not known yet whether any host is answered so: nothing shows that the service answers',
	);
	expect(troubleOf({...one, errors: 9, rows: [row('500', 9, 9), page]}, answers)?.kind).toBe('failures');
});
