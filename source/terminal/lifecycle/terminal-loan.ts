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

/** Ctrl-C is meant for whoever has the terminal, and the terminal tells all of its session. Returns what heeds it again. */
function withoutInterrupts(): () => void {
	const listeners = process.listeners('SIGINT');
	process.on('SIGINT', ignore);
	for (const listener of listeners) process.off('SIGINT', listener);
	return () => {
		for (const listener of listeners) process.on('SIGINT', listener);
		process.off('SIGINT', ignore);
	};
}

/** With no listener at all it would end the program. */
function ignore(): void {}
