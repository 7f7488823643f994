/** That tests of the built program do not run on one from before a change. */
import {mkdir, mkdtemp, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {whyStale} from '../support/program/build-check.js';

/** A project whose files were changed at these times, in seconds. */
async function projectOf(times: Readonly<Record<string, number>>): Promise<string> {
	const root = await mkdtemp(path.join(tmpdir(), 'kn-canary-build-'));
	onTestFinished(async () => rm(root, {recursive: true, force: true}));
	for (const [file, time] of Object.entries(times)) {
		const at = path.join(root, file);
		await mkdir(path.dirname(at), {recursive: true});
		await writeFile(at, '');
		await utimes(at, time, time);
	}
	return root;
}

test.each([
	['is newer than all that goes into it', {'dist/cli.js': 20, 'cli.tsx': 10, 'source/a/b.ts': 10}, ''],
	['is of the same moment', {'dist/cli.js': 10, 'source/a.ts': 10}, ''],
	['is older than tests alone', {'dist/cli.js': 10, 'source/a.ts': 5, 'test/a.test.ts': 20}, ''],
	[
		'is older than a source',
		{'dist/cli.js': 10, 'cli.tsx': 5, 'source/a/b.tsx': 20},
		'dist/ is older than source/a/b.tsx; run npm run build first.',
	],
	[
		'is older than the packages',
		{'dist/cli.js': 10, 'package-lock.json': 20},
		'dist/ is older than package-lock.json; run npm run build first.',
	],
	['is not there', {'source/a.ts': 10}, 'dist/cli.js is not there; run npm run build first.'],
])('a build that %s', async (_, times, why) => {
	expect(whyStale(await projectOf(times))).toBe(why);
});
