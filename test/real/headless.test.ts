/** The commands without a screen: what each stores, and that none stores anything with --dry-run or without an answer. */
import {execFile} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openRealWorld, splitWords, type RealWorld} from './console-world.js';
import {stateDirectory} from './real-console.js';

let world: RealWorld;
let state: Awaited<ReturnType<typeof stateDirectory>>;

beforeAll(async () => {
	world = await openRealWorld();
	state = await stateDirectory();
	await world.release('hello');
});

afterAll(async () => {
	await state[Symbol.asyncDispose]();
	await world.close();
});

async function run(...args: readonly string[]): Promise<{code: number; stdout: string; stderr: string}> {
	return new Promise(resolve => {
		const child = execFile(
			process.execPath,
			[path.resolve('dist/cli.js'), '--kubeconfig', world.kubeconfig, '-n', world.namespace, ...args],
			{env: {...process.env, XDG_STATE_HOME: state.path}},
			(error, stdout, stderr) => resolve({code: error ? Number(error.code) : 0, stdout, stderr}),
		);
		child.stdin?.end();
	});
}

const stored = async () => splitWords(await world.service('hello'));
const even = 'hello-00002=50:stable hello-00003=50:canary';

/** Each goes on from the split that the one before it has left. */
const verbs: readonly {args: readonly string[]; before: string; after: string}[] = [
	{
		args: ['split', 'hello', 'stable=50', '00003=50'],
		before: 'hello-00002=90:stable hello-00003=10:canary',
		after: even,
	},
	{args: ['complete', 'hello'], before: even, after: 'hello-00002=0:stable hello-00003=100:canary'},
	{
		args: ['rollback', 'hello'],
		before: 'hello-00002=0:stable hello-00003=100:canary',
		after: 'hello-00002=100:stable hello-00003=0:canary',
	},
	{
		args: ['undo', 'hello'],
		before: 'hello-00002=100:stable hello-00003=0:canary',
		after: 'hello-00002=0:stable hello-00003=100:canary',
	},
];

describe.each(verbs)('kn-canary $args', ({args, before, after}) => {
	it('stores nothing with --dry-run, and nothing where nobody agrees', async () => {
		expect(await stored()).toBe(before);
		const versions = await world.settled();
		const seen = (await world.writes()).length;
		expect(await run(...args, '--dry-run')).toMatchObject({code: 0});
		const [dry, ...more] = (await world.writes()).slice(seen);
		expect(dry).toMatchObject({verb: 'patch', resource: 'services', code: 200, isDry: true});
		expect(more).toEqual([]);
		expect(await run(...args)).toMatchObject({code: 5});
		expect((await world.writes()).slice(seen + 1).filter(({isDry}) => !isDry)).toEqual([]);
		expect(await world.settled()).toEqual(versions);
	});

	it('stores with --yes what it says, in one request', async () => {
		const seen = (await world.writes()).length;
		expect(await run(...args, '--yes')).toMatchObject({code: 0, stderr: ''});
		expect(await stored()).toBe(after);
		const writes = (await world.writes()).slice(seen);
		expect(writes.filter(({isDry}) => !isDry)).toMatchObject([
			{verb: 'patch', resource: 'services', code: 200},
		]);
	});
});

it('verify of a service that never had a ready revision cannot tell, and says why', async () => {
	await world.create('broken', world.image.replace('helloworld-go', 'helloworld-none'));
	const {code, stdout, stderr} = await run('verify', 'broken');
	expect(stdout).toMatch(/^\? Cannot tell: no revision of broken has been ready so far/);
	expect(stdout).toMatch(/Unable to fetch image/);
	expect({code, stderr}).toEqual({code: 2, stderr: ''});
});

it('an operator may split and not more; a viewer may not even that, by the words of the API server', async () => {
	const before = await stored();
	const asViewer = await run('--context', 'real-viewer', 'split', 'hello', 'stable=50', 'canary=50', '--yes');
	expect(asViewer.code).toBe(1);
	expect(asViewer.stderr).toMatch(/real-viewer/);
	expect(await stored()).toBe(before);
	const asOperator = await run(
		'--context',
		'real-operator',
		'split',
		'hello',
		'stable=50',
		'canary=50',
		'--yes',
	);
	expect(asOperator).toMatchObject({code: 0});
	expect(await stored()).toBe(even);
});

it('what the command line gets wrong is not sent', async () => {
	const seen = (await world.writes()).length;
	expect(await run('split', 'hello', 'hello-00009=50', 'canary=50', '--yes')).toMatchObject({code: 2});
	expect(await world.writes()).toHaveLength(seen);
	expect(await stored()).toBe(even);
});
