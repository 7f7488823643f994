import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {createProgram} from '../../source/cli/program.js';
import {exitCodeLines, exitCodeMeanings, exitCodeTable, exitCodes} from '../../source/headless/exit-codes.js';

describe('the exit codes', () => {
	it('are in the readme as they are in the program', () => {
		expect(readFileSync('readme.md', 'utf8')).toContain(`${exitCodeTable().join('\n')}\n`);
	});

	it('are numbers without a gap, each with one meaning', () => {
		const numbers = [...new Set(Object.values(exitCodes))];
		expect(numbers).toEqual(numbers.map((_, index) => index));
		expect(Object.keys(exitCodeMeanings)).toEqual(numbers.map(String));
	});

	it('have said 2 for cannot tell and 3 for could not ask since verify was there', () => {
		expect(exitCodes).toMatchObject({cannotTell: 2, couldNotAsk: 3});
	});

	it('stand in the help of every command that works on a cluster, in the words of the table', () => {
		const table = exitCodeLines(Object.values(exitCodes));
		const all = createProgram({words: []}).commands.flatMap(command =>
			command.commands.length > 0 ? command.commands : [command],
		);
		const without = new Set(['sandbox', 'demo', 'version', 'completion', 'man', 'init', 'view']);
		for (const command of all.filter(one => !without.has(one.name()))) {
			let help = '';
			command.configureOutput({writeOut: text => void (help += text)}).outputHelp();
			const said = help.split('\n').filter(line => /^ {2}\d {2}/.test(line));
			expect(said.length).toBeGreaterThanOrEqual(3);
			expect(table).toEqual(expect.arrayContaining(said));
		}
	});
});
