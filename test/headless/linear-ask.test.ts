/** Questions of the console without a screen: what is no answer is said, and never taken for one. */
import {expect, it} from 'vitest';
import {askNumber, askYesNo, type Prompter} from '../../source/headless/linear/ask-again.js';

/** These lines, one after the other, and what was said and asked meanwhile. */
function typing(...lines: readonly string[]) {
	const said: string[] = [];
	const left = [...lines];
	const prompter: Prompter = {
		async ask(question) {
			said.push(question);
			return left.shift();
		},
		say(line) {
			said.push(line);
		},
		dropped: async () => 0,
	};
	return {said, left, prompter};
}

const made = {count: 2, whenEmpty: 1, otherwise: 'an empty line for what is in brackets'};

it.each(['3', '0', '-1', '1.5', '0x1', '1e0', 'x', '99999999999'])(
	'takes %s for no number of two, says so, and asks again',
	async wrong => {
		const {said, prompter} = typing(wrong, '2');
		expect(await askNumber('Made from [1]: ', made, prompter)).toBe(2);
		expect(said).toEqual([
			'Made from [1]: ',
			`“${wrong}” is no answer here: answer 1 to 2, or an empty line for what is in brackets.`,
			'Made from [1]: ',
		]);
	},
);

it('takes an empty line for what stands in brackets, and leaves by the word for it or without more lines', async () => {
	expect(await askNumber('Made from [1]: ', made, typing('  ').prompter)).toBe(1);
	expect(await askNumber('Made from [1]: ', made, typing('cancel', '2').prompter)).toBeUndefined();
	expect(await askNumber('Made from [1]: ', made, typing('7').prompter)).toBeUndefined();
});

it('takes nothing but yes and no for yes and no', async () => {
	const {said, prompter} = typing('yellow', 'nope', 'N');
	expect(await askYesNo('Soft? ', {whenEmpty: true}, prompter)).toBe(false);
	expect(said.filter(line => line.endsWith('answer yes or no.'))).toHaveLength(2);
	expect(await askYesNo('Soft? ', {whenEmpty: true}, typing('').prompter)).toBe(true);
	expect(await askYesNo('Quit? ', {}, typing('', 'y').prompter)).toBe(true);
});
