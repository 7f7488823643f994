import {appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {formatEntry} from '../../source/journal/journal-entry.js';
import {historyPath, openHistoryFile} from '../../source/journal/journal-file.js';
import {entry} from './entries.js';

/** Of a change that was about to be sent. */
const attempt = (id: string) => ({...entry(2), id, end: undefined});

let directory: string;
let file: string;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-history-'));
	file = path.join(directory, 'state', 'kn-canary', 'history.jsonl');
});

afterEach(async () => {
	await rm(directory, {recursive: true, force: true});
});

describe('the place of the history', () => {
	it.each([
		[{XDG_STATE_HOME: '/state'}, '/state/kn-canary/history.jsonl'],
		[{}, '/home/jane/.local/state/kn-canary/history.jsonl'],
		[{XDG_STATE_HOME: ''}, '/home/jane/.local/state/kn-canary/history.jsonl'],
		[{XDG_STATE_HOME: 'relative'}, '/home/jane/.local/state/kn-canary/history.jsonl'],
	])('with %j is %s', (env, place) => {
		expect(historyPath(env, '/home/jane')).toBe(place);
	});
});

it('has no place where there is neither a home nor a state directory', async () => {
	expect(historyPath({}, undefined)).toBeUndefined();
	expect(historyPath({XDG_STATE_HOME: 'relative'}, undefined)).toBeUndefined();
	expect(historyPath({XDG_STATE_HOME: '/state'}, undefined)).toBe('/state/kn-canary/history.jsonl');
	const nowhere = openHistoryFile(undefined);
	expect(await nowhere.readAll()).toEqual({entries: [], attempts: [], deeds: []});
	await expect(nowhere.append(entry(2))).rejects.toThrow('set HOME or XDG_STATE_HOME');
});

describe('the history on disk', () => {
	it('is empty before there is one', async () => {
		expect(await openHistoryFile(file).read()).toEqual([]);
	});

	it('is read by another process as it was written', async () => {
		const first = openHistoryFile(file);
		await Promise.all([first.append(entry(2)), first.append(entry(3)), first.append(entry(4))]);
		expect(await openHistoryFile(file).read()).toEqual([entry(2), entry(3), entry(4)]);
		expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(4);
	});

	it('has what was made or deleted, with its end, and nothing of the manifest', async () => {
		const {generation: _g, before: _b, after: _a, ...of} = entry(2);
		const base = {...of, object: 'cart', end: undefined};
		const deletion = {
			...base,
			id: 'd-1',
			what: 'delete service',
			command: 'kubectl delete ksvc cart',
		} as const;
		const creation = {...base, id: 'd-2', what: 'create service', uid: '', command: 'TOKEN=s3cr3t'} as const;
		const history = openHistoryFile(file);
		await history.begin(deletion);
		await history.begin(creation);
		await history.end({id: 'd-1', how: 'made', sentence: 'cart is gone.'});
		expect(await openHistoryFile(file).readAll()).toEqual({
			entries: [],
			attempts: [],
			deeds: [
				{...deletion, end: {how: 'made', sentence: 'cart is gone.'}},
				{...creation, command: ''},
			],
		});
		expect(await readFile(file, 'utf8')).not.toContain('s3cr3t');
	});

	it('has what was begun until its change has come, with how it ended where none did', async () => {
		const history = openHistoryFile(file);
		await history.begin({...attempt('a-1'), isNoted: true});
		await history.begin(attempt('a-2'));
		await history.begin(attempt('a-3'));
		await history.begin(attempt('a-4'));
		await history.append(entry(3, {id: 'a-2'}));
		await history.end({id: 'a-3', how: 'not made', sentence: 'refused'});
		await history.end({id: 'a-4', how: 'not known', sentence: 'no answer'});
		const {entries, attempts} = await openHistoryFile(file).readAll();
		expect(entries).toEqual([entry(3, {id: 'a-2'})]);
		expect(attempts).toEqual([
			{...attempt('a-1'), isNoted: true},
			{...attempt('a-3'), end: {how: 'not made', sentence: 'refused'}},
			{...attempt('a-4'), end: {how: 'not known', sentence: 'no answer'}},
		]);
		expect(await readFile(file, 'utf8')).not.toContain('locked');
	});

	it('has what was begun again as one that is open, with its last time and end', async () => {
		const history = openHistoryFile(file);
		const refused = {how: 'not made', sentence: 'The server is busy.'} as const;
		await history.begin(attempt('a-1'));
		await history.begin(attempt('a-2'));
		for (const id of ['a-1', 'a-2']) await history.end({id, ...refused});
		await history.begin({...attempt('a-1'), at: entry(2).at + 20_000});
		const read = async () => (await openHistoryFile(file).readAll()).attempts;
		expect(await read()).toEqual([
			{...attempt('a-2'), end: refused},
			{...attempt('a-1'), at: entry(2).at + 20_000},
		]);
		await history.end({id: 'a-1', how: 'not known', sentence: 'no answer'});
		expect(await read()).toMatchObject([{id: 'a-2'}, {id: 'a-1', end: {how: 'not known'}}]);
	});

	it('is read from its first whole line, also where that is the first one of the file', async () => {
		const length = formatEntry(entry(100)).length + 1;
		const history = openHistoryFile(file, {limit: 10 * length});
		for (let generation = 100; generation < 110; generation++) await history.append(entry(generation));
		expect(await openHistoryFile(file, {limit: 10 * length}).read()).toHaveLength(10);
		expect(await openHistoryFile(file, {limit: 10 * length - 1}).read()).toHaveLength(9);
	});

	it('tells of a file that cannot be read, and of a folder or pipe in its place', async () => {
		await mkdir(file, {recursive: true});
		await expect(openHistoryFile(file).read()).rejects.toThrow(`${file} is no file`);
		await rm(file, {recursive: true});
		await writeFile(path.dirname(`${file}/x`), '');
		await expect(openHistoryFile(path.join(file, 'x')).read()).rejects.toThrow('ENOTDIR');
	});

	it('is for its owner alone, also when it was not before', async () => {
		await mkdir(path.dirname(file), {recursive: true, mode: 0o755});
		await writeFile(file, '', {mode: 0o644});
		await openHistoryFile(file).append(entry(2));
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
	});

	it('passes over lines that are no entries, and is not spoilt by one that a crash left unfinished', async () => {
		const history = openHistoryFile(file);
		await history.append(entry(2));
		const halved = formatEntry(entry(3)).slice(0, 40);
		await appendFile(file, `null\n{"at":1}\n[]\n\u0000\n${'x'.repeat(1000)}\n${halved}`);
		await history.append(entry(4));
		expect(await history.read()).toEqual([entry(2), entry(4)]);
	});

	it('lets its older half go when it becomes large, and stays whole lines', async () => {
		const length = formatEntry(entry(2)).length + 1;
		const history = openHistoryFile(file, {limit: 10 * length});
		for (let generation = 100; generation < 130; generation++) await history.append(entry(generation));
		const kept = await history.read();
		expect(kept.at(-1)).toEqual(entry(129));
		expect(kept.length).toBeGreaterThanOrEqual(5);
		expect((await stat(file)).size).toBeLessThanOrEqual(10 * length);
		expect((await stat(file)).mode & 0o777).toBe(0o600);
	});

	it('keeps a megabyte unless told otherwise', async () => {
		await mkdir(path.dirname(file), {recursive: true});
		const line = `${formatEntry(entry(1))}\n`;
		const lines = Math.floor((1024 * 1024) / line.length);
		await writeFile(file, line.repeat(lines));
		const history = openHistoryFile(file);
		await history.append(entry(2));
		const {size} = await stat(file);
		expect(size).toBeLessThanOrEqual(512 * 1024);
		expect(size).toBeGreaterThan(512 * 1024 - 2 * line.length);
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect(await history.read()).toEqual([entry(1), entry(2)]);
	});

	it('is not written through a link that somebody put there', async () => {
		await mkdir(path.dirname(file), {recursive: true});
		const target = path.join(directory, 'target');
		await writeFile(target, 'theirs');
		await symlink(target, file);
		await expect(openHistoryFile(file).append(entry(2))).rejects.toThrow(/ELOOP/);
		expect(await readFile(target, 'utf8')).toBe('theirs');
	});
});
