/** What every command without a screen that reaches a cluster does before and after its own work. */
import {setTimeout as delay} from 'node:timers/promises';
import {exitCodes, type ExitCode} from '../../headless/exit-codes.js';
import {saying, type MessageStream} from '../../headless/said.js';
import type {Cluster} from '../../kube/cluster.js';
import {patientCluster} from '../../kube/patient.js';
import {describeError, type Lifecycle, type LifecycleOptions} from '../../terminal/lifecycle/lifecycle.js';
import {clusterOf} from '../cluster-from-flags.js';
import {errorJson} from '../command-errors.js';
import type {ConsoleFlags} from '../flags.js';
import {installHeadless} from '../process-setup.js';
import {whenReaderGone} from '../reader-gone.js';

export type CommandContext = {
	readonly cluster: Cluster;
	readonly namespace: string;
	/** Nothing gets through them that a terminal would act on. */
	readonly stdout: MessageStream;
	readonly stderr: MessageStream;
	/** The same as `stdout`, but for `--quiet`: for what is not asked for as an object. */
	readonly eyes: MessageStream;
	/** Aborted when the program is ended. */
	readonly signal: AbortSignal;
	readonly lifecycle: Lifecycle;
};

/** Of commands that go on until their reader has had enough. */
export type Followed = {watch?: boolean | undefined; follow?: boolean | undefined};

export type OnClusterOptions = Pick<LifecycleOptions, 'lastWords'> & {
	/** What it means that there is no cluster. */
	failure?: ExitCode;
	/** To be read is all it is for: when its output goes nowhere, it has failed. */
	isRead?: boolean;
	/** When it is ended it still says what it has seen so far, and how it ends is by that. */
	saysSoFar?: boolean;
};

/** Milliseconds that somebody who ends it waits for what it has seen. */
const sayingTimeout = 1000;

export const nowhere: MessageStream = {write: () => true};

/** Whether errors are to be objects. */
export const isJson = ({output}: {output?: string | undefined}) => output === 'json';

/** Ends the process with what `use` returns, or where there is no cluster, with a sentence, or an object with `-o json`. */
export async function onCluster(
	flags: ConsoleFlags & {output?: string | undefined} & Followed,
	use: (commandContext: CommandContext) => Promise<ExitCode>,
	{failure = exitCodes.notMade, isRead = false, saysSoFar = false, lastWords}: OnClusterOptions = {},
): Promise<void> {
	const ending = new AbortController();
	let underWay: Promise<ExitCode> | undefined;
	const otherwise = (): void => {
		if (isJson(flags)) stdout.write(`${errorJson(failure, 'Interrupted before anything was seen.')}\n`);
	};
	const soFar = () => underWay && sayingSoFar(underWay, {ending, failure, otherwise});
	const last = lastWords ?? (saysSoFar ? soFar : undefined);
	const {lifecycle, delivered} = installHeadless(last ? {lastWords: last} : {});
	const stdout = saying(process.stdout);
	const stderr = saying(process.stderr);
	lifecycle.onLeave(() => ending.abort());
	// What is followed is followed for a reader: one who has had enough ends it (`get -w | head -1`).
	if (isRead) {
		process.stdout.once('error', () => ending.abort());
		if (flags.watch === true || flags.follow === true) whenReaderGone(() => ending.abort());
	}
	let cluster: Cluster;
	try {
		cluster = patientCluster(await clusterOf(flags, lifecycle), {signal: ending.signal});
	} catch (error) {
		const sentence = describeError(error);
		if (!isJson(flags)) return lifecycle.leave(failure, sentence);
		stdout.write(`${errorJson(failure, sentence)}\n`);
		return lifecycle.leave(failure);
	}
	lifecycle.onLeave(async () => cluster.close());
	underWay = use({
		cluster,
		namespace: flags.namespace ?? cluster.namespace,
		stdout,
		stderr,
		eyes: flags.quiet ? nowhere : stdout,
		signal: ending.signal,
		lifecycle,
	});
	const code = await underWay;
	underWay = undefined;
	const isOut = await delivered();
	await lifecycle.leave(isRead && !isOut ? exitCodes.notMade : code);
}

/** Has it end with what it has seen, and says how it ends; `failure` where there is nothing to say in time. */
async function sayingSoFar(
	underWay: Promise<ExitCode>,
	{ending, failure, otherwise}: {ending: AbortController; failure: ExitCode; otherwise: () => void},
): Promise<{sentence: string; code: ExitCode}> {
	async function said(): Promise<ExitCode> {
		let code = failure;
		try {
			code = await underWay;
		} catch {
			otherwise();
		}
		// The process ends right after.
		await new Promise<void>(resolve => process.stdout.write('', () => resolve()));
		return code;
	}
	ending.abort(new Error('interrupted'));
	return {sentence: '', code: await Promise.race([said(), delay(sayingTimeout, failure)])};
}
