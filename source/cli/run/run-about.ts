/** `kn-canary version`, `completion`, `man` and `config`. */
import {existsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Command} from 'commander';
import {makeFolder} from '../../bootstrap/make-folder.js';
import {exitCodes} from '../../headless/exit-codes.js';
import {saidText, visibleJson} from '../../headless/said.js';
import {printable} from '../../knative/text/printable.js';
import {completionScripts} from '../complete/scripts.js';
import type {Shell} from '../complete/shells.js';
import {exampleConfig, shownSettings, viewLines} from '../config/config-text.js';
import {configPlace} from '../config/config-place.js';
import {settle} from '../config/settle.js';
import {manPage} from '../man-page.js';
import {installHeadless} from '../process-setup.js';
import {versionOf, versionText} from '../version.js';

/** Ends the process: with 1 and a sentence where it cannot be written. */
async function tell(text: string): Promise<void> {
	const {lifecycle, delivered} = installHeadless();
	process.stdout.write(text);
	await lifecycle.leave((await delivered()) ? exitCodes.done : exitCodes.notMade);
}

export async function showVersion(output: 'text' | 'json'): Promise<void> {
	await tell(output === 'json' ? `${visibleJson(versionOf(), 2)}\n` : versionText());
}

export async function showCompletion(shell: Shell): Promise<void> {
	await tell(completionScripts[shell]);
}

export async function showManual(program: Command): Promise<void> {
	await tell(manPage(program, versionOf().version));
}

/** Returns why not; else it ends the process. */
export async function initConfig(program: Command, flags: {config?: string}): Promise<string | undefined> {
	const place = configPlace(flags);
	if (place === undefined) return 'error: there is no home directory for it; set HOME or XDG_CONFIG_HOME.';
	if (existsSync(place)) return `error: ${printable(place)} is there already; nothing was written.`;
	try {
		makeFolder(path.dirname(place));
		writeFileSync(place, exampleConfig(program), {mode: 0o600, flag: 'wx'});
	} catch (error) {
		return `error: ${printable(error instanceof Error ? error.message : String(error))}`;
	}
	await tell(`${printable(place)}\n`);
	return undefined;
}

export async function viewConfig(
	command: Command,
	{all = false, output}: {all?: boolean; output: 'text' | 'json'},
): Promise<void> {
	// A second time, for where each value comes from: what was set by the first stays as it is.
	const origins = await settle(command);
	const place = configPlace(command.optsWithGlobals<{config?: string}>());
	const shown = shownSettings(command, origins, place);
	await tell(
		output === 'json'
			? `${visibleJson({file: place ?? null, settings: shown}, 2)}\n`
			: saidText(`${viewLines(shown, all).join('\n')}\n`),
	);
}
