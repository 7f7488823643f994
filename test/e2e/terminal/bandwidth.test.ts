/** What the built console sends to its terminal: counts of bytes, which a slow machine does not change, or only makes fewer. */
import {describe, expect, it} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

/** Answers that the live pane has counted. */
const answers = (screen: string): number => Number(/(\d+) answers/.exec(screen)?.[1] ?? 0);

/** Bytes from now until the screen is as wanted and nothing more comes. */
async function bytesUntil(terminal: TestTerminal, wanted: RegExp): Promise<number> {
	const before = terminal.bytes();
	await terminal.until(wanted);
	await terminal.settle();
	return terminal.bytes() - before;
}

async function openQuiet(): Promise<TestTerminal> {
	const terminal = await openOnSandbox({args: ['--sandbox', '--seed', '1'], cols: 120, rows: 40});
	await terminal.until(/gateway 127[^]*in place, says Knative/);
	await terminal.settle(500);
	return terminal;
}

describe('over a line of little bandwidth, at 120 columns and 40 rows', () => {
	it(
		'sends each row once more when no key comes any more, and then at most 100 bytes a second',
		{timeout: 180_000},
		async () => {
			await using terminal = await openQuiet();
			const before = terminal.bytes();
			terminal.press('down');
			await terminal.until(/▸ ● checkout/);
			// By somebody who puts the cursor back: only a row that is drawn again is as it was.
			const marks = Array.from({length: 40}, (_, row) => `\u001B[${row + 1};60H~`);
			terminal.writeForeign(`\u001B7${marks.join('')}\u001B8`);
			await terminal.until(/~/);
			await terminal.until(screen => !screen.includes('~'), {within: 60_000});
			expect(terminal.bytes() - before).toBeLessThanOrEqual(9000);
			// The rows of the last second at the faster rate.
			const rested = terminal.bytes();
			await terminal.until(() => terminal.bytes() - rested > 600, {within: 60_000});
			// On a machine that is late the rate is lower, never higher.
			const [begun, from] = [performance.now(), terminal.bytes()];
			await terminal.until(() => terminal.bytes() - from > 900, {within: 60_000});
			const seconds = (performance.now() - begun) / 1000;
			expect(terminal.screen()).toContain('watching');
			// Of a row that is in the balance at either end.
			expect(terminal.bytes() - from - 300).toBeLessThanOrEqual(85 * seconds);
		},
	);

	it('sends at most 700 bytes for a moved selection, also where all the panes and the keys below have another content', async () => {
		await using terminal = await openQuiet();
		for (const [key, selected] of [
			['down', /Revisions of checkout[^]*▸ ● checkout/],
			// With a sentence in the footer about what is wrong with it.
			[
				'down',
				/Revisions of payments[^]*▸ ▲ payments[^]*payments: RevisionFailed: payments-00002, see pane 2/,
			],
			['up', /Revisions of checkout[^]*▸ ● checkout/],
			// To two revisions with tags and bars.
			['up', /Revisions of cart[^]*▸ ● cart[^]*…00002 +canary/],
		] as const) {
			terminal.press(key);
			expect(await bytesUntil(terminal, selected)).toBeLessThanOrEqual(700);
		}
	});

	it('sends at most 1000 bytes for an answer, its counts and the pair that is asked with it', async () => {
		await using terminal = await openQuiet();
		// Five a second: what an answer costs does not depend on it, how long this takes does.
		terminal.press('space');
		await terminal.until(/3 req\/s, 2 at tags/);
		terminal.press('+', '+');
		// From here on the list of answers is full and moves.
		await terminal.until(screen => answers(screen) >= 12);
		const [bytes, from] = [terminal.bytes(), answers(terminal.screen())];
		await terminal.until(screen => answers(screen) >= from + 6 && screen.includes('canary not worse'));
		const told = answers(terminal.screen()) - from;
		expect((terminal.bytes() - bytes) / told).toBeLessThanOrEqual(1000);
	});
});
