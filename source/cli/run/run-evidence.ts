/** `kn-canary verify` and `users`: what users get. */
import {exitCodes} from '../../headless/exit-codes.js';
import type {OutputFormat} from '../../headless/write/run.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import type {ConsoleFlags, UsersFlags, VerifySourceFlags} from '../flags.js';
import {onService} from './on-service.js';
import {usersMeterOf} from './users-meter.js';

export type VerifyFlags = ConsoleFlags &
	VerifySourceFlags & {
		requests: number;
		/** The former name of the same. */
		n?: number;
		alpha: number;
		expect?: string;
		/** The one revision that is asked. */
		revision?: string;
		output: OutputFormat;
		/** Flags of the requests that stand on the command line: `--path`. */
		typed?: readonly string[];
	};

/** `kn-canary verify`: ends the process with its verdict as exit code. */
export async function runVerify(
	typed: string,
	flags: VerifyFlags,
	requestOptions: RequestOptions,
): Promise<void> {
	await onService(
		typed,
		flags,
		async (service, {cluster, namespace, stdout, stderr, eyes, signal}) => {
			const {runVerify: run} = await import('../../headless/evidence/verify-run.js');
			return run({
				cluster,
				service,
				namespace,
				n: flags.requests,
				alpha: flags.alpha,
				expect: flags.expect,
				output: flags.output,
				gateway: flags.gateway,
				requestOptions,
				typed: flags.typed,
				version: process.env['KN_CANARY_VERSION'],
				signal,
				stdout: flags.output === 'json' ? stdout : eyes,
				stderr: flags.quiet ? {write: text => stderr.write(text), isTTY: false} : stderr,
			});
		},
		{failure: exitCodes.couldNotAsk, saysSoFar: true},
	);
}

/** `kn-canary verify --revision`: ends the process. */
export async function runVerifyRevision(
	named: string,
	revision: string,
	flags: VerifyFlags,
	requestOptions: RequestOptions,
): Promise<void> {
	await onService(
		named,
		flags,
		async (service, {cluster, namespace, stdout, stderr, eyes, signal}) => {
			const {runVerifyRevision: run} = await import('../../headless/evidence/verify-revision.js');
			const {gateway, output, typed} = flags;
			return run(
				cluster,
				{service, namespace, revision, gateway, requestOptions, typed, output, signal},
				{stdout: output === 'json' ? stdout : eyes, stderr},
			);
		},
		{failure: exitCodes.couldNotAsk, saysSoFar: true},
	);
}

/** `kn-canary users`: ends the process. */
export async function runUsers(typed: string, flags: UsersFlags): Promise<void> {
	await onService(
		typed,
		flags,
		async (service, {cluster, namespace, stdout, stderr, signal}) => {
			const {runUsers: run} = await import('../../headless/users/users-run.js');
			const meter = await usersMeterOf(cluster, {...flags, namespace, service});
			const {for: seconds, output, watch = false} = flags;
			return run(
				cluster,
				{service, namespace, seconds, watch, output, meter, signal},
				{stdout, stderr: flags.quiet ? {write: text => stderr.write(text), isTTY: false} : stderr},
			);
		},
		// What is followed has been said already.
		{isRead: true, saysSoFar: flags.watch !== true},
	);
}

/** `kn-canary verify --source users`: ends the process with its verdict as exit code. */
export async function runVerifyUsers(typed: string, flags: VerifyFlags): Promise<void> {
	await onService(
		typed,
		flags,
		async (service, {cluster, namespace, stdout, stderr, eyes, signal}) => {
			const {runVerifyUsers: run} = await import('../../headless/users/verify-users.js');
			const meter = await usersMeterOf(cluster, {...flags, namespace, service});
			const {for: seconds, output, expect} = flags;
			return run(
				cluster,
				{service, namespace, seconds, expect, output, meter, signal},
				{stdout: output === 'json' ? stdout : eyes, stderr},
			);
		},
		{failure: exitCodes.couldNotAsk, saysSoFar: true},
	);
}
