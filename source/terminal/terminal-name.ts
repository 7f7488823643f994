/** What TERM says of a terminal that matters before it can be asked anything. */
/**
 * Terminals without a cursor that can be moved, as the terminfo database has them: `dumb` with its kin, `unknown`, and the names
 * that are given where nobody knows what is at the other end of a line. Of one without a name at all nothing is known.
 */
const undrawable = new Set(['dumb', 'unknown', 'network', 'dialup', 'emacs', 'printer', 'lp']);

/** The name of a terminal on which no frame can be drawn; undefined of any other. */
export function undrawableTerminal({TERM = ''}: NodeJS.ProcessEnv): string | undefined {
	return undrawable.has(TERM) ? TERM : undefined;
}

/** The Linux console, also within GNU screen (`screen.linux`), and with another number of colours: its font has few characters. */
export function isLinuxConsole({TERM = ''}: NodeJS.ProcessEnv): boolean {
	return /^(?:screen\.)?linux(?:-|\d|$)/.test(TERM);
}
