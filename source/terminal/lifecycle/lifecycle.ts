import {constants} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import {format, stripVTControlCharacters} from 'node:util';

/**
Signals that end the program, with the reason that is told. Not SIGPROF: by that V8 samples what is profiled. Nor SIGSEGV, SIGBUS,
SIGILL and SIGFPE, after which nothing of the program can be relied on; nor what an `abort()` of its own raises, which nobody
hears. There the terminal stays as it is.
*/
const signals = {
	SIGINT: 'interrupted',
	SIGTERM: 'asked to stop',
	SIGHUP: 'the terminal was closed',
	SIGQUIT: 'asked to quit',
	SIGABRT: 'asked to abort',
	SIGALRM: 'its time was up',
	SIGVTALRM: 'its time was up',
	SIGXCPU: 'it may use no more of the processor',
	SIGPWR: 'the power fails',
	SIGUSR2: 'ended by a signal',
	SIGIO: 'ended by a signal',
	SIGSYS: 'ended by a signal',
	SIGTRAP: 'ended by a signal',
	SIGSTKFLT: 'ended by a signal',
} as const;

type Signal = keyof typeof signals;

const isOnThisSystem = (name: string): name is Signal => name in signals && name in constants.signals;
const signalNames = Object.keys(signals).filter(isOnThisSystem);

/**
Puts back what a full-screen program changes: synchronised output and bracketed paste off, line wrapping on, cursor shown.
Ink restores the alternate screen and the cursor itself, and Node raw mode, but bracketed paste stays on when a process
ends without React's effects being cleaned up. Each of these does nothing when it is so already.
*/
export const restoreSequence = '\u001B[?2026l\u001B[?2004l\u001B[?7h\u001B[?25h';

/** Not harmless twice: it moves the cursor to where it was when the alternate screen was entered. */
const leaveAlternateScreen = '\u001B[?1049l';

/**
How long an answer of the terminal is waited for on the way out, in milliseconds: a line has less than that both ways. One that is
behind with what it was sent may take nothing any more.
*/
const owedWithin = {usual: 600, behind: 300};

/** What is left after that for the clean-ups and for a terminal that takes nothing, at least, in milliseconds. */
const leastGrace = 400;

export type CleanUp = () => unknown;

export type LifecycleOptions = {
	/** Name the program calls itself in its last words. */
	readonly name: string;
	readonly stdout?: MaybeStuck & {readonly isTTY?: boolean};
	readonly stderr?: MaybeStuck;
	/** What the operator should know whenever the program is stopped; one sentence. */
	readonly assurance?: string;
	/**
	What is true of something that is under way when the program is ended; said in the place of the assurance, and with an exit
	code of its own where that matters. Undefined when nothing is.
	*/
	readonly lastWords?: () => Promise<{readonly sentence: string; readonly code?: number}> | undefined;
	/** Whether to show where an unexpected error came from. @default false */
	readonly isTracing?: boolean;
	/**
	Called when standard output or error can no longer be written to, once for each write that failed. Without it the
	program ends, as the signal would have ended it: with a full screen there is nobody left to tell.
	*/
	readonly onOutputError?: (error: NodeJS.ErrnoException) => void;
	/** How long the clean-ups and the terminal may take together, in milliseconds. @default 800 */
	readonly gracePeriod?: number;
	/**
	Whether the end of the terminal that it was started from ends the program. Node sets SIGHUP back to what it does by default,
	also where `nohup` had it ignored. @default true
	*/
	readonly heedsHangUp?: boolean;
	/** Ends the process. @default process.exit */
	readonly exit?: (code: number) => void;
};

export type Lifecycle = {
	/**
	Register work to do before the program ends, however it ends: the last registered is done first, each once, and what
	one throws does not keep the next from being done. Returns a function that unregisters it.
	*/
	readonly onLeave: (cleanUp: CleanUp) => () => void;
	/** The same for drawing: undone before anything is printed. When it throws, the alternate screen is left by hand. */
	readonly onRestore: (restore: CleanUp) => () => void;
	/**
	Register what the terminal still owes this program: it is waited for before the terminal is given back, shortly, so that
	no answer ends up in the shell. Undefined when there is nothing.
	*/
	readonly onOwed: (owed: () => Promise<void> | undefined) => () => void;
	/** Clean up, restore the terminal, print one sentence if there is one, and end with this exit code. */
	readonly leave: (code: number, sentence?: string) => Promise<void>;
	/** End because of an error nobody expected: exit code 1 and one sentence. */
	readonly fail: (error: unknown) => Promise<void>;
	/** Stop listening to signals and errors; for tests. */
	readonly uninstall: () => void;
};

/** What an error says, on one line and printable; with its causes, since they name what really happened. */
export const describeError = (error: unknown): string => {
	const messages: string[] = [];
	let current = error;
	while (current !== undefined && current !== null && messages.length < 4) {
		const message = current instanceof Error ? current.message || current.name : format('%s', current);
		if (!messages.some(earlier => earlier.includes(message))) {
			messages.push(message);
		}

		// A connection tried at several addresses fails with one error for each, and without a message of its own.
		const first: unknown = current instanceof AggregateError ? current.errors[0] : undefined;
		current = current instanceof Error ? (current.cause ?? first) : undefined;
	}

	const line = stripVTControlCharacters(messages.join(': '))
		.replaceAll(/\s+/g, ' ')
		.replaceAll(/[\p{Control}\p{Format}\p{Surrogate}\u2028\u2029]/gu, '')
		.trim();
	return line === '' ? 'no reason was given' : line;
};

/** Unheard, a signal would do what it does by default. */
const ignore = () => {};

const sentences = (...parts: readonly string[]): string => parts.filter(part => part !== '').join(' ');

const write = (stream: NodeJS.WritableStream, text: string) => {
	try {
		stream.write(text);
	} catch {
		// The terminal is gone; there is nobody left to tell.
	}
};

type MaybeStuck = NodeJS.WritableStream & {readonly writableLength?: number};

/** Resolves when the terminal has taken all that was written; at once where it has. */
const taken = async (stream: MaybeStuck): Promise<void> =>
	(stream.writableLength ?? 0) === 0
		? undefined
		: new Promise(resolve => {
				stream.write('', () => {
					resolve();
				});
			});

/**
Sees to it that the terminal is left as it was found, whatever ends the program: a signal, an error nobody caught, a
promise nobody awaited, or the terminal itself going away. Exit codes: 128 + the signal's number, 1 for an error.

A second signal while the clean-ups run ends the program at once, but not before it is said what is true of a write.
*/
export const installLifecycle = ({
	name,
	stdout = process.stdout,
	stderr = process.stderr,
	assurance = 'The traffic split stays as it is.',
	lastWords = () => undefined,
	isTracing = false,
	onOutputError,
	gracePeriod = 800,
	heedsHangUp = true,
	exit = code => process.exit(code),
}: LifecycleOptions): Lifecycle => {
	const cleanUps = new Set<CleanUp>();
	const restores = new Set<CleanUp>();
	const debts = new Set<() => Promise<void> | undefined>();
	let isLeaving = false;
	/** What became of a write is waited for, which takes a second at most. */
	let isAsking = false;
	/** The exit code that what is under way wants. */
	let known: number | undefined;

	const restoreTerminal = () => {
		// A terminal on which nothing was drawn may be one that prints all that it is sent (TERM=dumb).
		if (restores.size === 0) return;
		let isRestored = true;
		for (const restore of [...restores].toReversed()) {
			restores.delete(restore);
			try {
				restore();
			} catch {
				isRestored = false;
			}
		}

		if (stdout.isTTY === true) {
			write(stdout, restoreSequence + (isRestored ? '' : leaveAlternateScreen));
		}
	};

	const cleanUpAll = async () => {
		for (const cleanUp of [...cleanUps].toReversed()) {
			cleanUps.delete(cleanUp);
			try {
				await cleanUp();
			} catch {
				// The program is ending and the rest still has to be cleaned up.
			}
		}
	};

	const leave = async (code: number, sentence = '', reassurance = '') => {
		if (isLeaving) {
			return;
		}

		isLeaving = true;
		const owed = [...debts].flatMap(debt => debt() ?? []);
		const start = performance.now();
		const asked = lastWords();
		isAsking = asked !== undefined;
		if (owed.length > 0) {
			const isBehind = (stdout.writableLength ?? 0) > 0;
			const answered = taken(stdout).then(async () => Promise.all(owed));
			await Promise.race([answered, delay(isBehind ? owedWithin.behind : owedWithin.usual)]);
		}

		// First the terminal: whatever hangs afterwards, the operator has their shell's screen back.
		restoreTerminal();
		isAsking = true;
		// What has begun meanwhile counts, too.
		const last = await (asked ?? lastWords());
		isAsking = false;
		known = last?.code;
		const words = sentences(sentence, last?.sentence ?? reassurance);
		const say = () => {
			if (words !== '') write(stderr, `${words}\n`);
		};

		const sayAll = async () => {
			// To write where nothing is taken would keep the program from ending.
			if ((stdout.writableLength ?? 0) > 0) await taken(stdout);
			say();
			await taken(stderr);
		};

		const left = Math.max(leastGrace, gracePeriod - (performance.now() - start));
		await Promise.race([Promise.all([sayAll(), cleanUpAll()]), delay(left)]);
		exit(last?.code ?? code);
	};

	const fail = async (error: unknown) => {
		const said = describeError(error).replace(/[.!?]?$/, '.');
		const trace = isTracing && error instanceof Error ? `\n${error.stack ?? ''}` : '';
		await leave(1, `${name} stopped because of an unexpected error: ${said}`, `${assurance}${trace}`);
	};

	const onSignal = (signal: Signal) => {
		const code = 128 + constants.signals[signal];
		if (isLeaving) {
			// The end of a terminal is told more than once: by the kernel, and by the shell that ran there.
			if (!isAsking && signal !== 'SIGHUP') exit(known ?? code);
			return;
		}

		void leave(code, `${name} stopped: ${signals[signal]} (${signal}).`, assurance);
	};

	const onError = (error: unknown) => {
		void fail(error);
	};

	// Writing to a terminal or a pipe that went away fails later and elsewhere; unheard, it would be reported as an error of
	// ours. There is nobody left to tell: end as the signal would have ended it.
	const onStreamError = (error: NodeJS.ErrnoException) => {
		if (onOutputError !== undefined) {
			onOutputError(error);
			return;
		}

		// A disk that is full is no reader who went away: whoever reads the other stream is to know.
		if (error.code !== 'EPIPE' && error.code !== 'EIO') {
			void leave(1, `What ${name} says cannot be written: ${describeError(error)}.`);
			return;
		}

		void leave(128 + constants.signals[error.code === 'EPIPE' ? 'SIGPIPE' : 'SIGHUP']);
	};

	const listeners = new Map(
		signalNames.map(signal => [
			signal,
			// Node may call it by another name of the same number (SIGIOT, SIGPOLL).
			signal === 'SIGHUP' && !heedsHangUp ? ignore : () => onSignal(signal),
		]),
	);
	for (const [signal, listener] of listeners) {
		process.on(signal, listener);
	}

	process.on('uncaughtException', onError);
	process.on('unhandledRejection', onError);
	stdout.on('error', onStreamError);
	stderr.on('error', onStreamError);

	return {
		onLeave(cleanUp) {
			cleanUps.add(cleanUp);
			return () => cleanUps.delete(cleanUp);
		},
		onRestore(restore) {
			restores.add(restore);
			return () => restores.delete(restore);
		},
		onOwed(owed) {
			debts.add(owed);
			return () => debts.delete(owed);
		},
		leave,
		fail,
		uninstall() {
			for (const [signal, listener] of listeners) {
				process.off(signal, listener);
			}

			process.off('uncaughtException', onError);
			process.off('unhandledRejection', onError);
			stdout.off('error', onStreamError);
			stderr.off('error', onStreamError);
		},
	};
};
