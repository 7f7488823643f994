import {expect, test} from 'vitest';
import {createWaiting} from '../../../source/probe/judging/waiting.js';
import {createFakeClock} from '../fake-clock.js';

test('a request is overdue once it waits for longer than any answer took, and not before two seconds', async () => {
	const clock = createFakeClock();
	const told: number[] = [];
	const waiting = createWaiting({clock, onOverdue: () => told.push(waiting.overdue)});
	const over = waiting.sent();
	await clock.pass(1500);
	waiting.sent();
	await clock.pass(499);
	expect(waiting.overdue).toBe(0);
	await clock.pass(1);
	expect(waiting.overdue).toBe(1);
	expect(told).toEqual([1]);
	over();
	expect(waiting.overdue).toBe(0);
	// A service that takes its time is none that does not answer.
	waiting.answered(5000);
	await clock.pass(9000);
	expect(waiting.overdue).toBe(0);
	await clock.pass(1000);
	expect(waiting.overdue).toBe(1);
});

test('what was under way under another split is not waited for', async () => {
	const clock = createFakeClock();
	const waiting = createWaiting({clock, onOverdue() {}});
	const over = waiting.sent();
	waiting.clear();
	await clock.pass(9000);
	expect(waiting.overdue).toBe(0);
	expect(clock.timers).toBe(0);
	over();
	waiting.sent();
	await clock.pass(2000);
	expect(waiting.overdue).toBe(1);
});
