/** `kn-canary verify` as a command: the report on stdout, progress and what went wrong on stderr, an exit code. */
import type {Cluster} from '../../kube/cluster.js';
import {exitCodeOf, verifySplit, type VerifyOptions, type VerifyOutcome} from './verify.js';
import type {ExitCode} from '../exit-codes.js';
import {visibleJson} from '../said.js';
import {progressLine, verifyLines} from './verify-text.js';

type OutputStream = {write(text: string): unknown; isTTY?: boolean};

export type VerifyRun = Omit<VerifyOptions, 'namespace' | 'onProgress'> & {
	cluster: Cluster;
	namespace: string;
	output: 'text' | 'json';
	stdout: OutputStream;
	stderr: OutputStream;
};

/** Returns the exit code. */
export async function runVerify({
	cluster,
	namespace,
	output,
	stdout,
	stderr,
	...options
}: VerifyRun): Promise<ExitCode> {
	const outcome = await ask();
	if (output === 'json') stdout.write(`${toJson(outcome)}\n`);
	else if (outcome.kind === 'asked') stdout.write(`${verifyLines(outcome.report).join('\n')}\n`);
	else if (outcome.kind === 'cannot tell') stdout.write(`? ${outcome.sentence}\n`);
	else stderr.write(`${outcome.sentence}\n`);
	return exitCodeOf(outcome);

	async function ask(): Promise<VerifyOutcome> {
		let drawn = false;
		try {
			return await verifySplit(cluster, {
				...options,
				namespace,
				...(stderr.isTTY === true && {
					onProgress(snapshot) {
						drawn = true;
						stderr.write(`\r${progressLine(snapshot, options.n)}\u001B[K`);
					},
				}),
			});
		} catch (error) {
			if (options.signal?.aborted === true) {
				return {kind: 'cannot tell', sentence: 'Cannot tell: interrupted before anything was answered.'};
			}
			return {kind: 'could not ask', sentence: error instanceof Error ? error.message : String(error)};
		} finally {
			if (drawn) stderr.write('\r\u001B[K');
		}
	}
}

/** Every field is there in every report: what is not known is null. */
function toJson(outcome: VerifyOutcome): string {
	const value =
		outcome.kind === 'asked'
			? {result: outcome.report.verdict.state, exitCode: exitCodeOf(outcome), ...outcome.report}
			: {result: outcome.kind, exitCode: exitCodeOf(outcome), sentence: outcome.sentence};
	const whole = JSON.stringify(value, (_key, part: unknown) => (part === undefined ? null : part));
	return visibleJson(JSON.parse(whole), 2);
}
