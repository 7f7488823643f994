import {appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
	formatEntry,
	parseEntry,
	withoutRepeats,
	type HistoryEntry,
} from '../../source/journal/journal-entry.js';
import {historyPath, openHistoryFile} from '../../source/journal/journal-file.js';
import type {Split} from '../../source/knative/split/split.js';

const row = (key: string, percent: number) => ({
	key,
	revision: key === '@latest' ? 'cart-00001' : key,
	latest: key === '@latest',
	percent,
	tags: ['t'],
	locked: false,
});
const before: Split = [row('@latest', 100)];
const after: Split = [row('cart-00001', 40), row('cart-00002', 60)];

function entry(generation: number, change: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		at: 1_700_000_000_000 + generation,
		server: 'https://api.example.com',
		context: 'prod',
		namespace: 'default',
		service: 'cart',
		uid: 'u-1',
		generation,
		by: 'jane',
		own: true,
		reason: 'split',
		before,
		after,
		command: 'kubectl patch',
		...change,
	};
}

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

	it('is not written through a link that somebody put there', async () => {
		await mkdir(path.dirname(file), {recursive: true});
		const target = path.join(directory, 'target');
		await writeFile(target, 'theirs');
		await symlink(target, file);
		await expect(openHistoryFile(file).append(entry(2))).rejects.toThrow(/ELOOP/);
		expect(await readFile(target, 'utf8')).toBe('theirs');
	});
});

describe('an entry', () => {
	it.each([
		['no JSON', '{'],
		['a split that does not sum to 100', formatEntry(entry(2, {after: [row('a', 90)]}))],
		['a revision that is listed twice', formatEntry(entry(2, {after: [row('a', 50), row('a', 50)]}))],
		['a share that is no whole percent', formatEntry(entry(2, {after: [row('a', 99.5), row('b', 0.5)]}))],
		['no split', JSON.stringify({...entry(2), before: null})],
	])('is none with %s', (_, line) => {
		expect(parseEntry(line)).toBeUndefined();
	});

	it('brings nothing to the terminal that would act there', () => {
		const hostile = parseEntry(formatEntry(entry(2, {by: 'jane\u001B[2J', reason: 'a\u202Eb'})));
		expect(hostile).toMatchObject({by: 'jane␛[2J', reason: 'a<U+202E>b'});
	});

	it('that two consoles tell of is kept once, as the one tells it that made the change', () => {
		const seen = entry(3, {own: false, by: 'jane', at: 5});
		const own = entry(3);
		const unordered = [entry(4), seen, own, entry(2)];
		expect(withoutRepeats(unordered)).toEqual([entry(2), own, entry(4)]);
	});
});
