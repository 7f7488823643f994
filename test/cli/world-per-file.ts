/** A world and a folder for all tests of a file. */
import {mkdtempDisposableSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll} from 'vitest';
import {startWorld, type World} from '../support/world.js';

export type WorldPerFile = {
	readonly world: World;
	/** Path of a folder, empty at first. */
	readonly folder: string;
};

/** To be called once in a file: it has both gone when its tests are over. */
export function worldPerFile(): WorldPerFile {
	const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-cli-'));
	let world: World | undefined;
	beforeAll(async () => {
		world = await startWorld();
	});
	afterAll(async () => {
		await world?.stop();
		folder.remove();
	});
	return {
		get world() {
			if (!world) throw new Error('The world is there once the tests of the file have begun.');
			return world;
		},
		folder: folder.path,
	};
}
