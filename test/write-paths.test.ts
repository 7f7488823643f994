/** Each way to a write is tried on a real API server (`test/real`): a key or a command that comes without that is refused here. */
import {globSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import type {Command} from 'commander';
import {createProgram} from '../source/cli/program.js';
import {linearCommands} from '../source/headless/linear/linear-commands.js';
import {leadsToWrite} from '../source/screen/keys/key-lookup.js';
import {bindings} from '../source/screen/keys/key-table.js';
import {
	commandsWithoutCluster,
	deletions,
	linearReading,
	linearWrites,
	objectCommands,
	readingCommands,
	shareCommands,
} from './real/tried/commands.js';
import {previews} from './real/tried/keys.js';

const sorted = (words: Iterable<string>) => [...new Set(words)].toSorted();

const writingActions = sorted(bindings.map(({action}) => action).filter(action => leadsToWrite(action)));

it('each key that leads to a write is tried as far as its review, and Esc', () => {
	expect(sorted(previews.map(({action}) => action))).toEqual(writingActions);
});

it('each key that leads to a write is agreed to, and what is stored is looked at', () => {
	const tests = globSync('test/real/*.test.ts').map(file => readFileSync(file, 'utf8'));
	const agreedTo = tests.flatMap(text => [...text.matchAll(/agree\(terminal, \{world, of: '(\w+)'\}/g)]);
	expect(sorted(agreedTo.map(([, action = '']) => action))).toEqual(writingActions);
});

/** `revision create`: each command that does something, by its words. */
function commandsOf(command: Command, parents: readonly string[] = []): string[] {
	return command.commands.flatMap(child => {
		const words = [...parents, child.name()];
		return child.commands.length > 0 ? commandsOf(child, words) : [words.join(' ')];
	});
}

it('each command writes, and is tried for that, or only reads, and is tried for that', () => {
	const all = commandsOf(createProgram({words: []}));
	const tried = [
		...shareCommands.map(({args}) => args),
		...objectCommands.map(({args}) => args('image')),
		...deletions.map(({args}) => args),
		...readingCommands,
		...commandsWithoutCluster.map(words => words.split(' ')),
	].map(words => words.join(' '));
	const isTried = (command: string) =>
		tried.some(words => words === command || words.startsWith(`${command} `));
	expect(all.filter(command => !isTried(command))).toEqual([]);
});

it('each command of the linear mode likewise', () => {
	const tried = linearWrites('image').map(({lines: [line = '']}) => line.split(' ')[0] ?? '');
	expect(sorted([...tried, ...linearReading])).toEqual(sorted(linearCommands.map(({name}) => name)));
});
