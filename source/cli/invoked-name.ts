/** What this program was called by: its help says the line that somebody would type again. */
import {readFileSync} from 'node:fs';
import path from 'node:path';

/**
 * `kubectl canary` where kubectl runs it as its plugin (under the name `kubectl-canary`), `kn canary` where kn does, else
 * `kn-canary`. kubectl replaces itself by the plugin; kn runs it as a child and under the name that it has anyway.
 *
 * @param script Path under which this program was started.
 * @param parent Name of the process that started it.
 */
export function invokedName(script: string | undefined, parent: () => string): string {
	const name = path.basename(script ?? '').replace(/\.(?:exe|js|cjs)$/, '');
	if (/^kubectl[-_]canary$/.test(name)) return 'kubectl canary';
	if (name === 'kn-canary' && /^kn(?:-linux-\w+|-darwin-\w+)?$/.test(parent())) return 'kn canary';
	return 'kn-canary';
}

/** Empty where the system does not tell. */
export function parentName(): string {
	try {
		return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim();
	} catch {
		return '';
	}
}
