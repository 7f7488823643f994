import {expect, test} from 'vitest';
import {setAndGot, verdictOf} from '../../../source/console/live/verdicts.js';
import {createLoop, type LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {targetAt} from '../../probe/servers.js';

/** As a loop is that was not started, with what is given. */
function snapshot(part: Partial<LoopSnapshot>): LoopSnapshot {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	return {...loop.snapshot(), gateway: {kind: 'answers'}, ...part};
}

const agreeing = {
	state: 'agrees',
	attributed: 50,
	unattributed: 0,
	minimum: 7,
	more: undefined,
	logE: -1,
	impossible: [],
	sentence: '',
} as const;
const ongoing = {since: 1, last: 2, isOver: false};

test.each([
	['nothing yet', {}, 'waiting', ''],
	['in agreement', {verdict: agreeing}, 'good', 'fine'],
	[
		'a gateway that is down, whatever the counts say',
		{verdict: agreeing, gateway: {kind: 'down', since: 1, requests: 12, sentence: ''}},
		'bad',
		'down',
	],
	['another split than the one that is set', {verdict: agreeing, alarm: ongoing}, 'bad', 'wrong'],
	['a wrong split that is over', {verdict: agreeing, alarm: {...ongoing, isOver: true}}, 'warning', 'unsure'],
	[
		'failures of users in a split that agrees',
		{verdict: agreeing, trouble: {kind: 'failures', count: 9, of: 50, sentence: ''}},
		'bad',
		'failing',
	],
	[
		'tags that may have no rule',
		{verdict: agreeing, tagDoubt: {revisions: [], text: '404', sentence: 'both tags answer 404'}},
		'warning',
		'unsure',
	],
] as const)('%s is one word', (_, part, tone, word) => {
	expect(verdictOf('uid', snapshot(part))).toMatchObject({uid: 'uid', tone, word});
});

const share = (revision: string, set: number, got: number | undefined) => ({revision, set, got});

test('what is set and what users get is said of the last answers, and not before any came', () => {
	expect(setAndGot([share('h-00001', 90, 50.4), share('h-00002', 10, 49.6)])).toBe(
		'set 90│10, users get 50│50',
	);
	expect(setAndGot([share('h-00001', 90, undefined)])).toBeUndefined();
});
