/**
 * The help of each command as it was reviewed. After a change that is meant:
 * `npm run golden`, and read the difference.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Command} from 'commander';
import {describe, expect, it} from 'vitest';
import {createProgram} from '../../source/cli/program.js';

const folder = 'test/golden/help';
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

function commandsOf(command: Command): Command[] {
	return [command, ...command.commands.filter(sub => sub.name() !== 'help').flatMap(sub => commandsOf(sub))];
}

const nameOf = (command: Command): string =>
	command.parent ? `${nameOf(command.parent)} ${command.name()}` : 'kn-canary';

function helpOf(command: Command): string {
	let text = '';
	command
		.configureOutput({
			writeOut: part => void (text += part),
			getOutHelpWidth: () => 120,
			getOutHasColors: () => false,
		})
		.outputHelp();
	return `${text.trimEnd()}\n`;
}

const all = commandsOf(createProgram({words: []})).map(command => [nameOf(command), command] as const);

describe('the help', () => {
	it.each(all)('of %s is as it was reviewed', (name, command) => {
		const file = path.join(folder, `${name.replaceAll(' ', '-')}.txt`);
		if (isUpdate) {
			mkdirSync(folder, {recursive: true});
			writeFileSync(file, helpOf(command));
		}
		expect(helpOf(command)).toBe(readFileSync(file, 'utf8'));
	});

	it.each(all)(
		'of %s has two examples at least, and shows each flag of them and of its own',
		(_, command) => {
			const text = helpOf(command);
			const [, examples = ''] = /\nExamples:\n((?: {2}.+\n)+)/.exec(text) ?? [];
			expect(examples.trim().split('\n').length).toBeGreaterThan(1);
			// Those of its parts, or of what its output is given to, are of others.
			const isOfOthers = command.commands.length > 0 || /[|;>] ?\w+ -/.test(examples);
			const used = isOfOthers ? [] : [...examples.matchAll(/(?<= )--?[a-z][\w-]*/g)].map(([flag]) => flag);
			const own = command.options.flatMap(({long, hidden}) => (hidden || !long ? [] : [long]));
			for (const flag of [...used, ...own]) {
				expect(text.replace(examples, '')).toMatch(new RegExp(`(?:^| )${flag}\\b`, 'm'));
			}
		},
	);

	it('has a description for each command and each flag', () => {
		for (const [, command] of all) {
			expect(command.description()).not.toBe('');
			expect(command.options.filter(({description, hidden}) => !hidden && description === '')).toEqual([]);
		}
	});
});
