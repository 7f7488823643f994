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
