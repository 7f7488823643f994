/**
 * The terminal of a console, lent to a program that asks its user something: the console leaves it, and takes it back and draws
 * itself again when that has ended.
 */
import type {SuspendTerminal} from './suspend.js';

export type ConsoleLoan = {
	/** What is drawn there has to make room. */
	readonly isDrawnOn: true;
	/** Lends it for as long as `use` takes: when the console has come up, and one after the other. */
	lend<T>(use: () => Promise<T>): Promise<T>;
	/** The console has come up. */
	provide(suspend: SuspendTerminal): void;
};

/** Whoever borrows before the console has a terminal waits for that; several have it one after the other. */
export function createConsoleLoan(): ConsoleLoan {
	const ready = Promise.withResolvers<SuspendTerminal>();
	let last: Promise<unknown> = Promise.resolve();

	async function lend<T>(use: () => Promise<T>): Promise<T> {
		const suspend = await ready.promise;
		const result = Promise.withResolvers<T>();
		// It may fail before the terminal is taken back, and until then nobody looks.
		result.promise.catch(() => {});
		await suspend(async () => {
			const heed = withoutInterrupts();
			try {
				result.resolve(await use());
			} catch (error) {
				result.reject(error);
			} finally {
				heed();
			}
		});
		return result.promise;
	}

	return {
		isDrawnOn: true,
		async lend(use) {
			const turn = last.then(async () => lend(use));
			last = turn.catch(() => {});
			return turn;
		},
		provide: ready.resolve,
	};
}

/** Milliseconds in which whoever has the terminal ends when it heeds ctrl-c. */
const heeding = 700;

/**
 * Ctrl-C is meant for whoever has the terminal, and the terminal tells all of its session. Where that one does not end by it, or
 * was never told because we alone were, it is meant for us. Returns what heeds it again at once.
 */
function withoutInterrupts(): () => void {
	const listeners = process.listeners('SIGINT');
	let timer: NodeJS.Timeout | undefined;
	const onInterrupt = (): void => {
		timer ??= setTimeout(() => {
			for (const listener of listeners) listener('SIGINT');
		}, heeding);
	};
	// With no listener at all it would end the program.
	process.on('SIGINT', onInterrupt);
	for (const listener of listeners) process.off('SIGINT', listener);
	return () => {
		clearTimeout(timer);
		for (const listener of listeners) process.on('SIGINT', listener);
		process.off('SIGINT', onInterrupt);
	};
}
