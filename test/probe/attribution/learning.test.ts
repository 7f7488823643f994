import {expect, onTestFinished, test} from 'vitest';
import type {TagAnswer} from '../../../source/probe/attribution/attribution.js';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {createLearner} from '../../../source/probe/attribution/learning.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {targetAt} from '../servers.js';

const tag = {tag: 'canary', revision: 'h-00002', authority: 'canary-h.example.com'};

/** A learner whose questions are answered by hand, also those that were given up meanwhile. */
function setUp() {
	const clock = createFakeClock();
	const learned: TagAnswer[] = [];
	const waiting: ((answer: Answer) => void)[] = [];
	const learner = createLearner({
		ask: async () =>
			new Promise(resolve => {
				waiting.push(answer => resolve({answer, grade: gradeOf(answer.outcome)}));
			}),
		clock,
		target: () => targetAt(80),
		onLearned: answers => learned.push(...answers),
		onChange() {},
	});
	onTestFinished(() => learner.stop());
	return {
		clock,
		learner,
		learned,
		asked: () => waiting.length,
		answer: async (answer: Answer) => {
			waiting.at(-1)?.(answer);
			await clock.pass(0);
		},
	};
}

test('three answers of a tag are learned at once', async () => {
	const {learner, learned, answer, clock} = setUp();
	void learner.learn([tag]);
	await clock.pass(0);
	await answer(answering('Hello!'));
	await answer(answering('Hello!'));
	expect(learned).toEqual([]);
	await answer(answering('Hello!'));
	expect(learned.map(({revision}) => revision)).toEqual(['h-00002', 'h-00002', 'h-00002']);
	expect(learner.tags).toMatchObject([{state: 'learned', problem: undefined}]);
});

test('the last answer that comes after an interruption teaches nothing, nor do those before it', async () => {
	const {learner, learned, answer, clock} = setUp();
	void learner.learn([tag]);
	await clock.pass(0);
	await answer(answering('Hello!'));
	await answer(answering('Hello!'));
	learner.suspend();
	await answer(answering('Hello from the revision that has the tag now!'));
	expect(learned).toEqual([]);
	expect(learner.tags).toMatchObject([{state: 'waiting'}]);
});

test.each([
	['a refusal', answering('Not found', {status: 404, code: '404'}), 3, 'it answers 404 Not found'],
	[
		'a redirect',
		answering('Found', {status: 302, code: '302', location: '/login'}),
		3,
		'it redirects to /login: choose what to send',
	],
	[
		'a gateway without a rule',
		answering('', {status: 404, code: '404', by: 'gateway'}),
		3,
		'the gateway answers itself: 404; it may have no rule for tag hosts',
	],
	[
		'a revision that is starting',
		answering('no', {status: 503, code: '503', error: true}),
		5,
		'it answers 503 no',
	],
	['no answer', failing('timeout'), 5, 'It failed: timeout.'],
])('%s is asked again as often as that may change something', async (_, given, times, problem) => {
	const {learner, asked, answer, clock} = setUp();
	void learner.learn([tag]);
	for (let attempt = 0; attempt < 8; attempt++) {
		await clock.pass(0);
		await answer(given);
		await clock.pass(10_000);
	}
	expect(asked()).toBe(times);
	expect(learner.tags).toMatchObject([{state: 'failed', problem}]);
});
