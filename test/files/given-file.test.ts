/** What flags and kubeconfigs name is read whole; what has no end is not read to it, and nobody waits for what never comes. */
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, constants, openSync} from 'node:fs';
import {mkdtemp, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readGiven, readGivenSync} from '../../source/files/given-file.js';

let file: string;

beforeEach(async () => {
	file = path.join(await mkdtemp(path.join(tmpdir(), 'kn-canary-given-')), 'file');
});

afterEach(async () => {
	await rm(path.dirname(file), {recursive: true, force: true});
});

/** A pipe, as soon as somebody has opened it to write what these commands of a shell do. */
async function pipeWith(commands: string) {
	execFileSync('mkfifo', [file]);
	// What is written stays in it until it is read.
	const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
	const writer = spawn('sh', ['-c', `exec > "$0"; echo open >&2; ${commands}`, file]);
	const written = once(writer, 'close');
	await once(writer.stderr, 'data');
	return {writer, written, close: () => closeSync(reader)};
}

type WaitOptions = {mayWait?: boolean};

describe.each([
	['at once', async (name: string, options?: WaitOptions) => readGivenSync(name, options)],
	[
		'in turn',
		async (name: string, options?: WaitOptions) => (await readGiven(name, options)).toString('utf8'),
	],
])('read %s', (_, read) => {
	it('a file is whole', async () => {
		const text = 'ä'.repeat(100_000);
		await writeFile(file, text);
		expect(await read(file)).toBe(text);
		await writeFile(file, '');
		expect(await read(file)).toBe('');
		expect(await read('/dev/null')).toBe('');
	});

	it('a pipe is read to its end', async () => {
		const {written, close} = await pipeWith('echo one; echo two');
		await written;
		expect(await read(file)).toBe('one\ntwo\n');
		close();
	});

	it('a pipe is waited for as long as somebody may write into it', async () => {
		const {written, close} = await pipeWith('sleep 0.3; echo one');
		expect(await read(file)).toBe('one\n');
		await written;
		close();
	});

	it('a pipe is waited for until somebody opens it to write into it', async () => {
		execFileSync('mkfifo', [file]);
		const writer = spawn('sh', ['-c', 'sleep 0.3; echo one > "$0"', file]);
		const written = once(writer, 'close');
		expect(await read(file)).toBe('one\n');
		await written;
	});

	it('a pipe that nobody writes into is not read, nor waited for where nobody may wait', async () => {
		execFileSync('mkfifo', [file]);
		const why = `${file} is a pipe that nobody writes into`;
		await expect(read(file, {mayWait: false})).rejects.toThrow(why);
		await expect(read(file)).rejects.toThrow(why);
	});

	it('a pipe that somebody writes nothing into is not waited for where nobody may wait', async () => {
		const {writer, close} = await pipeWith('read go');
		await expect(read(file, {mayWait: false})).rejects.toThrow(/is still being written/);
		writer.stdin.end();
		close();
	});

	it.each(['/dev/zero', 'a file of 17 MiB'])('%s is too large', async what => {
		await writeFile(file, '');
		await truncate(file, 17 * 1024 * 1024);
		await expect(read(what.startsWith('/') ? what : file)).rejects.toThrow(/is larger than 16 MiB/);
	});

	it('a folder, and what is not there, is an error of the file system', async () => {
		await expect(read(path.dirname(file))).rejects.toThrow(/EISDIR/);
		await expect(read(file)).rejects.toThrow(/ENOENT/);
	});
});
