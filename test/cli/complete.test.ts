/** Completion: what may stand at the cursor, and that real shells ask for it and take it. */
import {chmodSync, existsSync, mkdtempDisposableSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {wantedAt} from '../../source/cli/complete/candidates.js';
import {createProgram} from '../../source/cli/program.js';
import {runCommand, runProgram} from '../support/program/run-program.js';
import {openTerminal} from '../support/terminal/terminal.js';
import {startWorld, type World} from '../support/world.js';

const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-complete-'));
let world: World;
let env: Record<string, string>;

beforeAll(async () => {
	world = await startWorld();
	const command = path.join(folder.path, 'kn-canary');
	writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${path.resolve('dist/cli.js')}' "$@"\n`);
	chmodSync(command, 0o755);
	env = {
		KUBECONFIG: world.sandbox.kubeconfigPath,
		XDG_CONFIG_HOME: folder.path,
		HOME: folder.path,
		ZDOTDIR: folder.path,
		PATH: `${folder.path}${path.delimiter}${process.env['PATH'] ?? ''}`,
	};
	writeFileSync(path.join(folder.path, '.zshrc'), '');
});

afterAll(async () => {
	await world.stop();
	folder.remove();
});

const words = (line: string) => line.split(' ').slice(1);
const complete = async (line: string) => {
	const {stdout} = await runProgram(['__complete', ...words(line)], env);
	const lines = stdout.trimEnd().split('\n');
	return {words: lines.slice(0, -1).map(one => one.split('\t')[0]), directive: lines.at(-1)};
};

describe('what may stand at the cursor', () => {
	it.each([
		['kn-canary get -n ', 'namespaces'],
		['kn-canary --context ', 'contexts'],
		['kn-canary --kubeconfig ', 'files'],
		['kn-canary status ', 'services'],
		['kn-canary --rate 3 status --wait 5 ', 'services'],
		['kn-canary revision create ', 'services'],
		['kn-canary rollback cart --to ', 'revisions'],
		['kn-canary tag cart 1=a --untag ', 'tags'],
		['kn-canary verify cart --source ', 'candidates'],
	])('of "%s" is %s', (line, kind) => {
		expect(wantedAt(createProgram({words: []}), words(line)).kind).toBe(kind);
	});
});

describe('what is printed', () => {
	it.each([
		['kn-canary ver', ['verify', 'version'], ':4'],
		['kn-canary config ', ['init', 'view'], ':4'],
		['kn-canary split c', ['cart', 'checkout'], ':4'],
		['kn-canary split cart cart-', ['cart-00002=', 'cart-00001='], ':6'],
		['kn-canary rollback cart --to @', ['@stable', '@canary', '@latest'], ':4'],
		['kn-canary split cart 1=100 -o ', ['text', 'json'], ':4'],
		['kn-canary completion ', ['bash', 'zsh', 'fish', 'kubectl'], ':4'],
		['kn-canary split cart --rea', ['--reason', '--read-only'], ':4'],
		['kn-canary --context sandbox-v', ['sandbox-viewer'], ':4'],
	])('of "%s"', async (line, wanted, directive) => {
		const printed = await complete(line);
		expect(printed.words).toEqual(wanted);
		expect(printed.directive).toBe(directive);
	});

	it('is nothing, and no error, where there is no cluster', async () => {
		const {stdout, stderr, code} = await runProgram(['__complete', 'status', ''], {
			KUBECONFIG: '/nonexistent',
		});
		expect({stdout, stderr, code}).toEqual({stdout: ':4\n', stderr: '', code: 0});
	});
});

/** Types the line into the shell, then Tab until the wanted text stands there. */
async function typed(shell: string, args: readonly string[], start: string, line: string, wanted: RegExp) {
	await using terminal = openTerminal({command: shell, args, env, cols: 120, rows: 30});
	terminal.type(`${start}\r`);
	await terminal.until(/^READY\s*$/m);
	terminal.type(line);
	terminal.press('tab');
	const shown = await terminal.until(wanted);
	// A shell that somebody sits at heeds no SIGTERM.
	terminal.kill('SIGKILL');
	return shown;
}

const ready = (shell: string) => `source <(kn-canary completion ${shell}); PS1='> '; clear; echo REA''DY`;

describe.skipIf(!existsSync('/bin/bash'))('bash', () => {
	it('completes a command, a service, and a revision behind which the share is typed', async () => {
		const bash = ['--norc', '--noprofile', '-i'];
		expect(
			await typed('/bin/bash', bash, ready('bash'), 'kn-canary rollb', /> kn-canary rollback \s*$/m),
		).toMatch(/> kn-canary rollback \s*$/m);
		expect(
			await typed(
				'/bin/bash',
				bash,
				ready('bash'),
				'kn-canary status ch',
				/> kn-canary status checkout \s*$/m,
			),
		).toMatch(/> kn-canary status checkout \s*$/m);
		await typed(
			'/bin/bash',
			bash,
			ready('bash'),
			'kn-canary split cart @st',
			/> kn-canary split cart @stable=$/m,
		);
		await typed(
			'/bin/bash',
			bash,
			ready('bash'),
			'kn-canary undo cart --output=j',
			/> kn-canary undo cart --output=json \s*$/m,
		);
	});
});

const zsh = ['/usr/bin/zsh', '/bin/zsh'].find(file => existsSync(file));
describe.skipIf(zsh === undefined)('zsh', () => {
	it('completes a command, a service, and a revision behind which the share is typed', async () => {
		const start = `autoload -Uz compinit; compinit -u; ${ready('zsh')}`;
		const args = ['-f', '-i'];
		expect(await typed(zsh ?? '', args, start, 'kn-canary rollb', /> kn-canary rollback\s*$/m)).toMatch(
			/> kn-canary rollback\s*$/m,
		);
		expect(
			await typed(zsh ?? '', args, start, 'kn-canary status ch', /> kn-canary status checkout\s*$/m),
		).toMatch(/> kn-canary status checkout\s*$/m);
		expect(
			await typed(zsh ?? '', args, start, 'kn-canary split cart @st', /> kn-canary split cart @stable=$/m),
		).toMatch(/> kn-canary split cart @stable=$/m);
	});
});

const fish = ['/usr/bin/fish', '/usr/local/bin/fish'].find(file => existsSync(file));
describe.skipIf(fish === undefined)('fish', () => {
	it.each([
		['kn-canary rollb', ['rollback']],
		['kn-canary status c', ['cart', 'checkout']],
		['kn-canary split cart @st', ['@stable=']],
	])('completes "%s"', async (line, wanted) => {
		const script = `kn-canary completion fish | source; complete -C '${line}'`;
		const {stdout: out} = await runCommand(fish ?? '', ['--no-config', '-c', script], env);
		const found = out
			.trim()
			.split('\n')
			.map(one => one.split('\t')[0]);
		expect(found).toEqual(wanted);
	});
});

describe('kubectl', () => {
	it('asks the plugin by the script that is printed for it', async () => {
		symlinkSync(path.join(folder.path, 'kn-canary'), path.join(folder.path, 'kubectl-canary'));
		const script = path.join(folder.path, 'kubectl_complete-canary');
		writeFileSync(script, (await runProgram(['completion', 'kubectl'])).stdout);
		chmodSync(script, 0o755);
		const {stdout: out} = await runCommand(script, ['status', 'ch'], env);
		expect(out).toMatch(/^checkout\t\S+\n:4\n$/);
	});
});
