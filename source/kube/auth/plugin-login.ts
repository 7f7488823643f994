/**
 * The login of a context by a credential plugin: when it is run, with the terminal or without, what it says meanwhile, and how
 * long what it gave is good. kubectl runs it once and has the terminal to itself; a console runs it again for hours, and
 * draws on the terminal.
 */
import {printable} from '../../knative/text/printable.js';
import {systemTimers, type Timers} from '../timers.js';
import {PluginError, type ExecCredential} from './exec-credential.js';
import {runExecPlugin} from './exec-plugin.js';
import {KubeconfigError} from './kubeconfig-files.js';
import type {SelectedContext} from './kubeconfig.js';

/** A plugin that runs at the moment. */
export type PluginRun = {
	/** As the kubeconfig has it, printable. */
	command: string;
	/** Milliseconds since 1970. */
	since: number;
	/** The last lines of what it has said, printable; nothing while it has the terminal. */
	said: readonly string[];
	hasTerminal: boolean;
};

/** The way to the terminal, where there is one. */
export type TerminalLoan = {
	/**
	 * Whether what is drawn there would have to make room: then a plugin gets it when nothing else helps, and after the first
	 * login, or one that failed with it, only when the operator asks for it.
	 */
	readonly isDrawnOn: boolean;
	/** Lends it for as long as `use` takes. */
	lend<T>(use: () => Promise<T>): Promise<T>;
};

export type PluginLogin = {
	/** What it gave, while that is good; else what it gives now. Throws KubeconfigError with why there is nothing. */
	get(): Promise<ExecCredential>;
	/** The server does not accept what was given last. Returns whether it is worth running it again now. */
	rejected(): boolean;
	accepted(): void;
	/** The operator wants to know now: it may be run again, and have the terminal. */
	wanted(): void;
	/** Ends it, if it runs. */
	close(): void;
};

/** Lines that are kept of what it says: a prompt has one to three. */
const keptLines = 4;

/**
 * Milliseconds before what it gave expires that it is run again, because a request takes a while; of what is good for a short time the
 * tenth part. client-go waits for the expiry.
 */
const longestMargin = 5000;

/** Milliseconds that it is not run again for whatever it gave. client-go runs it for each request then. */
const shortestUse = 1000;

/** The same for what has expired as it comes: a clock is wrong, and the server says what is good. */
const expiredUse = 10_000;

/** When what was given at `gaveAt` is no longer used. */
function goodUntil({expiresAt = Infinity}: ExecCredential, gaveAt: number): number {
	const life = expiresAt - gaveAt;
	if (life <= 0) return gaveAt + expiredUse;
	return Math.max(expiresAt - Math.min(longestMargin, life / 10), gaveAt + shortestUse);
}

/** Milliseconds between two runs that fail at once, and between two that took their time: a person was asked for something. */
const shortPause = 4000;
const longPause = 60_000;
const longRun = 5000;

export function createPluginLogin(
	selected: SelectedContext,
	{
		terminal,
		onRun,
		onNeed = () => {},
		timers = systemTimers,
	}: {
		terminal?: TerminalLoan | undefined;
		/** Told of what runs, each time that changes; undefined when nothing does any more. */
		onRun: (run: PluginRun | undefined) => void;
		/** Told whether it gets no further before the operator hands the terminal over. */
		onNeed?: (needsTerminal: boolean) => void;
		timers?: Pick<Timers, 'now'>;
	},
): PluginLogin {
	const {user, userName} = selected;
	const exec = user.exec!;
	const command = printable(exec.command);
	const mode = exec.interactiveMode || 'IfAvailable';
	const ending = new AbortController();
	let good: ExecCredential | undefined;
	let hadAny = false;
	let isWanted = false;
	/** What became of it with the terminal: whoever broke it off would be asked again before they could leave. */
	let failed: string | undefined;
	let failure: {error: KubeconfigError; until: number} | undefined;
	let rejections = 0;
	let mayRunAt = 0;
	let gaveAt = 0;

	const explained = (error: unknown): KubeconfigError => {
		const why = error instanceof Error ? error.message : String(error);
		return new KubeconfigError(
			`the credential plugin "${command}" of user "${printable(userName)}" gave none: ${why}`,
			{cause: error},
		);
	};

	async function once(interactive: boolean): Promise<ExecCredential> {
		let current: PluginRun = {command, since: timers.now(), said: [], hasTerminal: interactive};
		const put = (more: Partial<PluginRun>) => {
			current = {...current, ...more};
			onRun(current);
		};
		put({});
		try {
			return await runExecPlugin(selected, {
				interactive,
				signal: ending.signal,
				onSaid: line => put({said: [...current.said, line].slice(-keptLines)}),
			});
		} finally {
			onRun(undefined);
		}
	}

	async function withTerminal(loan: TerminalLoan): Promise<ExecCredential> {
		isWanted = false;
		failed = undefined;
		onNeed(false);
		try {
			return await loan.lend(async () => once(true));
		} catch (error) {
			if (error instanceof PluginError) failed = error.message;
			throw error;
		}
	}

	/** What it says on the terminal is gone from the screen when it ends: what it said before is told. */
	async function withTerminalAfter(before: PluginError, loan: TerminalLoan): Promise<ExecCredential> {
		try {
			return await withTerminal(loan);
		} catch (error) {
			if (!(error instanceof PluginError)) throw error;
			const again = error.isUnheard ? 'the same with the terminal' : `with the terminal: ${error.message}`;
			throw needing(`${before.message}; ${again}; ctrl-r runs it so again`, error);
		}
	}

	async function withTerminalAlone(loan: TerminalLoan): Promise<ExecCredential> {
		try {
			return await withTerminal(loan);
		} catch (error) {
			if (!(error instanceof PluginError) || !loan.isDrawnOn) throw error;
			throw needing(`${error.message}; ctrl-r hands the terminal over again`, error);
		}
	}

	/** Nothing but the operator gets it any further. */
	function needing(why: string, cause?: unknown): PluginError {
		onNeed(true);
		return new PluginError(why, false, {cause});
	}

	async function run(): Promise<ExecCredential> {
		const mayLend =
			terminal !== undefined && (!terminal.isDrawnOn || isWanted || !(hadAny || failed !== undefined));
		if (mode === 'Never' || terminal === undefined) {
			if (mode === 'Always') {
				throw new PluginError(
					'it wants a terminal (interactiveMode: Always), and standard input is none',
					true,
				);
			}
			return once(false);
		}
		if (mode === 'Always') {
			if (mayLend) return withTerminalAlone(terminal);
			throw needing(`${failed ?? 'it wants the terminal for a new login'}; ctrl-r hands the terminal over`);
		}
		// As kubectl, where nothing is drawn that would have to make room.
		if (!terminal.isDrawnOn) return withTerminal(terminal);
		try {
			return await once(false);
		} catch (error) {
			const helps = error instanceof PluginError && !error.isMissing;
			if (!helps) throw error;
			if (mayLend) return withTerminalAfter(error, terminal);
			throw needing(`${error.message}; ctrl-r runs it with the terminal`, error);
		}
	}

	return {
		async get() {
			const now = timers.now();
			if (good && now < goodUntil(good, gaveAt)) return good;
			if (failure && now < failure.until) throw failure.error;
			try {
				good = await run();
				onNeed(false);
				failure = undefined;
				gaveAt = timers.now();
				hadAny = true;
				return good;
			} catch (error) {
				if (ending.signal.aborted) throw error;
				const after = timers.now();
				const pause = after - now < longRun ? shortPause : longPause;
				failure = {error: explained(error), until: after + pause};
				throw failure.error;
			}
		},
		rejected() {
			const now = timers.now();
			if (now < mayRunAt) return false;
			// What it gives is not what the server wants: to run it for each question would help nobody.
			rejections++;
			mayRunAt = rejections === 1 ? 0 : now + Math.min(longPause, shortPause * 2 ** (rejections - 2));
			good = undefined;
			return true;
		},
		accepted() {
			rejections = 0;
			mayRunAt = 0;
		},
		wanted() {
			isWanted = true;
			failure = undefined;
			mayRunAt = 0;
			onNeed(false);
		},
		close() {
			ending.abort(new Error('the console is left'));
		},
	};
}
