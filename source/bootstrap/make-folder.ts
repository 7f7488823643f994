import {mkdirSync} from 'node:fs';
import path from 'node:path';

const isMissing = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Makes a folder that only its owner may look into, and those above it. Node's own `recursive` never ends where a file system says
 * of a folder that is there that it is not, as `/proc` and some that are mounted when they are asked for do.
 * @returns the topmost folder that it has made; undefined when all were there
 * @throws where the file system does not let it be done
 */
export function makeFolder(folder: string): string | undefined {
	try {
		return made(folder);
	} catch (error) {
		const above = path.dirname(folder);
		if (!isMissing(error) || above === folder) throw error;
		const topmost = makeFolder(above);
		const own = made(folder);
		return topmost ?? own;
	}
}

function made(folder: string): string | undefined {
	try {
		mkdirSync(folder, {mode: 0o700});
		return folder;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
		throw error;
	}
}
