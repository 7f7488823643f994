import {describe, expect, it} from 'vitest';
import {createTagAnswers} from '../../../source/probe/counting/tag-answers.js';
import type {Answer} from '../../../source/probe/transport/probe.js';

const answer = (status: number, traits: Record<string, string> = {}): Answer => ({
	at: 0,
	latency: 1,
	outcome: {
		kind: 'response',
		status,
		code: String(status),
		error: status >= 500,
		firstLine: '',
		body: '',
		truncated: false,
		contentType: 'text/plain',
		fingerprint: '',
		traits: new Map(Object.entries(traits)),
	},
});

describe('what revisions answer at hosts of their own', () => {
	it('is counted by the class of the status, as pods count it', () => {
		const answers = createTagAnswers();
		for (const status of [200, 399, 400, 499, 500, 599]) answers.count('cart-00002', answer(status));
		answers.count('cart-00002', {
			at: 0,
			latency: 1,
			outcome: {kind: 'failure', failure: 'timeout', sentence: 'No answer.'},
		});
		expect(answers.counts).toEqual(new Map([['cart-00002', {requests: 6, failed: 2, rejected: 2}]]));
	});

	it('tells by what revisions differ, until that is forgotten; the counts stay', () => {
		const answers = createTagAnswers();
		const names = ['cart-00001', 'cart-00002'];
		for (const name of names) {
			answers.count(name, answer(200));
			for (let i = 0; i < 3; i++) answers.keepTraits(name, answer(200, {'header:x-version': name}));
		}
		expect(answers.traitBetween(names)).toBe('header:x-version');
		answers.forgetTraits();
		expect(answers.traitBetween(names)).toBeUndefined();
		expect(answers.counts.size).toBe(2);
	});

	it('leaves counts that were handed out as they are', () => {
		const answers = createTagAnswers();
		answers.count('cart-00002', answer(200));
		const before = answers.counts;
		answers.count('cart-00002', answer(200));
		expect(before.get('cart-00002')?.requests).toBe(1);
	});
});
