/** What a sandbox that was killed has left in the directory for temporary files. */
import {lstat, readdir, readFile, rm, rmdir, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';

/** What the directories of a sandbox are called; the rest of the name is drawn. */
export const directoryPrefix = 'kn-canary-sandbox-';

/** In the directory: which process on which host has made it. Containers may share a directory and not their processes. */
const ownerFile = 'owner';

/** Milliseconds after which an empty directory is not about to be marked any more. */
const unmarked = 60_000;

const ownerLine = (pid: number): string => `${hostname()} ${pid}\n`;

/** Notes in a directory that it is of this process. */
export async function markAsOwn(directory: string): Promise<void> {
	await writeFile(join(directory, ownerFile), ownerLine(process.pid), {mode: 0o600, flag: 'wx'});
}

/** Removes the directories of processes that are gone. What cannot be read or removed stays: nothing depends on it. */
export async function removeLeftovers(parent: string): Promise<void> {
	const names = await readdir(parent).catch(() => []);
	for (const name of names.filter(candidate => candidate.startsWith(directoryPrefix))) {
		try {
			await removeIfLeft(join(parent, name));
		} catch {
			// Of somebody else, or removed meanwhile.
		}
	}
}

async function removeIfLeft(directory: string): Promise<void> {
	const {uid, mtimeMs} = await lstat(directory);
	if (uid !== process.getuid?.()) return;
	const owner = await readFile(join(directory, ownerFile), 'utf8').catch(() => undefined);
	if (owner === undefined) {
		// Killed before it was marked, or when all in it was removed. One with anything in it is not removed so.
		if (Date.now() - mtimeMs > unmarked) await rmdir(directory);
		return;
	}

	const pid = Number(owner.trim().split(' ').at(-1));
	if (!Number.isSafeInteger(pid) || pid <= 0 || owner !== ownerLine(pid) || isRunning(pid)) return;
	await rm(directory, {recursive: true, force: true});
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
	}
}
