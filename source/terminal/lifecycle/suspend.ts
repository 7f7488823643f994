import {setTimeout as delay} from 'node:timers/promises';

/** Ink's `useApp().suspendTerminal`: hands the terminal over, runs the callback, takes the terminal back and redraws. */
export type SuspendTerminal = (callback: () => Promise<void>) => Promise<void>;

export type Suspender = {
	/** What Ctrl-Z does: give the terminal back to the shell and stop, until `fg`. Nothing while that is under way. */
	readonly suspend: () => void;
	/** Hands the terminal to a program beside us. Who stops that one stops us with it, and the terminal is left as it has it. */
	readonly lend: SuspendTerminal;
	readonly uninstall: () => void;
};

// A stop takes hold within this time. In a session without job control it never does, and then the program goes on.
const STOP_GRACE = 100;

/**
The kernel tells of another size only who is in the foreground (SIGWINCH), and Node asks for it only then: what happened to
the window meanwhile is asked for now, before the next frame is drawn.
*/
const readSize = () => {
	process.emit('SIGWINCH', 'SIGWINCH');
};

/**
Ctrl-Z, and SIGTSTP and SIGCONT from elsewhere. In raw mode the terminal makes no signal of Ctrl-Z, and Ink leaves the
alternate screen on when it is stopped.

@param settled Calls back when the terminal has answered what it was asked, or soon: else the shell would read the answer as typed.
*/
export const installSuspender = (
	suspendTerminal: SuspendTerminal,
	settled: (act: () => void) => void,
): Suspender => {
	/** Until the terminal that was handed over is taken back. */
	let away: Promise<void> | undefined;
	let isLent = false;
	/** The stop that waits for an answer. */
	let waiting: symbol | undefined;
	let isInstalled = true;

	const handOver = async (whileAway: () => Promise<void>) => {
		const {promise: mine, resolve: taken} = Promise.withResolvers<void>();
		away = mine;
		try {
			await suspendTerminal(async () => {
				await whileAway();
				readSize();
			});
		} finally {
			if (away === mine) away = undefined;
			taken();
		}
	};

	const stop = async () => {
		// With no listener the signal does what it does by default.
		process.off('SIGTSTP', onStop);
		// To the whole job, as the terminal would: otherwise `npm start` goes on waiting and the shell stays away.
		process.kill(0, 'SIGTSTP');
		await delay(STOP_GRACE);
		if (isInstalled) {
			process.on('SIGTSTP', onStop);
		}
	};

	const suspend = () => {
		if (isLent) {
			void stop();
			return;
		}

		if (away || waiting) return;
		const mine = Symbol('stop');
		waiting = mine;
		settled(() => {
			// Meanwhile it may have been told to go on, or have ended.
			if (waiting !== mine) return;
			waiting = undefined;
			void (isLent ? stop() : handOver(stop));
		});
	};

	const onStop = () => {
		suspend();
	};

	// After a SIGSTOP from elsewhere the shell has set the terminal up for itself: set it up again and redraw. What is lent is
	// not ours to draw on.
	const onContinue = () => {
		waiting = undefined;
		if (!away) void handOver(async () => {});
	};

	const lend: SuspendTerminal = async use => {
		if (away) {
			await away;
			return lend(use);
		}

		return handOver(async () => {
			isLent = true;
			try {
				await use();
			} finally {
				isLent = false;
			}
		});
	};

	process.on('SIGTSTP', onStop);
	process.on('SIGCONT', onContinue);
	return {
		suspend,
		lend,
		uninstall() {
			isInstalled = false;
			waiting = undefined;
			process.off('SIGTSTP', onStop);
			process.off('SIGCONT', onContinue);
		},
	};
};
