/** Questions of the console without a screen: what is no answer is said, and never taken for one. */
import {expect, it} from 'vitest';
import {askNumber, askYesNo, type Asking} from '../../source/headless/linear/ask-again.js';

/** These lines, one after the other, and what was said and asked meanwhile. */
function typing(...lines: readonly string[]) {
	const said: string[] = [];
	const left = [...lines];
	const asking: Asking = {
		async ask(question) {
			said.push(question);
			return left.shift();
		},
		say(line) {
			said.push(line);
		},
		dropped: async () => 0,
	};
	return {said, left, asking};
}

const made = {count: 2, whenEmpty: 1, otherwise: 'an empty line for what is in brackets'};

it.each(['3', '0', '-1', '1.5', '0x1', '1e0', 'x', '99999999999'])(
	'takes %s for no number of two, says so, and asks again',
	async wrong => {
		const {said, asking} = typing(wrong, '2');
		expect(await askNumber('Made from [1]: ', made, asking)).toBe(2);
		expect(said).toEqual([
			'Made from [1]: ',
			`“${wrong}” is no answer here: answer 1 to 2, or an empty line for what is in brackets.`,
			'Made from [1]: ',
		]);
	},
);

it('takes an empty line for what stands in brackets, and leaves by the word for it or without more lines', async () => {
	expect(await askNumber('Made from [1]: ', made, typing('  ').asking)).toBe(1);
	expect(await askNumber('Made from [1]: ', made, typing('cancel', '2').asking)).toBeUndefined();
	expect(await askNumber('Made from [1]: ', made, typing('7').asking)).toBeUndefined();
});

it('takes nothing but yes and no for yes and no', async () => {
	const {said, asking} = typing('yellow', 'nope', 'N');
	expect(await askYesNo('Soft? ', {whenEmpty: true}, asking)).toBe(false);
	expect(said.filter(line => line.endsWith('answer yes or no.'))).toHaveLength(2);
	expect(await askYesNo('Soft? ', {whenEmpty: true}, typing('').asking)).toBe(true);
	expect(await askYesNo('Quit? ', {}, typing('', 'y').asking)).toBe(true);
});
