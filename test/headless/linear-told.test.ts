/** What the linear mode tells of a verdict. */
import {expect, test} from 'vitest';
import {verdictOf, type ServiceVerdict} from '../../source/console/live/verdicts.js';
import {spoken, verdictWords} from '../../source/headless/linear/told.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import {targetAt} from '../probe/servers.js';

const calm = verdictOf('uid', createLoop({target: targetAt(80)}).snapshot());
const canary = {revision: 'cart-00002', asked: 40, failed: 9, p50: 12};
const words = (part: Partial<ServiceVerdict>) => verdictWords('cart', {...calm, canary, ...part});

test.each<[string, Partial<ServiceVerdict>, string]>([
	[
		'a canary that users get and is worse is to be rolled back',
		{tone: 'bad', word: 'worse'},
		'ALARM: cart is worse. rollback (8) takes it back; counts (20) says why.',
	],
	[
		'one that no user gets is to be given up',
		{tone: 'warning', word: 'worse', isCanaryUnused: true},
		'Verdict: cart-00002 of cart is worse, and no user gets it. abandon (10) gives it up; counts (20) says why.',
	],
	[
		'a roll back is no cure for a gateway that does something else than is set',
		{tone: 'bad', word: 'wrong'},
		'ALARM: cart is wrong. again (23) sends the split once more; counts (20) says why.',
	],
	[
		'a gateway that is down has no counts',
		{tone: 'bad', word: 'down'},
		'ALARM: cart is down. verify (13) says what the gateway answers, if it does.',
	],
])('%s', (_, part, sentence) => {
	expect(words(part)).toBe(sentence);
});

test('where there is no way back none is named', () => {
	const failing = {...calm, canary, tone: 'bad', word: 'failing'} as const;
	expect(verdictWords('cart', failing, {takesBack: false})).toBe(
		'ALARM: cart is failing. log (22) reads what it logs; counts (20) says why.',
	);
});

test.each([
	['cart was deleted. ↑↓ selects another service.', 'cart was deleted. use chooses another service.'],
	['cart-00002 was deleted. ↑↓ in pane 2 selects another revision.', 'cart-00002 was deleted.'],
	['cart is now 90│10', 'cart is now 90 to 10'],
])('%s is told without keys and panes', (onScreen, heard) => {
	expect(spoken(onScreen)).toBe(heard);
});
