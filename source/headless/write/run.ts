/** The subcommands that release without a screen, from their flags to their exit code. */
import {createInterface} from 'node:readline/promises';
import type {Cluster} from '../../kube/cluster.js';
import type {HistoryFile} from '../../journal/journal-file.js';
import type {MessageStream} from '../said.js';
import type {UnderWay} from '../../release/under-way.js';
import {serviceMeant} from '../../knative/release/revision-by-word.js';
import {printable} from '../../knative/text/printable.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import type {ApplyMeans, ApplyOptions, Despite, Result} from './apply-plan.js';
import {changeObject, type ObjectWish} from './change-object.js';
import {release, type ReleaseDependencies, type ReleaseCommand} from './release-command.js';
import {planLines, resultJson} from './report.js';

export type OutputFormat = 'text' | 'json';

/** Of every command that writes. */
export type WriteFlags = {
	dryRun?: true;
	yes?: true;
	/** What would have to be typed at a terminal. */
	confirm?: string;
	output: OutputFormat;
	reason?: string;
	/** Seconds; 0 does not wait for the gateway. */
	wait?: number;
	despite?: readonly Despite[];
};

export type ReleaseFlags = WriteFlags & {
	/** Which revision is meant. */
	to?: string;
	/** Of `abandon`: put the template back, too. */
	template?: true;
	/** False with `--no-compare`. */
	compare?: boolean;
	/** False with `--no-previous`. */
	previous?: boolean;
};

/** Where it reads and writes; `isTerminal` says whether somebody is there to be asked. */
export type HeadlessTerminal = {
	stdin: NodeJS.ReadableStream;
	stdout: MessageStream;
	stderr: MessageStream;
	/** Where a question is put, with what a line editor needs there; `stderr` itself. */
	prompt?: NodeJS.WritableStream;
	isTerminal: boolean;
};

export type WriteDependencies = {
	cluster: Cluster;
	history: HistoryFile | undefined;
	underWay?: UnderWay;
	production: RegExp | undefined;
	terminal: HeadlessTerminal;
};

/**
 * What every command that writes does around its own work: its flags in the words of a plan, what is shown and asked, and what
 * became of it.
 *
 * @param service As it was typed: `cart` or `ksvc/cart`.
 * @param namespace Undefined: that of the context.
 */
async function told(
	{service, namespace}: {service: string; namespace: string | undefined},
	flags: WriteFlags,
	{cluster, history, underWay, production, terminal}: WriteDependencies,
	work: (options: ApplyOptions, means: ApplyMeans) => Promise<Result>,
): Promise<ExitCode> {
	const isJson = flags.output === 'json';
	// With JSON, standard output is one object; what is meant for eyes goes beside it.
	const eyes = isJson ? terminal.stderr : terminal.stdout;
	const say = (line: string) => eyes.write(`${line}\n`);
	const tell = (result: Result) => {
		if (isJson) terminal.stdout.write(`${resultJson(result)}\n`);
		else (result.code === exitCodes.done ? terminal.stdout : terminal.stderr).write(`${result.sentence}\n`);
		return result.code;
	};
	const name = serviceMeant(service);
	if (name === undefined) {
		const sentence = `${printable(service)} is no Service: name one as cart or ksvc/cart.`;
		return tell({code: exitCodes.usage, sentence});
	}
	return tell(
		await work(
			{
				namespace: namespace ?? cluster.namespace,
				service: name,
				despite: flags.despite ?? [],
				dryRun: flags.dryRun ?? false,
				yes: flags.yes ?? false,
				confirm: flags.confirm,
				production: production?.test(cluster.context) ?? false,
				reason: flags.reason ?? '',
				wait: (flags.wait ?? 0) * 1000,
			},
			{
				cluster,
				history,
				...(underWay && {underWay}),
				show(plan) {
					if (!isJson) for (const line of planLines(plan)) say(line);
				},
				agree: terminal.isTerminal ? async word => ask(word, terminal) : undefined,
				progress: say,
			},
		),
	);
}

/** @param target.namespace Undefined: that of the context. */
export async function runRelease(
	verb: ReleaseCommand,
	target: {service: string; shares: readonly string[]; namespace?: string | undefined},
	flags: ReleaseFlags,
	{compare, ...dependencies}: WriteDependencies & {compare?: ReleaseDependencies['compare']},
): Promise<ExitCode> {
	const {service, shares, namespace} = target;
	return told({service, namespace}, flags, dependencies, async (options, means) =>
		release(
			{
				...options,
				verb,
				shares,
				to: flags.to,
				keepsPrevious: flags.previous ?? true,
				resetsTemplate: flags.template ?? false,
			},
			{...means, ...(compare && {compare})},
		),
	);
}

/** @param wish From the namespace, which a new service is to have in its manifest. */
export async function runObject(
	target: {service: string; namespace: string | undefined},
	wish: (options: Pick<ApplyOptions, 'namespace' | 'service'>) => ObjectWish,
	flags: WriteFlags,
	dependencies: WriteDependencies,
): Promise<ExitCode> {
	return told(target, flags, dependencies, async (options, means) =>
		changeObject(wish(options), options, means),
	);
}

/** Anything but the word asked for is a no: ctrl-c and ctrl-d, too. */
async function ask(
	wanted: string,
	{stdin, stderr, prompt: output = process.stderr}: HeadlessTerminal,
): Promise<boolean> {
	const prompt = createInterface({input: stdin, output});
	try {
		return (await prompt.question(`Type ${wanted} to apply it: `)).trim() === wanted;
	} catch (error) {
		if (!(error instanceof Error && error.name === 'AbortError')) throw error;
		// What is said next does not stand behind the question.
		stderr.write('\n');
		return false;
	} finally {
		prompt.close();
	}
}
