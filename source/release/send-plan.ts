/** Sends a plan, once, and says in a sentence what became of it: for the review sheet and for the commands without one. */
import type {Cluster} from '../kube/cluster.js';
import {latestReadyPath} from '../knative/objects/patch.js';
import {markOf} from '../knative/release/evidence/rejection.js';
import {annotateRevision} from '../kube/write/annotate-revision.js';
import {parseService} from '../knative/service/service.js';
import {equalSplits, splitOf} from '../knative/split/split.js';
import {lookUp} from '../kube/write/expected-state.js';
import {deleteRevision} from '../kube/write/delete-revision.js';
import {identityOf} from '../kube/identity.js';
import {
	createService,
	deleteService,
	guardedPatch,
	type WriteOptions,
	type WriteOutcome,
} from '../kube/write/write.js';
import type {DryRun, Plan} from './plan.js';
import {alteredSentences} from './stored.js';

export type {WriteOptions, WriteOutcome} from '../kube/write/write.js';

/**
 * At most one writing request on the service, whatever happens. When that is made, the mark on the revision that is given up
 * follows: where it could not be made, that is told, and nothing is half done, because the note on the service says it, too.
 */
export async function sendPlan(cluster: Cluster, plan: Plan, options: WriteOptions): Promise<WriteOutcome> {
	const outcome = await sendWrite(cluster, plan, options);
	const {reject, namespace} = plan;
	if (!reject || outcome.kind !== 'done') return outcome;
	const {revision, uid, mark} = reject;
	const {dryRun} = options;
	const marked = await annotateRevision(cluster, {namespace, revision, uid}, markOf(mark), {
		...(dryRun && {dryRun}),
	});
	if (marked.kind === 'done') return outcome;
	const why = sentenceOfOutcome(marked, {namespace, name: revision, write: {kind: 'other'}});
	const said = 'the note on the service says that it is rejected';
	if (dryRun) {
		const would =
			marked.kind === 'not made' ? 'may not be written: it could not be tried' : 'would not be written';
		return {...outcome, missed: `The mark on ${revision} ${would}; ${said}. ${why}`};
	}
	const bears =
		marked.kind === 'unknown'
			? `whether ${revision} bears a mark itself is not known`
			: `${revision} bears no mark itself`;
	const missed = `${bears}; ${said}, and everything here goes by that. Abandon again writes the mark. ${why}`;
	return {...outcome, missed};
}

async function sendWrite(
	cluster: Cluster,
	{write, namespace, name}: Plan,
	options: WriteOptions,
): Promise<WriteOutcome> {
	switch (write.kind) {
		case 'create':
			return createService(cluster, write.manifest, options);
		case 'patch': {
			const {uid, generation, operations} = write;
			return guardedPatch(cluster, {namespace, name, uid, generation}, operations, options);
		}
		case 'delete service':
			return deleteService(cluster, {namespace, name, uid: write.uid}, options);
		case 'delete revision': {
			const {service, revision, uid} = write;
			return deleteRevision(cluster, {namespace, service, revision, uid}, options);
		}
	}
}

/** Of a Service that was to be created. */
export const alreadyExists = (name: string) =>
	`Not done: services.serving.knative.dev "${name}" already exists`;

/** Whether the change was made, with which object, and what to do. True in every case; a doubt is called one. */
export function sentenceOfOutcome(
	outcome: Exclude<WriteOutcome, {kind: 'done'}>,
	plan: Pick<Plan, 'namespace' | 'name' | 'splits'> & {write: Plan['write'] | {kind: 'other'}},
): string {
	const {namespace, name, write} = plan;
	switch (outcome.kind) {
		case 'altered':
			return outcome.unchanged
				? `The server changed nothing: ${alteredSentences(plan, outcome).join('; ')}.`
				: `The server stored something else: ${alteredSentences(plan, outcome).join('; ')}.`;
		case 'conflict':
			if (isAnother(outcome.theirs, write)) {
				const which = write.kind === 'delete revision' ? write.revision : name;
				return `Not done: ${which} was deleted since you opened this, and the one there now is another. Nothing was written.`;
			}
			if (outcome.sameSpec) {
				return `Not done: something else was written to ${name} at the same time, and not its spec: the split is unchanged. Nothing was written.`;
			}
			if (outcome.latest) {
				return lookUp(outcome.theirs, latestReadyPath) === undefined
					? `Not done: ${name} has no latest ready revision any more. Nothing was written.`
					: `Not done: another revision of ${name} is the latest ready one since you opened this. Nothing was written.`;
			}
			return `Not done: ${changeSince(outcome.theirs, plan)} since you opened this. Nothing was written.`;
		case 'gone':
			return write.kind === 'delete revision'
				? `Not done: the revision ${write.revision} does not exist in namespace ${namespace} any more.`
				: `Not done: ${name} does not exist in namespace ${namespace} any more.`;
		case 'exists':
			return alreadyExists(name);
		case 'refused': {
			if (outcome.status === 401) return `Not done: you are not logged in. ${loggedOut(outcome)}`;
			if (outcome.isOnTheWay) return `Not done: ${stop(outcome.sentence)}`;
			const {status, retryAfter} = outcome;
			const busy = retryAfter !== undefined || status === 429;
			if (busy || status === 503) {
				const why = status === 503 ? 'API server unavailable' : 'the API server is busy';
				const wait = retryAfter === undefined ? '' : ` in ${retryAfter} s`;
				return `Not applied: ${why} (${status}): ${stop(outcome.sentence)}${busy ? ` Try again${wait}.` : ''}`;
			}
			if (status >= 500) return `Not applied: the API server failed (${status}). ${stop(outcome.sentence)}`;
			return outcome.isUnproven
				? `Not done: ${stop(outcome.sentence)}`
				: `Not done. The server refused: ${outcome.sentence}`;
		}
		case 'not made':
		case 'read only':
			return `Not done: ${outcome.sentence}`;
		case 'unknown':
			return `Not known whether it was done: ${outcome.sentence}`;
	}
}

/** Whether the object that was found is not the one that was meant. */
function isAnother(theirs: unknown, write: Plan['write'] | {kind: 'other'}): boolean {
	const uid = identityOf(theirs)?.uid;
	if (uid === undefined || write.kind === 'create' || write.kind === 'other') return false;
	return uid !== write.uid;
}

/** Who has changed what, as far as what is there now tells. */
function changeSince(theirs: unknown, {name, splits}: Pick<Plan, 'name' | 'splits'>): string {
	const parsed = parseService(theirs);
	const by = parsed.ok ? parsed.value.lastModifier : undefined;
	if (!parsed.ok || !splits) return by === undefined ? `${name} changed` : `${by} changed ${name}`;
	const what = equalSplits(splits.before, splitOf(parsed.value)) ? 'the template' : 'the split';
	return by === undefined ? `${what} of ${name} changed` : `${by} changed ${what} of ${name}`;
}

/** What to do about a 401: whatever logs in, the console takes up by itself. */
function loggedOut({sentence}: {sentence: string}): string {
	return `${stop(upper(sentence))} Log in again: the next try takes the new credentials.`;
}

const upper = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);

function stop(sentence: string): string {
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/**
 * Whether the server has said no to it: not where it knew nobody, was busy or failed, where something on the way has answered, or
 * where whatever else was being written lets the next try pass.
 */
export function hasSaidNo(outcome: WriteOutcome): boolean {
	switch (outcome.kind) {
		case 'refused': {
			const {status, isOnTheWay, isUnproven} = outcome;
			return !isOnTheWay && !isUnproven && status !== 401 && status !== 429 && status < 500;
		}
		case 'conflict':
			return outcome.sameSpec !== true;
		case 'gone':
		case 'exists':
			return true;
		case 'done':
		case 'altered':
		case 'not made':
		case 'read only':
		case 'unknown':
			return false;
	}
}

/** What the outcome of a dry run says of the real one. A server that did not answer has not refused. */
export function dryRunOf(outcome: WriteOutcome, plan: Plan): DryRun {
	switch (outcome.kind) {
		case 'done':
			return {kind: 'accepted', ...(outcome.missed !== undefined && {missed: outcome.missed})};
		case 'altered':
			return {kind: 'altered', sentence: `${alteredSentences(plan, outcome).join('; ')}.`};
		case 'not made':
		case 'unknown':
		case 'read only':
			return {kind: 'unknown', sentence: outcome.sentence};
		case 'refused':
			if (outcome.status === 401) return {kind: 'not logged in', sentence: loggedOut(outcome)};
			return {kind: hasSaidNo(outcome) ? 'refused' : 'unknown', sentence: outcome.sentence};
		case 'conflict':
			return hasSaidNo(outcome)
				? {kind: 'refused', sentence: sentenceOfOutcome(outcome, plan)}
				: {kind: 'unknown', sentence: `something else was being written to ${plan.name} at the same time`};
		case 'gone':
			return {kind: 'refused', sentence: sentenceOfOutcome(outcome, plan)};
		case 'exists':
			return {kind: 'refused', sentence: `services.serving.knative.dev "${plan.name}" already exists`};
	}
}
