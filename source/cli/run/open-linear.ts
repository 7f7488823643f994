/** `kn-canary --screen-reader`, and where nothing can be drawn: the console as lines. Ends the process. */
import process from 'node:process';
import {createConsole} from '../../console/console.js';
import {sessionLines} from '../../console/sheets/quit-sheet.js';
import {runLinear, tellChanges} from '../../headless/linear/linear.js';
import {typedLines} from '../../headless/linear/typed-lines.js';
import {saying} from '../../headless/said.js';
import {zoned} from '../../knative/text/moment.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {createUnderWay} from '../../release/under-way.js';
import {describeError} from '../../terminal/lifecycle/lifecycle.js';
import {undrawableTerminal} from '../../terminal/terminal-name.js';
import type {Cluster} from '../../kube/cluster.js';
import {historyOf, reachOf, type OfContext} from '../cluster-from-flags.js';
import {consoleOptionsOf} from '../console-options.js';
import type {ConsoleFlags} from '../flags.js';
import {tellLogin} from './login-words.js';
import {install} from '../process-setup.js';

/** @param isViewOnly Nothing is read: what changes is told until the program is ended. */
export async function openLinear(
	flags: ConsoleFlags,
	requestOptions: RequestOptions,
	{isViewOnly, ofContext}: {isViewOnly: boolean; ofContext: OfContext},
): Promise<void> {
	const underWay = createUnderWay();
	const lifecycle = install({lastWords: underWay.lastWords});
	const reach = reachOf(flags, lifecycle, {ofContext});
	const stdout = saying(process.stdout);
	const say = (line: string) => void stdout.write(`${line}\n`);
	const told = (cluster: Cluster) => {
		tellLogin(cluster, say);
		return cluster;
	};
	const console = createConsole({
		...consoleOptionsOf(flags, requestOptions),
		contexts: {...reach.contexts, connect: async name => told(await reach.contexts.connect(name))},
		underWay,
		history: flags.sandbox ? undefined : historyOf(),
	});
	lifecycle.onLeave(async () => console.stop());
	const connect = async () => {
		try {
			console.connected(told(await reach.cluster()));
		} catch (error) {
			console.failed(describeError(error));
		}
	};
	if (isViewOnly) {
		const name = undrawableTerminal(process.env);
		const why = name === undefined ? 'standard input is no terminal' : `TERM=${name}`;
		say(`View only (${why}): what changes is told here, a line each, until ctrl-c.`);
		say('--screen-reader takes commands in lines; kn-canary demo plays a whole release.');
		tellChanges(console, say);
		await connect();
		return;
	}
	void connect();
	const lines = typedLines(process.stdin);
	const ask = async (question: string): Promise<string | undefined> => {
		if (question !== '') say(question);
		return lines.next();
	};
	await runLinear(console, {ask, say, dropped: lines.dropped});
	await lifecycle.leave(0, sessionLines(console.store.getState(), at => zoned(at), 'to').join('\n'));
}
