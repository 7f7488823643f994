/** What the help of every command ends with. */
import type {Command, Option} from 'commander';
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

/** Of the program, and of no use to a command that has no screen, or that has a flag of its own for it. */
const ofScreen: ReadonlySet<string> = new Set([
	'version',
	'alert',
	'ascii',
	'screenReader',
	'theme',
	'allNamespaces',
	'selector',
]);
const ofGateway: ReadonlySet<string> = new Set(['gateway', 'cacert', 'insecureGateway', 'host']);
const ofWrites: ReadonlySet<string> = new Set(['production', 'fieldManager']);
const ofSandbox: ReadonlySet<string> = new Set(['sandbox', 'pace', 'seed', 'services', 'revisions']);
const sending: ReadonlySet<string> = new Set(['verify', 'complete', 'status']);
const measuring: ReadonlySet<string> = new Set(['verify', 'users', 'status']);
/** A fresh sandbox has nothing that was done before. */
const remembering: ReadonlySet<string> = new Set(['history']);

const isWrite = ({options}: Command) => options.some(({long}) => long === '--dry-run');

/** The flags of the program that a command takes, too, wherever they stand. */
function sharedFlags(command: Command): readonly Option[] {
	return programFlags(command).filter(option => {
		const name = option.attributeName();
		const {helpGroupHeading: group = ''} = option;
		if (ofScreen.has(name)) return false;
		if (name === 'prometheus') return measuring.has(command.name());
		if (ofGateway.has(name) || group.startsWith('Requests')) return sending.has(command.name());
		if (ofWrites.has(name)) return isWrite(command);
		// What was written there would be gone with the command.
		if (ofSandbox.has(name)) return !isWrite(command) && !remembering.has(command.name());
		return true;
	});
}

/** Those that a command has not of its own. */
function programFlags(command: Command): readonly Option[] {
	const program = command.parent?.parent ?? command.parent;
	const own = new Set(command.options.map(option => option.attributeName()));
	return (program?.options ?? []).filter(option => !option.hidden && !own.has(option.attributeName()));
}

/** Has the help of a command that reaches a cluster show the flags that it shares with the others. */
export function showSharedFlags(command: Command): void {
	show(command, sharedFlags);
	for (const part of command.commands) showSharedFlags(part);
}

/** What every command takes: what is told of its work, and where settings are. */
const ofAll: ReadonlySet<string> = new Set(['verbose', 'config', 'log']);

/** The same of a command that is for no cluster. */
export function showCommonFlags(command: Command): void {
	show(command, given => programFlags(given).filter(option => ofAll.has(option.attributeName())));
	for (const part of command.commands) showCommonFlags(part);
}

/** Has the help of a command show all flags there are: it tells what each of them is set to. */
export function showEveryFlag(command: Command): void {
	show(command, given => programFlags(given).filter(option => option.attributeName() !== 'version'));
}

/** The flags of the program that a command has a use for, as its help says. */
export const takenFlags = (command: Command): readonly Option[] =>
	command.createHelp().visibleGlobalOptions(command);

function show(command: Command, flagsOf: (command: Command) => readonly Option[]): void {
	command.configureHelp({showGlobalOptions: true, visibleGlobalOptions: given => [...flagsOf(given)]});
}
