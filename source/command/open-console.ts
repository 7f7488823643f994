/** `kn-canary`: the console on the terminal. */
import type {Asking} from '../probe/asking.js';
import {showFirstFrame} from '../screen/first-frame.js';
import {describeError} from '../terminal/lifecycle.js';
import type {ConsoleFlags} from './flags.js';
import {clusterOf, historyOf, install} from './surroundings.js';

/** Draws the frames of the panes at once, the console over them, and connects behind it. Ends the process. */
export async function openConsole(flags: ConsoleFlags, asking: Asking): Promise<void> {
	const lifecycle = install();
	const to = flags.sandbox ? 'sandbox' : (flags.context ?? 'the cluster');
	const theme = flags.ascii ? {isAscii: true} : {};
	const first = showFirstFrame(to, {theme});
	const forget = lifecycle.onRestore(first.leave);
	const {createConsole, openScreen} = await import('./console-parts.js');
	const console = createConsole({
		to,
		namespace: flags.namespace,
		gateway: flags.gateway,
		asking,
		production: flags.production,
		// The sandbox is gone with this process, and so would be all that its history speaks of.
		history: flags.sandbox ? undefined : await historyOf(),
	});
	lifecycle.onLeave(async () => console.stop());
	const closed = openScreen(console, {lifecycle, first, theme});
	forget();
	try {
		console.connected(await clusterOf(flags, lifecycle));
	} catch (error) {
		console.failed(describeError(error));
	}
	try {
		await closed;
	} catch (error) {
		await lifecycle.fail(error);
	}
	await lifecycle.leave(0);
}
