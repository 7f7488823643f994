/**
 * What keeps a revision from becoming ready, in plain words. Knative says `Deploying` for as long as the progress deadline
 * (ten minutes) of a container that keeps exiting, of an image that cannot be pulled and of an app that never answers: only
 * the pods know. Of what a condition says (a quota, an image that no registry has) the words are Kubernetes' own.
 */
import type {ContainerView, PodView} from '../objects/pod.js';
import {mainContainer} from '../objects/pod.js';
import type {RevisionView} from './revision.js';

export type RevisionTrouble = {
	/** One or two words for a table cell, nine columns at most. */
	word: string;
	/** What is wrong: printable, without an end. */
	sentence: string;
};

/** Waiting reasons of the kubelet for an image that it does not get (kubernetes pkg/kubelet/images/types.go). */
const imageReasons = new Set([
	'ErrImagePull',
	'ImagePullBackOff',
	'ErrImageNeverPull',
	'ErrImageInspect',
	'InvalidImageName',
	'RegistryUnavailable',
	'ImageInspectError',
	'SignatureValidationFailed',
]);

/** Waiting reasons for a container that cannot be made as its template has it (pkg/kubelet/kuberuntime). */
const startReasons = new Set([
	'CreateContainerConfigError',
	'CreateContainerError',
	'PreCreateHookError',
	'PreStartHookError',
	'PostStartHookError',
	'RunContainerError',
	'StartError',
]);

/**
 * What is wrong with the pods of a revision of which none is ready; undefined while there is nothing to say, as of one that
 * is being started.
 *
 * @param isLate Whether there should be a pod by now, and a container that runs should be ready.
 */
export function podTrouble(pods: readonly PodView[], isLate: boolean): RevisionTrouble | undefined {
	const present = pods.filter(({deleting}) => !deleting);
	if (present.length === 0) {
		return isLate ? {word: 'No pod', sentence: 'no pod has been made; the events say why'} : undefined;
	}

	if (present.some(({isReady}) => isReady)) return undefined;
	for (const troubleOf of [startTrouble, exitTrouble, schedulingTrouble]) {
		for (const pod of present) {
			const trouble = troubleOf(pod);
			if (trouble) return trouble;
		}
	}
	const isRunning = present.some(pod => mainContainer(pod)?.state === 'running');
	return isRunning && isLate
		? {
				word: 'Not ready',
				sentence: 'readiness probe failing: nothing answers on its port',
			}
		: undefined;
}

/** What a kubelet puts before the words of the registry, if it has any. */
const pullPrefix = /^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/;

/** Any of them: a sidecar that cannot be started holds its pod up as well. */
function startTrouble({containers}: PodView): RevisionTrouble | undefined {
	for (const {state, reason, message} of containers) {
		if (state === 'waiting' && imageReasons.has(reason)) {
			return {word: 'No image', sentence: `image cannot be pulled${detail(message.replace(pullPrefix, ''))}`};
		}
		if (state === 'waiting' && startReasons.has(reason)) {
			return {word: 'No start', sentence: `container cannot be started (${reason})${detail(message)}`};
		}
	}
	return undefined;
}

function exitTrouble({containers}: PodView): RevisionTrouble | undefined {
	const exiting = containers.find(
		({state, ended, restarts}) => ended !== undefined && (state !== 'running' || restarts > 0),
	);
	if (!exiting?.ended) return undefined;
	const {code, reason, lastLine} = exiting.ended;
	const what = reason === 'OOMKilled' ? 'out of memory (OOMKilled)' : `exits with ${code}`;
	return {word: 'Crashing', sentence: `${what}${restartsOf(exiting)}${detail(lastLine)}`};
}

function restartsOf({restarts}: ContainerView): string {
	return restarts === 0 ? '' : ` (${restarts} restart${restarts === 1 ? '' : 's'})`;
}

function schedulingTrouble({unscheduled}: PodView): RevisionTrouble | undefined {
	return unscheduled === undefined
		? undefined
		: {word: 'No node', sentence: `no node takes its pod${detail(unscheduled)}`};
}

/** Of a text of several lines that was made printable: the end of a log says most. */
const lastLine = (text: string): string => text.split('␊').findLast(line => line.trim() !== '') ?? '';

const detail = (text: string): string => (text === '' ? '' : `: ${text.replace(/[.\s]+$/, '')}`);

/** `exceeded quota: tiny, requested: pods=1, used: pods=2, limited: pods=2` (apiserver admission/plugin/resourcequota). */
const exceededQuota =
	/exceeded quota: (?<name>[^,]+), requested: (?<requested>.+), used: (?<used>.+), limited: (?<limited>.+?)\.?$/;

/** Of `pods=1,limits.cpu=2`. */
const amounts = (text: string) =>
	new Map(text.split(',').map(entry => [entry.split('=', 1)[0] ?? '', entry.split('=')[1] ?? '?']));

/** `pods 2 of 2 used, 1 needed`, for each resource that there is not enough of. */
function quotaText({used = '', limited = '', requested = ''}: Record<string, string>): string {
	const [of, needed] = [amounts(limited), amounts(requested)];
	return [...amounts(used)]
		.map(
			([name, amount]) =>
				`${name} ${amount} of ${of.get(name) ?? '?'} used, ${needed.get(name) ?? '?'} needed`,
		)
		.join('; ');
}

/** What Knative puts before the words of the registry. */
const digestPrefix = /^Unable to fetch image "[^"]*": failed to resolve image to digest: /;

/** `HEAD https://host/v2/name/manifests/tag: unexpected status code 404 Not Found (…)` (go-containerregistry, transport/error.go). */
const registryStatus =
	/^[A-Z]+ https?:\/\/(?<host>[^/\s]+)\S*: unexpected status code (?<status>\d{3}[^(:]*)/;

/** What the registry said to it, without the address: the image is in the revision. */
function registryText(message: string): string {
	const said = message.replace(digestPrefix, '');
	const {host, status = ''} = registryStatus.exec(said)?.groups ?? {};
	return host === undefined ? said : `${status.trim()} from ${host}`;
}

/** What a message of a condition says, where its reason is not told with it. Printable, without an end. */
export function messageTrouble(said: string): string {
	// Whoever quotes it puts an end behind it, be it on a line of its own.
	const message = said.replace(/[.␊\s]+$/, '');
	const quota = exceededQuota.exec(message)?.groups;
	if (quota) return `no pod fits into the quota ${quota['name']}: ${quotaText(quota)}`;
	if (digestPrefix.test(message)) return `image not found${detail(registryText(message))}`;
	const failed = /^Container failed with: (?<log>[^]*)$/.exec(message)?.groups;
	return failed ? `exited${detail(lastLine(failed['log'] ?? ''))}` : message;
}

/** The same for the same revision: the screen asks at every change. */
const known = new WeakMap<RevisionView, RevisionTrouble>();

/**
 * The revision with its state in the words that are said of it everywhere: in the panes, in a sheet, in a sentence.
 *
 * @param ofPods What its pods say, where they were asked.
 */
export function told(revision: RevisionView, ofPods?: RevisionTrouble): RevisionView {
	const {state} = revision;
	if (state.kind === 'deleting') return revision;
	const trouble = conditionTrouble(revision) ?? ofPods;
	if (!trouble) return revision;
	return {...revision, state: {...state, word: trouble.word, sentence: trouble.sentence}};
}

/** What the conditions of a revision that failed say, shorter; undefined for one that did not fail. */
export function conditionTrouble(revision: RevisionView): RevisionTrouble | undefined {
	const before = known.get(revision);
	if (before || revision.state.kind !== 'failed') return before;
	const trouble = troubleIn(revision);
	known.set(revision, trouble);
	return trouble;
}

function troubleIn({state, conditions}: RevisionView): RevisionTrouble {
	const cause = conditions.find(
		({type, status}) => type !== 'Ready' && type !== 'Active' && status === 'False',
	);
	const {reason = '', message = ''} =
		cause ?? conditions.find(({type, status}) => type === 'Ready' && status === 'False') ?? {};
	const quota = exceededQuota.exec(message)?.groups;
	if (quota) {
		return {
			word: 'Quota',
			sentence: `no pod fits into the quota ${quota['name']}: ${quotaText(quota)}`,
		};
	}
	if (reason === 'FailedCreate') return {word: 'No pod', sentence: `its pod is refused${detail(message)}`};
	if (reason === 'ContainerMissing') {
		return {word: 'No image', sentence: `image not found${detail(registryText(message))}`};
	}
	if (reason.startsWith('ExitCode')) {
		return {
			word: 'Crashed',
			sentence: `exited with ${reason.slice('ExitCode'.length)}${detail(lastLine(message.replace(/^Container failed with: /, '')))}`,
		};
	}
	if (imageReasons.has(reason)) {
		return {word: 'No image', sentence: `image cannot be pulled${detail(message)}`};
	}
	if (reason === 'ProgressDeadlineExceeded') {
		return {word: 'Timed out', sentence: `it did not become ready in time${detail(message)}`};
	}
	return {word: state.word, sentence: state.sentence};
}
