/** `kn-canary`: the console on the terminal. */
import type {Cluster} from '../kube/cluster.js';
import type {OfContext} from './cluster-from-flags.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import {createUnderWay} from '../release/under-way.js';
import {showFirstFrame} from '../screen/frame/first-frame.js';
import type {BegunConsole} from '../console/begin.js';
import type {ConnectionControl} from '../console/session/connection.js';
import {createConsoleLoan} from '../terminal/lifecycle/terminal-loan.js';
import {describeError} from '../terminal/lifecycle/lifecycle.js';
import type {ThemeOptions} from '../terminal/output/theme.js';
import {consoleOptionsOf} from './console-options.js';
import type {ConsoleFlags} from './flags.js';
import {install} from './process-setup.js';
import {keepYoungGeneration, type YoungGeneration} from '../bootstrap/young-generation.js';

/**
 * Milliseconds that the API server has to tell of the services before Ink is loaded, which keeps the program busy for longer
 * than a server nearby takes. One that is far away is not waited for.
 */
const headStart = 60;

/** Milliseconds that a frame stands alone, without keys, for a kubeconfig to be read. */
const longestAlone = 1000;

/** Keeps the code that V8 has made so far for the next start, as far as that has none of this stage yet. */
export type KeepCode = (stage: 'console' | 'used') => void;

/** Milliseconds without a key after which a console that was used is taken to be at rest. */
const rest = 2000;

/** Draws the frames of the panes at once, then the services, then the console over them. Ends the process. */
export async function openConsole(
	flags: ConsoleFlags,
	requestOptions: RequestOptions,
	{keepCode, ofContext}: {keepCode: KeepCode; ofContext: OfContext},
): Promise<void> {
	const underWay = createUnderWay();
	const lifecycle = install({lastWords: underWay.lastWords});
	const options = consoleOptionsOf(flags, requestOptions);
	const theme = themeOf(flags);
	const first = showFirstFrame(options.to, {theme, isAcross: options.allNamespaces});
	const forget = lifecycle.onRestore(first.leave);
	const core = await import('./stages/console-core.js');
	const loan = createConsoleLoan();
	const reach = core.reachOf(flags, lifecycle, {terminal: loan, ofContext});
	const begun = core.beginConsole({
		...options,
		contexts: reach.contexts,
		underWay,
		frameInterval: () => first.writer.wait(),
		// The sandbox is gone with this process, and so would be all that its history speaks of.
		history: flags.sandbox ? undefined : core.historyOf(),
		requests: flags.sandbox ? undefined : core.requestMemoryOf(),
	});
	let end = begun.stop;
	lifecycle.onLeave(async () => end());
	const connected = connect(begun.connection, reach.cluster);
	// A sandbox has to be loaded and started first, which takes longer than Ink.
	if (!flags.sandbox) {
		const told = servicesTold(begun);
		// A kubeconfig may be a pipe that nothing comes out of: keys are read all the same, ctrl-c among them.
		await Promise.race([connected, new Promise(resolve => setTimeout(resolve, longestAlone))]);
		// What is asked goes out first: then the rest is loaded while the API server answers.
		await new Promise(resolve => setImmediate(resolve));
		const {firstContents} = await import('./stages/console-rows.js');
		await Promise.race([told, new Promise(resolve => setTimeout(resolve, headStart))]);
		const state = begun.store.getState();
		if (state.services.length > 0) first.show(window => firstContents(state, window));
	}
	const {completeConsole, openScreen, sessionLines} = await import('./stages/console-rest.js');
	const console = completeConsole(begun);
	end = console.stop;
	const kept = Promise.withResolvers<YoungGeneration>();
	const closed = openScreen(console, {
		lifecycle,
		first,
		onKey: keepWhatKeysTake(kept.promise, keepCode),
		loan,
		theme,
		themeOf: async context => {
			const settled = await ofContext(context);
			return settled && themeOf(settled.flags);
		},
		...(flags.alert && {alert: flags.alert}),
	});
	forget();
	kept.resolve(keepWhatItTook(connected, keepCode));
	try {
		await closed;
	} catch (error) {
		await lifecycle.fail(error);
	}
	// On the shell's own screen, where it can be kept.
	await lifecycle.leave(0, sessionLines(console.store.getState(), core.clock).join('\n'));
}

const themeOf = ({theme, ascii}: ConsoleFlags): ThemeOptions => ({...theme, ...(ascii && {isAscii: true})});

/** Once the console has come up: in this order, as `keepCode` must be before anything sets flags of V8. */
async function keepWhatItTook(connected: Promise<void>, keepCode: KeepCode): Promise<YoungGeneration> {
	await connected;
	keepCode('console');
	return keepYoungGeneration();
}

/**
 * Once more, with what the first keys took, which would else be compiled for the first key of each console.
 * @returns To be called for each key.
 */
function keepWhatKeysTake(young: Promise<YoungGeneration>, keepCode: KeepCode): () => void {
	let timer: NodeJS.Timeout | undefined;
	let isKept = false;
	const keep = async () => {
		isKept = true;
		(await young).unkept(() => keepCode('used'));
	};
	return () => {
		if (isKept) return;
		clearTimeout(timer);
		timer = setTimeout(() => void keep(), rest).unref();
	};
}

async function connect(connection: ConnectionControl, reach: () => Promise<Cluster>): Promise<void> {
	try {
		connection.connected(await reach());
	} catch (error) {
		connection.failed(describeError(error));
	}
}

async function servicesTold({store}: BegunConsole): Promise<void> {
	return new Promise(resolve => {
		const unsubscribe = store.subscribe(({services}) => {
			if (services.length === 0) return;
			unsubscribe();
			resolve();
		});
	});
}
