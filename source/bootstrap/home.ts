/** Where what belongs to whoever runs the program is kept: read by the cache of the start and by the history. */
import {statSync} from 'node:fs';
import {homedir, userInfo} from 'node:os';
import path from 'node:path';

/**
 * The home directory, an absolute path; undefined when there is none: a container runs as a number without an account, and
 * HOME is not set. An empty HOME is none (XDG Base Directory Specification: paths are absolute).
 *
 * Under `sudo -E` HOME is that of somebody else, who could not read, nor remove, what root makes there: then it is root's own.
 */
export function homeOf(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
	const wanted = env['HOME'] ?? '';
	if (path.isAbsolute(wanted) && !isOfSomebodyElse(wanted)) return wanted;
	const own = accountHome();
	return own !== undefined && path.isAbsolute(own) ? own : undefined;
}

/** The environment without directories of the XDG specification that `sudo -E` has handed on from somebody else. */
export function ownEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
	const own = {...env};
	for (const name of ['XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME']) {
		const directory = env[name] ?? '';
		if (path.isAbsolute(directory) && isOfSomebodyElse(directory)) delete own[name];
	}
	return own;
}

/** Only root is asked about: anybody else cannot write there anyhow, and is told so. */
function isOfSomebodyElse(directory: string): boolean {
	if (process.getuid?.() !== 0) return false;
	for (let place = directory; ; place = path.dirname(place)) {
		const found = statSync(place, {throwIfNoEntry: false});
		if (found) return found.uid !== 0;
		if (place === path.dirname(place)) return false;
	}
}

/** As the account has it. `userInfo` throws where there is no account. */
function accountHome(): string | undefined {
	try {
		return process.platform === 'win32' ? homedir() : userInfo().homedir;
	} catch {
		return undefined;
	}
}
