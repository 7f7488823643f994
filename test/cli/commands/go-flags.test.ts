import {Option} from 'commander';
import {describe, expect, it} from 'vitest';
import {withGoFlags} from '../../../source/cli/commands/go-flags.js';
import {createProgram} from '../../../source/cli/program.js';

const options = [
	new Option('-A, --all-namespaces'),
	new Option('-n, --namespace <name>'),
	new Option('--no-keepalive'),
	new Option('--colour [when]'),
];

describe('a flag as kubectl has it', () => {
	it.each([
		[['--all-namespaces=true'], ['--all-namespaces'], []],
		[['-A=1', 'get'], ['-A', 'get'], []],
		[['get', '--all-namespaces=False'], ['get'], ['allNamespaces']],
		[['-A=0'], [], ['allNamespaces']],
		[['--no-keepalive=false'], [], ['keepalive']],
		[['--all-namespaces=maybe'], ['--all-namespaces=maybe'], []],
		[['-n=true', '--namespace=false'], ['-ntrue', '--namespace=false'], []],
		[['-n', '-A=true'], ['-n', '-A=true'], []],
		[['--colour=true'], ['--colour=true'], []],
		[['--unknown=true'], ['--unknown=true'], []],
		[['--', '--all-namespaces=true'], ['--', '--all-namespaces=true'], []],
	])('in %j is %j, and %j is denied', (words, kept, denied) => {
		const result = withGoFlags(words, options);
		expect(result.words).toEqual(kept);
		expect(result.denied.map(option => option.attributeName())).toEqual(denied);
	});

	it.each([
		[['-n=default'], ['-ndefault']],
		[['-n==a'], ['-n=a']],
		[['-n='], ['-n=']],
		[
			['-n', '='],
			['-n', '='],
		],
		[
			['-n', '=default'],
			['-n', '=default'],
		],
		[
			['--namespace', '-n=a', '-n=b'],
			['--namespace', '-n=a', '-nb'],
		],
		[['-x=a'], ['-x=a']],
	])('that takes one: %j is %j', (words, kept) => {
		expect(withGoFlags(words, options)).toEqual({words: kept, denied: []});
	});

	it('can be said not to hold, by the program and by a command', async () => {
		const program = createProgram({words: []});
		const get = program.commands.find(command => command.name() === 'get')!;
		let seen: unknown;
		get.action((_names, flags: object) => void (seen = {...program.opts(), ...flags}));
		await program.parseAsync(
			['get', '--read-only=false', '--insecure-skip-tls-verify=true', '--watch=false', '-A=true'],
			{from: 'user'},
		);
		expect(seen).toMatchObject({
			readOnly: false,
			insecureSkipTlsVerify: true,
			watch: false,
			allNamespaces: true,
		});
		expect(program.getOptionValueSource('readOnly')).toBe('cli');
	});
});

it('a flag of the cluster with an empty value is as one that was not given', async () => {
	const program = createProgram({words: []});
	const verify = program.commands.find(command => command.name() === 'verify')!;
	verify.action(() => {});
	const names = ['namespace', 'context', 'kubeconfig', 'server', 'token', 'user', 'cluster', 'as', 'as-uid'];
	const words = ['verify', 'cart', ...names.flatMap(name => [`--${name}`, '']), '--host', ''];
	await program.parseAsync(words, {from: 'user'});
	for (const name of [
		'namespace',
		'context',
		'kubeconfig',
		'server',
		'token',
		'user',
		'cluster',
		'as',
		'asUid',
	]) {
		expect([name, program.getOptionValue(name)]).toEqual([name, undefined]);
	}
	expect(program.getOptionValue('host')).toBe('');
});
