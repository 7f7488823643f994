/** The commands without a screen: what each stores, and that none stores anything with --dry-run or without an answer. */
import * as v from 'valibot';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {sharesIn, splitWords} from './parts/stored.js';
import {runCommand, stateDirectory} from './parts/real-console.js';
import {readingCommands, shareCommands} from './tried/commands.js';

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

const run = async (...args: readonly string[]) => runCommand(world, state.path, ...args);
const stored = async () => splitWords(await world.service('hello'));

const row = v.object({target: v.string(), percent: v.number(), tags: v.array(v.string())});
const plan = v.object({action: v.string(), before: v.array(row), after: v.array(row)});

/** What `-o json` says the split was or will be, as `splitWords` says it of a stored one. */
const words = (rows: readonly v.InferOutput<typeof row>[]) =>
	rows
		.map(({target, percent, tags: [tag]}) => `${target}=${percent}${tag === undefined ? '' : `:${tag}`}`)
		.join(' ');

/** There is no gateway here: what is to be completed is not compared, and that is said. */
const withoutComparison = (said: string) => said.replaceAll(/^(?:Comparing|Not compared).*\n/gm, '');

describe.each(shareCommands)(
	'kn-canary $args',
	({args, shares: wanted, writes: requests = ['patch services']}) => {
		it('stores nothing with --dry-run or where nobody agrees, and with --yes what it said, in one request', async () => {
			const before = await stored();
			const versions = await world.settled();
			const seen = (await world.writes()).length;
			const dry = await run(...args, '--dry-run', '-o', 'json');
			expect(withoutComparison(dry.stderr)).toBe('');
			const said = v.parse(plan, JSON.parse(dry.stdout));
			expect(words(said.before)).toBe(before);
			expect(sharesIn(words(said.after))).toBe(wanted);
			expect(await run(...args)).toMatchObject({code: 5});
			const writes = (await world.writes()).slice(seen);
			expect(writes[0]).toMatchObject({verb: 'patch', resource: 'services', code: 200, isDry: true});
			expect(writes.filter(({isDry}) => !isDry)).toEqual([]);
			expect(await world.settled()).toEqual(versions);

			const made = await run(...args, '--yes');
			expect({code: made.code, stderr: withoutComparison(made.stderr)}).toEqual({code: 0, stderr: ''});
			expect(await stored()).toBe(words(said.after));
			const real = (await world.writes()).slice(seen).filter(({isDry}) => !isDry);
			expect(real.map(({verb, resource}) => `${verb} ${resource}`)).toEqual(requests);
			expect(real.every(({code}) => code === 200)).toBe(true);
		});
	},
);

it('verify of a service that never had a ready revision cannot tell, and says why', async () => {
	await world.create('broken', world.image.replace('helloworld-go', 'helloworld-none'));
	const {code, stdout, stderr} = await run('verify', 'broken');
	expect(stdout).toMatch(/^\? Cannot tell: no revision of broken has been ready so far/);
	expect(stdout).toMatch(/404 Not Found/);
	expect({code, stderr}).toEqual({code: 2, stderr: ''});
});

it('an operator may split and not more; a viewer may not even that, by the words of the API server', async () => {
	const before = await stored();
	const change = ['split', 'hello', '00002=70', '00001=30', '--yes'];
	const asViewer = await run('--context', 'real-viewer', ...change);
	expect(asViewer.code).toBe(1);
	expect(asViewer.stderr).toMatch(/real-viewer/);
	expect(await stored()).toBe(before);
	expect(await run('--context', 'real-operator', ...change)).toMatchObject({code: 0});
	expect(sharesIn(await stored())).toBe('hello-00002=70 hello-00001=30');
});

it.each(readingCommands.map(args => [...args]))('kn-canary %s only reads', async (...args) => {
	const versions = await world.settled();
	const seen = (await world.writes()).length;
	await run(...args);
	expect(await world.writes()).toHaveLength(seen);
	expect(await world.settled()).toEqual(versions);
});

it('what the command line gets wrong is not sent', async () => {
	const seen = (await world.writes()).length;
	expect(await run('split', 'hello', 'hello-00009=50', '00002=50', '--yes')).toMatchObject({code: 2});
	expect(await world.writes()).toHaveLength(seen);
});
