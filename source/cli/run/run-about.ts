/** `kn-canary version`, `completion`, `man` and `config`. */
import {existsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Command} from 'commander';
import {makeFolder} from '../../bootstrap/make-folder.js';
import {saying, visibleJson} from '../../headless/said.js';
import {printable} from '../../knative/text/printable.js';
import {completionScripts} from '../complete/scripts.js';
import type {Shell} from '../complete/shells.js';
import {exampleConfig, shownSettings, viewLines} from '../config/config-text.js';
import {configPlace} from '../config/config-place.js';
import {settle} from '../config/settle.js';
import {manPage} from '../man-page.js';
import {versionOf, versionText} from '../version.js';

/** `kn-canary version`. */
export function showVersion(output: 'text' | 'json'): void {
	process.stdout.write(output === 'json' ? `${visibleJson(versionOf(), 2)}\n` : versionText());
}

/** `kn-canary completion SHELL`: what that shell is to load. */
export function showCompletion(shell: Shell): void {
	process.stdout.write(completionScripts[shell]);
}

/** `kn-canary man`, in roff. */
export function showManual(program: Command): void {
	process.stdout.write(manPage(program, versionOf().version));
}

/** Returns why not. */
export function initConfig(program: Command, flags: {config?: string}): string | undefined {
	const place = configPlace(flags);
	if (place === undefined) return 'error: there is no home directory for it; set HOME or XDG_CONFIG_HOME.';
	if (existsSync(place)) return `error: ${printable(place)} is there already; nothing was written.`;
	try {
		makeFolder(path.dirname(place));
		writeFileSync(place, exampleConfig(program), {mode: 0o600, flag: 'wx'});
	} catch (error) {
		return `error: ${printable(error instanceof Error ? error.message : String(error))}`;
	}
	process.stdout.write(`${printable(place)}\n`);
	return undefined;
}

/** `kn-canary config view`: what is set and by what; with `all` also what is not. What may be a secret is covered. */
export async function viewConfig(
	command: Command,
	{all = false, output}: {all?: boolean; output: 'text' | 'json'},
): Promise<void> {
	// A second time, for where each value comes from: what was set by the first stays as it is.
	const origins = await settle(command);
	const place = configPlace(command.optsWithGlobals<{config?: string}>());
	const shown = shownSettings(command, origins, place);
	const stdout = saying(process.stdout);
	if (output === 'json') stdout.write(`${visibleJson({file: place ?? null, settings: shown}, 2)}\n`);
	else stdout.write(`${viewLines(shown, all).join('\n')}\n`);
}
