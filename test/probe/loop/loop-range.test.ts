/** The range that is shown of a revision's share, as the loop has it at every moment: with slow answers, and with none. */
import {expect, test} from 'vitest';
import {createLoop} from '../../../source/probe/loop/loop.js';
import type {ProbeTarget} from '../../../source/probe/transport/probe.js';
import {binomialInterval} from '../../../source/stats/binomial.js';
import {answering, failing} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {seeded} from '../../stats/parts/random.js';
import {greetings, tags, target} from './half-and-half.js';

const runs = 40;
const rate = 10;
const timeout = 10_000;

type SplitWorld = {
	name: string;
	/** Percent of the new one. */
	share: number;
	/** Milliseconds that the new one takes, and the part of its answers that never come. */
	latency: (random: () => number) => number;
	lost: number;
};

/** Whether what is shown left out what is so at some moment of twenty seconds. */
async function isEverLeftOut({share, latency, lost}: SplitWorld, random: () => number): Promise<boolean> {
	const clock = createFakeClock();
	const later = async (milliseconds: number) =>
		new Promise<void>(resolve => {
			clock.after(milliseconds, resolve);
		});
	const loop = createLoop({
		target,
		clock,
		random,
		rate,
		timeout,
		probe: {
			async ask({authority}: ProbeTarget) {
				const greeting = greetings[authority];
				if (greeting) return greeting;
				if (authority !== target.authority) return answering('', {status: 404, code: '404', by: 'gateway'});
				if (random() >= share / 100) {
					await later(10);
					return answering('Hello World!', {latency: 10});
				}
				if (random() < lost) {
					await later(timeout);
					return failing('timeout', timeout);
				}
				const milliseconds = latency(random);
				await later(milliseconds);
				return answering('Hello Knative!', {latency: milliseconds});
			},
			async close() {},
		},
	});
	const percents = new Map([
		['h-00001', 100 - share],
		['h-00002', share],
	]);
	loop.setEpoch({
		weights: [...percents].map(([revision, percent]) => ({revision, percent})),
		settling: false,
	});
	await loop.learn(tags);
	loop.start();
	let isLeftOut = false;
	for (let step = 0; step < 20 * rate && !isLeftOut; step++) {
		await clock.pass(1000 / rate);
		const {rows, verdict} = loop.snapshot();
		isLeftOut = rows.some(({revision, interval}) => {
			const truth = (percents.get(revision ?? '') ?? -1) / 100;
			return truth >= 0 && (truth < interval.low || truth > interval.high);
		});
		// Column and verdict are one statement.
		expect({isLeftOut, state: verdict?.state}).not.toEqual({isLeftOut: true, state: 'agrees'});
	}
	await loop.stop();
	return isLeftOut;
}

const worlds: readonly SplitWorld[] = [
	{name: 'both are quick', share: 50, latency: () => 10, lost: 0},
	{name: 'it takes four seconds', share: 50, latency: () => 4000, lost: 0},
	{name: 'it takes up to eight seconds', share: 10, latency: random => 8000 * random(), lost: 0},
	{name: 'a fifth of its answers never come', share: 50, latency: () => 10, lost: 0.2},
	{name: 'it never answers', share: 10, latency: () => 10, lost: 1},
];

test('the range holds the share that is set at every moment, however slow the new one is', async () => {
	const random = seeded(20_261_127);
	let leftOutOfAll = 0;
	for (const world of worlds) {
		let leftOut = 0;
		for (let run = 0; run < runs; run++) leftOut += (await isEverLeftOut(world, random)) ? 1 : 0;
		leftOutOfAll += leftOut;
		// In so few runs it may be more than one in 20 by chance.
		const isMore = binomialInterval(leftOut, runs, 0.1).low > 0.05;
		expect({name: world.name, leftOut, isMore}).toMatchObject({isMore: false});
	}
	expect(leftOutOfAll / (runs * worlds.length)).toBeLessThanOrEqual(0.05);
}, 600_000);
