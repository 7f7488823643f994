/** A world and a directory of state for each test of a file. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach} from 'vitest';
import {startWorld, type World} from '../../../support/world.js';

export type WorldPerTest = {
	/** The one that the test has started. */
	readonly world: World;
	/** An empty directory for the history of its consoles. */
	readonly state: string;
	readonly start: typeof startWorld;
};

/** To be called once in a file: it has the world stopped and the directory removed when the test is over. */
export function worldPerTest(): WorldPerTest {
	let world: World | undefined;
	let state = '';
	beforeEach(async () => {
		state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
	});
	afterEach(async () => {
		await world?.stop();
		world = undefined;
		await rm(state, {recursive: true, force: true});
	});
	return {
		get world() {
			if (!world) throw new Error('The test has started no world.');
			return world;
		},
		get state() {
			return state;
		},
		async start(options) {
			world = await startWorld(options);
			return world;
		},
	};
}
