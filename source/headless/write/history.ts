/** `kn-canary history`: what is on disk, and what became of writes whose end nobody has lived to write down. */
import type {HistoryFile, Recalled} from '../../journal/journal-file.js';
import {describeFault} from '../../knative/text/fault.js';
import type {Cluster} from '../../kube/cluster.js';
import {lookUpOpen} from '../../release/outcome/look-up.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import type {MessageStream} from '../said.js';
import {historyJson, historyLines, type Remembered} from './report.js';
import type {OutputFormat} from './run.js';

export type HistoryTarget = {
	service?: string | undefined;
	namespace?: string | undefined;
	context?: string | undefined;
};

/** Milliseconds that one object is waited for: whoever reads the history is served from the disk, too. */
const readTimeout = 3000;

/**
 * @param reach The cluster of a context; rejects where there is no way to it. Asked only where something has no end yet.
 */
export async function runHistory(
	{service, namespace, context}: HistoryTarget,
	output: OutputFormat,
	history: HistoryFile,
	{
		stdout,
		stderr,
		reach,
		now = Date.now,
	}: {
		stdout: MessageStream;
		stderr: MessageStream;
		reach: (context: string) => Promise<Cluster>;
		now?: () => number;
	},
): Promise<ExitCode> {
	const isWanted = (entry: Remembered) =>
		(service === undefined || entry.service === service) &&
		(namespace === undefined || entry.namespace === namespace) &&
		(context === undefined || entry.context === context);
	try {
		const found = await history.readAll();
		const isOpen = {
			...found,
			attempts: found.attempts.filter(each => each.end === undefined && isWanted(each)),
			deeds: found.deeds.filter(each => each.end === undefined && isWanted(each)),
		};
		const isSettled = await settle(isOpen, history, {reach, now, say: line => stderr.write(line)});
		const read = isSettled ? await history.readAll() : found;
		const newestFirst = [...read.entries, ...read.attempts, ...read.deeds]
			.filter(entry => isWanted(entry))
			.toSorted((a, b) => b.at - a.at);
		if (output === 'json') stdout.write(`${historyJson(newestFirst)}\n`);
		else if (newestFirst.length === 0) {
			stdout.write(
				`No changes${service === undefined ? '' : ` of ${service}`} in the history of this machine yet.\n`,
			);
		} else for (const line of historyLines(newestFirst)) stdout.write(`${line}\n`);
		return exitCodes.done;
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		stderr.write(`The history cannot be read: ${why}.\n`);
		return exitCodes.notMade;
	}
}

/** Writes down what can be told by now; whether anything was. */
async function settle(
	open: Recalled,
	history: HistoryFile,
	{
		reach,
		now,
		say,
	}: {reach: (context: string) => Promise<Cluster>; now: () => number; say: (line: string) => void},
): Promise<boolean> {
	let isAny = false;
	for (const context of new Set([...open.attempts, ...open.deeds].map(each => each.context))) {
		try {
			const cluster = await reach(context);
			try {
				const reader = {
					server: cluster.server,
					request: async (request: Parameters<Cluster['request']>[0]) =>
						cluster.request({...request, timeout: readTimeout}),
				};
				const {made, ended} = await lookUpOpen(reader, open, now);
				for (const entry of made) await history.append(entry);
				for (const outcome of ended) await history.end(outcome);
				isAny ||= made.length + ended.length > 0;
			} finally {
				await cluster.close();
			}
		} catch (error) {
			say(`What became of writes on ${context} could not be looked up: ${describeFault(error)}.\n`);
		}
	}
	return isAny;
}
