import {expect, it} from 'vitest';
import {deadline} from '../../../source/kube/http/deadline.js';
import {createFakeClock} from '../../probe/fake-clock.js';

function begin(milliseconds: number) {
	const clock = createFakeClock();
	const limit = deadline(clock, milliseconds, undefined);
	limit.start();
	return {clock, limit};
}

it('is over when the time is', async () => {
	const {clock, limit} = begin(5000);
	await clock.pass(4999);
	expect(limit.over).toBe(false);
	await clock.pass(1);
	expect(limit.over).toBe(true);
	expect(limit.signal.aborted).toBe(true);
});

it('gives all of the time again after a sleep, in which nobody could read the answer', async () => {
	const {clock, limit} = begin(5000);
	await clock.pass(3000);
	await clock.jump(60_000);
	expect(limit.over).toBe(false);
	await clock.pass(4999);
	expect(limit.over).toBe(false);
	await clock.pass(1);
	expect(limit.over).toBe(true);
});

it('takes a timer that is a little late for the end all the same', async () => {
	const {clock, limit} = begin(5000);
	await clock.pass(4500);
	await clock.jump(1400);
	expect(limit.over).toBe(true);
});

it('is never over after it was cleared, also when it has begun again, or where there is no end to it', async () => {
	const {clock, limit} = begin(5000);
	await clock.jump(60_000);
	limit.clear();
	await clock.pass(60_000);
	expect(limit.over).toBe(false);
	const {clock: other, limit: endless} = begin(0);
	await other.pass(600_000);
	expect(endless.over).toBe(false);
});

it('is called off by the caller', () => {
	const caller = new AbortController();
	const limit = deadline(createFakeClock(), 5000, caller.signal);
	caller.abort();
	expect(limit.signal.aborted).toBe(true);
	expect(limit.over).toBe(false);
});
