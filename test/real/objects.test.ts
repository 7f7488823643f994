/** The commands that make, change and delete objects: what each stores, and that none does with --dry-run or without an answer. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {runCommand, stateDirectory} from './parts/real-console.js';
import {deletions, objectCommands} from './tried/commands.js';

let world: RealWorld;
let state: Awaited<ReturnType<typeof stateDirectory>>;

beforeAll(async () => {
	world = await openRealWorld();
	state = await stateDirectory();
});

afterAll(async () => {
	await state[Symbol.asyncDispose]();
	await world.close();
});

const run = async (...args: readonly string[]) => runCommand(world, state.path, ...args);
/** There is no gateway here to wait for. */
const agreed = ['--yes', '--wait', '0'] as const;

describe('what is made and changed', () => {
	it.each(objectCommands)(
		'$write by one request, and none before it is agreed to',
		async ({args, write, holds}) => {
			const words = args(world.image);
			const seen = (await world.writes()).length;
			const dry = await run(...words, '--dry-run');
			expect({code: dry.code, stderr: dry.stderr}).toEqual({code: 0, stderr: ''});
			expect(await run(...words)).toMatchObject({code: 5});
			const asked = (await world.writes()).slice(seen);
			expect(asked.length).toBeGreaterThan(0);
			expect(asked.filter(({isDry}) => !isDry)).toEqual([]);

			const made = await run(...words, ...agreed);
			expect({code: made.code, said: made.stderr}).toEqual({code: 0, said: ''});
			const real = (await world.writes()).slice(seen).filter(({isDry}) => !isDry);
			expect(real.map(({verb, resource, code}) => `${verb} ${resource} ${code}`)).toEqual([
				`${write} ${write.startsWith('create') ? 201 : 200}`,
			]);
			holds(await world.ready('made'));
		},
	);
});

describe('what is deleted', () => {
	beforeAll(async () => {
		await world.release('gone');
	});

	it.each(deletions)(
		'$name goes by one request, and by none before it is agreed to',
		async ({args, plural, name}) => {
			const seen = (await world.writes()).length;
			expect(await run(...args, '--dry-run')).toMatchObject({code: 0});
			expect(await run(...args)).toMatchObject({code: 5});
			const asked = (await world.writes()).slice(seen);
			expect(asked.length).toBeGreaterThan(0);
			expect(asked.filter(({isDry}) => !isDry)).toEqual([]);

			// A service goes with all its revisions, so that its name is asked for whoever says yes.
			expect(await run(...args, ...agreed, '--confirm', name)).toMatchObject({code: 0});
			await world.gone(plural, name);
			const real = (await world.writes()).slice(seen).filter(({isDry}) => !isDry);
			expect(real.map(({verb, resource}) => `${verb} ${resource}`)).toEqual([`delete ${plural}`]);
		},
	);
});
