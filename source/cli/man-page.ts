/** The manual page, made from the commands and their flags: `kn-canary man | man -l -`. Pure. */
import type {Command, Option} from 'commander';
import {exitCodeMeanings} from '../headless/exit-codes.js';

/** Of text within a line: roff acts on backslashes, and on a dot or an apostrophe at its beginning. */
const escaped = (text: string) =>
	text
		.replaceAll('\\', String.raw`\e`)
		.replaceAll('-', String.raw`\-`)
		.replaceAll(/^(?=[.'])/gm, String.raw`\&`);

const optionLines = (options: readonly Option[]) =>
	options
		.filter(({hidden}) => !hidden)
		.flatMap(({flags, description}) => ['.TP', `.B ${escaped(flags)}`, escaped(description)]);

function commandLines(command: Command, prefix: string): string[] {
	const words = `${prefix}${command.name()}`;
	const args = command.registeredArguments.map(argument => {
		const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
		return argument.required ? `<${name}>` : `[${name}]`;
	});
	if (command.commands.length > 0) return command.commands.flatMap(sub => commandLines(sub, `${words} `));
	const aliases = command.aliases().length > 0 ? ` Also: ${command.aliases().join(', ')}.` : '';
	return [
		`.SS ${escaped([words, ...args].join(' '))}`,
		escaped(`${sentence(command.description())}${aliases}`),
		...optionLines(command.options),
	];
}

const sentence = (text: string) =>
	`${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** @param version With the date left out: a page made twice is the same. */
export function manPage(program: Command, version: string): string {
	const commands = program.createHelp().visibleCommands(program);
	return [
		`.TH KN\\-CANARY 1 "" "kn\\-canary ${escaped(version)}" "User Commands"`,
		'.SH NAME',
		`kn\\-canary \\- ${escaped(program.description().replace(/\.$/, ''))}`,
		'.SH SYNOPSIS',
		'.B kn\\-canary',
		'[options] [command]',
		'.SH DESCRIPTION',
		'Without a command, a console on the terminal. It installs nothing in the cluster, and works against any cluster with Knative Serving, or against a bundled sandbox.',
		'.SH COMMANDS',
		...commands.filter(command => command.name() !== 'help').flatMap(command => commandLines(command, '')),
		'.SH OPTIONS',
		...optionLines(program.options),
		'.SH EXIT STATUS',
		...Object.entries(exitCodeMeanings).flatMap(([code, meaning]) => [
			'.TP',
			`.B ${code}`,
			escaped(sentence(meaning)),
		]),
		'.SH ENVIRONMENT',
		escaped(
			'Each flag has a variable: --max-rate is KN_CANARY_MAX_RATE. A flag comes first, then its variable, then the file.',
		),
		'.SH FILES',
		'.TP',
		'.I $XDG_CONFIG_HOME/kn\\-canary/config.yaml',
		'Settings; each key is a flag without its dashes.',
		'.TP',
		'.I $XDG_STATE_HOME/kn\\-canary/history.jsonl',
		'Who changed which split.',
		'',
	].join('\n');
}
