/** Command lines that cannot be run, as scripts and people type them, on the built program. */
import {describe, expect, it} from 'vitest';
import {wantsJson} from '../../source/cli/command-errors.js';
import {runProgram} from '../support/program/run-program.js';

describe('whether an error is to be an object', () => {
	it.each([
		[['split', '-o', 'json'], true],
		[['split', '-ojson'], true],
		[['split', '--output=json'], true],
		[['split', '--output', 'json'], true],
		[['split', '-o=json'], true],
		[['split', '-o', 'text'], false],
		[['split', '--reason', '-ojsonish'], false],
		[['split', '--', '-o', 'json'], false],
	])('is told from %j: %j', (words, is) => {
		expect(wantsJson(words)).toBe(is);
	});
});

describe('a command line that makes no sense', () => {
	it.each([
		[['comlete', 'cart'], "error: unknown command 'comlete'\n(Did you mean complete?)"],
		[['rolback', 'cart', '--yes'], "error: unknown command 'rolback'\n(Did you mean rollback?)"],
		[['get', '--ouput', 'json'], "error: unknown option '--ouput'\n(Did you mean --output?)"],
		[['split', 'cart', 'a=100', '--dryrun'], '(Did you mean --dry-run?)'],
	])('of %j says what may be meant, and ends with 2', async (args, words) => {
		const {code, stderr, stdout} = await runProgram(args);
		expect(stderr).toContain(words);
		expect([code, stdout]).toEqual([2, '']);
	});

	it.each([
		[['comlete', 'cart', '-o', 'json'], "unknown command 'comlete' (Did you mean complete?)"],
		[['split', 'cart', '-o', 'json'], "missing required argument 'share'"],
		[['undo', 'cart', '--nope', '-ojson'], "unknown option '--nope'"],
		[['verify', 'cart', '--alpha', '7', '--output=json'], 'Alpha lies between 0 and 1'],
		[['verify', 'cart', '--rate', '0', '-o', 'json'], '--rate "0"'],
		[['get', 'cart', '-A', '-o', 'json'], 'leave out -A or the name'],
	])('of %j is one object on standard output', async (args, sentence) => {
		const {code, stderr, stdout} = await runProgram(args);
		const said: unknown = JSON.parse(stdout);
		expect(said).toEqual({exitCode: 2, sentence: expect.stringContaining(sentence)});
		expect([code, stderr]).toEqual([2, '']);
	});

	it.each([
		['--gateway', 'https://jo:s3cret@gateway.example'],
		['--gateway', 'jo:s3cret@gateway.example:80'],
		['--nope=https://jo:s3cret@gateway.example'],
	])('is quoted without a password: %s %s', async (...args) => {
		const said = await Promise.all([
			runProgram(['verify', 'cart', ...args]),
			runProgram(['verify', 'cart', ...args, '-o', 'json']),
		]);
		for (const {code, output} of said) {
			expect(output).not.toContain('s3cret');
			expect(output).toContain('gateway.example');
			expect(code).toBe(2);
		}
	});

	it('is quoted without what a terminal would act on', async () => {
		const {stderr} = await runProgram(['split', 'cart', '--\u001B[2Jx']);
		expect(stderr).not.toContain('\u001B');
		expect(stderr).toContain("error: unknown option '--");
	});

	it.each([
		[['split', 'cart', '1=100'], 1],
		[['undo', 'cart'], 1],
		[['users', 'cart'], 1],
		[['verify', 'cart'], 3],
	])('of %j without a cluster is an object too', async (words, exitCode) => {
		const {code, stdout} = await runProgram([...words, '-o', 'json', '--kubeconfig', '/nonexistent/config']);
		expect(JSON.parse(stdout)).toEqual({
			exitCode,
			sentence: expect.stringContaining('/nonexistent/config'),
		});
		expect(code).toBe(exitCode);
	});
});

describe('a time', () => {
	it.each(['5', '5s', '500ms', '1m30s'])('may be %s', async time => {
		const {stderr} = await runProgram(['verify', 'cart', '--timeout', time, '--kubeconfig', '/nonexistent']);
		expect(stderr).toContain('/nonexistent');
	});

	it.each(['5 s', '-1', 'soon', '5x', ''])('may not be "%s"', async time => {
		const {code, stderr} = await runProgram(['verify', 'cart', `--timeout=${time}`]);
		expect(stderr).toContain('give a time above 0 and up to 1h, such as 5, 5s or 500ms');
		expect(code).toBe(2);
	});
});
