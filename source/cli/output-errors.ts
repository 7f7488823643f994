/**
 * What is said where it cannot be written: on a full disk one sentence and exit code 1, to a reader who has had enough nothing more.
 * For commands that only say something, as `version` and the help; what does more has a lifecycle, which looks after it.
 */
import {constants} from 'node:os';
import {describeError} from '../terminal/lifecycle/lifecycle.js';

export function heedOutputErrors(): void {
	const {stdout, stderr} = process;
	let isTold = false;
	const tell = (error: Error) => {
		if (isTold) return;
		isTold = true;
		stderr.write(`What kn-canary says cannot be written: ${describeError(error)}.\n`);
	};
	stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (stdout.listenerCount('error') > 1) {
			isTold = true;
			return;
		}
		if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
		tell(error);
		process.exit(1);
	});
	// The help ends the program before it can be told that nobody has it.
	process.once('exit', code => {
		const {errored} = stdout;
		if (!errored || isTold || code !== 0 || ('code' in errored && errored.code === 'EPIPE')) return;
		tell(errored);
		process.exitCode = 1;
	});
}
