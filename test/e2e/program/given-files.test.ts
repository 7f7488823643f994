/** Whatever a flag or a kubeconfig names as a file, the built program ends with a sentence about it, and soon. */
import {execFileSync} from 'node:child_process';
import {closeSync, constants, mkdirSync, openSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {
	builtProgram,
	runCommand,
	runProgram,
	systemBash,
	type Ended,
} from '../../support/program/run-program.js';
import {openTerminal} from '../../support/terminal/terminal.js';
import {useRelayedSandbox} from '../../support/program/relayed-sandbox.js';

const world = useRelayedSandbox();

const state = () => ({XDG_STATE_HOME: world.directory});
const run = async (...args: string[]) => runProgram(args, state());

const verify = ['verify', 'cart', '--requests', '3', '--rate', '50'];

/** A kubeconfig, beside that of the relay, whose user or cluster says this. */
function kubeconfigWith({user = {token: 'any'}, cluster = {}}: {user?: object; cluster?: object}): string {
	// Over TLS: files of a login are not read without it, and before anybody is reached.
	const server = world.relay.url.replace('http:', 'https:');
	const text = kubeconfigFor(server, {context: {namespace: 'default'}, user});
	const config: {clusters: {cluster: object}[]} = JSON.parse(text);
	for (const each of config.clusters) Object.assign(each.cluster, cluster);
	const file = path.join(world.directory, 'other-kubeconfig');
	writeFileSync(file, JSON.stringify(config));
	return file;
}

/** Each place where a file is named, by what runs the program with it. */
const places: Readonly<Record<string, (file: string) => Promise<Ended>>> = {
	'--kubeconfig': async file => run('get', '--kubeconfig', file),
	'--config': async file => run('get', '--kubeconfig', world.kubeconfig, '--config', file),
	'--data': async file => run(...verify, '--kubeconfig', world.kubeconfig, '--data', `@${file}`),
	'--header': async file => run(...verify, '--kubeconfig', world.kubeconfig, '--header', `X-A: @${file}`),
	'--cacert': async file => run(...verify, '--kubeconfig', world.kubeconfig, '--cacert', file),
	'certificate-authority': async file =>
		run('get', '--kubeconfig', kubeconfigWith({cluster: {'certificate-authority': file}})),
	'client-certificate': async file =>
		run('get', '--kubeconfig', kubeconfigWith({user: {'client-certificate': file, 'client-key': file}})),
	tokenFile: async file => run('get', '--kubeconfig', kubeconfigWith({user: {tokenFile: file}})),
};

let pipe: string;

beforeEach(() => {
	pipe = path.join(world.directory, 'pipe');
	execFileSync('mkfifo', [pipe]);
});

/** What it has said of its failure: no trace of the program itself. */
function saidBy({stderr, code}: Ended): string {
	expect(stderr).not.toMatch(/^\s+at |unexpected error|heap|undefined/m);
	expect([0, null]).not.toContain(code);
	return stderr;
}

describe.each(Object.entries(places))('a file for %s', (place, runWith) => {
	it('that never ends is not read to its end', async () => {
		expect(saidBy(await runWith('/dev/zero'))).toMatch(/\/dev\/zero is larger than 16 MiB/);
	});

	it('that is a pipe nobody writes into is not waited for', async () => {
		expect(saidBy(await runWith(pipe))).toMatch(/pipe is a pipe that nobody writes into/);
	});

	it('that is a folder, or is not there, is said to be', async () => {
		const folder = path.join(world.directory, 'folder');
		mkdirSync(folder);
		expect(saidBy(await runWith(folder))).toMatch(/directory/);
		expect(saidBy(await runWith(path.join(folder, 'none')))).toMatch(/no such file/);
	});

	it('of bytes that mean nothing is refused, or sent as it is', async () => {
		const file = path.join(world.directory, 'bytes');
		writeFileSync(file, Buffer.from([0xff, 0x00, 0x80, 0x1b, 0x0a]));
		const ended = await runWith(file);
		expect(ended.output).not.toContain('\u001B');
		expect(ended.output).not.toMatch(/^\s+at |unexpected error/m);
		// A body may be of any bytes.
		const words = /kubeconfig|YAML|header|certificate|credentials/;
		expect(place === '--data' ? ended.stdout : saidBy(ended)).toMatch(
			place === '--data' ? /3 of 3 answered/ : words,
		);
	});
});

/** Runs it by bash with $PROGRAM, $KUBE and what is in them. */
const shell = async (script: string) =>
	runCommand(systemBash, ['-c', script], {
		...state(),
		PROGRAM: `${process.execPath} ${builtProgram}`,
		KUBE: world.kubeconfig,
	});

it('a kubeconfig that nothing comes out of keeps nobody in the console: keys are read', async () => {
	// Somebody has it open, and writes nothing.
	const holder = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', pipe],
		env: state(),
		cols: 80,
		rows: 24,
	});
	await terminal.until(/1 Services/);
	terminal.press('?');
	await terminal.until(/Keys/);
	terminal.press('ctrl-c');
	expect((await terminal.exited).code).toBe(0);
	closeSync(holder);
});

describe('what a shell has for a command', () => {
	it.each([
		['a kubeconfig', '$PROGRAM get --kubeconfig <(cat "$KUBE")', /^cart +Ready/m],
		[
			'a kubeconfig that takes its time',
			'$PROGRAM get --kubeconfig <(sleep 0.3; cat "$KUBE")',
			/^cart +Ready/m,
		],
		['a kubeconfig by stdin', 'cat "$KUBE" | $PROGRAM get --kubeconfig /dev/stdin', /^cart +Ready/m],
		[
			'a kubeconfig and a configuration file that goes by its contexts',
			'$PROGRAM get --kubeconfig <(cat "$KUBE") --config <(echo "contexts: {test: {quiet: false}}")',
			/^cart +Ready/m,
		],
	])('is read: %s', async (_, script, shown) => {
		const {stdout, stderr} = await shell(script);
		expect(stderr).toBe('');
		expect(stdout).toMatch(shown);
	});

	it('is sent, as a body and as a header', async () => {
		const ended = await shell(
			`$PROGRAM ${verify.join(' ')} --kubeconfig "$KUBE" --method POST --data @<(echo hello) --header X-A:@<(echo there)`,
		);
		expect(ended.output).toMatch(/3 of 3 answered/);
	});

	it('gets the log as well; a pipe that nobody reads from gets none, and keeps nobody waiting', async () => {
		const logged = await shell('$PROGRAM get --kubeconfig "$KUBE" --log >(cat >&2)');
		expect(logged.stderr).toMatch(/→ GET [^]*ends with 0/);
		const {stdout: got, stderr, code} = await run('get', '--kubeconfig', world.kubeconfig, '--log', pipe);
		expect(stderr).toBe(`--log ${pipe}: it is a pipe that nobody reads from\n`);
		expect(got).toMatch(/^cart +Ready/m);
		expect(code).toBe(0);
	});

	it('opens the console, which reads its kubeconfig more than once', async () => {
		await using terminal = openTerminal({
			command: systemBash,
			args: [
				'-c',
				`exec "$0" "$1" --kubeconfig <(cat "$2")`,
				process.execPath,
				builtProgram,
				world.kubeconfig,
			],
			env: state(),
			cols: 80,
			rows: 24,
		});
		await terminal.until(/cart [█▓▒░#=. ]+90│10/);
		await terminal.until(/watching/);
		terminal.press('ctrl-r');
		await terminal.until(/cart [█▓▒░#=. ]+90│10/);
	});
});
