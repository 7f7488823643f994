import {expect, onTestFinished, test, vi} from 'vitest';
import type {TagAnswer} from '../../../source/probe/attribution/attribution.js';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {
	areAllAlike,
	createLearner,
	leadNowhere,
	type TagFault,
	type TagState,
} from '../../../source/probe/attribution/learning.js';
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

test('a tag that was learned is not asked again once the route has settled, and one that was interrupted is', async () => {
	const {learner, asked, answer, clock} = setUp();
	void learner.learn([tag]);
	await clock.pass(0);
	for (let count = 0; count < 3; count++) await answer(answering('Hello!'));
	learner.suspend();
	learner.resume();
	await clock.pass(10_000);
	expect(asked()).toBe(3);
	void learner.learn([tag]);
	await clock.pass(0);
	learner.suspend();
	learner.suspend();
	await clock.pass(10_000);
	expect(asked()).toBe(4);
	learner.resume();
	await clock.pass(0);
	expect(asked()).toBe(5);
	// It is under way: there is nothing to resume.
	learner.resume();
	await clock.pass(0);
	expect(asked()).toBe(5);
});

test('nothing is asked while the route settles, nor once it was stopped', async () => {
	const {learner, asked, clock} = setUp();
	learner.suspend();
	void learner.learn([tag]);
	await clock.pass(10_000);
	expect(asked()).toBe(0);
	learner.stop();
	learner.resume();
	await learner.learn([tag]);
	await clock.pass(10_000);
	expect(asked()).toBe(0);
});

/** Tags of which each had this problem, or was learned. */
const tagsWith = (...problems: readonly (readonly [TagFault, string] | undefined)[]): TagState[] =>
	problems.map(problem => ({
		...tag,
		state: problem ? 'failed' : 'learned',
		problem: problem?.[1],
		fault: problem?.[0],
	}));

test.each([
	['two that say the same', tagsWith(['fails', '404'], ['fails', '404']), true, true],
	['two that say something else', tagsWith(['fails', '404'], ['fails', '503']), false, false],
	[
		'two that work, without anything to compare',
		tagsWith(['nothing to compare', 'x'], ['nothing to compare', 'x']),
		false,
		false,
	],
	['one alone', tagsWith(['fails', '404']), false, false],
	['one alone at which the gateway answers', tagsWith(['gateway', '404']), false, true],
	[
		'two at which the gateway answers, each in other words',
		tagsWith(['gateway', 'a'], ['gateway', 'b']),
		false,
		true,
	],
	['one of two that was learned', tagsWith(['gateway', 'a'], undefined), false, false],
	['two that were learned', tagsWith(undefined, undefined), false, false],
	['none', [], false, false],
])('of %s', (_, tags, alike, nowhere) => {
	expect(areAllAlike(tags)).toBe(alike);
	expect(leadNowhere(tags)).toBe(nowhere);
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

const byHeader = ['stable', 'canary'].map((name, index) => ({
	tag: name,
	revision: `h-0000${index + 1}`,
	authority: 'h.example.com',
	byHeader: name,
}));

/** Answers all tags by header until they ask no more: each with what its own list says, again and again. */
async function answerByHeader(says: Readonly<Record<string, readonly string[]>>) {
	const clock = createFakeClock();
	const learned: TagAnswer[] = [];
	const counts = new Map<string, number>();
	const learner = createLearner({
		async ask({request}) {
			const chosen = request?.headers?.find(({name}) => name === 'Knative-Serving-Tag')?.value ?? '';
			const count = counts.get(chosen) ?? 0;
			counts.set(chosen, count + 1);
			const list = says[chosen] ?? [];
			const answer = answering(list[count % list.length] ?? '');
			return {answer, grade: gradeOf(answer.outcome)};
		},
		clock,
		target: () => targetAt(80),
		onLearned: answers => learned.push(...answers),
		onChange() {},
	});
	onTestFinished(() => learner.stop());
	void learner.learn(byHeader);
	await vi.waitUntil(async () => {
		await clock.pass(0);
		return learner.tags.every(({state}) => state !== 'waiting');
	});
	return {learner, learned, counts};
}

test('answers of tags by header are learned where each tag is answered by another revision', async () => {
	const {learner, learned, counts} = await answerByHeader({stable: ['one'], canary: ['two']});
	expect(learner.tags.map(({state}) => state)).toEqual(['learned', 'learned']);
	expect(new Set(learned.map(({revision}) => revision))).toEqual(new Set(['h-00001', 'h-00002']));
	expect([...counts.values()]).toEqual([8, 8]);
});

test.each([
	['both say what the split says', {stable: ['one', 'two'], canary: ['two', 'one']}],
	[
		'one is answered by both',
		{stable: ['one'], canary: ['one', 'one', 'one', 'one', 'one', 'one', 'one', 'two']},
	],
	['both say the same', {stable: ['one'], canary: ['one']}],
])('nothing is learned by a header that may be dropped: %s', async (_, says) => {
	const {learner, learned} = await answerByHeader(says);
	expect(learned).toEqual([]);
	expect(learner.tags.map(({problem}) => problem)).toEqual([
		expect.stringContaining('the header Knative-Serving-Tag may not arrive'),
		expect.stringContaining('the header Knative-Serving-Tag may not arrive'),
	]);
});
