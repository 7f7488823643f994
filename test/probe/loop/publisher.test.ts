import {expect, it} from 'vitest';
import {createPublisher} from '../../../source/probe/loop/publisher.js';
import {createFakeClock} from '../fake-clock.js';

it('tells of changes as seldom as the listener wants to hear of them at the time, and of the last one always', async () => {
	const clock = createFakeClock();
	const publisher = createPublisher(clock);
	let interval = 100;
	let told = 0;
	publisher.subscribe(
		() => told++,
		() => interval,
	);
	const changeFor = async (milliseconds: number) => {
		told = 0;
		for (let passed = 0; passed < milliseconds; passed += 10) {
			publisher.changed();
			await clock.pass(10);
		}
		return told;
	};
	expect(await changeFor(1000)).toBeLessThanOrEqual(11);
	expect(told).toBeGreaterThanOrEqual(9);
	interval = 1000;
	expect(await changeFor(3000)).toBeLessThanOrEqual(4);
	told = 0;
	publisher.changed();
	await clock.pass(1000);
	expect(told).toBe(1);
});
