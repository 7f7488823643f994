import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {beforeEach, expect, onTestFinished, test, vi} from 'vitest';
import {keepable, rememberRequests} from '../../../source/console/live/remembered-requests.js';
import {createConsoleStore} from '../../../source/console/state/state.js';
import {openRequestMemory} from '../../../source/journal/request-memory.js';
import {plainRequest, requestContent} from '../../../source/probe/transport/request-content.js';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';

let file: string;

beforeEach(async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'kn-canary-requests-'));
	onTestFinished(async () => rm(folder, {recursive: true}));
	file = path.join(folder, 'kn-canary', 'requests.json');
	process.env['EVIDENCE_TOKEN'] = 'the-secret-itself';
	onTestFinished(() => {
		delete process.env['EVIDENCE_TOKEN'];
	});
});

const choice = (headers: readonly string[], part: {body?: string; path?: string} = {}) => {
	const request = {...plainRequest, headers, body: part.body};
	return {...defaultRequestOptions, path: part.path ?? '/', request, content: requestContent(request)};
};

function opened() {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	onTestFinished(rememberRequests(store, openRequestMemory(file)));
	return store;
}

test('what is sent to a service is there again at the next start, with values by their names', async () => {
	const first = opened();
	const chosen = choice(['Authorization: Bearer $EVIDENCE_TOKEN', 'Accept: application/json'], {
		path: '/health',
	});
	first.setState({requests: new Map([['uid-1', {...chosen, fingerprint: 'header:x-version'}]])});
	await vi.waitUntil(async () => (await openRequestMemory(file).read()).size === 1);
	const text = await readFile(file, 'utf8');
	expect(text).toContain('Bearer $EVIDENCE_TOKEN');
	expect(text).not.toContain('the-secret-itself');
	expect((await stat(file)).mode & 0o077).toBe(0);

	const second = opened();
	await vi.waitUntil(() => second.getState().requests.has('uid-1'));
	expect(second.getState().requests.get('uid-1')).toMatchObject({
		path: '/health',
		fingerprint: 'header:x-version',
		content: {headers: [{name: 'Authorization', value: 'Bearer the-secret-itself'}, {name: 'Accept'}]},
	});
});

test.each([
	[['Authorization: Bearer abc'], ['Authorization'], []],
	[['Cookie: session=abc; theme=$THEME'], ['Cookie'], ['Cookie: theme=$THEME']],
	[['Cookie: session=@/run/session; theme=1'], ['Cookie'], ['Cookie: session=@/run/session']],
	[['X-Tenant: blue', 'X-Api-Key: 12345'], ['X-Api-Key'], ['X-Tenant: blue']],
	[['X-Trace: 4bf92f3577b34da6a3ce929d0e0e4736'], ['X-Trace'], []],
	[['Authorization: @/run/token'], [], ['Authorization: @/run/token']],
])('of %j no value that may be a secret is kept', (headers, left, written) => {
	const request = {...plainRequest, headers};
	const found = keepable({path: '/', fingerprint: undefined, request});
	expect(found).toMatchObject({left, kept: {headers: written}});
});

const kept = (body: string, at: string) =>
	keepable({path: at, fingerprint: undefined, request: {...plainRequest, body}});

test('a body that is typed and a path with a token in it are not kept, one that is a file is', () => {
	expect(kept('{"password": "x"}', '/a?token=x')).toMatchObject({
		left: ['the body', 'the path'],
		kept: {path: '/'},
	});
	expect(kept('@order.json', '/a?page=2')).toMatchObject({
		left: [],
		kept: {body: '@order.json', path: '/a?page=2'},
	});
});

test('what somebody else has written there is no reason to fail', async () => {
	const memory = openRequestMemory(file);
	await memory.write('uid-1', {method: 'GET', headers: [], path: '/'});
	for (const text of ['', '{', '[]', '{"v":1,"services":{"uid-2":{"method":7}}}', '{"v":2,"services":{}}']) {
		await writeFile(file, text);
		expect((await memory.read()).size).toBe(0);
	}
	await memory.write('uid-3', {method: 'POST', headers: [], path: '/'});
	expect([...(await memory.read()).keys()]).toEqual(['uid-3']);
	expect((await openRequestMemory(undefined).read()).size).toBe(0);
});

test('what it names and is not there any more leaves the service asked as the flags say', async () => {
	await openRequestMemory(file).write('uid-1', {method: 'GET', headers: ['A: $NOT_SET_ANYWHERE'], path: '/'});
	await openRequestMemory(file).write('uid-2', {method: 'GET', headers: [], path: '/x'});
	const store = opened();
	await vi.waitUntil(() => store.getState().requests.has('uid-2'));
	expect(store.getState().requests.has('uid-1')).toBe(false);
});
