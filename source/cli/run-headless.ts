/** The commands that release and verify without a screen. They share their way with the console, not with each other. */
import type {Cluster} from '../kube/cluster.js';
import {exitCodes} from '../headless/exit-codes.js';
import type {ReleaseCommand} from '../headless/write/release.js';
import type {OutputFormat, ReleaseFlags} from '../headless/write/run.js';
import {saying} from '../headless/said.js';
import {createUnderWay} from '../release/under-way.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {ConsoleFlags, GetFlags, UsersFlags, VerifySourceFlags} from './flags.js';
import {usersMeterOf} from './users-meter.js';
import {describeError} from '../terminal/lifecycle/lifecycle.js';
import {clusterOf, historyOf} from './cluster-from-flags.js';
import {installHeadless} from './process-setup.js';

export type VerifyFlags = ConsoleFlags &
	VerifySourceFlags & {n: number; alpha: number; expect?: string; output: OutputFormat};

/** `kn-canary verify`: ends the process with its verdict as exit code. */
export async function runVerify(service: string, flags: VerifyFlags, asking: RequestOptions): Promise<void> {
	const {lifecycle} = installHeadless();
	const {runVerify: run} = await import('../headless/evidence/verify-run.js');
	await lifecycle.leave(
		await run({
			connect: async () => clusterOf({...flags, readOnly: true}, lifecycle),
			...flags,
			service,
			gateway: flags.gateway,
			asking,
			version: process.env['KN_CANARY_VERSION'],
			stdout: saying(process.stdout),
			stderr: saying(process.stderr),
		}),
	);
}

/** `kn-canary split`, `complete`, `rollback`, `undo`: ends the process with the exit code of the readme. */
export async function runRelease(
	verb: ReleaseCommand,
	{service, shares = []}: {service: string; shares?: readonly string[]},
	{sandbox: _sandbox, ...common}: ConsoleFlags,
	flags: ReleaseFlags,
	asking?: RequestOptions,
): Promise<void> {
	const underWay = createUnderWay();
	const {lifecycle} = installHeadless({lastWords: underWay.lastWords});
	let cluster: Cluster;
	try {
		cluster = await clusterOf(common, lifecycle);
	} catch (error) {
		await lifecycle.leave(1, describeError(error));
		return;
	}
	lifecycle.onLeave(async () => cluster.close());
	const {runRelease: run} = await import('../headless/write/run.js');
	const {stdin, stdout, stderr} = process;
	const version = process.env['KN_CANARY_VERSION'];
	await lifecycle.leave(
		await run(verb, {service, shares, namespace: common.namespace}, flags, {
			cluster,
			history: historyOf(),
			underWay,
			production: common.production,
			terminal: {
				stdin,
				stdout: saying(stdout),
				stderr: saying(stderr),
				prompt: stderr,
				isTerminal: stdin.isTTY && stderr.isTTY,
			},
			...(asking && {
				async compare(facts) {
					const {compareCanary} = await import('../headless/write/compare-canary.js');
					return compareCanary(cluster, facts, {gateway: common.gateway, asking, version});
				},
			}),
		}),
	);
}

/** `kn-canary history`: ends the process. */
export async function runHistory(
	service: string | undefined,
	{namespace, context}: ConsoleFlags,
	output: OutputFormat,
): Promise<void> {
	const {lifecycle, delivered} = installHeadless();
	const {runHistory: run} = await import('../headless/write/run.js');
	const which = {
		service,
		...(namespace !== undefined && {namespace}),
		...(context !== undefined && {context}),
	};
	const code = await run(which, output, historyOf(), {
		stdout: saying(process.stdout),
		stderr: saying(process.stderr),
	});
	// To be read is all it is for.
	await lifecycle.leave((await delivered()) ? code : 1);
}

/** `kn-canary get`: ends the process. */
export async function runGet(services: readonly string[], flags: GetFlags): Promise<void> {
	const {lifecycle, delivered} = installHeadless();
	const [{getServices}, {parseReadFormat}] = await Promise.all([
		import('../headless/read/get.js'),
		import('../headless/print/output-format.js'),
	]);
	let format: ReturnType<typeof parseReadFormat>;
	try {
		format = parseReadFormat(flags.output);
	} catch (error) {
		await lifecycle.leave(exitCodes.usage, describeError(error));
		return;
	}
	let cluster: Cluster;
	try {
		cluster = await clusterOf({...flags, readOnly: true}, lifecycle);
	} catch (error) {
		await lifecycle.leave(exitCodes.notMade, describeError(error));
		return;
	}
	lifecycle.onLeave(async () => cluster.close());
	const code = await getServices(
		cluster,
		{
			names: services.map(name =>
				name.replace(/^(?:ksvc|kservice|services?(?:\.serving\.knative\.dev)?)\//, ''),
			),
			namespace: flags.namespace ?? cluster.namespace,
			allNamespaces: flags.allNamespaces ?? false,
			selector: flags.selector,
			watch: flags.watch ?? false,
			format,
		},
		process,
	);
	await lifecycle.leave((await delivered()) ? code : 1);
}

/** `kn-canary users`: ends the process. */
export async function runUsers(service: string, flags: UsersFlags): Promise<void> {
	const {lifecycle, delivered} = installHeadless();
	let cluster: Cluster;
	try {
		cluster = await clusterOf({...flags, readOnly: true}, lifecycle);
	} catch (error) {
		await lifecycle.leave(exitCodes.notMade, describeError(error));
		return;
	}
	lifecycle.onLeave(async () => cluster.close());
	const {runUsers: run} = await import('../headless/users/users-run.js');
	const namespace = flags.namespace ?? cluster.namespace;
	const meter = await usersMeterOf(cluster, {...flags, namespace, service});
	const {for: seconds, output, watch = false} = flags;
	const code = await run(cluster, {service, namespace, seconds, watch, output, meter}, process);
	await lifecycle.leave((await delivered()) ? code : 1);
}

/** `kn-canary verify --source users`: ends the process with its verdict as exit code. */
export async function runVerifyUsers(service: string, flags: VerifyFlags): Promise<void> {
	const {lifecycle} = installHeadless();
	let cluster: Cluster;
	try {
		cluster = await clusterOf({...flags, readOnly: true}, lifecycle);
	} catch (error) {
		await lifecycle.leave(3, describeError(error));
		return;
	}
	lifecycle.onLeave(async () => cluster.close());
	const {runVerifyUsers: run} = await import('../headless/users/verify-users.js');
	const namespace = flags.namespace ?? cluster.namespace;
	const meter = await usersMeterOf(cluster, {...flags, namespace, service});
	const {for: seconds, output, expect} = flags;
	await lifecycle.leave(await run(cluster, {service, namespace, seconds, expect, output, meter}, process));
}
