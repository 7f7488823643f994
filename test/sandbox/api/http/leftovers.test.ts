import {mkdir, mkdtemp, readdir, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {directoryPrefix, removeLeftovers} from '../../../../source/sandbox/api/http/leftovers.js';

it('of one that was killed before it had marked its directory are removed, and not those of one that is about to', async () => {
	const parent = await mkdtemp(join(tmpdir(), 'leftovers-test-'));
	onTestFinished(() => rm(parent, {recursive: true}));
	const make = async (name: string, age: number, file?: string) => {
		const directory = join(parent, directoryPrefix + name);
		await mkdir(directory);
		if (file !== undefined) await writeFile(join(directory, file), '');
		const time = Date.now() / 1000 - age;
		await utimes(directory, time, time);
	};

	await make('old', 3600);
	await make('new', 0);
	await make('unknown', 3600, 'of-somebody');
	await removeLeftovers(parent);
	expect((await readdir(parent)).toSorted()).toEqual([`${directoryPrefix}new`, `${directoryPrefix}unknown`]);
});
