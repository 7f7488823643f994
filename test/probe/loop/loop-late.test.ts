/** What the loop says of answers that take long, before they are there and after. */
import {expect, test} from 'vitest';
import {answering, failing} from '../answers.js';
import {greetings, old, setUp, tags} from './half-and-half.js';

test('what is given up late is no change of what users get: it was asked long before', async () => {
	let turn = 0;
	const {clock, loop, asked} = setUp(
		({authority}) => {
			const greeting = greetings[authority];
			if (greeting || turn++ % 20 !== 10) return greeting ?? answering('Hello World!');
			const place = asked.length - 1;
			clock.after(10_000, () => asked[place]?.answer(failing('timeout', 10_000)));
			return undefined;
		},
		{timeout: 60_000},
	);
	loop.setEpoch(old);
	await loop.learn(tags);
	loop.burst(100, 20);
	await clock.pass(20_000);
	const {answered, errors, change, timeline} = loop.snapshot();
	expect({answered, errors}).toEqual({answered: 100, errors: 5});
	expect(change).toBeUndefined();
	// In the seconds in which they were asked.
	const ofUsers = timeline.map(({users, failed}) => ({
		failed,
		n: [...users.values()].reduce((a, b) => a + b, 0),
	}));
	expect(ofUsers.reduce((sum, {failed}) => sum + failed, 0)).toBe(5);
	expect(ofUsers.every(({failed, n}) => failed === 0 || n > failed)).toBe(true);
});

test('a revision that takes its time is not taken for one that gets too little', async () => {
	let turn = 0;
	const {clock, loop, asked} = setUp(
		({authority}) => {
			const greeting = greetings[authority];
			if (greeting || turn++ % 10 !== 9) return greeting ?? answering('Hello World!');
			const place = asked.length - 1;
			clock.after(7000, () => asked[place]?.answer(answering('Hello Knative!', {latency: 7000})));
			return undefined;
		},
		{rate: 10, timeout: 60_000},
	);
	const weights = [
		{revision: 'h-00001', percent: 90},
		{revision: 'h-00002', percent: 10},
	];
	loop.setEpoch({weights, settling: false});
	await loop.learn(tags);
	loop.start();
	const states = new Set<string | undefined>();
	for (let second = 0; second < 30; second++) {
		await clock.pass(1000);
		const {verdict, alarm} = loop.snapshot();
		states.add(verdict?.state);
		expect(alarm).toBeUndefined();
	}
	// It was close: without those that were under way it would have been said.
	expect(states).toContain('suspicious');
	expect(loop.snapshot()).toMatchObject({verdict: {state: 'agrees'}, change: undefined});
});
