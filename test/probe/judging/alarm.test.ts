import {expect, test} from 'vitest';
import {nextAlarm} from '../../../source/probe/judging/alarm.js';

test('an alarm begins when it is raised, and tells when it was last seen', () => {
	expect(nextAlarm(undefined, {isRaised: false, isRecent: true, now: 5})).toBeUndefined();
	const raised = nextAlarm(undefined, {isRaised: true, isRecent: true, now: 10});
	expect(raised).toEqual({since: 10, last: 10, isOver: false});
	expect(nextAlarm(raised, {isRaised: true, isRecent: true, now: 20})).toEqual({
		since: 10,
		last: 20,
		isOver: false,
	});
});

test('it is over when what comes lately is right, and stays so while nothing comes', () => {
	const raised = {since: 10, last: 20, isOver: false};
	const over = nextAlarm(raised, {isRaised: true, isRecent: false, now: 60});
	expect(over).toEqual({since: 10, last: 20, isOver: true});
	expect(nextAlarm(over, {isRaised: true, isRecent: undefined, now: 90})).toEqual(over);
	// While nothing came to tell, it was not over either.
	expect(nextAlarm(raised, {isRaised: true, isRecent: undefined, now: 90})).toEqual(raised);
});

test('what was claimed once is not taken back when the evidence fades, and begins again when it comes back', () => {
	const over = {since: 10, last: 20, isOver: true};
	expect(nextAlarm(over, {isRaised: false, isRecent: false, now: 100})).toEqual(over);
	expect(nextAlarm(over, {isRaised: false, isRecent: true, now: 120})).toEqual({
		since: 10,
		last: 120,
		isOver: false,
	});
});
