/** What is waited for is judged by what the server says, however short the time. */
import {expect, it} from 'vitest';
import {waitFor} from '../../../source/headless/read/wait-for.js';
import type {WaitGoal} from '../../../source/headless/read/wait-goals.js';
import {openSandbox} from '../sandbox.js';

const {signal} = new AbortController();

it.each([
	['cart', 'settled', 'so'],
	['cart', 'ready', 'so'],
	['cart', 'complete', 'late'],
	['cart', 'deleted', 'late'],
	['nobody', 'settled', 'gone'],
	['nobody', 'deleted', 'so'],
] as const satisfies readonly (readonly [string, WaitGoal, string])[])(
	'without time %s is looked at once: %s is %s',
	async (name, goal, kind) => {
		const {cluster} = await openSandbox();
		const waited = await waitFor(cluster, {
			namespace: 'default',
			name,
			goal,
			within: 0,
			signal,
			progress() {},
		});
		expect(waited.kind).toBe(kind);
	},
);

it('ends when the server cannot be asked, and says why', async () => {
	const {cluster, sandbox} = await openSandbox();
	await sandbox.stop();
	const waited = await waitFor(cluster, {
		namespace: 'default',
		name: 'cart',
		goal: 'ready',
		within: 0,
		signal,
		progress() {},
	});
	expect(waited).toMatchObject({kind: 'late', sentence: expect.stringContaining('Last heard: ')});
});
