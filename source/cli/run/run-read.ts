/** The commands that only read. */
import {exitCodes} from '../../headless/exit-codes.js';
import {describeError} from '../../terminal/lifecycle/lifecycle.js';
import type {GetFlags} from '../flags.js';
import {onCluster} from './on-cluster.js';

/** `kn-canary get`: ends the process. */
export async function runGet(services: readonly string[], flags: GetFlags): Promise<void> {
	const [{getServices}, {parseReadFormat}] = await Promise.all([
		import('../../headless/read/get.js'),
		import('../../headless/print/output-format.js'),
	]);
	let format: ReturnType<typeof parseReadFormat>;
	try {
		format = parseReadFormat(flags.output);
	} catch (error) {
		process.stderr.write(`error: ${describeError(error)}\n`);
		process.exit(exitCodes.usage);
	}
	await onCluster(
		{...flags, readOnly: true},
		async ({cluster, namespace, stderr, signal}) =>
			getServices(
				cluster,
				{
					names: services.map(name =>
						name.replace(/^(?:ksvc|kservice|services?(?:\.serving\.knative\.dev)?)\//, ''),
					),
					namespace,
					allNamespaces: flags.allNamespaces ?? false,
					selector: flags.selector,
					watch: flags.watch ?? false,
					format,
					signal,
				},
				// Its printers make printable what is to be; a template's tabs are meant.
				{stdout: process.stdout, stderr},
			),
		{isRead: true},
	);
}
