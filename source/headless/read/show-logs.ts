/** `kn-canary logs`: what the containers of a revision write, of one pod or of all of them. */
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {listAll} from '../../kube/list.js';
import {corePath, podLogPath} from '../../kube/paths.js';
import {sentenceOf} from '../../kube/status.js';
import {mainContainer, parsePod, type PodView} from '../../knative/objects/pod.js';
import {createLineCutter} from '../../knative/text/log-lines.js';
import type {MessageStream} from '../said.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';

export type LogsOptions = {
	namespace: string;
	revision: string;
	/** Undefined: the one that gets the requests. */
	container: string | undefined;
	/** Only this pod. */
	pod: string | undefined;
	follow: boolean;
	/** Of the run before the last restart. */
	previous: boolean;
	/** Lines from the end; undefined: all. */
	tail: number | undefined;
	/** Only lines since so many seconds. */
	since: number | undefined;
	timestamps: boolean;
	signal: AbortSignal;
};

/** Lines of several pods are told apart by the name of the pod before each, as kubectl's `--prefix` has it. */
export async function showLogs(
	cluster: Cluster,
	options: LogsOptions,
	{stdout, fail}: {stdout: MessageStream; fail: (code: ExitCode, sentence: string) => ExitCode},
): Promise<ExitCode> {
	const {namespace, revision, pod: wanted, signal} = options;
	const labelSelector = `serving.knative.dev/revision=${revision}`;
	const found = await listAll(cluster, corePath('pods', namespace), {labelSelector}, signal);
	if (!found) return fail(exitCodes.notMade, `The pods of ${revision} cannot be listed (list pods).`);
	const pods = found.flatMap((item): PodView[] => {
		const parsed = parsePod(item);
		return parsed.ok && (wanted === undefined || parsed.value.name === wanted) ? [parsed.value] : [];
	});
	if (pods.length === 0) {
		const which =
			wanted === undefined ? 'no pod now: it is scaled to zero, or not started' : `no pod ${wanted}`;
		return fail(exitCodes.notMade, `${revision} has ${which}.`);
	}
	const problems = await Promise.all(
		pods.map(async pod => {
			const name = options.container ?? mainContainer(pod)?.name ?? '';
			const prefix = pods.length > 1 ? `[${pod.name}] ` : '';
			return readLog(cluster, pod, name, options, line => stdout.write(`${prefix}${line}\n`));
		}),
	);
	const told = problems.filter(problem => problem !== undefined);
	return told.length === 0 ? exitCodes.done : fail(exitCodes.notMade, told.join(' '));
}

/** Returns what went wrong, as a sentence. */
async function readLog(
	cluster: Cluster,
	pod: PodView,
	container: string,
	{namespace, follow, previous, tail, since, timestamps, signal}: LogsOptions,
	onLine: (line: string) => void,
): Promise<string | undefined> {
	const cutter = createLineCutter(onLine);
	const query = {
		container,
		...(follow && {follow: 'true'}),
		...(previous && {previous: 'true'}),
		...(tail !== undefined && {tailLines: String(tail)}),
		...(since !== undefined && {sinceSeconds: String(Math.max(1, Math.ceil(since)))}),
		...(timestamps && {timestamps: 'true'}),
	};
	try {
		const answer = await cluster.stream(
			podLogPath(namespace, pod.name),
			query,
			text => cutter.write(text),
			signal,
		);
		cutter.end();
		return answer.status === 200
			? undefined
			: `The log of ${container} in ${pod.name}: ${sentenceOf(answer)}.`;
	} catch (error) {
		cutter.end();
		if (!(error instanceof TransportError)) throw error;
		return signal.aborted ? undefined : `The log of ${pod.name} broke off: ${error.message}.`;
	}
}
