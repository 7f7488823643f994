/** The commands that only read. */
import {exitCodes} from '../../headless/exit-codes.js';
import {waitGoals, type WaitGoal} from '../../headless/read/wait-goals.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {listContexts, type ContextInfo} from '../../kube/connect.js';
import {namespacesAt} from '../../kube/visible-namespaces.js';
import {historyOf} from '../cluster-from-flags.js';
import {errorJson} from '../command-errors.js';
import {describeError} from '../../terminal/lifecycle/lifecycle.js';
import type {ConsoleFlags, GetFlags} from '../flags.js';
import {isJson, nowhere, onCluster} from './on-cluster.js';
import {onService} from './on-service.js';
import {usersMeterOf} from './users-meter.js';

type Output = 'text' | 'json';

export type StatusFlags = ConsoleFlags & {
	output: Output;
	/** Seconds. */
	wait?: number;
	for?: WaitGoal;
	compare?: true;
	/** Seconds that are measured. */
	users?: number;
};

/** Seconds that are waited where something is waited for. */
const usualWait = 60;

/** `kn-canary status` and `describe`: ends the process. */
export async function runStatus(
	typed: string,
	flags: StatusFlags,
	{
		isDescribed = false,
		requestOptions,
	}: {isDescribed?: boolean; requestOptions?: RequestOptions | undefined} = {},
): Promise<void> {
	await onService(typed, flags, async (service, {cluster, namespace, stdout, stderr, signal, fail}) => {
		const {showStatus} = await import('../../headless/read/show-status.js');
		const {wait, users, output} = flags;
		const isWaiting = wait !== undefined || flags.for !== undefined;
		const version = process.env['KN_CANARY_VERSION'];
		return showStatus(
			{
				namespace,
				service,
				output,
				isDescribed,
				wait: isWaiting ? {goal: flags.for ?? 'settled', within: (wait ?? usualWait) * 1000} : undefined,
				signal,
			},
			{
				cluster,
				history: historyOf(),
				stdout,
				progress: words => void (flags.quiet ? nowhere : stderr).write(`${words}\n`),
				fail,
				...(requestOptions && {
					async compare(facts) {
						const {compareCanary} = await import('../../headless/write/compare-canary.js');
						return compareCanary(cluster, facts, {gateway: flags.gateway, requestOptions, version});
					},
				}),
				...(users !== undefined && {
					async users() {
						const {measureUsers} = await import('../../headless/users/users-run.js');
						const meter = await usersMeterOf(cluster, {...flags, for: users, namespace, service});
						return measureUsers(cluster, {service, namespace, seconds: users, meter, signal});
					},
				}),
			},
		);
	});
}

/** `kn-canary wait`: ends the process. */
export async function runWait(
	typed: string,
	flags: ConsoleFlags & {output: Output},
	goal: WaitGoal,
	within: number,
): Promise<void> {
	await onService(typed, flags, async (service, {cluster, namespace, stdout, stderr, eyes, signal, fail}) => {
		const {waitFor} = await import('../../headless/read/wait-for.js');
		const progress = (words: string) => void (flags.quiet ? nowhere : stderr).write(`${words}\n`);
		const waited = await waitFor(cluster, {namespace, name: service, goal, within, signal, progress});
		if (waited.kind === 'late') return fail(exitCodes.notRouted, waited.sentence);
		if (waited.kind !== 'so') return fail(exitCodes.notMade, waited.sentence);
		const sentence = `${service}: ${waitGoals[goal]}.`;
		if (isJson(flags)) stdout.write(`${errorJson(exitCodes.done, sentence)}\n`);
		else eyes.write(`${sentence}\n`);
		return exitCodes.done;
	});
}

/** `kn-canary events`: ends the process. */
export async function runEvents(
	typed: string,
	flags: ConsoleFlags & {output: Output; watch?: true},
): Promise<void> {
	await onService(typed, flags, async (service, {cluster, namespace, stdout, stderr, signal, fail}) => {
		const {showEvents} = await import('../../headless/read/show-events.js');
		const {output, watch = false} = flags;
		return showEvents(cluster, {namespace, service, watch, output, signal}, {stdout, stderr, fail});
	});
}

export type LogsFlags = ConsoleFlags & {
	revision?: string;
	container?: string;
	pod?: string;
	follow?: true;
	previous?: true;
	tail?: number;
	since?: number;
	timestamps?: true;
};

/** `kn-canary logs`: ends the process. */
export async function runLogs(typed: string, flags: LogsFlags): Promise<void> {
	await onService(typed, flags, async (service, {cluster, namespace, stdout, signal, fail}) => {
		const [{showLogs}, {readFacts}, {meantBy}, {releaseOf}] = await Promise.all([
			import('../../headless/read/show-logs.js'),
			import('../../headless/write/read-facts.js'),
			import('../../knative/release/revision-by-word.js'),
			import('../../knative/release/release.js'),
		]);
		const read = await readFacts({cluster, history: undefined}, {namespace, name: service});
		if (!read.ok) return fail(exitCodes.notMade, read.reason);
		const {facts} = read;
		const meant = flags.revision === undefined ? undefined : meantBy(flags.revision, facts);
		if (meant && !meant.ok) return fail(exitCodes.usage, meant.reason);
		const {stable, whole} = releaseOf(facts);
		// What users reach, as in the console.
		const revision = meant?.revision ?? whole ?? stable?.revision ?? facts.service.latestReady;
		if (revision === undefined) return fail(exitCodes.notMade, `${service} has no revision that is ready.`);
		const {container, pod, follow = false, previous = false, tail, since, timestamps = false} = flags;
		return showLogs(
			cluster,
			{namespace, revision, container, pod, follow, previous, tail, since, timestamps, signal},
			{stdout, fail},
		);
	});
}

/** `kn-canary export`: ends the process. */
export async function runExport(
	typed: string,
	flags: ConsoleFlags & {output: 'yaml' | 'json'; split?: true},
): Promise<void> {
	await onService(typed, flags, async (service, {cluster, namespace, stdout, fail}) => {
		const [{exported, exportText}, {readObject}] = await Promise.all([
			import('../../headless/read/export.js'),
			import('../../headless/read/read-service.js'),
		]);
		const got = await readObject(cluster, namespace, service);
		if (!got.ok) return fail(exitCodes.notMade, got.reason);
		const object = exported(got.object, flags.split ? 'split' : 'service');
		if (!object) return fail(exitCodes.notMade, `${service} cannot be read: it is no Service.`);
		stdout.write(`${exportText(object, flags.output)}\n`);
		return exitCodes.done;
	});
}

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
					known: async () => namespacesAt(cluster.server, await contextsIn(flags)),
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

/** Those of the kubeconfig; none where it cannot be read. */
async function contextsIn({kubeconfig}: GetFlags): Promise<readonly ContextInfo[]> {
	try {
		return await listContexts(kubeconfig === undefined ? {} : {kubeconfig});
	} catch {
		return [];
	}
}
