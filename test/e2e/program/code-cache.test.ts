/** The built console, started twice: what it takes the second time was kept by the first. */
import {globSync, mkdtempDisposableSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';

/** What every start of a console with its own sandbox loads before it has come up. */
const loaded = /\/(start|services|console|sandbox)\.js$/;

/** Where that is beneath the cache directory; with another number where it was written again. */
const keptOf = (base: string): ReadonlyMap<string, number> =>
	new Map(
		globSync('kn-canary/*/*', {cwd: base})
			.filter(file => loaded.test(file))
			.map(file => [file, statSync(path.join(base, file)).mtimeMs]),
	);

async function startAndQuit(base: string): Promise<void> {
	await using terminal = await openOnSandbox({env: {XDG_CACHE_HOME: base}});
	await terminal.until(/tab pane/);
	terminal.press('q');
	expect(await terminal.exited).toMatchObject({code: 0});
}

test('a second start takes the code that the first one kept, and writes none of it again', async () => {
	using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-start-'));
	await startAndQuit(folder.path);
	const first = keptOf(folder.path);
	expect(first.size).toBe(4);
	await startAndQuit(folder.path);
	expect(keptOf(folder.path)).toEqual(first);
});

test('a start on an API server that speaks HTTP/2 loads no parser of HTTP/1.1', async () => {
	using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-http2-'));
	await startAndQuit(folder.path);
	const kept = globSync('kn-canary/*/*', {cwd: folder.path}).map(file => path.basename(file));
	expect(kept).toContain('services.js');
	expect(kept.filter(name => /^(llhttp|milo)/.test(name))).toEqual([]);
});

test('a console whose keys were used keeps the code of that, too, and once', async () => {
	using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-keys-'));
	await startAndQuit(folder.path);
	const first = keptOf(folder.path);
	{
		await using terminal = await openOnSandbox({env: {XDG_CACHE_HOME: folder.path}});
		await terminal.until(/tab pane/);
		terminal.press('down');
		const isAnew = () => [...keptOf(folder.path)].filter(([file, time]) => first.get(file) !== time);
		await expect.poll(() => isAnew().length, {timeout: 20_000}).toBe(first.size);
		terminal.press('q');
		expect(await terminal.exited).toMatchObject({code: 0});
	}
	const used = keptOf(folder.path);
	expect([...used.keys()].toSorted()).toEqual([...first.keys()].toSorted());
	await startAndQuit(folder.path);
	expect(keptOf(folder.path)).toEqual(used);
});
