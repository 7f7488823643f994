import {expect, test} from 'vitest';
import * as fc from '../../support/property.js';
import {FakeTerminal} from '../../support/terminal/fake-terminal.js';
import {Displayed} from '../../../source/terminal/output/frame/displayed.js';

const columns = 120;
const bold = (text: string) => `\u001B[1m${text}\u001B[22m`;
const hint = (word: string) => `${bold(word.charAt(0))} ${word}  `;
const always = ['tab pane', 'revisions', 'new', 'verify', 'loop', 'filter', 'command', 'help'].map(hint);

/** What is sent to get from one row to the next, and whether the terminal shows that one then. */
async function drawn(before: string, after: string): Promise<{sent: string; isRight: boolean}> {
	const terminal = new FakeTerminal(columns, 2);
	const displayed = new Displayed();
	displayed.blanked(columns, 2);
	terminal.write('\u001B[?7l');
	terminal.write(displayed.show(before, columns, 2) ?? '');
	const sent = displayed.show(after, columns, 2) ?? '';
	terminal.write(sent);
	const fresh = new FakeTerminal(columns, 2);
	fresh.write(`\u001B[?7l${after}`);
	const [seen, wanted] = [await terminal.cells(), await fresh.cells()];
	return {sent, isRight: JSON.stringify(seen) === JSON.stringify(wanted)};
}

test('hints that come and go in a row have the others moved, not drawn again', async () => {
	const [one, other] = [
		always.toSpliced(3, 0, hint('promote'), hint('Roll back')),
		always.toSpliced(1, 0, hint('sort')),
	];
	for (const [before, after] of [
		[one, other],
		[other, one],
	] as const) {
		const {sent, isRight} = await drawn(before.join(''), after.join(''));
		expect(isRight).toBe(true);
		expect(sent).not.toMatch(/verify|filter|help/);
		expect(sent.length).toBeLessThan(90);
	}
});

const isRight = async (before: readonly string[], after: readonly string[]) =>
	(await drawn(before.join(' ').trimEnd(), after.join(' ').trimEnd())).isRight;

test('any row after any other is what a fresh draw of it is', async () => {
	const word = fc.constantFrom(
		'a',
		'promote',
		' ',
		'│',
		'…',
		'two words',
		'x'.repeat(20),
		'漢字',
		bold('key'),
		'\u001B[41m  \u001B[49m',
	);
	const words = fc.array(word, {maxLength: 12});
	await fc.assert(
		fc.asyncProperty(words, words, fc.nat(12), async (before, after, gone) => {
			expect(await isRight(before, after)).toBe(true);
			// The same, with some of it gone, and with some more.
			const both = [...before, ...after];
			const less = both.toSpliced(gone, 2);
			expect(await isRight(both, less)).toBe(true);
			expect(await isRight(less, both)).toBe(true);
		}),
		{numRuns: 200},
	);
});
