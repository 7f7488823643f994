import {mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {openRequestMemory, type RememberedRequest} from '../../source/journal/request-memory.js';

let file: string;

beforeEach(async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'kn-canary-requests-'));
	onTestFinished(async () => rm(folder, {recursive: true}));
	file = path.join(folder, 'state', 'kn-canary', 'requests.json');
});

const request = (change: Partial<RememberedRequest> = {}): RememberedRequest => ({
	method: 'GET',
	headers: ['Authorization: $TOKEN'],
	path: '/health',
	...change,
});

/** What another process reads. */
const stored = async () => openRequestMemory(file).read();

/** The file as this program would write it, of these services. */
async function put(services: Readonly<Record<string, unknown>>, padding = ''): Promise<void> {
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, JSON.stringify({v: 1, services}) + padding);
}

test('remembers the request of each service, for its owner alone', async () => {
	const memory = openRequestMemory(file);
	expect(await memory.read()).toEqual(new Map());
	await Promise.all([
		memory.write('u-1', request()),
		memory.write('u-2', request({method: 'POST', body: '@order.json', expectStatus: '201'})),
		memory.write('u-1', request({path: '/new'})),
	]);
	expect(await stored()).toEqual(
		new Map([
			['u-2', request({method: 'POST', body: '@order.json', expectStatus: '201'})],
			['u-1', request({path: '/new'})],
		]),
	);
	expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('forgets the one of 200 that was chosen for longest ago', async () => {
	await put(Object.fromEntries(Array.from({length: 200}, (_, index) => [`u-${index}`, request()])));
	const memory = openRequestMemory(file);
	await memory.write('u-0', request());
	expect(await stored()).toHaveLength(200);
	await memory.write('u-new', request());
	const kept = await stored();
	expect(kept).toHaveLength(200);
	expect(kept.has('u-0')).toBe(true);
	expect(kept.has('u-1')).toBe(false);
});

test('passes over a service that cannot be read, and keeps the others', async () => {
	await put({
		'u-1': {...request(), headers: 'Accept: */*'},
		'u-2': request(),
		'u-3': {...request(), path: 'x'.repeat(2001)},
	});
	expect([...(await stored()).keys()]).toEqual(['u-2']);
});

test.each([
	['cut short', '{"v":1,"services":{'],
	['of another version', '{"v":2,"services":{}}'],
	['something else', '[]'],
])('a file that is %s is as if there were none, and is written anew', async (_what, text) => {
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, text);
	expect(await stored()).toEqual(new Map());
	await openRequestMemory(file).write('u-1', request());
	expect([...(await stored()).keys()]).toEqual(['u-1']);
});

test('reads no file of more than 4 MB, and nothing through a link or out of a folder', async () => {
	const most = 4 * 1024 * 1024;
	await put({'u-1': request()});
	const {size} = await stat(file);
	await put({'u-1': request()}, ' '.repeat(most - size));
	expect(await stored()).toHaveLength(1);
	await put({'u-1': request()}, ' '.repeat(most - size + 1));
	expect(await stored()).toHaveLength(0);

	const target = `${file}.target`;
	await put({'u-1': request()});
	await writeFile(target, await readFile(file));
	await rm(file);
	await symlink(target, file);
	expect(await stored()).toHaveLength(0);

	await rm(file);
	await mkdir(file);
	expect(await stored()).toHaveLength(0);
});

test('what cannot be written says so, once, and the next one is tried', async () => {
	const memory = openRequestMemory(file);
	await mkdir(file, {recursive: true});
	await expect(memory.write('u-1', request())).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
	await memory.flush();
	await rm(file, {recursive: true});
	await memory.write('u-2', request());
	expect([...(await stored()).keys()]).toEqual(['u-2']);
});

test('keeps nothing where there is no place for it', async () => {
	const memory = openRequestMemory(undefined);
	await memory.write('u-1', request());
	expect(await memory.read()).toEqual(new Map());
});
