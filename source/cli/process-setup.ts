/** What every command runs in: the way out. */
import {
	describeError,
	installLifecycle,
	type Lifecycle,
	type LifecycleOptions,
} from '../terminal/lifecycle/lifecycle.js';

/**
 * Whether a command without a screen has anything to do with a terminal that is closed. `nohup` takes all three from it;
 * whoever starts a sandbox or a release like that means it to go on.
 */
const hasTerminal = () =>
	// Undefined where it is none, whatever its type says.
	[process.stdin, process.stdout, process.stderr].some(({isTTY}) => isTTY);

/** For a command that runs until it is done, or until it is ended, without a screen. */
export const installInBackground = (): Lifecycle => install({assurance: '', heedsHangUp: hasTerminal()});

/** @param assurance Said after the last words of the console: what its end means for the cluster. */
export function install({
	assurance,
	onOutputError,
	lastWords,
	heedsHangUp = true,
}: Pick<LifecycleOptions, 'assurance' | 'onOutputError' | 'lastWords' | 'heedsHangUp'> = {}): Lifecycle {
	// Node would print them as they are, over the screen; they are for who develops this, and may come from outside.
	process.removeAllListeners('warning');
	if (process.env['KN_CANARY_TRACE'] === '1') keepWarnings();
	return installLifecycle({
		name: 'kn-canary',
		isTracing: process.env['KN_CANARY_TRACE'] === '1',
		...(assurance !== undefined && {assurance}),
		...(onOutputError && {onOutputError}),
		...(lastWords && {lastWords}),
		heedsHangUp,
	});
}

/** Warnings that are told at the end: one that is repeated without an end fills no memory. */
const mostWarnings = 100;

/** Told when there is no screen any more that they could be drawn on. */
function keepWarnings(): void {
	const warnings: string[] = [];
	process.on('warning', warning => {
		if (warnings.length < mostWarnings) warnings.push(`${describeError(warning)}\n`);
	});
	process.once('exit', () => void process.stderr.write(warnings.join('')));
}

export type HeadlessProcess = {
	lifecycle: Lifecycle;
	/** Resolves when what was written so far is out: whether it got there, or its reader had enough. */
	delivered: () => Promise<boolean>;
};

/**
 * For a command without a screen: a reader that closes the pipe (`| head -1`), or a terminal that was closed, ends nothing. A
 * write that is under way is finished and recorded, and its exit code says what became of it. Other failures, as of a
 * full disk, are told once.
 */
export function installHeadless({lastWords}: Pick<LifecycleOptions, 'lastWords'> = {}): HeadlessProcess {
	let failed = false;
	const lifecycle = install({
		assurance: '',
		...(lastWords && {lastWords}),
		heedsHangUp: hasTerminal(),
		onOutputError(error) {
			if (failed || error.code === 'EPIPE' || error.code === 'EIO') return;
			failed = true;
			process.stderr.write(`What kn-canary says cannot be written: ${describeError(error)}.\n`);
		},
	});
	return {
		lifecycle,
		async delivered() {
			// Errors of a write come after it, before its callback or after that of an empty one.
			await new Promise<void>(resolve => process.stdout.write('', () => setImmediate(resolve)));
			return !failed;
		},
	};
}
