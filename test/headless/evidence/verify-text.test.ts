import {expect, test} from 'vitest';
import type {TagState} from '../../../source/probe/attribution/learning.js';
import {progressLine} from '../../../source/headless/evidence/verify-text.js';

const tag = (name: string, state: TagState['state']): TagState => ({
	tag: name,
	revision: `shop-${name}`,
	authority: `${name}-shop.example.com`,
	state,
	problem: state === 'failed' ? 'it answers 503' : undefined,
	fault: state === 'failed' ? 'fails' : undefined,
});
const counts = {answered: 90, errors: 0, sent: 100, inFlight: 0};

test('what is waited for when all requests were answered is said', () => {
	const tags = [tag('stable', 'learned'), tag('canary', 'failed'), tag('next', 'failed')];
	expect(progressLine({...counts, tags}, 100)).toBe('90/100 answered, 0 failures; trying canary, next again');
	const line = '90/100 answered, 0 failures';
	expect(progressLine({...counts, inFlight: 1, tags}, 100)).toBe(line);
	expect(progressLine({...counts, sent: 99, tags}, 100)).toBe(line);
	expect(progressLine({...counts, tags: [tag('stable', 'learned')]}, 100)).toBe(line);
});
