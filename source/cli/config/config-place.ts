/** Where the configuration file is. Loaded with every start, so that it needs nothing. */
import {existsSync} from 'node:fs';
import path from 'node:path';
import {homeOf, ownEnvironment} from '../../bootstrap/home.js';

/** `$XDG_CONFIG_HOME/kn-canary/config.yaml`; the specification wants that variable to be an absolute path. */
function configPath(env: NodeJS.ProcessEnv, home: string): string {
	const base = env['XDG_CONFIG_HOME'];
	const folder = base !== undefined && path.isAbsolute(base) ? base : path.join(home, '.config');
	return path.join(folder, 'kn-canary', 'config.yaml');
}

/** Undefined where there is no home to keep it in. */
export function configPlace(
	{config}: {config?: string},
	env: NodeJS.ProcessEnv = process.env,
): string | undefined {
	const told = config ?? env['KN_CANARY_CONFIG'];
	if (told !== undefined && told !== '') return told;
	const own = ownEnvironment(env);
	const home = homeOf(env);
	return home === undefined && own['XDG_CONFIG_HOME'] === undefined
		? undefined
		: configPath(own, home ?? '/');
}

/**
 * Whether there is a configuration file to read: one that a flag names counts, be it there or not, so that its absence is an error.
 */
export function hasConfig(flags: {config?: string}): boolean {
	const place = configPlace(flags);
	return flags.config !== undefined || (place !== undefined && existsSync(place));
}
