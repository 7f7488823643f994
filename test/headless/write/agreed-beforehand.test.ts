/** What `--yes` agrees to, at a terminal and without one: to what is planned, and not to what speaks against it. */
import {beforeEach, describe, expect, it} from 'vitest';
import type {Despite} from '../../../source/headless/write/apply-plan.js';
import type {ReleaseDependencies, ReleaseOptions} from '../../../source/headless/write/release-command.js';
import {openOperators, type Operators} from './operators.js';
import {verdict} from './verdict.js';

const before = '1=90#stable 2=10#canary';

let world: Operators;

beforeEach(async () => {
	world = await openOperators();
	await world.madeOf('cart', 3, before);
});

type Doubt = {
	verb: ReleaseOptions['verb'];
	/** What leads to the doubt. */
	given: Partial<ReleaseOptions> & {compare?: ReleaseDependencies['compare']};
	despite: Despite;
	code: number;
	sentence: RegExp;
	after: string;
};

const doubts: readonly Doubt[] = [
	{
		verb: 'complete',
		given: {compare: async () => ({kind: 'compared', verdict: verdict('worse')})},
		despite: 'worse',
		code: 1,
		sentence: /^Not applied: WORSE: cart-00002 failed 20 of 80 .* To apply it anyway: --despite worse\.$/,
		after: '1=0#previous 2=100#stable',
	},
	{
		verb: 'complete',
		given: {compare: async () => ({kind: 'compared', verdict: verdict('not worse', 'slower')})},
		despite: 'slower',
		code: 1,
		sentence: /^Not applied: SLOWER\. Not worse so far: .* To apply it anyway: --despite slower\.$/,
		after: '1=0#previous 2=100#stable',
	},
	{
		verb: 'split',
		given: {shares: ['3=100']},
		despite: 'untried',
		code: 5,
		sentence:
			/^Not applied: cart-00003 is not what is being tried, which --yes does not agree to; .*--despite untried\.$/,
		after: '1=0#stable 2=0#canary 3=100',
	},
];

describe.each(doubts)('$despite', ({verb, given, despite, code, sentence, after}) => {
	it('is refused with --yes at a terminal: nobody there is asked', async () => {
		const asked: string[] = [];
		const agree = async (word: string) => asked.push(word) > 0;
		const refused = {code, sentence: expect.stringMatching(sentence)};
		expect(await world.run(verb, 'cart', {...given, yes: true, agree})).toMatchObject(refused);
		expect(asked).toEqual([]);
		expect(await world.splitOf('cart')).toBe(before);
	});

	it('is refused where nobody could be asked, with --yes and without it', async () => {
		for (const yes of [true, false]) {
			const refused = {code, sentence: expect.stringMatching(sentence)};
			expect(await world.run(verb, 'cart', {...given, yes})).toMatchObject(refused);
		}
		expect(await world.splitOf('cart')).toBe(before);
	});

	it('is what somebody at a terminal is asked about, who may say yes or no', async () => {
		const asked: string[] = [];
		const answering = (answer: boolean) => ({
			...given,
			async agree(word: string) {
				asked.push(word);
				return answer;
			},
		});
		expect(await world.run(verb, 'cart', answering(false))).toMatchObject({
			code: 5,
			sentence: 'Not applied: not confirmed.',
		});
		expect(await world.splitOf('cart')).toBe(before);
		expect(await world.run(verb, 'cart', answering(true))).toMatchObject({code: 0});
		expect(asked).toHaveLength(2);
		expect(await world.splitOf('cart')).toBe(after);
	});

	it('is applied with --yes where it is said to be known, at a terminal, too', async () => {
		const known = {...given, yes: true, despite: [despite], agree: async () => false};
		expect(await world.run(verb, 'cart', known)).toMatchObject({code: 0});
		expect(await world.splitOf('cart')).toBe(after);
	});
});

it('a promotion that was agreed to beforehand is looked at again once the canary has been compared', async () => {
	const compare: ReleaseDependencies['compare'] = async () => {
		await world.markRejected('cart-00002', 'too many 5xx');
		return {kind: 'compared', verdict: verdict('not worse')};
	};
	expect(await world.run('complete', 'cart', {compare, yes: true})).toMatchObject({
		code: 3,
		sentence:
			'Not applied: cart-00002 was rejected: too many 5xx. This was not known when it was planned. Run it again.',
	});
	expect(await world.splitOf('cart')).toBe(before);
});
