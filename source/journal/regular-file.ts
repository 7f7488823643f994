/** Files beneath the state directory, whatever others have put in their place. */
import {constants} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';

/**
 * Opens a regular file, never through a link, and never waiting for whoever should write into a pipe of that name. One that
 * is created is for its owner alone. Throws the error of the file system, also where it is something other than a file.
 */
export async function openRegularFile(file: string, flags: number): Promise<FileHandle> {
	const handle = await open(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
	try {
		if ((await handle.stat()).isFile()) return handle;
	} catch (error) {
		await handle.close();
		throw error;
	}
	await handle.close();
	throw new Error(`${file} is no file`);
}
