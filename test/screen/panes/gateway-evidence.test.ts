import {expect, test} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import type {ServiceVerdict} from '../../../source/console/state/state.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import {clock} from '../../../source/screen/format.js';
import {contradiction, inPlaceWords} from '../../../source/screen/panes/gateway-evidence.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {targetAt} from '../../probe/servers.js';

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const unknown = verdictOf('uid', createLoop({target: targetAt(80), clock: createFakeClock()}).snapshot());
const verdict = (part: Partial<ServiceVerdict>): ServiceVerdict => ({...unknown, at: noon + 15_000, ...part});
const move = {generation: 3, askedAt: noon - 700, own: true, movedAt: noon, refusalTold: false};

test('what only Knative says is said to be what Knative says', () => {
	expect(inPlaceWords({generation: 3}, undefined, undefined)).toBe('in place, says Knative');
	expect(inPlaceWords({generation: 3}, undefined, verdict({split: 'too few'}))).toBe(
		'in place, says Knative',
	);
	expect(contradiction(verdict({split: 'too few'}))).toBeUndefined();
});

test('a change that was seen is live since then, and whose word that is stands beside it', () => {
	const live = `live since ${clock(noon)} (took 700 ms)`;
	expect(inPlaceWords({generation: 3}, move, undefined)).toBe(`${live}, says Knative`);
	expect(inPlaceWords({generation: 4}, move, undefined)).toBe('in place, says Knative');
	// Nobody listened when it came.
	expect(inPlaceWords({generation: 3}, {...move, isLate: true}, undefined)).toBe('in place, says Knative');
	const agreed = {split: 'agrees', isRunning: true} as const;
	expect(inPlaceWords({generation: 3}, undefined, verdict(agreed))).toBe('in place: answers agree');
	expect(inPlaceWords({generation: 3}, move, verdict(agreed))).toBe(`${live}: answers agree`);
	expect(inPlaceWords({generation: 3}, undefined, verdict({...agreed, isRunning: false}))).toBe(
		'in place, says Knative',
	);
});

test('what answers contradict is said with what is set, what users get, how long, and what to do', () => {
	const wrong = verdict({
		isRunning: true,
		split: 'disagrees',
		splitAlarm: {since: noon, last: noon + 14_000, isOver: false},
		shares: [
			{revision: 'h-00001', set: 100, got: 0},
			{revision: 'h-00002', set: 0, got: 100},
		],
	});
	expect(inPlaceWords({generation: 3}, move, wrong)).toBe('in place, says Knative; users get another split');
	expect(contradiction(wrong)).toBe(
		'set 100│0, users get 0│100 for 15 s · S sends it again · check KIngress, gateway pods',
	);
	const paused = {...wrong, isRunning: false};
	expect(inPlaceWords({generation: 3}, move, paused)).toBe('in place, says Knative; users got another split');
	expect(contradiction(paused)).toMatch(
		new RegExp(`^until ${clock(noon + 14_000)}: set 100│0, users got 0│100 for 14 s · `),
	);
	expect(contradiction({...wrong, splitAlarm: {since: noon, last: noon, isOver: true}})).toBeUndefined();
});

test('a gateway that is down or answers by itself serves no split', () => {
	const down = verdict({
		silentSince: noon,
		gateway: {kind: 'down', since: noon, requests: 12, sentence: '', reason: 'nothing listens at h:80'},
	});
	expect(contradiction(down)).toBe(
		`gateway down since ${clock(noon)} (12 requests) · nothing listens at h:80`,
	);
	// Users may reach it all the same.
	expect(inPlaceWords({generation: 3}, undefined, down)).toBe(
		'in place, says Knative; not reached from here',
	);
	const own = verdict({
		isRunning: true,
		silentSince: noon,
		gateway: {
			kind: 'answers itself',
			since: noon,
			last: noon,
			requests: 5,
			isAll: true,
			code: '404',
			text: '404',
		},
	});
	expect(contradiction(own)).toMatch(/^users get 404 from the gateway itself since/);
	expect(inPlaceWords({generation: 3}, undefined, own)).toBe('in place, says Knative; users do not get it');
});
