import {existsSync, mkdtempDisposableSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {makeFolder} from '../../source/bootstrap/make-folder.js';
import {runProgram} from '../support/program/run-program.js';

describe('a folder', () => {
	it('is made with those above it, for its owner alone, and which was the topmost is said', () => {
		using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-folder-'));
		const [top, wanted] = [path.join(folder.path, 'a'), path.join(folder.path, 'a/b/c')];
		expect(makeFolder(wanted)).toBe(top);
		expect(statSync(wanted).mode & 0o777).toBe(0o700);
		expect(makeFolder(wanted)).toBeUndefined();
		expect(makeFolder(`${wanted}/d`)).toBe(`${wanted}/d`);
	});

	it('is not made beneath a file', () => {
		using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-folder-'));
		const file = path.join(folder.path, 'file');
		writeFileSync(file, '');
		expect(() => makeFolder(path.join(file, 'a/b'))).toThrow(/ENOTDIR/);
	});

	it.skipIf(!existsSync('/proc/self'))(
		'is not tried for ever where a file system denies what is there',
		() => {
			expect(() => makeFolder('/proc/nowhere/a')).toThrow(/ENOENT/);
		},
	);
});

describe.skipIf(!existsSync('/proc/self'))('where nothing can be kept', () => {
	const nowhere = '/proc/nowhere';
	const env = {
		HOME: nowhere,
		XDG_STATE_HOME: nowhere,
		XDG_CONFIG_HOME: nowhere,
		XDG_CACHE_HOME: nowhere,
		NODE_DISABLE_COMPILE_CACHE: undefined,
	};

	it.each([
		['version', 0, /^kn-canary \d/],
		['history', 0, /^No changes in the history/],
		['config view', 0, /^Nothing is set/],
		['config init', 1, /^error: ENOENT/],
	])('%s ends, and says what it has to say', async (line, code, words) => {
		const ended = await runProgram(line.split(' '), env);
		expect(ended.output).toMatch(words);
		expect(ended.code).toBe(code);
	});
});
