/** `kn-canary status` and `describe`: how a release stands, once, or when it is as it is waited for. */
import type {Cluster} from '../../kube/cluster.js';
import type {HistoryFile} from '../../journal/journal-file.js';
import type {Facts} from '../../release/plan-facts.js';
import type {CanaryComparison} from '../write/compare-canary.js';
import {readFacts} from '../write/read-facts.js';
import {visibleJson, type MessageStream} from '../said.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {describedLines} from './describe.js';
import {statusLines, statusReport, type StatusReport} from './status-report.js';
import {waitFor} from './wait-for.js';
import type {WaitGoal} from './wait-goals.js';

export type StatusOptions = {
	namespace: string;
	service: string;
	output: 'text' | 'json';
	/** More than the release: the template, conditions. */
	isDescribed?: boolean;
	/** Waits for this, at most so many milliseconds. */
	wait: {goal: WaitGoal; within: number} | undefined;
	signal: AbortSignal;
};

export type StatusMeans = {
	cluster: Cluster;
	history: HistoryFile | undefined;
	stdout: MessageStream;
	/** Of what is waited for. */
	progress: (words: string) => void;
	fail: (code: ExitCode, sentence: string) => ExitCode;
	/** Sends canary and stable requests in pairs; undefined where that is not wanted. */
	compare?: (facts: Facts & {revisions: NonNullable<Facts['revisions']>}) => Promise<CanaryComparison>;
	/** Measures what users get; undefined where that is not wanted. */
	users?: () => Promise<{report: object; lines: readonly string[]} | undefined>;
};

/** With `wait` it reports when that is so, or why it cannot become so any more. Returns what the program is to exit with. */
export async function showStatus(options: StatusOptions, means: StatusMeans): Promise<ExitCode> {
	const {namespace, service: name, wait, signal, output} = options;
	const {cluster, stdout, progress, fail} = means;
	const waited = wait && (await waitFor(cluster, {namespace, name, ...wait, signal, progress}));
	if (waited?.kind === 'gone' || waited?.kind === 'failed') return fail(exitCodes.notMade, waited.sentence);
	const read = await readFacts(means, {namespace, name});
	if (!read.ok) return fail(exitCodes.notMade, read.reason);
	const {facts, unread} = read;
	if (unread.revisions !== undefined) progress(`The revisions cannot be listed: ${unread.revisions}`);
	const verdict = await verdictOf(facts, means);
	const users = await means.users?.();
	const report = statusReport(facts, {context: cluster.context, verdict, users: users?.report});
	const exitCode = waited?.kind === 'late' ? exitCodes.notRouted : exitCodes.done;
	if (output === 'json') {
		stdout.write(
			`${visibleJson({exitCode, ...report, ...(waited && 'sentence' in waited && {sentence: waited.sentence})}, 2)}\n`,
		);
		return exitCode;
	}
	stdout.write(`${textOf(report, facts, options).join('\n')}\n`);
	if (users) stdout.write(`\n${users.lines.join('\n')}\n`);
	return waited?.kind === 'late' ? fail(exitCode, waited.sentence) : exitCode;
}

function textOf(report: StatusReport, facts: Facts, {isDescribed}: StatusOptions): string[] {
	const lines = statusLines(report, facts, Date.now());
	return isDescribed ? [...lines, '', ...describedLines(facts)] : lines;
}

async function verdictOf(facts: Facts, {compare, progress}: StatusMeans) {
	const {revisions} = facts;
	if (!compare || !revisions) return undefined;
	const compared = await compare({...facts, revisions});
	if (compared.kind === 'compared') return compared.verdict;
	progress(compared.sentence);
	return undefined;
}
