/** What a credential plugin says while a program without a screen waits for it, as kubectl passes it on; and that it says nothing. */
import type {Cluster} from '../../kube/cluster.js';

/** Milliseconds after which it is said what is waited for. */
const quietTime = 5000;

/** @param say Gets a printable line. */
export function tellLogin(cluster: Pick<Cluster, 'onStanding'>, say: (line: string) => void): void {
	let told: readonly string[] = [];
	let timer: NodeJS.Timeout | undefined;
	cluster.onStanding(({plugin}) => {
		clearTimeout(timer);
		// With the terminal it speaks for itself.
		if (!plugin || plugin.hasTerminal) return;
		const {command, since, said} = plugin;
		const line = said.at(-1);
		if (line === undefined) {
			const words = `Waiting for the credential plugin ${command} since ${new Date(since).toTimeString().slice(0, 8)}.`;
			timer = setTimeout(() => say(words), quietTime).unref();
		} else if (said !== told) say(line);
		told = said;
	});
}
