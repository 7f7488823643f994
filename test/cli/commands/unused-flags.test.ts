/** A flag of the program that what was called has no use for. */
import {expect, it} from 'vitest';
import {unusedFlag} from '../../../source/cli/commands/unused-flags.js';
import {createProgram} from '../../../source/cli/program.js';

/**
 * What is said of a command line; a word of it that is a command comes first.
 *
 * @param set What is set without being typed, and by what.
 */
function saidOf(line: string, set: {sandbox?: string; screenReader?: string} = {}): string | undefined {
	const program = createProgram({words: []});
	for (const [name, source] of Object.entries(set)) program.setOptionValueWithSource(name, true, source);
	const {operands, unknown} = program.parseOptions(line.split(' '));
	const command = program.commands.find(other => other.name() === operands[0]);
	command?.parseOptions([...operands.slice(1), ...unknown]);
	return unusedFlag(program, command ?? program);
}

it.each([
	['get --path /x', 'get does not take --path: the console, complete, verify and status take it'],
	['events cart --host x', 'events does not take --host: the console, complete, verify and status take it'],
	['history --all-namespaces', 'history does not take --all-namespaces: the console and get take it'],
	['demo --ascii', 'demo does not take --ascii: the console takes it'],
	['man -n x', 'man does not take --namespace: what reaches a cluster takes it'],
	// A sandbox of its own would be gone with what was written to it; another cluster was not meant.
	['split cart a=100 --sandbox', /^split does not take --sandbox: /],
	['status cart --path /', '--path is of no use to status as it stands: add --compare'],
	['status cart --prometheus http://p', '--prometheus is of no use to status as it stands: add --users'],
	[
		'complete cart --no-compare --rate 5',
		'--rate is of no use to complete as it stands: leave out --no-compare',
	],
	[
		'verify cart --source users --gateway g',
		'--gateway is of no use to verify as it stands: add --source probes',
	],
	['get --pace 4', '--pace is of the sandbox: add --sandbox'],
	['--seed 4', '--seed is of the sandbox: add --sandbox'],
	['--quiet --sandbox', /^the console does not take --quiet: /],
	[
		'get --sandbox --token t',
		'--token leads to a cluster, and --sandbox opens its own: leave out one of them',
	],
	[
		'--screen-reader --theme dark',
		'--theme is of the screen, and --screen-reader draws none: leave out one of them',
	],
])('%s is refused with where the flag is of use', (line, sentence) => {
	expect(saidOf(line)).toMatch(sentence);
});

it.each([
	'get -A -l app=shop -q -v --context x --as ann --read-only',
	'get --sandbox --pace 4 -n shop',
	'status cart --compare --path / --gateway g',
	'status cart --users 10s --prometheus http://p',
	'verify cart --host x --no-keepalive',
	'verify cart --source users --prometheus http://p',
	'complete cart --production prod --field-manager ci --header a:b',
	'delete cart --production prod --field-manager ci',
	'sandbox --pace 4 --seed 1 --services 3',
	'demo --pace 4 -v',
	'config --config x',
	'--sandbox --theme dark --alert bell --seed 1 -A',
	'--quiet=false',
])('%s is not refused', line => {
	expect(saidOf(line)).toBeUndefined();
});

it.each([
	[
		'get --context prod',
		{sandbox: 'env'},
		'--context leads to a cluster, and KN_CANARY_SANDBOX opens the sandbox: add --sandbox=false',
	],
	[
		'--token t',
		{sandbox: 'config'},
		'--token leads to a cluster, and the configuration file opens the sandbox: add --sandbox=false',
	],
	[
		'--theme dark',
		{screenReader: 'env'},
		'--theme is of the screen, and linear mode draws none: leave it out, or add --screen-reader=false',
	],
])('%s is refused with what to do about %o, which was not typed', (line, set, sentence) => {
	expect(saidOf(line, set)).toBe(sentence);
});
