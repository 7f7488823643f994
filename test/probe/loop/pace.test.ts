import {array, assert, asyncProperty, double} from '../../support/property.js';
import {expect, test} from 'vitest';
import type {PaceOptions} from '../../../source/probe/loop/pace.js';
import {createPace} from '../../../source/probe/loop/pace.js';
import {createFakeClock} from '../fake-clock.js';

/** A pace on a clock of its own; `random` 0.5 means no jitter. */
function setUp(options: Partial<PaceOptions> = {}) {
	const clock = createFakeClock();
	const slots: number[] = [];
	const sentAt: number[] = [];
	let notSent = 0;
	const begin = clock.now();
	const pace = createPace({
		async send(slot) {
			slots.push(slot - begin);
			sentAt.push(clock.now() - begin);
		},
		onNotSent(missed) {
			notSent += missed;
		},
		clock,
		random: () => 0.5,
		...options,
	});
	return {clock, pace, slots, sentAt, notSent: () => notSent};
}

const never = async (): Promise<void> => new Promise(() => {});

test('sends nothing before it is started', async () => {
	const {clock, pace, slots} = setUp();
	await clock.pass(10_000);
	expect(slots).toEqual([]);
	expect(pace.state).toBe('paused');
});

test('sends at t0 + k/rate', async () => {
	const {clock, pace, slots, sentAt} = setUp({rate: 2});
	pace.start();
	await clock.pass(2000);
	expect(slots).toEqual([0, 500, 1000, 1500, 2000]);
	expect(sentAt).toEqual(slots);
});

test('jitter moves a slot by at most a tenth of the period and does not add up', async () => {
	await assert(
		asyncProperty(
			array(double({min: 0, max: 1, maxExcluded: true, noNaN: true}), {minLength: 30, maxLength: 30}),
			async draws => {
				let draw = 0;
				const {clock, pace, slots} = setUp({rate: 10, random: () => draws[draw++ % draws.length]!});
				pace.start();
				await clock.pass(1960);
				expect(slots).toHaveLength(20);
				for (const [index, slot] of slots.entries()) {
					expect(Math.abs(slot - index * 100)).toBeLessThanOrEqual(10 + 1e-6);
				}
			},
		),
		{numRuns: 20},
	);
});

test('a late timer does not move the slots after it, and the late slot is still the one latency counts from', async () => {
	const {clock, pace, slots, sentAt} = setUp({rate: 10});
	pace.start();
	await clock.pass(100);
	await clock.jump(130);
	await clock.pass(170);
	expect(slots).toEqual([0, 100, 200, 300, 400]);
	expect(sentAt).toEqual([0, 100, 230, 300, 400]);
});

test('at most 8 are in flight; slots beyond that are not sent, and counted', async () => {
	const waiting: (() => void)[] = [];
	let sent = 0;
	const {clock, pace, notSent} = setUp({
		rate: 10,
		send: async () =>
			new Promise<void>(resolve => {
				sent++;
				waiting.push(resolve);
			}),
	});
	pace.start();
	await clock.pass(1150);
	expect(pace.inFlight).toBe(8);
	expect(sent).toBe(8);
	expect(notSent()).toBe(4);

	waiting.shift()?.();
	await clock.pass(100);
	expect(pace.inFlight).toBe(8);
	expect(sent).toBe(9);
	expect(notSent()).toBe(4);
});

test('a request that throws is over', async () => {
	const {clock, pace} = setUp({
		async send() {
			throw new Error('no');
		},
	});
	pace.start();
	await clock.pass(3000);
	expect(pace.inFlight).toBe(0);
	expect(pace.state).toBe('running');
});

test('after the process was stopped for a minute, the slots it missed are counted as not sent', async () => {
	const {clock, pace, slots, notSent} = setUp({rate: 1});
	pace.start();
	await clock.pass(2000);
	await clock.jump(60_000);
	expect(slots.slice(3)).toEqual([61_000, 62_000]);
	expect(notSent()).toBe(58);
	await clock.pass(1000);
	expect(slots.at(-1)).toBe(63_000);
});

test('pause sends nothing more, resume goes on at once but never faster than the rate', async () => {
	const {clock, pace, slots, notSent} = setUp({rate: 1});
	pace.start();
	await clock.pass(1200);
	pace.pause();
	await clock.pass(10_000);
	expect(slots).toEqual([0, 1000]);
	pace.start();
	await clock.pass(0);
	expect(slots).toEqual([0, 1000, 11_200]);
	for (let press = 0; press < 5; press++) {
		pace.pause();
		pace.start();
	}

	await clock.pass(999);
	expect(slots).toEqual([0, 1000, 11_200]);
	await clock.pass(1);
	expect(slots).toEqual([0, 1000, 11_200, 12_200]);
	expect(notSent()).toBe(0);
});

test('a change of the rate counts from the last slot', async () => {
	const {clock, pace, slots} = setUp({rate: 1});
	pace.start();
	await clock.pass(1100);
	expect(pace.setRate(5)).toBe(5);
	await clock.pass(500);
	expect(slots).toEqual([0, 1000, 1200, 1400, 1600]);
	pace.setRate(1);
	await clock.pass(1500);
	expect(slots).toEqual([0, 1000, 1200, 1400, 1600, 2600]);
});

test('no rate goes above 50 a second unless that is raised', () => {
	const {pace} = setUp();
	expect(pace.setRate(1000)).toBe(50);
	expect(pace.rate).toBe(50);
	expect(setUp({maxRate: 200}).pace.setRate(150)).toBe(150);
	expect(setUp({rate: 80}).pace.rate).toBe(50);
});

test.each([0, -1, Number.NaN, Infinity])('a rate of %d is refused', rate => {
	expect(() => setUp().pace.setRate(rate)).toThrow(RangeError);
	expect(() => setUp({rate})).toThrow('give a number above 0');
});

test('a burst sends so many at its rate, then the schedule goes on as before', async () => {
	const {clock, pace, slots} = setUp({rate: 1});
	pace.start();
	await clock.pass(1500);
	pace.burst(4, 20);
	expect(pace.rate).toBe(20);
	expect(pace.burstLeft).toBe(4);
	await clock.pass(3000);
	expect(slots).toEqual([0, 1000, 1500, 1550, 1600, 1650, 2650, 3650]);
	expect(pace.rate).toBe(1);
	expect(pace.burstLeft).toBe(0);
});

test('a burst is 200 at 20 a second', async () => {
	const {clock, pace, slots} = setUp({rate: 1});
	pace.burst();
	await clock.pass(9950);
	expect(slots).toHaveLength(200);
	expect(pace.state).toBe('paused');
});

test('a burst in a pause ends in the pause, unless it was started meanwhile', async () => {
	const {clock, pace, slots} = setUp({rate: 1});
	pace.burst(2, 10);
	expect(pace.state).toBe('running');
	await clock.pass(5000);
	expect(slots).toEqual([0, 100]);
	expect(pace.state).toBe('paused');

	pace.burst(2, 10);
	pace.start();
	await clock.pass(1100);
	expect(pace.state).toBe('running');
	expect(slots).toEqual([0, 100, 5000, 5100, 6100]);
});

test('a burst in a burst begins it again; a pause ends it', async () => {
	const {clock, pace, slots} = setUp({rate: 1});
	pace.burst(3, 10);
	await clock.pass(100);
	pace.burst(3, 10);
	expect(pace.burstLeft).toBe(3);
	await clock.pass(100);
	pace.pause();
	expect(pace.burstLeft).toBe(0);
	await clock.pass(5000);
	expect(slots).toEqual([0, 100, 200]);
	expect(pace.state).toBe('paused');
});

test('what a burst cannot send counts as part of it', async () => {
	const {clock, pace, notSent} = setUp({rate: 1, send: never});
	pace.burst(12, 20);
	await clock.pass(2000);
	expect(pace.inFlight).toBe(8);
	expect(notSent()).toBe(4);
	expect(pace.state).toBe('paused');
});

test.each([0, -1, 1.5])('a burst of %d is refused', slots => {
	expect(() => {
		setUp().pace.burst(slots);
	}).toThrow(RangeError);
});

test('stop ends for good and leaves no timer', async () => {
	const {clock, pace, slots} = setUp();
	pace.start();
	await clock.pass(0);
	pace.stop();
	expect(clock.timers).toBe(0);
	pace.start();
	pace.burst();
	await clock.pass(5000);
	expect(slots).toEqual([0]);
	expect(pace.state).toBe('stopped');
});
