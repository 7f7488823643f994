/** What the help of every command ends with. */
import type {Command} from 'commander';
import {exitCodeLines, type ExitCode} from '../../headless/exit-codes.js';

/** What the program was called by, as all above a command know it. */
function nameOf(command: Command): string {
	return command.parent ? nameOf(command.parent) : command.name();
}

/** @param lines Without the name of the program. */
export function addExamples(command: Command, lines: readonly string[]): void {
	command.addHelpText(
		'after',
		() => `\nExamples:\n${lines.map(line => `  ${nameOf(command)} ${line}`).join('\n')}`,
	);
}

/** @param own Beside 0, 1 and 2. */
export function addExitCodes(command: Command, own: readonly ExitCode[]): void {
	command.addHelpText('after', `\nExit codes:\n${exitCodeLines(own).join('\n')}`);
}
