/** Pairs whose answers, clock and chance are the test's. */
import {onTestFinished} from 'vitest';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import type {TagAnswer} from '../../../source/probe/attribution/attribution.js';
import {createPairs, type SideAnswer} from '../../../source/probe/pairs/pairs.js';
import type {Sides} from '../../../source/probe/pairs/sides.js';
import type {Answer, ProbeTarget} from '../../../source/probe/transport/probe.js';
import {answering} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {targetAt} from '../servers.js';

export const target: ProbeTarget = targetAt(80);
export const sides: Sides = {
	old: {revision: 'h-00001', authority: 'stable-h.example.com'},
	fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
};
export const fine = answering('Hello!', {latency: 10});
export const broken = answering('Oops', {status: 500, code: '500', error: true});

type Respond = (authority: string) => Answer | Promise<Answer>;

/** Pairs on a fake clock, one a second. */
export function pairsOn(respond: Respond, random: () => number = () => 0.5, works = false) {
	const clock = createFakeClock();
	const asked: {authority: string; slot: number | undefined}[] = [];
	const learned: TagAnswer[] = [];
	const kept: SideAnswer[] = [];
	const pairs = createPairs({
		async ask({authority}, options) {
			asked.push({authority, slot: options.slot});
			const answer = await respond(authority);
			options.signal.throwIfAborted();
			return {answer, grade: gradeOf(answer.outcome)};
		},
		clock,
		target: () => target,
		rate: 1,
		maxRate: 50,
		random,
		worksElsewhere: () => works,
		onAnswer: answer => kept.push(answer),
		onLearned: answers => learned.push(...answers),
		onChange() {},
	});
	onTestFinished(() => pairs.stop());
	return {clock, pairs, asked, learned, kept};
}
