/** `kn-canary split`, `complete`, `rollback`, `abandon`, `undo` and `history`. */
import {exitCodes} from '../../headless/exit-codes.js';
import type {ReleaseCommand} from '../../headless/write/release-command.js';
import type {OutputFormat, ReleaseFlags} from '../../headless/write/run.js';
import {saying} from '../../headless/said.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {createUnderWay} from '../../release/under-way.js';
import {clusterOf, historyOf} from '../cluster-from-flags.js';
import type {ConsoleFlags} from '../flags.js';
import {installHeadless} from '../process-setup.js';
import {isJson, nowhere, onCluster, type CommandContext} from './on-cluster.js';

/** Where a write is shown, asked about and told. */
export function terminalOf({stdout, stderr, eyes}: CommandContext, flags: ConsoleFlags & {output?: string}) {
	const {stdin} = process;
	return {
		stdin,
		stdout: isJson(flags) ? stdout : eyes,
		// With an object on standard output, what is meant for eyes goes beside it.
		stderr: isJson(flags) && flags.quiet ? nowhere : stderr,
		prompt: process.stderr,
		isTerminal: stdin.isTTY && process.stderr.isTTY,
	};
}

/** Ends the process with an exit code of the table. */
export async function runRelease(
	verb: ReleaseCommand,
	{service, shares = []}: {service: string; shares?: readonly string[]},
	{sandbox: _sandbox, ...common}: ConsoleFlags,
	flags: ReleaseFlags,
	requestOptions?: RequestOptions,
): Promise<void> {
	const underWay = createUnderWay();
	await onCluster(
		{...common, output: flags.output},
		async commandContext => {
			const {cluster} = commandContext;
			const {runRelease: run} = await import('../../headless/write/run.js');
			const version = process.env['KN_CANARY_VERSION'];
			return run(verb, {service, shares, namespace: common.namespace}, flags, {
				cluster,
				history: historyOf(),
				underWay,
				production: common.production,
				terminal: terminalOf(commandContext, {...common, output: flags.output}),
				...(requestOptions && {
					async compare(facts) {
						const {compareCanary} = await import('../../headless/write/compare-canary.js');
						return compareCanary(cluster, facts, {gateway: common.gateway, requestOptions, version});
					},
				}),
			});
		},
		{lastWords: underWay.lastWords},
	);
}

/** Asks a cluster only what became of writes of which nobody knows. Ends the process. */
export async function runHistory(
	service: string | undefined,
	{sandbox: _sandbox, ...flags}: ConsoleFlags,
	output: OutputFormat,
): Promise<void> {
	const {lifecycle, delivered} = installHeadless();
	const {runHistory: run} = await import('../../headless/write/history.js');
	const {namespace, context} = flags;
	const which = {service, namespace, context};
	const code = await run(which, output, historyOf(), {
		stdout: saying(process.stdout),
		stderr: saying(process.stderr),
		reach: async name => clusterOf({...flags, context: name}, lifecycle),
	});
	// To be read is all it is for.
	await lifecycle.leave((await delivered()) ? code : exitCodes.notMade);
}
